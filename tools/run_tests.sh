#!/bin/sh
# Builds and runs every test in release and under AddressSanitizer and UndefinedBehaviorSanitizer, what has threads also under
# ThreadSanitizer, the fuzz targets for a minute, and adds them up. docs/TESTING.md says which test runs where, and how long it may take.
set -eu
cd "$(dirname "$0")/.."
export ASAN_OPTIONS=detect_leaks=1:abort_on_error=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1
# A machine that has Node has it in one of several ways; Debian's npm is only for one that has none.
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    printf 'nodejs\nnpm\n' | tools/install_packages.sh -
fi
# Tests wait more than they work: one more than there are processors.
processes=$(($(nproc) + 1))
# Tests make many small files and databases and have each written through: in memory where there is room, so that a slow disk is not
# what is tested. What is about disks (test_storage) stays on one.
memory=/dev/shm
if [ -z "${TMPDIR:-}" ] && [ -w $memory ] && [ "$(df --output=avail -k $memory | tail -n 1)" -gt 8000000 ]; then
    TMPDIR=$(mktemp -d $memory/gantry-XXXXXX)
    export TMPDIR
    chmod 711 "$TMPDIR" # PostgreSQL is a user of its own
    trap 'rm -rf "$TMPDIR"' EXIT
fi
passed=0
failed=0
for flavour in release sanitized threads; do
    build=build-test-$flavour
    suites=""
    case $flavour in
    release)
        options="-Dbuildtype=release"
        suites="--no-suite first"
        ;;
    sanitized) # the viewer is not ours, and slow to start; plans and killed migrations are matters of SQL, and every other test here migrates;
        # the second engine's round over HTTP is for release: its code is under the contract suite here; providers start a process for each step,
        # and what they send is read under sanitizers by tests of its own
        options="-Dbuildtype=debugoptimized -Db_sanitize=address,undefined"
        suites="--no-suite postgres --no-suite plans --no-suite migrations --no-suite viewer --no-suite providers"
        ;;
    threads)
        options="-Dbuildtype=debugoptimized -Db_sanitize=thread"
        suites="--suite base --suite core --suite contract --suite http --suite infrastructure --suite threads"
        ;;
    esac
    # shellcheck disable=SC2086
    [ -f "$build/build.ninja" ] || meson setup "$build" $options >/dev/null
    begin=$(date +%s)
    ninja -C "$build" --quiet
    echo "== $flavour, built in $(($(date +%s) - begin)) s"
    begin=$(date +%s)
    log=$build/tests.txt
    # shellcheck disable=SC2086
    meson test -C "$build" --no-rebuild --print-errorlogs --num-processes "$processes" --timeout-multiplier 2 $suites \
        >"$log" 2>&1 || true
    cat "$log"
    echo "== $flavour, run in $(($(date +%s) - begin)) s; the longest, in seconds:"
    sed -n 's|^ *[0-9]*/[0-9]* \(gantry:.*[^ ]\)  *[A-Z][A-Z]*  *\([0-9.]*\)s.*|\2 \1|p' "$log" | sort -rn | head -n 12
    ok=$(sed -n 's/^Ok: *\([0-9]*\).*/\1/p' "$log")
    bad=$(sed -n 's/^\(Fail\|Timeout\|Unexpected Pass\): *\([0-9]*\).*/\2/p' "$log" | awk '{s += $1} END {print s + 0}')
    skipped=$(sed -n 's/^Skipped: *\([0-9]*\).*/\1/p' "$log")
    if [ "${skipped:-0}" != 0 ] && [ "${CI:-}" = true ]; then
        echo "skipped in CI: a test that did not run is a test that failed"
        bad=$((bad + skipped))
    fi
    passed=$((passed + ${ok:-0}))
    failed=$((failed + bad))
done
begin=$(date +%s)
if tools/fuzz.sh "${FUZZ_SECONDS:-60}" >build-fuzz.log 2>&1; then
    passed=$((passed + 1))
else
    tail -n 40 build-fuzz.log
    failed=$((failed + 1))
fi
echo "== fuzz, built and run in $(($(date +%s) - begin)) s"
grep 'without a crash' build-fuzz.log || true
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]

#!/bin/sh
# Builds every fuzz target with libFuzzer and both sanitizers and runs all of them side by side for so many seconds:
# tools/fuzz.sh 60
# Seeds are the regression files and the corpus, where there is one. A crash is left in build-fuzz/ and fails the run.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-60}
corpus=${GANTRY_CORPUS:-../shared/dicom}
flags="-std=gnu17 -D_GNU_SOURCE -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -Isrc $(pkg-config --cflags cairo)"
# An old one must not run when this one does not compile.
rm -rf build-fuzz/objects
mkdir -p build-fuzz/objects
floors=$(find src/base src/dicom src/presentation/http -name '*.c' ! -name server.c ! -name tls.c ! -name guard.c ! -name parts.c ! -name stream.c)
floors="$floors src/infrastructure/s3/xml.c src/infrastructure/token_jws.c src/infrastructure/key_ring.c src/infrastructure/token_api_key.c src/infrastructure/token_signed_url.c
    src/infrastructure/seal_sodium.c src/domain/entities/signing_key.c src/infrastructure/oidc/id_token.c src/infrastructure/oidc/json_object.c
    src/infrastructure/oidc/jws_verify.c src/infrastructure/oidc/provider_metadata.c src/infrastructure/pdf/pdf_png.c"
# Compiled once for all targets: it is most of the work.
# shellcheck disable=SC2086
for source in $floors src/tests/fuzz/fuzz_*.c; do
    echo "$source"
done | xargs -P "$(nproc)" -I {} sh -c \
    'clang '"$flags"' -fsanitize=fuzzer-no-link -c "$1" -o "build-fuzz/objects/$(echo "$1" | tr / -).o"' sh {}
for target in src/tests/fuzz/fuzz_*.c; do
    name=$(basename "$target" .c)
    rm -f "build-fuzz/$name"
    # shellcheck disable=SC2086
    clang $flags -fsanitize=fuzzer "build-fuzz/objects/src-tests-fuzz-$name.c.o" \
        $(find build-fuzz/objects -name '*.o' ! -name 'src-tests-fuzz-*') -lz -lexpat -lcrypto -lsodium -lpng -lm -lpthread -o "build-fuzz/$name" &
done
wait
if [ -d "$corpus" ]; then
    mkdir -p build-fuzz/seeds
    find "$corpus" -type f -size -32k -exec cp -f {} build-fuzz/seeds/ \;
fi
running=""
for target in src/tests/fuzz/fuzz_*.c; do
    name=$(basename "$target" .c)
    mkdir -p "build-fuzz/$name.corpus"
    seeds=""
    [ ! -d "src/tests/regression/${name#fuzz_}" ] || seeds="src/tests/regression/${name#fuzz_}"
    [ "$name" != fuzz_deidentify ] || seeds=src/tests/regression/dicom
    case $name in fuzz_dicom | fuzz_deidentify) [ ! -d build-fuzz/seeds ] || seeds="$seeds build-fuzz/seeds" ;; esac
    # shellcheck disable=SC2086
    "build-fuzz/$name" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 -max_len=65536 -print_final_stats=0 \
        -verbosity=0 -artifact_prefix="build-fuzz/$name-" "build-fuzz/$name.corpus" $seeds >"build-fuzz/$name.log" 2>&1 &
    running="$running $name:$!"
done
failed=0
for one in $running; do
    name=${one%%:*}
    if wait "${one##*:}"; then
        echo "$name: $seconds s without a crash"
    else
        tail -n 40 "build-fuzz/$name.log"
        failed=1
    fi
done
exit "$failed"

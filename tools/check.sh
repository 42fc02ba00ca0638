#!/bin/sh
# Everything that can be said about the code without running it: rules, includes, warnings of two compilers, what clang-tidy and
# cppcheck find.
set -eu
cd "$(dirname "$0")/.."
tools/check_includes.sh
tools/tidy.sh
tools/check_audit.sh
clang-format --dry-run -Werror $(find src -name '*.[ch]')
for compiler in gcc clang; do
    build=build-check-$compiler
    standard=gnu17
    [ "$compiler" = clang ] || standard=gnu2x # [[nodiscard]] on err
    [ -f "$build/build.ninja" ] || CC=$compiler meson setup "$build" -Dc_std=$standard -Dbuildtype=debugoptimized >/dev/null
    ninja -C "$build" --quiet
done
find src -name '*.c' ! -path 'src/tests/*' | sort | xargs -P "$(nproc)" -n 1 clang-tidy -p build-check-clang --quiet 2>/dev/null
# Suppressed: what this version makes of the statement expressions behind TRY and SLICE_PUSH.
cppcheck --quiet --error-exitcode=1 --inline-suppr --enable=warning,portability --std=c11 -D_GNU_SOURCE \
    -DGANTRY_VERSION='"0"' -Isrc -j2 --suppress=missingIncludeSystem --suppress=preprocessorErrorDirective \
    --suppress=returnDanglingLifetime --suppress=invalidLifetime --suppress=internalAstError --suppress=nullPointerArithmeticRedundantCheck \
    --suppress=syntaxError:src/base/err.c --suppress=syntaxError:src/core/result.c \
    $(find src -name '*.c' ! -path 'src/tests/*')
echo "check: clean"

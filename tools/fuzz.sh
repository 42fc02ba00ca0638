#!/bin/sh
# Builds every fuzz target with libFuzzer and both sanitizers and runs each for so many seconds: tools/fuzz.sh 60
# Seeds are the corpus, where there is one. A crash is left in build-fuzz/ and fails the run.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-60}
corpus=${GANTRY_CORPUS:-../shared/dicom}
mkdir -p build-fuzz
floors=$(find src/base src/dicom src/presentation/http -name '*.c' ! -name server.c ! -name guard.c)
for target in src/tests/fuzz/fuzz_*.c; do
    name=$(basename "$target" .c)
    # shellcheck disable=SC2086
    clang -std=gnu17 -D_GNU_SOURCE -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -Isrc \
        "$target" $floors -lz -lm -lpthread -o "build-fuzz/$name"
    mkdir -p "build-fuzz/$name.corpus"
    seeds=""
    if [ "$name" = fuzz_dicom ] && [ -d "$corpus" ]; then
        mkdir -p build-fuzz/seeds
        find "$corpus" -type f -size -32k -exec cp -f {} build-fuzz/seeds/ \;
        seeds=build-fuzz/seeds
    fi
    # shellcheck disable=SC2086
    "build-fuzz/$name" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 -max_len=65536 -print_final_stats=0 \
        -verbosity=0 -artifact_prefix="build-fuzz/$name-" "build-fuzz/$name.corpus" $seeds
    echo "$name: $seconds s without a crash"
done

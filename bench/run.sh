#!/bin/sh
# Gantry beside its peers and the machine's limits, in turn in one run; what counts are the ratios.
#     bench/run.sh [case…]     all cases, or those named; an unknown name prints them
# Needs what packages-bench.txt lists; builds the release in build-bench/ first. Works in a folder under /var/tmp (or BENCH_DIR, which
# should be on a disk), listens on 127.0.0.1 only and leaves nothing.
set -eu
cd "$(dirname "$0")/.."
out=build-bench/bench
[ -f build-bench/build.ninja ] || meson setup build-bench -Dbuildtype=release >/dev/null
ninja -C build-bench --quiet
warnings="-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror"
# shellcheck disable=SC2086
${CXX:-c++} -std=c++17 -O2 $warnings -isystem /usr/include/gdcm-3.0 bench/parse_gdcm.cxx -o $out/parse_gdcm -lgdcmDSED -lgdcmCommon
exec env PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 bench/run.py "$@"

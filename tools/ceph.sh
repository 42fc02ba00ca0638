#!/bin/sh
# The storage in S3 on a real Ceph object gateway, brought up on loopback in a folder of its own and taken down again: the contract
# suite with lists longer than a page of the server's, then the real program while parts of the cluster are killed. Ten minutes or so.
# tools/ceph.sh [BUILD FOLDER] [TESTS…]
set -eu
cd "$(dirname "$0")/.."
build=${1:-build-test-release}
[ $# -eq 0 ] || shift
[ -f "$build/build.ninja" ] || meson setup "$build" -Dbuildtype=release >/dev/null
ninja -C "$build" --quiet
if [ $# -eq 0 ]; then
    GANTRY_TEST_S3_MANY=${GANTRY_TEST_S3_MANY:-1100} python3 src/tests/servers/run_with.py radosgw -- \
        "$build/src/tests/contract/test_storage"
fi
exec python3 src/tests/api/internal/test_radosgw.py "$build/src/gantry" "$@"

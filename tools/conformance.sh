#!/bin/sh
# Makes docs/CONFORMANCE.md: runs the checks with all peers, and writes what they gave behind what the program says of itself.
# tools/conformance.sh [GANTRY]
set -eu
cd "$(dirname "$0")/.."
gantry=${1:-build/src/gantry}
python=/usr/bin/python3
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
failed=""
for test in src/tests/api/clients/test_*.py; do
    case $test in */test_conformance_document.py) continue ;; esac
    echo "$test"
    GANTRY_CONFORMANCE_RESULTS=$results $python "$test" "$gantry" >"$results/log" 2>&1 || { cat "$results/log"; failed="$failed $test"; }
done
$python src/tests/api/clients/document.py "$gantry" "$results" >"$results/document"
cp "$results/document" docs/CONFORMANCE.md
[ -z "$failed" ] || { echo "failed:$failed"; exit 1; }

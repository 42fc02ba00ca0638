#!/bin/sh
# right.c compiles; every other file here must not, in gcc with C23's [[nodiscard]].
set -eu
cd "$(dirname "$0")"
compile() { gcc -std=gnu2x -D_GNU_SOURCE -I../.. -Wall -Wextra -Werror -fsyntax-only "$1" 2>"${TMPDIR:-/tmp}/compile_fail.$$"; }
trap 'rm -f "${TMPDIR:-/tmp}/compile_fail.$$"' EXIT
compile right.c || { cat "${TMPDIR:-/tmp}/compile_fail.$$"; echo "right.c does not compile"; exit 1; }
count=0
for file in *.c; do
    [ "$file" != right.c ] || continue
    if compile "$file"; then
        echo "$file compiles, and must not"
        exit 1
    fi
    grep -q "error:" "${TMPDIR:-/tmp}/compile_fail.$$"
    count=$((count + 1))
done
echo "$count mistakes refused by the compiler"
[ "$count" -ge 7 ]

#!/bin/sh
# The hard rules of the house that a compiler does not know: banned calls, sizes, files that nothing includes.
set -eu
cd "$(dirname "$0")/.."
flaws=0
complain() { echo "$1"; flaws=1; }
banned='(^|[^_[:alnum:]])(strcpy|strcat|sprintf|strtok|atoi|gets|alloca)\('
found=$(grep -rnE "$banned" src --include='*.[ch]' || true)
[ -z "$found" ] || complain "$found"
found=$(grep -rnE '(^|[^_[:alnum:]])(malloc|calloc|realloc|free)\(' src --include='*.[ch]' | grep -v '^src/base/arena.c' || true)
[ -z "$found" ] || complain "$found"
for file in $(find src -name '*.[ch]'); do
    lines=$(wc -l <"$file")
    [ "$lines" -le 900 ] || complain "$file: $lines lines"
done
for header in $(find src -name '*.h' ! -name 'test.h'); do
    grep -rqF "#include \"${header#src/}\"" src || complain "$header: nothing includes it"
done
awk 'FNR == 1 { start = 0 }
     /^[a-z].*\)$/ { name = $0 } /^\{$/ { start = FNR }
     /^\}$/ { if (start && FNR - start > 71) { print FILENAME ": " name ": " FNR - start - 1 " lines"; bad = 1 } start = 0 }
     END { exit bad }' $(find src -name '*.c') || flaws=1
[ "$flaws" -eq 0 ]

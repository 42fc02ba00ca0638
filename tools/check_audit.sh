#!/bin/sh
# Every use case has a row in the table that says what it is to the audit trail, and every row a use case.
set -eu
cd "$(dirname "$0")/.."
table=src/application/models/audit_kind.c
flaws=0
uses=$(grep -rhoE '^(COMMAND|QUERY)\([a-z_0-9]+' src/application --include='*.c' | sed 's/.*(//' | sort)
rows=$(sed -n 's/^    {"\([a-z_0-9]*\)", [A-Z_]*, .*/\1/p' "$table" | sort)
for name in $uses; do
    echo "$rows" | grep -qx "$name" || { echo "$table: no row for the use case $name"; flaws=1; }
done
for name in $rows; do
    # written by retention, which is no use case
    [ "$name" = remove_audit_events ] || echo "$uses" | grep -qx "$name" || { echo "$table: $name is no use case"; flaws=1; }
done
[ -z "$(echo "$rows" | uniq -d)" ] || { echo "$table: two rows for $(echo "$rows" | uniq -d)"; flaws=1; }
exit $flaws

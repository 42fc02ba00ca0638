#!/bin/sh
# A floor includes only the floors under it; this finds the line that climbs.
set -eu
cd "$(dirname "$0")/../src"
flaws=0
allow() { # floor, regular expression of what it may include
    floor=$1
    [ -d "$floor" ] || return 0
    found=$(grep -rnE '^#include "' "$floor" --include='*.[ch]' | grep -vE "#include \"($2)/" || true)
    [ -z "$found" ] || { echo "$found"; flaws=1; }
}
below="base|core|dicom|domain|application"
allow base 'base'
allow core 'base|core'
allow dicom 'base|dicom'
allow domain 'base|core|dicom|domain'
allow application "$below"
allow infrastructure "$below|infrastructure"
allow presentation "$below|presentation"
for floor in core domain application; do
    [ -d "$floor" ] || continue
    found=$(grep -rnE '#include <(sys/|netinet/|arpa/|sqlite3|microhttpd|unistd|fcntl)' "$floor" --include='*.[ch]' || true)
    [ -z "$found" ] || { echo "$found"; flaws=1; }
done
[ "$flaws" -eq 0 ] || { echo "an include climbs: see ARCHITECTURE.md"; exit 1; }

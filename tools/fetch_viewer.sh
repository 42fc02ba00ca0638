#!/bin/sh
# Puts the image viewer into a folder: tools/fetch_viewer.sh [FOLDER]. It is the package @ohif/app from npm, of one version and with one
# hash, as it was built by its makers, but for where it is mounted (tools/mount_viewer.py). Nothing is done when it is there already.
# Exit code 69 when npm or its registry cannot be reached.
set -eu
version=3.13.2
integrity=sha512-WZdxmpmG7rqFgW9ZJLcbgr3XCtLi1KDNPoMaeY5PPe6j4G4fjEjjkycZM6C6Zk2F87BKxFfpq+jd5xXZB9E8EA==
tools=$(cd "$(dirname "$0")" && pwd)
folder=${1:-$tools/../build-viewer}
mark="$version $integrity $(cksum <"$tools/mount_viewer.py")"
parent=$(dirname "$folder")
mkdir -p "$parent"
exec 9>"$folder.lock" # one after the other: who comes second finds it there
flock 9
[ "$(cat "$folder/.installed" 2>/dev/null)" != "$mark" ] || exit 0

command -v npm >/dev/null || { echo "viewer: npm is not here" >&2; exit 69; }
work=$(mktemp -d "$parent/.viewer-XXXXXX")
trap 'rm -rf "$work"' EXIT
echo "fetching the viewer: @ohif/app $version, 50 MB"
(cd "$work" && npm pack --silent "@ohif/app@$version" >/dev/null) || { echo "viewer: npm cannot fetch it" >&2; exit 69; }
archive=$(echo "$work"/*.tgz)
hash='import base64, hashlib, sys; print(base64.b64encode(hashlib.sha512(open(sys.argv[1], "rb").read()).digest()).decode())'
found=sha512-$(python3 -c "$hash" "$archive")
[ "$found" = "$integrity" ] || { echo "viewer: the archive is $found and not $integrity" >&2; exit 65; }
tar -xzf "$archive" -C "$work" package/dist package/LICENSE
mv "$work/package/LICENSE" "$work/package/dist/LICENSE.txt"
python3 "$tools/mount_viewer.py" "$work/package/dist"
echo "$mark" >"$work/package/dist/.installed"
rm -rf "$folder"
mv "$work/package/dist" "$folder"

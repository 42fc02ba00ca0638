#!/bin/sh
# Gantry beside nginx sending the same bytes, in turn in one run on one machine; what counts are the ratios.
# Needs wrk and nginx (apt-get install wrk nginx-light). Writes to a temporary folder and leaves nothing.
set -eu
cd "$(dirname "$0")/.."
command -v wrk >/dev/null && command -v nginx >/dev/null || { echo "install wrk and nginx-light first"; exit 1; }
work=$(mktemp -d)
trap 'kill $(cat "$work"/*.pid 2>/dev/null) 2>/dev/null || true; rm -rf "$work"' EXIT
export GANTRY_DATA_DIR="$work/data" GANTRY_ADMIN_PASSWORD=benchmark-password GANTRY_LOG_LEVEL=warn
export GANTRY_HTTP_ADDRESS=127.0.0.1:18080 GANTRY_PUBLIC_HTTP_ADDRESS=127.0.0.1:18081
build/gantry serve >"$work/log" 2>&1 & echo $! >"$work/gantry.pid"
sleep 1
token=$(curl -s -d "grant_type=password&username=admin@localhost&password=benchmark-password" \
    http://127.0.0.1:18080/api/v1/auth/token | sed 's/.*"access_token":"\([^"]*\)".*/\1/')
base=http://127.0.0.1:18080
echo "idle memory: $(awk '/VmRSS/ {print $2 / 1024 " MB"}' /proc/"$(cat "$work/gantry.pid")"/status)"
/usr/bin/python3 bench/load.py "$work/large" 600 512
/usr/bin/python3 bench/load.py "$work/small" 2000 32 7
printf 'STOW 525 KB, 8 connections: '; /usr/bin/python3 bench/load.py --stow $base/dicom-web/studies "$token" "$work/large" 8
rm -rf "$work/large"
study=1.2.826.0.1.2 series=1.2.826.0.1.2.1 one=1.2.826.0.1.2.1.210
mkdir "$work/www"
get() { curl -s -H "Authorization: Bearer $token" "$@"; }
get -H 'Accept: application/dicom' -o "$work/www/instance" $base/dicom-web/studies/$study/series/$series/instances/$one
get -H 'Accept: application/octet-stream' -o "$work/www/frame" $base/dicom-web/studies/$study/series/$series/instances/$one/frames/1
get -H 'Accept-Encoding: gzip' -o "$work/www/metadata" $base/dicom-web/studies/$study/series/$series/metadata
get -o "$work/www/search" "$base/dicom-web/studies?limit=101"
get -o "$work/www/list" "$base/api/v1/studies?page_size=50"
cat >"$work/nginx.conf" <<CONF
$([ "$(id -u)" -ne 0 ] || echo 'user root;')
worker_processes auto; pid $work/nginx.pid; error_log $work/nginx.log; daemon on;
events { worker_connections 1024; }
http { access_log off; sendfile on; server { listen 127.0.0.1:18082; root $work/www; } }
CONF
nginx -c "$work/nginx.conf" 2>/dev/null
rate() { wrk -t2 -c16 -d2s "$@" | awk '/Requests\/sec/ {print $2} /Non-2xx/ {print "errors:", $0 >"/dev/stderr"}'; }
compare() { # name, path here, file of nginx, further options of wrk
    name=$1 path=$2 file=$3; shift 3
    for round in 1 2 3; do
        echo "$(rate -H "Authorization: Bearer $token" "$@" "$base$path") $(rate "http://127.0.0.1:18082/$file")"
    done | sort -n | awk -v name="$name" 'NR == 2 {printf "%-28s %9.0f/s  nginx %9.0f/s  ratio %.2f\n", name, $1, $2, $1 / $2}'
}
compare "instance, 525 KB" /dicom-web/studies/$study/series/$series/instances/$one instance -H 'Accept: application/dicom'
compare "frame, 512 KB" /dicom-web/studies/$study/series/$series/instances/$one/frames/1 frame -H 'Accept: application/octet-stream'
compare "series metadata, 200" /dicom-web/studies/$study/series/$series/metadata metadata -H 'Accept-Encoding: gzip'
compare "QIDO study list" "/dicom-web/studies?limit=101" search
compare "JSON list" "/api/v1/studies?page_size=50" list
printf 'STOW 4 KB, 8 connections: '; /usr/bin/python3 bench/load.py --stow $base/dicom-web/studies "$token" "$work/small" 8

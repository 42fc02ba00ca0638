#!/bin/sh
# Installs what the comparison needs, without letting Debian start the services that come with it (Orthanc, nginx, PostgreSQL): the
# benchmark starts its own, on 127.0.0.1.
set -eu
cd "$(dirname "$0")/.."
as_root=""
[ "$(id -u)" -eq 0 ] || as_root=sudo
policy=/usr/sbin/policy-rc.d
new=""
for service in orthanc nginx postgresql; do [ -e "/etc/init.d/$service" ] || new="$new $service"; done
if [ -n "$new" ] && [ ! -e $policy ]; then
    trap '$as_root rm -f $policy' EXIT
    printf '#!/bin/sh\nexit 101\n' | $as_root tee $policy >/dev/null
    $as_root chmod 755 $policy
fi
tools/install_packages.sh packages-bench.txt
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then # of s3rver
    printf 'nodejs\nnpm\n' | tools/install_packages.sh -
fi
for service in $new; do $as_root update-rc.d "$service" disable >/dev/null 2>&1 || true; done

#!/bin/bash
# SPDX-License-Identifier: MIT
# In a lab machine, as root: `guest.sh PART` tries one part of what build/ has. What it needs is in build/needs/PART/, since the
# machine has no network. Prints TAP.
set -u
part=$1
debs=build/deb
export DEBIAN_FRONTEND=noninteractive PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
log=$(mktemp)

check() {
    local name=$1
    shift
    if "$@" >"$log" 2>&1; then
        echo "ok - $name"
    else
        echo "not ok - $name"
        tail -n 25 "$log" | sed 's/^/# /'
    fi
}

# A row of the table of npm run packages: a command, and its answer in one line.
row() { echo "# row: $1 = $("${@:2}" 2>&1 | tr -s '\n\t ' ' ' | cut -c1-150)"; }

# Waits until a command holds.
until_holds() {
    local tries
    for ((tries = 0; tries < 200; tries++)); do
        "$@" >/dev/null 2>&1 && return
        sleep 2
    done
    echo "never: $*"
    return 1
}

# A crash of this machine costs nothing, and to wait for its disk after each file takes minutes.
echo force-unsafe-io >/etc/dpkg/dpkg.cfg.d/lab-io
check 'what it needs is installed' apt-get install --yes --no-install-recommends "$PWD"/build/needs/"$part"/*.deb
check 'systemd is process 1' sh test/lab/guest/systemd
row 'uname -r' uname -r
source "test/package/$part.sh"

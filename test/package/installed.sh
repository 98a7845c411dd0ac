#!/bin/bash
# SPDX-License-Identifier: MIT
# What deb.sh and dkms.sh share.

# The lab's own, which would stand for the package's.
rm -f /usr/local/bin/node /usr/local/bin/trace-reset
# Less what DKMS makes for itself: the key that it signs with.
files() { find / -xdev \( -path /proc -o -path /sys -o -path /tmp -o -path /run -o -path /trace-reset -o -path /var/lib/dpkg \
    -o -path /var/cache -o -path /var/log -o -path '/var/lib/dkms/mok.*' \) -prune -o -print 2>/dev/null | sort; }
nothing_of_files() { files >"$log.after" && diff "$log.before" "$log.after"; }
# The demo, and what of it names the reset.
names_reset() { python3 test/lab/demo "$1" 2>&1 | tee "$log.demo" | grep 'unread-data-on-close'; }
named() { grep -A1 'unread-data-on-close' "$log.demo"; }

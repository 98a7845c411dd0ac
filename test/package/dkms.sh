#!/bin/bash
# SPDX-License-Identifier: MIT
# Sourced by guest.sh: the module by DKMS, beside the tool. Older packages are installed, upgraded, used and purged.
source test/package/installed.sh
kernel=$(uname -r)
is_loaded() { [[ -e /dev/tcphash ]] && trace-reset module status; }

files >"$log.before"
check 'trace-reset, the older one, is installed' dpkg -i "$debs"/older/trace-reset_*.deb
check 'trace-reset-dkms, the older one, builds the module' dpkg -i "$debs"/older/trace-reset-dkms_*.deb
check 'both are upgraded' dpkg -i "$debs"/trace-reset_*.deb "$debs"/trace-reset-dkms_*.deb
check 'the module of today is built for this kernel, and none of the older one is left' \
    bash -c "dkms status && [[ \$(dkms status) == *'tcphash/'*' $kernel'*installed* ]] && [[ \$(dkms status | wc -l) == 1 ]]"
row 'dpkg-query -W trace-reset trace-reset-dkms' dpkg-query -W trace-reset trace-reset-dkms
row 'dkms status' dkms status
check 'the module is loaded when asked for' trace-reset module load
check 'the module answers' is_loaded
check 'a reset is named, live' names_reset /usr/sbin/trace-reset
row 'trace-reset, with the module of DKMS' grep -o 'TCP hash: [a-z]*' "$log.demo"
check 'the trace asked the module' grep -q 'TCP hash: module' "$log.demo"
check 'the module is unloaded' trace-reset module unload
check 'both are purged' dpkg --purge trace-reset trace-reset-dkms
check 'nothing is left behind' nothing_of_files
check 'nor is the module' bash -c '! modinfo tcphash'

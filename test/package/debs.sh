#!/bin/bash
# SPDX-License-Identifier: MIT
# Sourced by guest.sh: the Debian packages of build/deb/ installed, used, upgraded and purged; the npm package used.

# The lab's own, which would stand for the package's.
rm -f /usr/local/bin/node /usr/local/bin/trace-reset
kernel=$(uname -r)
# Less what DKMS makes for itself: the key that it signs with.
files() { find / -xdev \( -path /proc -o -path /sys -o -path /tmp -o -path /run -o -path /trace-reset -o -path /var/lib/dpkg \
    -o -path /var/cache -o -path /var/log -o -path '/var/lib/dkms/mok.*' \) -prune -o -print 2>/dev/null | sort; }
names_reset() { python3 test/lab/demo "$1" 2>&1 | tee "$log.demo" | grep 'unread-data-on-close'; }
named() { grep -A1 'unread-data-on-close' "$log.demo"; }
is_loaded() { [[ -e /dev/tcphash ]] && trace-reset module status; }
asks_module() { grep -q 'TCP hash: module' "$log.demo"; }

check 'and of a version that runs the bundle' bash -c 'node --version && node -e "process.exit(process.version < \"v18.19\" ? 1 : 0)"'
row 'node --version' node --version
row 'bpftrace --version' bpftrace --version
files >"$log.before"

check 'trace-reset, the older one, is installed' dpkg -i "$debs"/older/trace-reset_*.deb
check 'trace-reset-dkms, the older one, builds the module' dpkg -i "$debs"/older/trace-reset-dkms_*.deb
check 'both are upgraded' dpkg -i "$debs"/trace-reset_*.deb "$debs"/trace-reset-dkms_*.deb
check 'the module of today is built for this kernel, and none of the older one is left' \
    bash -c "dkms status && [[ \$(dkms status) == *'tcphash/'*' $kernel'*installed* ]] && [[ \$(dkms status | wc -l) == 1 ]]"
row 'dpkg-query -W trace-reset trace-reset-dkms' dpkg-query -W trace-reset trace-reset-dkms
row 'dkms status' dkms status
check 'version' bash -c '[[ $(trace-reset --version) == $(dpkg-query -W -f "\${Version}" trace-reset) ]]'
check 'doctor finds all that a trace needs' trace-reset doctor
# The lab's images leave the pages themselves out.
check 'it has its man pages' bash -c 'dpkg -L trace-reset | grep -c "/man[78]/trace-reset.*gz" | grep -qx 2'
check 'the module is loaded when asked for' trace-reset module load
check 'the module answers' is_loaded
check 'a reset is named, live' names_reset /usr/sbin/trace-reset
row 'trace-reset, of the Debian package' named
check 'the trace asked the module' asks_module
check 'the module is unloaded' trace-reset module unload
if [[ $(node --version) < v20 ]]; then
    echo "ok - the npm package names a reset, live # SKIP it is for Node.js 20.19 and later"
else
    check 'the npm package names a reset, live' names_reset "$PWD/build/npm/bin/trace-reset"
    row 'trace-reset, of the npm package' named
fi
check 'a user judges a recording' setpriv --reuid=65534 --regid=65534 --clear-groups trace-reset replay build/deb/recording.jsonl --expect unread-data-on-close
check 'bash completes' bash -c 'source /usr/share/bash-completion/completions/trace-reset; COMP_WORDS=(trace-reset repl); COMP_CWORD=1; _trace_reset; [[ ${COMPREPLY[*]} == replay ]]'

check 'both are purged' dpkg --purge trace-reset trace-reset-dkms
files >"$log.after"
check 'nothing is left behind' diff "$log.before" "$log.after"
row 'files left after the purge' bash -c "comm -13 '$log.before' '$log.after' | wc -l"
check 'nor is the module' bash -c '! modinfo tcphash'

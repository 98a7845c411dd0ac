#!/bin/bash
# SPDX-License-Identifier: MIT
# Sourced by guest.sh: the Debian package and the npm package installed, used and purged.
source test/package/installed.sh

check 'node is of a version that runs the bundle' node -e 'process.exit(process.version.replace("v", "") < "18.19" ? 1 : 0)'
row 'node --version' node --version
row 'bpftrace --version' bpftrace --version
files >"$log.before"
check 'trace-reset is installed' dpkg -i "$debs"/trace-reset_*.deb
check 'version' bash -c '[[ $(trace-reset --version) == $(dpkg-query -W -f "\${Version}" trace-reset) ]]'
row 'dpkg-query -W trace-reset' dpkg-query -W trace-reset
check 'doctor finds all that a trace needs' trace-reset doctor
# The lab's images leave the pages themselves out.
check 'it has its man pages' bash -c 'dpkg -L trace-reset | grep -c "/man[78]/trace-reset.*gz" | grep -qx 2'
check 'bash completes' bash -c 'source /usr/share/bash-completion/completions/trace-reset; COMP_WORDS=(trace-reset repl); COMP_CWORD=1; _trace_reset; [[ ${COMPREPLY[*]} == replay ]]'
check 'a reset is named, live' names_reset /usr/sbin/trace-reset
row 'trace-reset, of the Debian package' named
check 'a user judges a recording' setpriv --reuid=65534 --regid=65534 --clear-groups trace-reset replay build/deb/recording.jsonl --expect unread-data-on-close
if [[ $(node --version) < v20 ]]; then
    echo "ok - the npm package names a reset, live # SKIP it is for Node.js 20.19 and later"
else
    check 'the npm package names a reset, live' names_reset "$PWD/build/npm/bin/trace-reset"
    row 'trace-reset, of the npm package' named
fi
check 'it is purged' dpkg --purge trace-reset
check 'nothing is left behind' nothing_of_files

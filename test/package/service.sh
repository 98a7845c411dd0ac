#!/bin/bash
# SPDX-License-Identifier: MIT
# In a lab machine where trace-reset is installed and systemd is process 1, as root: the service. Sourced by guest.sh, whose
# `check` it uses. COUNT resets over SECONDS.
count=${COUNT:-100} seconds=${SECONDS_OF_RESETS:-60}
state=/var/lib/trace-reset

# Waits until a command holds.
until_holds() {
    local tries
    for ((tries = 0; tries < 200; tries++)); do
        "$@" >/dev/null 2>&1 && return
        sleep 2
    done
    echo "never: $*"
    systemctl status --no-pager trace-reset
    journalctl --no-pager -u trace-reset | tail -n 15
    return 1
}
ask() { busybox wget -qO- "http://127.0.0.1:9435/$1"; }
is_tracing() { ask healthz; }
counted() { ask metrics | awk '/^tracereset_resets_total{outcome="sent",cause="unread-data-on-close"/ { sum += $2 } END { print sum + 0 }'; }
# In the journal, since the service was started last.
entries() { journalctl --quiet -t trace-reset TCP_RESET_CAUSE=unread-data-on-close TCP_RESET_OUTCOME=sent -o cat "$@" | wc -l; }
is() { [[ $("${@:2}") == "$1" ]] || { echo "$("${@:2}") is not $1: ${*:2}"; return 1; }; }
# Whoever reads the metrics may be reset too.
at_least() { (($("${@:2}") >= $1)); }
property() { systemctl show --value -p "$1" trace-reset; }
replays() { trace-reset replay "$state"/resets.*.jsonl.gz -q "$@"; }
main_pid() { property MainPID; }
# By the name of the file: a task of node has another name.
tracers() { pgrep -x bpftrace; }
nothing_left() { ! tracers && ! pgrep -f 'node /usr/sbin/trace-reset' && [[ ! -s /sys/kernel/debug/kprobes/list ]]; }
begin() { systemctl start trace-reset && until_holds is_tracing; }
# Kills one process of the service; another one traces after that.
kill_and_restart() {
    local was
    was=$(main_pid)
    kill -9 "$($1)" && until_holds restarted "$was" && until_holds is_tracing && is 1 pgrep -xc bpftrace
}
restarted() { [[ $(main_pid) != "$1" && $(main_pid) != 0 ]]; }
make_resets() { python3 test/package/resets.py "$@"; }

check 'the service is there, neither enabled nor started' bash -c '[[ $(systemctl is-enabled trace-reset) == disabled && $(systemctl is-active trace-reset) == inactive ]]'
check 'its exposure is OK' systemd-analyze --no-pager security --threshold=50 trace-reset.service
mkdir -p /run/systemd/system/trace-reset.service.d
printf '[Service]\nRestartSec=0.2\n' >/run/systemd/system/trace-reset.service.d/lab.conf
systemctl daemon-reload
check 'it starts, and traces' begin
row 'systemd-analyze security trace-reset.service' bash -c 'systemd-analyze --no-pager security trace-reset.service | tail -n 1'
before=$(date +%s)
check "$count resets are made in $seconds s" make_resets "$count" "$seconds"
check 'all are counted for Prometheus' until_holds at_least "$count" counted
check 'all are in the journal' until_holds at_least "$count" entries
echo "# $(($(date +%s) - before)) s, $(ps -o rss=,time= -p "$(main_pid)") KiB and CPU of the tool"
row "curl :9435/metrics, after $count resets in $seconds s" counted
row 'journalctl TCP_RESET_CAUSE=unread-data-on-close' bash -c "echo $(entries) entries"
row 'ls /var/lib/trace-reset' ls -sh "$state"
check 'a recording is for root alone' bash -c "is700=\$(stat -c %a $state) && [[ \$is700 == 700 ]] && [[ \$(stat -c %a $state/*.gz | sort -u) == 600 ]]"
check 'a killed bpftrace is told, and traced anew' kill_and_restart tracers
check 'so is a killed tool, and its bpftrace goes with it' kill_and_restart main_pid
row 'restarts after kill -9 of bpftrace, and of the tool' property NRestarts
check '10 resets after that' make_resets 10
check 'are in the journal too' until_holds at_least $((count + 10)) entries
check 'it is stopped in good order' bash -c 'systemctl stop trace-reset && [[ $(systemctl show --value -p Result trace-reset) == success ]]'
check 'nothing of it is left' nothing_left
check 'its recordings have every reset' replays --comm python3 --outcome sent --cause unread-data-on-close -o /dev/null --expect "unread-data-on-close=$((count + 10))"
row 'trace-reset replay resets.*.jsonl.gz' bash -c "trace-reset replay $state/resets.*.jsonl.gz -o /dev/null 2>&1 | grep 'resets: '"
check 'the kernel functions have their names' bash -c "zcat $state/*.gz | grep -q '\"stack\":\[\"tcp_send_active_reset\",\"__tcp_close\"'"

# A disk that fills.
rm -rf "${state:?}"/*
mount -t tmpfs -o size=256k,mode=700 tmpfs "$state"
check 'it starts on a small disk' begin
before=$(entries)
fill() { ! dd if=/dev/zero of="$state/fill" bs=4k 2>/dev/null; }
check 'the disk is full' fill
check '20 resets on a full disk' make_resets 20
check 'are in the journal' until_holds at_least $((before + 20)) entries
check 'and the loss of the recording is told once' bash -c "until [[ \$(journalctl --quiet --no-pager -u trace-reset -o cat | grep -c 'cannot write .*no space left') == 1 ]]; do sleep 0.5; done"
rm -f "$state/fill"
check '5 resets after that' make_resets 5
check 'are in the journal as well' until_holds at_least $((before + 25)) entries
check 'it is stopped, and the loss is counted' bash -c "systemctl stop trace-reset && journalctl --quiet --no-pager -u trace-reset -o cat | grep 'record: LOST .* of .* lines: no space left'"
check 'the recording tells of it where it is' bash -c "trace-reset replay $state/resets.*.jsonl.gz -q 2>&1 | grep 'LOST [0-9]* events'"
row 'a full disk, and systemctl stop' bash -c "journalctl --quiet --no-pager -u trace-reset -o cat | grep 'record: LOST'"
umount "$state"

# A trace that cannot begin is not tried for ever.
cp /etc/default/trace-reset "$log.default"
echo 'OPTIONS=--no-such-option' >/etc/default/trace-reset
systemctl reset-failed trace-reset
systemctl start trace-reset
check 'a trace that cannot begin is given up' until_holds bash -c '[[ $(systemctl show --value -p ActiveState trace-reset) == failed && $(systemctl show --value -p NRestarts trace-reset) -lt 6 ]]'
row 'a wrong option, after 5 starts' property Result
cp "$log.default" /etc/default/trace-reset
rm -rf /run/systemd/system/trace-reset.service.d
systemctl daemon-reload
systemctl reset-failed trace-reset
check 'nothing of the service is left' nothing_left

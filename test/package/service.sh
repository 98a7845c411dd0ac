#!/bin/bash
# SPDX-License-Identifier: MIT
# Sourced by guest.sh: the service of the Debian package: 1,000 resets in ten minutes, each process killed, a full disk.
count=1000 seconds=600
state=/var/lib/trace-reset

ask() { busybox wget -qO- "http://127.0.0.1:9435/$1"; }
is_tracing() { ask healthz; }
is() { [[ $("${@:2}") == "$1" ]] || { echo "$("${@:2}") is not $1: ${*:2}"; return 1; }; }
property() { systemctl show --value -p "$1" trace-reset; }
# What the service has written to the journal about resets since a time; resets.py makes them, and nobody else is called python3.
verdicts() { journalctl --quiet -t trace-reset TCP_RESET_OUTCOME=sent --since "@$since" -o cat; }
of_python() { verdicts | grep -c 'unread-data-on-close: .*python3\['; }
# python3's by cause and confidence.
causes_of_python() { verdicts | grep 'python3\[' | sed 's/^.* \([a-z0-9-]*\): .*\(; [a-z]*\)$/\1\2/' | sort | uniq -c; }
# An emulator that has other work to do may be far behind: as long as there are more, it is waited for.
each_once() {
    local before=-1 now
    while now=$(of_python) && [[ $now != "$count" ]]; do
        [[ $now == "$before" ]] && break
        before=$now
        sleep 60
    done
    [[ $now == "$count" ]] && return
    causes_of_python
    ask metrics | grep '^tracereset_\(resets\|lost\)_total' | grep -v ' 0$'
    return 1
}
of_others() { verdicts | grep -v 'python3\['; }
# All that were sent, whoever did.
in_journal() { verdicts | wc -l; }
in_metrics() { ask metrics | awk '/^tracereset_resets_total{outcome="sent"/ { sum += $2 } END { print sum + 0 }'; }
replays() { trace-reset replay "$state"/resets.*.jsonl.gz -q "$@"; }
main_pid() { property MainPID; }
# By the name of the file: a task of node has another name.
tracers() { pgrep -x bpftrace; }
nothing_left() { ! tracers && ! pgrep -f 'node /usr/sbin/trace-reset' && [[ ! -s /sys/kernel/debug/kprobes/list ]]; }
begin() { systemctl start trace-reset && until_holds is_tracing; }
told() { journalctl --quiet --no-pager -u trace-reset -o cat | grep "$@"; }
restarted() { [[ $(main_pid) != "$1" && $(main_pid) != 0 ]]; }
# Kills one process of the service; another one traces after that.
kill_and_restart() {
    local was
    was=$(main_pid)
    kill -9 "$($1)" && until_holds restarted "$was" && until_holds is_tracing && is 1 pgrep -xc bpftrace
}
# Kills every bpftrace that comes, until none does.
kill_all() {
    local was
    for ((kills = 1; kills <= 6; kills++)); do
        was=$(main_pid)
        kill -9 "$(tracers)" || return 1
        until_holds eval "restarted $was || is_failed" || return 1
        is_failed && return
        until_holds is_tracing || return 1
    done
    return 1
}
# How often a start of the service was refused its options. Between two starts it may be failed for a moment (systemd 252).
refusals() { told -c "unknown option"; }
is_failed() { [[ $(property ActiveState) == failed ]]; }
make_resets() { python3 test/package/resets.py "$@"; }
balanced() { is "$(in_journal)" in_metrics; }

rm -f /usr/local/bin/node /usr/local/bin/trace-reset
check 'trace-reset is installed' dpkg -i "$debs"/trace-reset_*.deb
check 'the service is there, neither enabled nor started' bash -c '[[ $(systemctl is-enabled trace-reset) == disabled && $(systemctl is-active trace-reset) == inactive ]]'
check 'its exposure is OK' systemd-analyze --no-pager security --threshold=50 trace-reset.service
mkdir -p /run/systemd/system/trace-reset.service.d
printf '[Service]\nRestartSec=0.2\n' >/run/systemd/system/trace-reset.service.d/lab.conf
systemctl daemon-reload
since=$(date +%s)
check 'it starts, and traces' begin
row 'systemd-analyze security trace-reset.service' bash -c 'systemd-analyze --no-pager security trace-reset.service | tail -n 1'
before=$(date +%s)
check "$count resets are made in $seconds s" make_resets "$count" "$seconds"
check 'each is in the journal, once' each_once
check 'Prometheus is told of as many as the journal' until_holds balanced
echo "# $(($(date +%s) - before)) s, $(ps -o rss=,time= -p "$(main_pid)") KiB and CPU of the tool"
row "journalctl -t trace-reset, python3's of $count in $seconds s" of_python
row 'and of others' bash -c "echo '$(of_others | tr -d "'" | head -n 4)'"
row 'curl :9435/metrics, all resets sent' in_metrics
row 'ls /var/lib/trace-reset' ls -sh "$state"
check 'a recording is for root alone' bash -c "is700=\$(stat -c %a $state) && [[ \$is700 == 700 ]] && [[ \$(stat -c %a $state/*.gz | sort -u) == 600 ]]"
check 'a killed bpftrace is told, and traced anew' kill_and_restart tracers
check 'with what ended it' told 'bpftrace .*SIGKILL'
check 'so is a killed tool, and its bpftrace goes with it' kill_and_restart main_pid
row 'restarts after kill -9 of bpftrace, and of the tool' property NRestarts
check '10 resets after that' make_resets 10
check 'each is in the journal too' until_holds is $((count + 10)) of_python
check 'it is stopped in good order' bash -c 'systemctl stop trace-reset && [[ $(systemctl show --value -p Result trace-reset) == success ]]'
check 'nothing of it is left' nothing_left
check 'its recordings have every reset' replays --comm python3 --outcome sent --cause unread-data-on-close -o /dev/null --expect "unread-data-on-close=$((count + 10))"
row 'trace-reset replay resets.*.jsonl.gz' bash -c "trace-reset replay $state/resets.*.jsonl.gz -o /dev/null 2>&1 | grep 'resets: '"
check 'the kernel functions have their names' bash -c "zcat $state/*.gz | grep -q '\"stack\":\[\"tcp_send_active_reset\",\"__tcp_close\"'"

# A disk that fills.
rm -rf "${state:?}"/*
mount -t tmpfs -o size=256k,mode=700 tmpfs "$state"
systemctl reset-failed trace-reset
since=$(date +%s)
check 'it starts on a small disk' begin
fill() { ! dd if=/dev/zero of="$state/fill" bs=4k 2>/dev/null; }
check 'the disk is full' fill
check '20 resets on a full disk' make_resets 20
check 'each is in the journal' until_holds is 20 of_python
check 'and the loss of the recording is told once' until_holds bash -c "[[ \$(journalctl --quiet --no-pager -u trace-reset -o cat | grep -c 'cannot write .*no space left') == 1 ]]"
check 'and counted for Prometheus' bash -c "busybox wget -qO- http://127.0.0.1:9435/metrics | grep 'tracereset_lost_total{what=\"recorded\"} [1-9]'"
rm -f "$state/fill"
check '5 resets after that' make_resets 5
check 'each is in the journal as well' until_holds is 25 of_python
check 'it is stopped, and the loss is counted' bash -c "systemctl stop trace-reset && journalctl --quiet --no-pager -u trace-reset -o cat | grep 'record: LOST .* of .* lines: no space left'"
check 'the recording tells of it where it is' bash -c "trace-reset replay $state/resets.*.jsonl.gz -q 2>&1 | grep 'LOST [0-9]* events'"
row 'a full disk, and systemctl stop' told 'record: LOST'
umount "$state"

# A trace that cannot begin is not tried for ever.
cp /etc/default/trace-reset "$log.default"
echo 'OPTIONS=--no-such-option' >/etc/default/trace-reset
systemctl reset-failed trace-reset
systemctl start trace-reset
check 'a trace that cannot begin is given up' until_holds is_failed
check 'after five starts' until_holds is 5 refusals
row 'a wrong option, after 5 starts' property Result
cp "$log.default" /etc/default/trace-reset
systemctl reset-failed trace-reset
check 'it starts again' begin
check 'one whose bpftrace is killed again and again is given up too' kill_all
check 'after five bpftraces' is 5 echo "$kills"
row 'kill -9 of 5 bpftraces' property Result
rm -rf /run/systemd/system/trace-reset.service.d
systemctl daemon-reload
systemctl reset-failed trace-reset
check 'nothing of the service is left' nothing_left
check 'it is enabled' systemctl enable trace-reset
check 'and traces' begin
check 'the package is purged while it does' dpkg --purge trace-reset
check 'nothing of it is left after that' nothing_left
check 'nor are its recordings, its options and its unit' bash -c "! ls -d $state /etc/default/trace-reset /etc/systemd/system/*/trace-reset.service /lib/systemd/system/trace-reset.service"

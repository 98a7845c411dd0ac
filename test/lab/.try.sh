# parse the program with this kernel's bpftrace
trace-reset doctor --json > /out/facts.json
for o in "" "--packets" "--light" "--packets --probe __inet_lookup_established,__inet6_lookup_established,__inet_lookup_listener,inet6_lookup_listener,tcp_validate_incoming,tcp_check_req,tcp_timewait_state_process,tcp_reset,tcp_v4_send_reset,tcp_v6_send_reset,tcp_send_active_reset,tcp_send_challenge_ack,tcp_abort,tcp_set_state,tcp_done,kfree_skb,ip_local_deliver,ip6_input,ip_rcv_finish,ip6_rcv_finish,tcp_v4_early_demux,tcp_v6_early_demux"; do
  trace-reset program $o > /tmp/p.bt
  echo "== $o: $(wc -c < /tmp/p.bt)"
  BPFTRACE_MAP_KEYS_MAX=65536 BPFTRACE_MAX_MAP_KEYS=65536 BPFTRACE_PERF_RB_PAGES=256 timeout 200 bpftrace -f json -B line -c /bin/true -e "$(cat /tmp/p.bt)" 2>&1 | head -c 700
  echo "rc=$?"
done

#!/bin/bash
# SPDX-License-Identifier: MIT
# Sourced by guest.sh: the image of build/image/, run by podman, traces the host and names a reset between two other containers; and
# the tool on the host names containers of podman and a pod of containerd. Nothing is pulled.
port=8080
uid=5c1d3f0e-7a42-4b7e-9d55-0f6a2b8c9e13
# In memory: the disk has no room for it, and it costs no time.
mkdir -p /var/lib/containers
mount -t tmpfs -o size=2g tmpfs /var/lib/containers
export TMPDIR=/tmp

# An image of a static busybox alone; Python comes from the machine.
make_tiny() {
    local root
    root=$(mktemp -d) && mkdir "$root"/{usr,etc,dev,proc,sys,tmp,test,run} && cp "$(command -v busybox)" "$root/busybox" &&
        ln -s usr/bin "$root/bin" && ln -s usr/lib "$root/lib" && ln -s usr/lib64 "$root/lib64" &&
        tar -C "$root" -c . | podman import --change 'CMD ["/busybox","sleep","2147483647"]' - localhost/tiny:1
}
mounts=(-v /usr:/usr:ro -v "$PWD/test:/test:ro")
# A container that closes its connections with unread data, and one that connects to it.
serves() {
    podman run --detach --name "$1" "${mounts[@]}" "${@:2}" localhost/tiny:1 python3 /test/package/peer.py serve $port &&
        until_holds eval "podman logs $1 2>&1 | grep -q listens"
}
connects() { podman run --rm --name "$1" "${mounts[@]}" "${@:3}" localhost/tiny:1 python3 /test/package/peer.py connect "$2" $port; }
address() { podman inspect --format '{{.NetworkSettings.IPAddress}}' "$1"; }
# The tool in a container of its image. Without a filter by port: it is that of the server's end, and the client's is asked for too.
traces() {
    podman run --detach --name tracer --privileged --pid=host "$image" --format json "$@" &&
        until_holds eval 'podman logs tracer 2>&1 | grep -q "trace-reset: tracing "'
}
ends_well() { podman stop --time 120 tracer && [[ $(podman inspect --format '{{.State.ExitCode}}' tracer) == 0 ]]; }
# The values of some fields of each verdict that podman's log, or a file, has; sorted.
fields() { python3 -c 'import json, sys
rows = [json.loads(line) for line in sys.stdin if line.startswith("{")]
print("\n".join(sorted(" ".join(str(row[name]) for name in sys.argv[1:]) for row in rows)))' "$@"; }
container_said() { podman logs tracer 2>/dev/null | fields outcome cause container runtime comm; }
host_traces() {
    trace-reset --format json "$@" -n 1 >"$log.json" 2>"$log.err" &
    tracer=$!
    until_holds grep -q 'trace-reset: tracing ' "$log.err"
}
host_said() { fields "$@" <"$log.json"; }
equals() { local given; given=$("${@:2}"); [[ $given == "$1" ]] || { echo "$given"; cat "$log.err" 2>/dev/null; podman logs tracer; return 1; }; }
two='received peer-aborted client podman python3
sent unread-data-on-close web podman python3'

check 'dbus is there, by which podman asks systemd for a cgroup' systemctl start dbus
check 'an image of busybox is made' make_tiny
# As the README has them.
printed() { sed -n "s/^    \(podman $1 .*\)/\1/p" README.md; }
check "$(printed load)" eval "$(printed load)"
rm -f build/image/trace-reset.tar
image=$(podman images --format '{{.Repository}}:{{.Tag}}' localhost/trace-reset)
row 'podman images localhost/trace-reset' podman images --noheading localhost/trace-reset
row 'podman run trace-reset --version' podman run --rm "$image" --version
check 'a server is in one container' serves web
row 'cat /proc/PID/cgroup, of a container' bash -c "cat /proc/\$(podman inspect --format '{{.State.Pid}}' web)/cgroup"
traces_as_printed() {
    eval "exec $(printed run)" >"$log.out" 2>"$log.err" &
    tracer=$!
    until_holds grep -q 'trace-reset: tracing ' "$log.err"
}
check "$(printed run)" traces_as_printed
check 'a client in another container is reset' connects client "$(address web)"
kill -INT "$tracer"
check 'Ctrl-C ends it in good order' wait "$tracer"
check 'the reset was named' grep -A1 "$(address web):$port .*> .*unread-data-on-close" "$log.out"
row "$(printed run)" grep -A1 "$(address web):$port .*> .*unread-data-on-close" "$log.out"
sed 's/^/# /' "$log.err"

check 'the module is loaded on the host' insmod kmod/tcphash.ko
check 'the image traces with the module' traces
check 'a client is reset again' connects client "$(address web)"
check 'it is stopped in good order too' ends_well
check 'the module was asked' eval "podman logs tracer 2>&1 | grep 'TCP hash: module'"
container_said >"$log.said"
check 'both ends were named, by the names of their containers' diff "$log.said" <(echo "$two")
row 'the same --format json, with the module' cat "$log.said"
podman rm --force --time 0 tracer web >/dev/null
rmmod tcphash

# The tool on the host.
check 'the host traces one container' host_traces --container web --dport $port
check 'a server is in a container without systemd' eval 'podman() { command podman --cgroup-manager=cgroupfs "$@"; }; serves web'
row 'cat /proc/PID/cgroup, with cgroupfs' bash -c "cat /proc/\$(podman inspect --format '{{.State.Pid}}' web)/cgroup"
check 'its client is reset' connects client "$(address web)"
check 'the trace ends' wait "$tracer"
check 'the container was named' equals 'sent web podman' host_said outcome container runtime
row 'trace-reset --container web, on the host' bash -c "python3 -c 'import json,sys; v=json.loads(sys.stdin.readline()); print(v[\"cause\"], v[\"container\"], v[\"runtime\"])' <'$log.json'"
podman rm --force --time 0 web >/dev/null
unset -f podman

# containerd, asked as the kubelet asks.
mkdir -p /etc/containerd
cat >/etc/containerd/config.toml <<'TOML'
version = 2
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/tiny:1"
[plugins."io.containerd.grpc.v1.cri".containerd]
  snapshotter = "native"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
  SystemdCgroup = false
TOML
check 'containerd runs' eval 'systemctl restart containerd && until_holds ctr version'
check 'it has the image' bash -c 'podman save localhost/tiny:1 | ctr --namespace k8s.io images import -'
check 'the host traces a pod' host_traces --pod web-0 --k8s-namespace shop --dport $port
check 'the pod runs' eval 'ln -sfn "$PWD/test" /test && node build/image/cri.mjs shop web-0 $uid nginx localhost/tiny:1 python3 /test/package/peer.py serve $port >"$log.id"'
check 'and listens' until_holds grep -q listens "/var/log/pods/shop_web-0_$uid/nginx/0.log"
row 'cat /proc/PID/cgroup, of a pod' bash -c "cat /proc/\$(pgrep -f 'peer.py serve')/cgroup"
check 'its client on the node is reset' python3 test/package/peer.py connect 127.0.0.1 $port
check 'that trace ends' wait "$tracer"
check 'the pod was named' equals "sent nginx containerd web-0 $uid shop" host_said outcome container runtime pod pod_uid namespace
row 'trace-reset --pod web-0 --k8s-namespace shop' bash -c "python3 -c 'import json,sys; v=json.loads(sys.stdin.readline()); print(v[\"cause\"], v[\"namespace\"], v[\"pod\"], v[\"container\"], v[\"runtime\"])' <'$log.json'"

# SPDX-License-Identifier: MIT
"""A stateful firewall on the way has forgotten a connection that was silent for long, and refuses its next segment."""
import os
import time

from gauntlet.truth import seen_by_client
from net.sockets import forget
from net.waits import wait_reset

SIDE = "client"
CONFIDENCE = "likely"
RESETS = [("router", "R")]
COUNTED = {"EstabResets": 1}
TOGETHER = True
IDLE_SECONDS = 31  # beyond what trace-reset takes for a pause
TRACKED_SECONDS = 2


def trigger(world, port, family=4, count=1):
    with (world.router.reject(family, "FORWARD", port, "-m", "conntrack", "--ctstate", "INVALID"),
          world.router.sysctl("net.netfilter.nf_conntrack_tcp_loose", 0),
          world.router.sysctl("net.netfilter.nf_conntrack_tcp_timeout_established", TRACKED_SECONDS)):
        flows = [world.connection(port, family) for _ in range(count)]
        time.sleep(IDLE_SECONDS)  # the silence is what is provoked
        return [refused(client, server, port) for client, server in flows]


def refused(client, server, port):
    client.send(b"still there?")
    wait_reset(client)
    truth = seen_by_client(client, port, state="ESTABLISHED", owner="socket", pid=os.getpid())
    client.close()
    forget(server)
    return truth

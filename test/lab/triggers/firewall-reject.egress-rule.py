# SPDX-License-Identifier: MIT
"""An nftables rule for what the client sends comes into force while a connection is in use, and rejects its next segment."""
import os

from endings import forget
from truth import seen_by_client
from waits import wait_reset

SIDE = "client"
RESETS = []
COUNTED = {"EstabResets": 1}
RULES = """
table inet gauntlet {{
  chain output {{
    type filter hook output priority 0;
    tcp dport {port} reject with tcp reset
  }}
}}
"""


def trigger(world, port, family=4):
    client, server = world.connection(port, family)
    world.client.run("nft", RULES.format(port=port))
    try:
        client.send(b"one more request")
        wait_reset(client)
    finally:
        world.client.run("nft", "delete table inet gauntlet")
    truth = seen_by_client(client, port, state="ESTABLISHED", owner="socket", pid=os.getpid())
    client.close()
    forget(server)
    return truth

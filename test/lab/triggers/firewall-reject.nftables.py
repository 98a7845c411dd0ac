# SPDX-License-Identifier: MIT
"""An nftables rule comes into force while a connection is in use, and rejects its next segment."""
from endings import forget
from truth import seen_by_server
from waits import wait_reset

SIDE = "server"
RESETS = [("server", "R")]
NETFILTER = True
RULES = """
table inet gauntlet {{
  chain input {{
    type filter hook input priority 0;
    tcp dport {port} reject with tcp reset
  }}
}}
"""


def trigger(world, port, family=4):
    client, server = world.connection(port, family)
    world.server.run("nft", RULES.format(port=port))
    try:
        client.send(b"one more request")
        wait_reset(client)
    finally:
        world.server.run("nft", "delete table inet gauntlet")
    truth = seen_by_server(client, port, owner="none")
    client.close()
    forget(server)
    return truth

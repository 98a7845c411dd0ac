# SPDX-License-Identifier: MIT
"""An administrator kills the server's socket with ss -K."""
from gauntlet.truth import seen_by_server
from net.waits import wait_reset

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "RA")]


def trigger(world, port, family=4):
    client, server = world.connection(port, family)
    world.server.run("ss", "-K", "-t", f"sport = :{port} and dport = :{client.getsockname()[1]}")
    wait_reset(client)
    truth = seen_by_server(client, port, state="ESTABLISHED")
    client.close()
    server.close()
    return truth

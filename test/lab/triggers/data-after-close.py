# SPDX-License-Identifier: MIT
"""The server has closed, and the client, which may still send, does."""
from truth import seen_by_server
from waits import wait_reset, wait_state

SIDE = "server"
RESETS = [("server", "R")]


def trigger(world, port, family=4):
    client, server = world.connection(port, family)
    server.close()
    wait_state(world.server, client, "FIN_WAIT2")
    client.send(b"one more request")
    wait_reset(client)
    # The orphan in FIN_WAIT2 is kept as a time-wait.
    truth = seen_by_server(client, port, state="TIME_WAIT", owner="none")
    client.close()
    return truth

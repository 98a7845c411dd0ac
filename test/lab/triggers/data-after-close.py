# SPDX-License-Identifier: MIT
"""The server has closed, and the client, which may still send, does."""
from world import seen_by_server, wait_reset, wait_state

SIDE = "server"
# What stands for an orphan in FIN_WAIT2.
TIME_WAIT = 6


def trigger(world, port):
    client, server = world.connection(port)
    server.close()
    wait_state(world.server, client, TIME_WAIT)
    client.send(b"one more request")
    wait_reset(client)
    truth = seen_by_server(client, port, state="TIME_WAIT", owner="none")
    client.close()
    return truth

# SPDX-License-Identifier: MIT
"""The server has closed, and the client, which may still send, does."""
from world import seen_by_server, wait_closed_by_peer, wait_reset

SIDE = "server"


def trigger(world, port):
    client, server = world.connection(port)
    server.close()
    wait_closed_by_peer(client)
    client.send(b"one more request")
    wait_reset(client)
    # The FIN is acknowledged with the data, or by itself before: then a time-wait stands for the orphan already.
    truth = seen_by_server(client, port, state=("FIN_WAIT2", "TIME_WAIT"), owner=("none", "socket"))
    client.close()
    return truth

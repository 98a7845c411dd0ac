# SPDX-License-Identifier: MIT
"""The tuple of a connection, as a verdict gives it: that of packets arriving at the host that is judged."""


def seen_by_server(client, server_port, **more):
    """For a connection from this client: a socket, or its (address, port)."""
    saddr, sport = end(client)
    return {"saddr": saddr, "sport": sport, "dport": server_port, **more}


def seen_by_client(client, server_port, **more):
    """The same connection as packets arriving at the client have it."""
    daddr, dport = end(client)
    return {"sport": server_port, "daddr": daddr, "dport": dport, **more}


def end(client):
    return (client if isinstance(client, tuple) else client.getsockname())[:2]

# SPDX-License-Identifier: MIT
"""The peer's address moves to a standby host, which never heard of the connection."""
import os

from gauntlet.truth import seen_by_client
from net.host import run
from net.sockets import forget
from net.waits import wait_reset

SIDE = "client"
CONFIDENCE = "likely"
RESETS = [("stranger", "R")]
COUNTED = {"EstabResets": 1}


def trigger(world, port, family=4):
    client, server = world.connection(port, family)
    address = f"{world.server.address(family)}/{32 if family == 4 else 128}"
    taken = ["address", "add", address, "dev", "lo", *["nodad"][:family == 6]]
    route = ["route", "add", address, "via", world.stranger.address(family)]
    run("ip", "-n", world.stranger.name, *taken)
    run("ip", "-n", world.router.name, *route)
    try:
        client.send(b"are you there?")
        wait_reset(client)
    finally:
        run("ip", "-n", world.router.name, "route", "del", *route[2:])
        run("ip", "-n", world.stranger.name, "address", "del", *taken[2:5])
    truth = seen_by_client(client, port, state="ESTABLISHED", owner="socket", pid=os.getpid())
    client.close()
    forget(server)
    return truth

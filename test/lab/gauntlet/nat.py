# SPDX-License-Identifier: MIT
"""Address translation as NodePorts and load balancers have it."""
import contextlib

NODE_PORT = 32193


def end(address, port):
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


@contextlib.contextmanager
def node_port(world, port, family):
    """The server's own port NODE_PORT leads to another port of it."""
    rule = ["-p", "tcp", "--dport", str(NODE_PORT),
            "-j", "DNAT", "--to-destination", end(world.server.address(family), port)]
    with world.server.rule(family, "PREROUTING", *rule, table="nat"):
        yield (world.server.address(family), NODE_PORT)


@contextlib.contextmanager
def through_router(world, port, family):
    """A connection to NODE_PORT of the router, which leads it to the server: the client's socket and the server's."""
    front = (world.client.near(254, family), NODE_PORT)
    rule = ["-d", front[0], "-p", "tcp", "--dport", str(NODE_PORT),
            "-j", "DNAT", "--to-destination", end(world.server.address(family), port)]
    with world.router.rule(family, "PREROUTING", *rule, table="nat"):
        with world.server.listen(port, family) as listener:
            client = world.client.connect(front)
            server, _ = listener.accept()
        server.settimeout(client.gettimeout())
        yield client, server


@contextlib.contextmanager
def masquerade(world, port):
    """What goes to a port behind the router has the router's address, in both families, by nftables."""
    lines = ["table inet lab {", "chain post {", "type nat hook postrouting priority 100",
             f"tcp dport {port} masquerade", "}", "}"]
    world.router.run("nft", "\n".join(lines))
    try:
        yield
    finally:
        world.router.run("nft", "delete table inet lab")


def translated(world, peer, here):
    """The other tuple of a connection that the router translates, as a verdict has it: two (address, port)."""
    return {"saddr": peer[0], "sport": peer[1], "daddr": here[0], "dport": here[1], "netns": world.router.inode}


def lose_translation(world, family):
    """The router forgets all connections, as after a restart or a full table."""
    world.router.run("conntrack", "-D", "-f", f"ipv{family}", "-p", "tcp", "--orig-port-dst", str(NODE_PORT))

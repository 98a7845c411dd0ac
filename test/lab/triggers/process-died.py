# SPDX-License-Identifier: MIT
"""A server is killed with SIGKILL in the middle of a request that it has not read."""
import os
import signal

from world import seen_by_server, wait_reset, wait_unread

SIDE = "server"


def trigger(world, port):
    ready, tell = os.pipe()
    with world.server.listen(port) as listener:
        child = os.fork()
        if child == 0:
            serve(listener, tell)
        client = world.client.socket()
        client.connect((world.server.address, port))
    world.on_connection(client)
    client.send(b"POST / HTTP/1.1\r\n\r\n")
    os.close(tell)
    assert os.read(ready, 1) == b".", "the server ended by itself"
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    wait_reset(client)
    truth = seen_by_server(client, port, state="ESTABLISHED", owner="closer", pid=child)
    client.close()
    os.close(ready)
    return truth


def serve(listener, tell):
    try:
        server, _ = listener.accept()
        listener.close()
        wait_unread(server, 19)
        os.write(tell, b".")
        signal.pause()
    finally:
        os._exit(1)

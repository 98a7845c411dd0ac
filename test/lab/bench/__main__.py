# SPDX-License-Identifier: MIT
"""`python3 test/lab/bench PART... CONNECTIONS=... MESSAGES=... LOOKUPS=... PWRU=... TCPSTATES=...`, as root: measures each
part and prints its rows, a line of JSON each."""
import json
import pathlib
import subprocess
import sys
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from bench import connections, floods, packets, ready  # noqa: E402
from net.host import Host, join  # noqa: E402

SOCKETS = ["1000", "10000"]


def main(*arguments):
    words = [word for word in arguments if "=" not in word]
    programs = dict(word.split("=", 1) for word in arguments if "=" in word)
    module = pathlib.Path("kmod/tcphash.ko")
    if module.exists():
        subprocess.run(["insmod", str(module)], check=True)
    client, server = Host("client"), Host("server")
    join(client, server)
    parts = {
        "connections": lambda: connections.measure(programs["CONNECTIONS"], programs["TCPSTATES"]),
        "packets": lambda: packets.measure(client, server, programs["MESSAGES"], programs["PWRU"]),
        "floods": lambda: floods.measure(client, server),
        "lookups": lambda: lookups(programs["LOOKUPS"]) if module.exists() else [],
        "ready": ready.measure,
    }
    return max([tell(part, parts[part]) for part in words or parts])


def tell(part, measure):
    """Prints a part's rows; one part's end is no reason to leave the others unmeasured."""
    failed = 0
    try:
        for row in measure():
            print(json.dumps({"part": part, **row}), flush=True)
            failed |= "failed" in row
    except Exception as error:
        print(json.dumps({"part": part, "failed": f"{type(error).__name__}: {error}"}), flush=True)
        traceback.print_exc()
        return 1
    return int(failed)


def lookups(program):
    with subprocess.Popen([program, *SOCKETS], stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            yield json.loads(line)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

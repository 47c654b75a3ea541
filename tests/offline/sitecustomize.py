"""Put on PYTHONPATH, this refuses every connection of a Python process that leaves the machine,
and writes each attempt to the file named by $FORMICARIUM_ATTEMPTS."""

import os
import sys
from pathlib import Path

HOME = {None, "", "localhost", "127.0.0.1", "::1", "0.0.0.0", b"localhost", b"127.0.0.1"}


def _watch(event: str, args: tuple) -> None:
    if event == "socket.getaddrinfo":
        host = args[0]
    elif event in ("socket.connect", "socket.sendto"):
        address = args[1]
        if not isinstance(address, tuple):
            return  # a socket in the file system
        host = address[0]
    else:
        return
    if host not in HOME:
        with Path(os.environ["FORMICARIUM_ATTEMPTS"]).open("a") as log:
            log.write(f"{event} {host}\n")
        raise PermissionError(f"offline: {event} {host}")


sys.addaudithook(_watch)

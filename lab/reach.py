"""Whether the Hugging Face hub can be reached at all, found out within a second.

Left to itself the hub's client tries for most of a minute.
"""

from __future__ import annotations

import os
import socket
import threading
import urllib.request
from urllib.parse import urlsplit

SECONDS = 0.8
OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_DATASETS_OFFLINE")
_YES = {"1", "ON", "YES", "TRUE"}


class Unreachable(ConnectionError):
    """The hub cannot be reached from here, or did not give what it was asked for."""


def refuse_unreachable(what: str, instead: str = "") -> None:
    """Raises `Unreachable` within a second if the hub cannot be reached from here.

    Args:
        what: begins the message: what was to be fetched.
        instead: ends it: what would work.
    """
    for key in OFFLINE:
        if os.environ.get(key, "").upper() in _YES:
            raise Unreachable(f"{what}{key} forbids fetching it{instead}")
    host, port = _door()
    reached: list[bool] = []
    knock = threading.Thread(target=_knock, args=(host, port, reached), daemon=True)
    knock.start()
    # A name server that never answers cannot be interrupted, only left alone.
    knock.join(SECONDS)
    if not reached:
        raise Unreachable(f"{what}{host} cannot be reached{instead}")


def first_line(error: Exception) -> str:
    """What an error of the hub's client says, in one line."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:160]


def _door() -> tuple[str, int]:
    """Where to knock: the hub, or the proxy that leads there."""
    endpoint = urlsplit(os.environ.get("HF_ENDPOINT") or "https://huggingface.co")
    direct = urllib.request.proxy_bypass(endpoint.hostname or "")
    proxies = {} if direct else urllib.request.getproxies()
    told = proxies.get(endpoint.scheme) or proxies.get("all")
    door = urlsplit(told if "://" in told else f"http://{told}") if told else endpoint
    return door.hostname or "", door.port or (443 if door.scheme == "https" else 80)


def _knock(host: str, port: int, reached: list[bool]) -> None:
    try:
        socket.create_connection((host, port), timeout=SECONDS).close()
        reached.append(True)
    except OSError:
        pass

"""Data sets of the Hugging Face hub, streamed: nothing is fetched before it is asked for."""

from __future__ import annotations

import os
import socket
import threading
import urllib.request
from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from lab.corpora.documents import Document, refuse_negative

SECONDS = 0.8
_YES = {"1", "ON", "YES", "TRUE"}


class Unreachable(ConnectionError):
    """The hub cannot be reached from here, or did not give the data set."""


class HubTexts:
    """See `hub`."""

    endless = False

    def __init__(self, rows: Any, name: str, field: str):
        self.rows, self.name, self.field = rows, name, field

    def starting(self, at: int = 0) -> Iterator[Document]:
        """The documents from number `at` on."""
        refuse_negative(at)
        # A stream skips whole shards where it can; a list of rows is no stream.
        rows = self.rows.skip(at) if hasattr(self.rows, "skip") else islice(self.rows, at, None)
        return (Document(str(row[self.field]), kind="hub") for row in rows)

    def __iter__(self) -> Iterator[Document]:
        return self.starting(0)

    def __repr__(self) -> str:
        return f"<{self.name}>"


def hub(
    name: str, split: str = "train", field: str = "text", *, config: str | None = None
) -> HubTexts:
    """The texts of a data set on the hub, streamed by `datasets`: never whole on disk or in memory.

    Args:
        name: as on the hub, `roneneldan/TinyStories`.
        split: which part of it.
        field: the column that holds the text.
        config: which of its configurations, where there are several.
    Raises:
        Unreachable: no network, or none allowed (HF_HUB_OFFLINE): within a second.
        ValueError: no such data set, split or configuration; no such column.

    >>> hub("roneneldan/TinyStories")                                  # doctest: +SKIP
    <roneneldan/TinyStories, train>
    """
    refuse_unreachable(name)
    import datasets

    try:
        rows = datasets.load_dataset(name, config, split=split, streaming=True)
        first = next(iter(rows), None)
    except ConnectionError as error:
        raise Unreachable(f"{name}: the hub did not answer ({_line(error)})") from None
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise ValueError(f"{name}: the hub did not give it ({_line(error)})") from None
    if first is None or field not in first:
        has = "nothing" if first is None else ", ".join(first)
        raise ValueError(f"{name} has no column {field!r} in {split!r}; it has {has}")
    return HubTexts(rows, f"{name}, {split}", field)


def refuse_unreachable(name: str) -> None:
    """Raises `Unreachable` within a second if the hub cannot be reached from here."""
    for key in ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE"):
        if os.environ.get(key, "").upper() in _YES:
            raise Unreachable(f"{name}: {key} forbids it; text(path) reads a file of yours")
    host, port = _door()
    reached: list[bool] = []
    knock = threading.Thread(target=_knock, args=(host, port, reached), daemon=True)
    knock.start()
    # A name server that never answers cannot be interrupted, only left alone.
    knock.join(SECONDS)
    if not reached:
        raise Unreachable(f"{name}: {host} cannot be reached; text(path) reads a file of yours")


def _line(error: Exception) -> str:
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

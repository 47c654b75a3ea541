"""Models of the Hugging Face hub: from its local cache when there, else fetched as safetensors.

Whether the hub can be reached at all is found out first, within a second: left to itself the
hub's client tries for most of a minute.
"""

from __future__ import annotations

import hashlib
import os
import re
import socket
import threading
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lab.storage import Refused

PATTERNS = ["*.safetensors", "*.safetensors.index.json", "*.json", "*.txt", "*.jinja", "*.model"]
SECONDS = 0.8
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")
_YES = {"1", "ON", "YES", "TRUE"}


class Unreachable(ConnectionError):
    """The hub cannot be reached from here, and the model is not in the local cache."""


def is_hub_name(source: str) -> bool:
    """Whether a source looks like `gpt2` or `owner/name`."""
    return bool(_NAME.fullmatch(source)) and ".." not in source and "--" not in source


def cached(name: str) -> Path | None:
    """The folder of a model that lies complete in the hub's local cache, or None."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        folder = Path(snapshot_download(name, allow_patterns=PATTERNS, local_files_only=True))
    except (LocalEntryNotFoundError, OSError, ValueError):
        return None
    return folder if complete(folder) else None


def complete(folder: Path) -> bool:
    """Whether a folder has a config, a tokenizer and weights in safetensors, all shards included.

    A look at the names only: `checked_folder` looks inside.
    """
    from lab.storage.folders import INDEX, TOKENIZERS, WEIGHTS
    from lab.storage.jsonfiles import read_json

    has = {file.name for file in folder.iterdir() if file.exists()}
    if not ({"config.json"} <= has and has & set(TOKENIZERS)):
        return False
    if WEIGHTS in has or INDEX not in has:
        return WEIGHTS in has
    try:
        return set(read_json(folder / INDEX)["weight_map"].values()) <= has
    except (Refused, KeyError, AttributeError, TypeError):
        return False


def fetched(name: str) -> Path:
    """The folder of a hub model, downloaded now.

    Raises:
        Unreachable: no network, or none allowed (HF_HUB_OFFLINE).
        Refused: no such model there, no safetensors in it, or a file that came out damaged.
    """
    refuse_unreachable(name)
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        folder = Path(snapshot_download(name, allow_patterns=PATTERNS, etag_timeout=5))
    except LocalEntryNotFoundError as error:
        raise Unreachable(f"{name}: the hub did not answer ({error!s:.120})") from None
    except (HfHubHTTPError, OSError, ValueError) as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise Refused(name, f"the hub did not give it ({first:.160})") from None
    refuse_damaged(folder)
    return folder


def refuse_unreachable(name: str) -> None:
    """Raises `Unreachable` within a second if the hub cannot be reached from here."""
    for key in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        if os.environ.get(key, "").upper() in _YES:
            raise Unreachable(f"{name}: not in the local cache, and {key} forbids fetching it")
    host, port = _door()
    reached: list[Any] = []
    knock = threading.Thread(target=_knock, args=(host, port, reached), daemon=True)
    knock.start()
    # A name server that never answers cannot be interrupted, only left alone.
    knock.join(SECONDS)
    if not reached:
        raise Unreachable(f"{name}: not in the local cache, and {host} cannot be reached")


def refuse_damaged(folder: Path) -> None:
    """Raises `Refused` if a large file differs from the SHA-256 the hub gave for it.

    The hub's client keeps a large file under its hash and checks only the size.
    """
    for file in sorted(folder.glob("*.safetensors")):
        told = file.resolve().name
        if re.fullmatch(r"[0-9a-f]{64}", told):
            with file.open("rb") as opened:
                if hashlib.file_digest(opened, "sha256").hexdigest() != told:
                    raise Refused(
                        file,
                        "damaged on the way (its SHA-256 is another)",
                        instead="Delete it and load again.",
                    )


def _door() -> tuple[str, int]:
    endpoint = urlsplit(os.environ.get("HF_ENDPOINT") or "https://huggingface.co")
    proxies = (
        {} if urllib.request.proxy_bypass(endpoint.hostname or "") else urllib.request.getproxies()
    )
    told = proxies.get(endpoint.scheme) or proxies.get("all")
    door = urlsplit(told if "://" in told else f"http://{told}") if told else endpoint
    return door.hostname or "", door.port or (443 if door.scheme == "https" else 80)


def _knock(host: str, port: int, reached: list[Any]) -> None:
    try:
        socket.create_connection((host, port), timeout=SECONDS).close()
        reached.append(True)
    except OSError:
        pass

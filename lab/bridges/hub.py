"""Models of the Hugging Face hub: from its local cache when there, else fetched as safetensors."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from lab.reach import Unreachable, first_line, refuse_unreachable
from lab.storage import Refused

PATTERNS = ["*.safetensors", "*.safetensors.index.json", "*.json", "*.txt", "*.jinja", "*.model"]
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")


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
    refuse_unreachable(f"{name}: not in the local cache, and ")
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        folder = Path(snapshot_download(name, allow_patterns=PATTERNS, etag_timeout=5))
    except LocalEntryNotFoundError as error:
        raise Unreachable(f"{name}: the hub did not answer ({error!s:.120})") from None
    except (HfHubHTTPError, OSError, ValueError) as error:
        raise Refused(name, f"the hub did not give it ({first_line(error)})") from None
    refuse_damaged(folder)
    return folder


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

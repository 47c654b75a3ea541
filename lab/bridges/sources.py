"""What a source names (a shipped model, SmolLM2, a hub model, a folder, a GGUF) → a folder."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lab.bridges import hub
from lab.storage import DATA, Refused, converted, recover, refuse_pickle, smollm2

SHIPPED = "formicarium/"
# Small models of the hub that a course is likely to name; only used to suggest what was meant.
WELL_KNOWN = (
    "gpt2", "distilgpt2", "EleutherAI/pythia-70m", "EleutherAI/pythia-160m",
    "HuggingFaceTB/SmolLM2-135M", "HuggingFaceTB/SmolLM2-135M-Instruct", "Qwen/Qwen2.5-0.5B",
    "roneneldan/TinyStories-1M", "roneneldan/TinyStories-33M",
)  # fmt: skip


def folder_of(source: str | os.PathLike[str], progress: Any = None) -> Path:
    """The folder with the model a source names, converted or fetched now if need be.

    Raises:
        FileNotFoundError: there is no such folder, file or model, with the nearest names.
        Refused: a pickle, or a GGUF that cannot be converted.
        ConnectionError: it would have to be fetched, and the hub cannot be reached.
    """
    text = os.fspath(source)
    if not text.strip():
        raise ValueError(
            "source is empty: give a name (lab.models() lists them), a folder or a file"
        )
    if text.lower() == smollm2.NAME:
        return _smollm2(progress)
    if text.startswith(SHIPPED):
        return _shipped(text)
    path = Path(text).expanduser()
    recover(path)
    if path.is_dir():
        return path
    if path.is_file():
        return _file(path, progress)
    text = text.encode(errors="replace").decode()  # what is no text cannot stand in a notebook
    if looks_local(source):
        raise FileNotFoundError(f"{text}: no such folder or file{_nearest(text)}")
    return _from_hub(text)


def shipped_folder() -> Path:
    """Where shipped models lie: one folder each."""
    return DATA / "models"


def shipped_names() -> list[str]:
    """The names of the shipped models."""
    folder = shipped_folder()
    found = folder.iterdir() if folder.is_dir() else ()
    return sorted(f"{SHIPPED}{one.name}" for one in found if (one / "config.json").is_file())


def looks_local(source: str | os.PathLike[str]) -> bool:
    """Whether a source that is not there was meant as a path rather than as a hub name."""
    if not isinstance(source, str):
        return True
    path = source.startswith((".", "/", "~")) or "\\" in source or source.endswith("/")
    return path or source.lower().endswith(".gguf") or not hub.is_hub_name(source)


def _smollm2(progress: Callable[[float, str], None] | None) -> Path:
    file = smollm2.package_file()
    if file is None:
        raise FileNotFoundError(
            f"{smollm2.NAME}: the package that brings it is missing; {smollm2.INSTALL}"
        )
    return converted(file, progress)


def _shipped(name: str) -> Path:
    # By comparison with what is there, never by joining: a name may hold "..".
    if name not in shipped_names():
        raise FileNotFoundError(f"{name}: no such shipped model{_nearest(name)}")
    return shipped_folder() / name.removeprefix(SHIPPED)


def _file(path: Path, progress: Callable[[float, str], None] | None) -> Path:
    refuse_pickle(path)
    if path.suffix.lower() == ".gguf":
        return converted(path, progress)
    if path.suffix.lower() == ".safetensors":
        raise Refused(path, "weights alone are no model", instead=f"Give the folder: {path.parent}")
    raise Refused(path, "neither a model folder nor a .gguf file")


def _from_hub(name: str) -> Path:
    found = hub.cached(name)
    if found:
        return found
    try:
        return hub.fetched(name)
    except hub.Unreachable as error:
        near = "" if name in WELL_KNOWN else _nearest(name)
        raise hub.Unreachable(f"{error}{near}. lab.models() lists what loads offline") from None
    except Refused as error:
        raise FileNotFoundError(f"{error}{_nearest(name)}") from None


def _nearest(name: str) -> str:
    known = [smollm2.NAME, *shipped_names(), *WELL_KNOWN]
    lowered = {one.lower(): one for one in known}
    near = difflib.get_close_matches(name.lower(), lowered, n=3, cutoff=0.5)
    return f". Nearest known names: {', '.join(lowered[one] for one in near)}" if near else ""

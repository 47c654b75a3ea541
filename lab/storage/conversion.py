"""GGUF to a plain model folder, once, in the user's cache.

The same file is found again by its SHA-256, wherever it lies. The conversion runs in a child
process with bounded memory and time, and the folder appears in the cache only when complete.
"""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

from lab.storage.atomic import replacing_folder
from lab.storage.cache import cache_folder, only_one
from lab.storage.children import Overrun, run_child
from lab.storage.gguf import GgufHead, gguf_head
from lab.storage.refusals import Refused
from lab.storage.sizes import refuse_over_memory

Progress = Callable[[float, str], None]

_CHILD = Path(__file__).with_name("_gguf_child.py")
_BASE_MEMORY = 4 * 1024**3  # what Python, torch and transformers take before any weight


def converted(path: str | os.PathLike[str], progress: Progress | None = None) -> Path:
    """The folder in the cache with the weights of a GGUF file, made now if it is not there.

    Weights are float32 in safetensors. `progress(done, what)` is told how far it is, from 0 to 1.

    Raises:
        Refused: malformed, of an architecture that cannot be converted, or too large.
    """
    path = Path(path)
    head = gguf_head(path)
    refuse_unknown_architecture(head)
    refuse_over_memory(path, head.elements, 4)
    folder = converted_folder(path)
    with only_one(folder):
        if not (folder / "config.json").is_file():
            with replacing_folder(folder) as new:
                _convert(head, new, progress)
    return folder


def converted_folder(path: str | os.PathLike[str]) -> Path:
    """Where the converted weights of this file are, or would be."""
    path = Path(path)
    folder = cache_folder() / "converted"
    folder.mkdir(exist_ok=True)
    return folder / f"{path.stem[:60]}-{_sha256(path)[:16]}"


def refuse_unknown_architecture(head: GgufHead) -> None:
    """Raises `Refused` if transformers cannot convert this architecture, with those it can."""
    from transformers.modeling_gguf_pytorch_utils import GGUF_SUPPORTED_ARCHITECTURES as known

    plain = head.architecture.replace("-", "").replace("_", "")
    if plain not in {name.replace("-", "").replace("_", "") for name in known}:
        raise Refused(
            head.path,
            f"a GGUF of architecture {head.architecture[:60]!r}, which transformers cannot read",
            instead=f"It reads: {', '.join(sorted(set(known) - {'general', 'tokenizer'}))}.",
        )


def _convert(head: GgufHead, folder: Path, progress: Progress | None) -> None:
    memory = _BASE_MEMORY + 3 * 4 * head.elements
    seconds = 300 + head.elements // 500_000
    try:
        status, errors = run_child(
            _CHILD,
            [str(head.path), str(folder), str(memory), str(seconds)],
            seconds=seconds,
            heard=lambda line: _tell(line, progress),
        )
    except Overrun as overrun:
        raise Refused(head.path, f"its conversion was stopped: {overrun}") from None
    if status:
        raise Refused(head.path, f"it could not be converted ({_last_line(errors, status)})")


def _tell(line: str, progress: Progress | None) -> None:
    if progress is None:
        return
    try:
        step = json.loads(line)
        progress(float(step["done"]), str(step["what"]))
    except (ValueError, KeyError, TypeError):
        pass  # A library's own chatter.


def _last_line(errors: str, status: int) -> str:
    lines = [line.strip() for line in errors.splitlines() if line.strip()]
    return lines[-1][:300] if lines else f"status {status}"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

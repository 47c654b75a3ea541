"""A life ⇄ one safetensors file, read with suspicion.

Texts and names travel as JSON in the file's metadata, numbers as tensors; attention as float16,
its lower triangle only where nobody looks ahead.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from lab.lives.checks import refuse_misfits
from lab.lives.record import Life
from lab.storage import Kind, read_record, write_record

_KIND = Kind("life", "lives", "formicarium life 1", texts="life")
_MOST_PIECES = 4096
TEXTS = ("name", "prompt", "pieces", "heads", "lens_layers", "lens_pieces", "targets", "words",
         "groups", "samples", "chance")  # fmt: skip
ARRAYS = ("special", "steps", "tokens", "patterns", "lens_best", "lens_probs", "target_probs",
          "target_ranks", "word_map", "map_share")  # fmt: skip


def written(life: Life, path: Path) -> Path:
    """Write a life to `path`, whole or not at all."""
    texts = {name: getattr(life, name) for name in TEXTS}
    texts |= {"curves": list(life.curves), "scores": list(life.scores)}
    arrays = {name: getattr(life, name) for name in ARRAYS}
    arrays["patterns"] = _packed(life.patterns)
    for i, (steps, values) in enumerate(life.curves.values()):
        arrays |= {f"curve {i} steps": steps, f"curve {i} values": values}
    arrays |= {f"score {i}": score for i, score in enumerate(life.scores.values())}
    return write_record(path, _KIND, arrays, texts)


def read(path: str | Path) -> dict[str, Any]:
    """The fields of the life in a file, by name; raises as `Life.open` says."""
    return read_record(path, _KIND, _fields)


def _fields(arrays: dict[str, np.ndarray], texts: dict[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {name: texts[name] for name in TEXTS}
    fields |= {name: arrays[name] for name in ARRAYS}
    fields["heads"] = [tuple(pair) for pair in texts["heads"]]
    fields["patterns"] = _unpacked(arrays["patterns"], len(texts["pieces"]))
    fields["curves"] = {
        name: (arrays[f"curve {i} steps"], arrays[f"curve {i} values"])
        for i, name in enumerate(texts["curves"])
    }
    fields["scores"] = {name: arrays[f"score {i}"] for i, name in enumerate(texts["scores"])}
    refuse_misfits(fields)
    return fields


def _packed(patterns: np.ndarray) -> np.ndarray:
    """[…, query, key] as float16, the lower triangle alone where all the rest is nothing."""
    half, (rows, columns) = patterns.astype(np.float16), np.tril_indices(patterns.shape[-1])
    return half if np.triu(half, 1).any() else half[..., rows, columns]


def _unpacked(packed: np.ndarray, count: int) -> np.ndarray:
    if packed.ndim == 4:
        return packed
    if packed.ndim != 3 or packed.shape[-1] != count * (count + 1) // 2 or count > _MOST_PIECES:
        raise ValueError(f"patterns of shape {packed.shape} for {count} pieces")
    rows, columns = np.tril_indices(count)
    square = np.zeros((*packed.shape[:-1], count, count), packed.dtype)
    square[..., rows, columns] = packed
    return square

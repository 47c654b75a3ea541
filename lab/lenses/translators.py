"""A tuned lens: for each row of the stream an affine map into the last layer's language.

Belrose et al. 2023, "Eliciting Latent Predictions from Transformers with the Tuned Lens". Row r
is read as `unembed(norm(h + A h + b))`; with A and b zero that is the logit lens. The last row
has no translator: it speaks that language already.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from lab.storage import Kind, read_record, write_record

Array = np.ndarray
_KIND = Kind("tuned lens", "lenses", "formicarium tuned lens 1", texts="lens", most=2**30)
_ARRAYS = ("matrices", "offsets")
_TEXTS = ("model_name", "mark", "note")


@dataclass(frozen=True, eq=False)
class TunedLens:
    """The translators of all rows but the last, and the model they were fitted to.

    Attributes:
        matrices: [row, d_model, d_model], A: what is added is `h @ matrices[row]`.
        offsets: [row, d_model], b.
        model_name: of the model; `mark` is a digest by which the model is known again.
        note: how it was fitted.

    >>> tuned = TunedLens.open("formicarium/stories")  # doctest: +SKIP
    >>> lab.lens(model, "Tom gave Lily a ball", tuned=tuned)  # doctest: +SKIP
    Reading(tuned lens, 'Tom gave Lily a ball', 7 rows × 5 tokens, formicarium/stories)
    """

    matrices: Float[Array, "row d_model d_model"]
    offsets: Float[Array, "row d_model"]
    model_name: str
    mark: str
    note: str = ""

    @classmethod
    def identity(cls, model: Any, note: str = "identity") -> TunedLens:
        """Translators that change nothing: the logit lens."""
        rows, wide = model.cfg.n_layers, model.cfg.d_model
        zeros = np.zeros((rows, wide, wide), np.float32), np.zeros((rows, wide), np.float32)
        return cls(*zeros, model_name=model.cfg.model_name, mark=mark_of(model), note=note)

    def check(self, model: Any) -> None:
        """Refuse a model these translators were not fitted to: they would read nonsense.

        Raises:
            ValueError: other sizes, or other weights.
        """
        wanted = (model.cfg.n_layers, model.cfg.d_model, model.cfg.d_model)
        if self.matrices.shape != wanted:
            raise ValueError(
                f"tuned has translators of shape {self.matrices.shape}, this model needs {wanted}: "
                f"they were fitted to {self.model_name}"
            )
        if self.mark != mark_of(model):
            raise ValueError(
                f"tuned was fitted to other weights ({self.model_name}): "
                "fit one to this model with lab.lenses.fitted(model, corpus)"
            )

    def save(self, path: str | Path, *, half: bool = True) -> Path:
        """Write it as safetensors, whole or not at all; `half` stores float16."""
        kind = np.float16 if half else np.float32
        arrays = {name: getattr(self, name).astype(kind) for name in _ARRAYS}
        return write_record(path, _KIND, arrays, {name: getattr(self, name) for name in _TEXTS})

    @classmethod
    def open(cls, path: str | Path) -> TunedLens:
        """A saved tuned lens, or a shipped one by its model's name.

        Raises:
            FileNotFoundError: there is no such file; the message names those that ship.
            Refused: (a ValueError) the file is no tuned lens, or not a whole one.
        """
        return cls(**read_record(path, _KIND, _fields))

    def __repr__(self) -> str:
        return f"TunedLens({len(self.matrices)} translators for {self.model_name}; {self.note})"


def mark_of(model: Any) -> str:
    """A digest of the last norm and layer, in half precision: another model has another one."""
    parts = {**model.ln_final.state_dict(), **model.blocks[model.cfg.n_layers - 1].state_dict()}
    digest = hashlib.sha256()
    for name in sorted(parts):
        values = parts[name].detach().flatten()[:64].float().cpu().numpy()
        digest.update(values.astype(np.float16).tobytes())
    return digest.hexdigest()[:32]


def _fields(arrays: dict[str, np.ndarray], texts: dict[str, Any]) -> dict[str, Any]:
    found = {name: arrays[name].astype(np.float32) for name in _ARRAYS}
    rows, wide = found["offsets"].shape
    if found["matrices"].shape != (rows, wide, wide):
        raise ValueError(f"matrices {found['matrices'].shape} for offsets {(rows, wide)}")
    if not all(np.isfinite(array).all() for array in found.values()):
        raise ValueError("it holds numbers that are not finite")
    return found | {name: str(texts[name]) for name in _TEXTS}

"""What every layer would say, as plain arrays: opened with numpy and safetensors only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from lab.storage import Kind, read_record, write_record

Array = np.ndarray
_KIND = Kind("reading", "readings", "formicarium lens reading 1", texts="reading")
_ARRAYS = ("ids", "special", "top_ids", "top_probs", "target_ids", "target_probs", "target_ranks",
           "kl", "entropy")  # fmt: skip
_TEXTS = ("kind", "layers", "pieces", "words", "text", "model_name")
_GRIDS = ("target_probs", "target_ranks", "kl", "entropy")


@dataclass(frozen=True, eq=False)
class Reading:
    """One text read at every layer: best guesses, and how far each is from the end.

    Row 0 is the embedding, row r + 1 the stream behind layer r; the last row *is* the model's
    own prediction.

    Attributes:
        kind: "logit" or "tuned".
        layers: the rows' names: "embed", "L0", "L1" …
        pieces, ids, special: [pos], the text.
        top_ids, top_probs: [row, pos, top], the likeliest next pieces and their probabilities.
        words: id → text of every piece in `top_ids` and `target_ids`.
        target_ids: [pos], the piece that is followed: the chosen one, or what comes next in the
            text and, at its end, the model's own best guess.
        target_probs, target_ranks: [row, pos], its probability, and its rank (1 is the best
            guess).
        kl: [row, pos], nats by which the row's distribution misses the final one, KL(final ‖ row).
        entropy: [row, pos], nats.

    >>> reading = Reading.open("formicarium/two-names")  # doctest: +SKIP
    >>> reading.top(-1, 14)[0]  # doctest: +SKIP
    (' Mary', 0.41)
    """

    kind: str
    layers: list[str]
    pieces: list[str]
    ids: Int[Array, " pos"]
    special: Bool[Array, " pos"]
    top_ids: Int[Array, "row pos top"]
    top_probs: Float[Array, "row pos top"]
    words: dict[int, str]
    target_ids: Int[Array, " pos"]
    target_probs: Float[Array, "row pos"]
    target_ranks: Int[Array, "row pos"]
    kl: Float[Array, "row pos"]
    entropy: Float[Array, "row pos"]
    text: str = ""
    model_name: str = ""

    def top(self, row: int, position: int) -> list[tuple[str, float]]:
        """The likeliest next pieces at one place, best first, with their probabilities."""
        pairs = zip(self.top_ids[row, position], self.top_probs[row, position], strict=True)
        return [(self.words[int(token)], float(prob)) for token, prob in pairs]

    @property
    def targets(self) -> list[str]:
        """The followed piece of each position as text."""
        return [self.words[int(token)] for token in self.target_ids]

    def settled(self) -> Int[Array, " pos"]:
        """For each position, the first row from which the best guess stays the final one.

        The last row at the latest: only there did the model make up its mind.
        """
        best = self.top_ids[:, :, 0]
        wrong = best != best[-1]
        return np.where(wrong.any(0), len(best) - wrong[::-1].argmax(0), 0)

    def save(self, path: str | Path) -> Path:
        """Write it as safetensors, whole or not at all.

        >>> lab.lenses.Reading.open(reading.save("cat.safetensors")).kind  # doctest: +SKIP
        'logit'
        """
        arrays = {name: getattr(self, name) for name in _ARRAYS}
        return write_record(path, _KIND, arrays, {name: getattr(self, name) for name in _TEXTS})

    @classmethod
    def open(cls, path: str | Path) -> Reading:
        """A saved reading, or a shipped one by name. Loads neither torch nor TransformerLens.

        Raises:
            FileNotFoundError: there is no such file; the message names those that ship.
            Refused: (a ValueError) the file is not a reading, or not a whole one.

        >>> Reading.open("formicarium/two-names").layers[:2]  # doctest: +SKIP
        ['embed', 'L0']
        """
        return cls(**read_record(path, _KIND, _fields))

    def __len__(self) -> int:
        return len(self.pieces)

    def __repr__(self) -> str:
        text = self.text if len(self.text) <= 40 else self.text[:37] + "…"
        shape = f"{len(self.layers)} rows × {len(self)} tokens"
        return f"Reading({self.kind} lens, {text!r}, {shape}, {self.model_name})"


def _fields(arrays: dict[str, Array], texts: dict[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {name: arrays[name] for name in _ARRAYS}
    fields |= {name: texts[name] for name in _TEXTS}
    fields["words"] = {int(token): str(text) for token, text in texts["words"].items()}
    _refuse_misfits(fields)
    return fields


def _refuse_misfits(fields: dict[str, Any]) -> None:
    grid = (len(fields["layers"]), len(fields["pieces"]))
    for name in _GRIDS:
        if fields[name].shape != grid:
            raise ValueError(f"{name} has shape {fields[name].shape}, not rows × tokens {grid}")
    top = fields["top_ids"].shape
    if top[:2] != grid or len(top) != 3 or fields["top_probs"].shape != top:
        raise ValueError(f"top_ids has shape {top}, not rows × tokens × guesses")
    for name in ("ids", "special", "target_ids"):
        if fields[name].shape != grid[1:]:
            raise ValueError(f"{grid[1]} pieces but {fields[name].shape} {name}")
    asked = {*fields["top_ids"].ravel().tolist(), *fields["target_ids"].tolist()}
    if lost := asked - set(fields["words"]):
        raise ValueError(f"piece {min(lost)} has no text")

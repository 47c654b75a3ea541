"""A trace: one text, and what the model did with it, as plain arrays.

Opening one needs numpy and safetensors only, so that the first picture of a notebook does not
wait for torch.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from lab.hooks.names import Key, UnknownHook, matching
from lab.storage import Kind, read_record, write_record

Array = np.ndarray
_KIND = Kind("trace", "traces", "formicarium trace 1", texts="trace", most=2**32)
_KEPT = "activations/"
_ARRAYS = ("ids", "spans", "special", "surprisal", "top_ids", "top_probs")
_TEXT = ("text", "model_name", "pieces", "top_pieces", "prepend_bos", "note")


@dataclass(frozen=True, eq=False)
class Trace:
    """One text through one model: the pieces, and the activations that were kept.

    Activations are looked up as TransformerLens names them: `trace["pattern", 3]` has shape
    head × query × key, `trace["pattern"]` stacks the kept layers in front, and full names work
    too. Probabilities are shares of 1, surprisal is in nats (not a number at the first token,
    before which nothing was predicted).

    >>> trace = lab.trace(model, "The cat sat", keep=["pattern"])  # doctest: +SKIP
    >>> trace["pattern", 0].shape  # doctest: +SKIP
    (4, 3, 3)
    """

    pieces: list[str]
    ids: Int[Array, " pos"]
    spans: Int[Array, "pos 2"]
    special: Bool[Array, " pos"]
    surprisal: Float[Array, " pos"]
    top_ids: Int[Array, "pos top"]
    top_probs: Float[Array, "pos top"]
    top_pieces: list[list[str]]
    text: str
    model_name: str
    prepend_bos: bool
    activations: dict[str, Float[Array, "..."]] = field(default_factory=dict)
    logits: Float[Array, "pos vocab"] | None = None
    note: str = ""

    def __getitem__(self, key: Key) -> Float[Array, "..."]:
        """The activations under a name; a short name without a layer stacks all kept layers."""
        names = self._names(key)
        one = len(names) == 1 and (not isinstance(key, str) or key in self.activations)
        if one or not names[0].startswith("blocks."):
            return self.activations[names[0]]
        return np.stack([self.activations[name] for name in names])

    def __contains__(self, key: Key) -> bool:
        try:
            return bool(self._names(key))
        except UnknownHook:
            return False

    def layers(self, key: str) -> list[int]:
        """The layers for which a short name was kept."""
        return [_layer(name) for name in self._names(key)]

    def only(self, *keys: Key, logits: bool = False) -> Trace:
        """A lighter trace: these activations alone, and the logits if asked for."""
        kept = {name: self.activations[name] for key in keys for name in self._names(key)}
        return replace(self, activations=kept, logits=self.logits if logits else None)

    def save(self, path: str | Path, *, half: bool = False) -> Path:
        """Write the trace as safetensors, whole or not at all; `half` stores float16.

        >>> lab.Trace.open(trace.save("cat.safetensors")).pieces  # doctest: +SKIP
        ['The', ' cat', ' sat']
        """
        arrays = {_KEPT + name: array for name, array in self.activations.items()}
        if self.logits is not None:
            arrays["logits"] = self.logits
        if half:
            arrays = {name: array.astype(np.float16) for name, array in arrays.items()}
        for name in _ARRAYS:
            arrays[name] = getattr(self, name)
        return write_record(path, _KIND, arrays, {name: getattr(self, name) for name in _TEXT})

    @classmethod
    def open(cls, path: str | Path) -> Trace:
        """A saved trace, or a shipped one by name. Loads neither torch nor TransformerLens.

        Raises:
            FileNotFoundError: there is no such file; the message names the shipped traces.
            ValueError: the file is not a trace, or not a whole one.

        >>> lab.Trace.open("formicarium/two-names").pieces[:3]  # doctest: +SKIP
        ['When', ' Mary', ' and']
        """
        return cls(**read_record(path, _KIND, _fields))

    def __len__(self) -> int:
        return len(self.pieces)

    def __repr__(self) -> str:
        kept = sorted({re.sub(r".*hook_", "", name) for name in self.activations})
        text = self.text if len(self.text) <= 40 else self.text[:37] + "…"
        return f"Trace({text!r}, {len(self)} tokens, {self.model_name}, keeps {', '.join(kept)})"

    def _names(self, key: Key) -> list[str]:
        if isinstance(key, str) and key in self.activations:
            return [key]
        layers = 1 + max((_layer(name) for name in self.activations), default=-1)
        return matching(key, self.activations, layers)


def _layer(name: str) -> int:
    match = re.match(r"blocks\.(\d+)\.", name)
    return int(match[1]) if match else -1


def _fields(arrays: dict[str, Array], texts: dict[str, Any]) -> dict[str, Any]:
    """Everything a trace has, and every array as long as the text has pieces."""
    fields: dict[str, Any] = {name: arrays[name] for name in _ARRAYS}
    fields |= {name: texts[name] for name in _TEXT}
    count = len(fields["pieces"])
    for name in _ARRAYS:
        if len(arrays[name]) != count:
            raise ValueError(f"{count} pieces but {len(arrays[name])} {name}")
    logits = arrays.get("logits")
    fields["logits"] = None if logits is None else logits.astype(np.float32, copy=False)
    fields["activations"] = {
        name.removeprefix(_KEPT): array.astype(np.float32, copy=False)
        for name, array in arrays.items()
        if name.startswith(_KEPT)
    }
    return fields

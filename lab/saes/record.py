"""A sparse autoencoder as plain arrays: what it reads from the stream, and what it writes back.

The residual stream at a place is told as a few of many directions: `centre + Σ code · decoder[i]`,
with at most `k` codes above zero (TopK: Makhzani & Frey 2013, Gao et al. 2024). Whoever wants many
things to be told by few numbers needs more directions than the stream has axes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from lab.storage import Kind, read_record, write_record

Array = np.ndarray
KIND = Kind("sparse autoencoder", "saes", "formicarium sparse autoencoder 1")
_ARRAYS = ("encoder", "bias", "decoder", "centre", "mean", "axes", "rates", "sizes")
_TEXTS = ("k", "layer", "hook", "model_name", "mark", "note")


@dataclass(frozen=True, eq=False)
class Sae:
    """The features of one layer's stream, and the model they were learned from.

    Attributes:
        encoder, bias: [d_model, feature] and [feature]: how strongly a feature is there.
        decoder: [feature, d_model], of length 1 each: what it writes, so that a code is the length
            of what is written.
        centre: [d_model], what stands where no feature is active.
        k: how many features at most are active at a place.
        mean, axes: [d_model] and [axis, d_model]: the stream's mean in the text that was learned
            from, and its principal axes, widest first: the dense way to tell it by few numbers.
        rates, sizes: [feature], at how many places of that text (a share) a feature was active of
            late, and how large its code was there in the mean.
        layer, hook: where in the model. `mark` is a digest by which the model is known again.
        note: how it was learned.

    >>> sae = Sae.open("formicarium/stories")  # doctest: +SKIP
    >>> sae.codes(trace["resid_post", sae.layer])  # doctest: +SKIP
    """

    encoder: Float[Array, "d_model feature"]
    bias: Float[Array, " feature"]
    decoder: Float[Array, "feature d_model"]
    centre: Float[Array, " d_model"]
    mean: Float[Array, " d_model"]
    axes: Float[Array, "axis d_model"]
    rates: Float[Array, " feature"]
    sizes: Float[Array, " feature"]
    k: int
    layer: int
    hook: str = "resid_post"
    model_name: str = ""
    mark: str = ""
    note: str = ""

    def __len__(self) -> int:
        return len(self.decoder)

    def __repr__(self) -> str:
        return (
            f"Sae({len(self):,} features, {self.k} at a place, {self.hook} of layer {self.layer} "
            f"of {self.model_name}; {self.note})"
        )

    @cached_property
    def nbytes(self) -> int:
        """What it takes in memory."""
        return sum(getattr(self, name).nbytes for name in _ARRAYS)

    def codes(self, stream: Float[Array, "*place d_model"]) -> Float[Array, "*place feature"]:
        """How strongly each feature is there, 0 for all but the `k` strongest of a place.

        Raises:
            ValueError: a stream of another width.
        """
        if stream.shape[-1] != len(self.centre):
            raise ValueError(
                f"stream has shape {stream.shape}: its last axis must be {len(self.centre)} wide"
            )
        strength = np.maximum((stream - self.centre) @ self.encoder + self.bias, 0)
        least = np.partition(strength, -self.k, axis=-1)[..., -self.k, None]
        return np.where(strength >= least, strength, 0)

    def decoded(self, codes: Float[Array, "*place feature"]) -> Float[Array, "*place d_model"]:
        """The stream that these codes tell."""
        return codes @ self.decoder + self.centre

    def check(self, model: Any, feature: int | None = None) -> None:
        """Refuse a model these features were not learned from, or a feature that there isn't.

        Raises:
            ValueError: another width, too few layers, other weights; no such feature.
        """
        cfg = model.cfg
        if cfg.d_model != len(self.centre) or not 0 <= self.layer < cfg.n_layers:
            raise ValueError(
                f"sae tells layer {self.layer} of a stream {len(self.centre)} wide "
                f"({self.model_name}); this model has {cfg.n_layers} layers, {cfg.d_model} wide"
            )
        from lab.lenses.translators import mark_of

        if self.mark and self.mark != mark_of(model):
            raise ValueError(
                f"sae was learned from other weights ({self.model_name}): "
                "train one on this model with lab.saes.trained(model, corpus, layer)"
            )
        if feature is not None and not 0 <= feature < len(self):
            raise ValueError(f"feature is {feature}: there are features 0 to {len(self) - 1}")

    def save(self, path: str | Path, *, half: bool = True) -> Path:
        """Write it as safetensors, whole or not at all; `half` stores float16."""
        kind = np.float16 if half else np.float32
        arrays = {name: getattr(self, name).astype(kind) for name in _ARRAYS}
        # A share of 1 in 100,000 is below what half precision tells apart.
        arrays |= {name: getattr(self, name).astype(np.float32) for name in ("rates", "sizes")}
        return write_record(path, KIND, arrays, {name: getattr(self, name) for name in _TEXTS})

    @classmethod
    def open(cls, path: str | Path) -> Sae:
        """A saved one, or a shipped one by its model's name.

        Raises:
            FileNotFoundError: there is no such file; the message names those that ship.
            Refused: (a ValueError) the file is no sparse autoencoder, or not a whole one.
        """
        return read_record(path, KIND, _made)


def _made(arrays: dict[str, np.ndarray], texts: dict[str, Any]) -> Sae:
    parts = {name: arrays[name].astype(np.float32) for name in _ARRAYS}
    count, wide = parts["decoder"].shape
    shapes = {"encoder": (wide, count), "bias": (count,), "centre": (wide,), "mean": (wide,)}
    shapes |= {"axes": (wide, wide), "rates": (count,), "sizes": (count,)}
    for name, shape in shapes.items():
        if parts[name].shape != shape:
            raise ValueError(f"{name} has shape {parts[name].shape}, where {shape} is needed")
    if not all(np.isfinite(part).all() for part in parts.values()):
        raise ValueError("it holds numbers that are not finite")
    k, layer = int(texts["k"]), int(texts["layer"])
    if not 1 <= k <= count or layer < 0:
        raise ValueError(f"k={k}, layer={layer}: there are {count} features")
    # Half precision leaves the directions a little off length 1.
    parts["decoder"] /= np.maximum(np.linalg.norm(parts["decoder"], axis=1, keepdims=True), 1e-8)
    words: dict[str, Any] = {name: str(texts[name]) for name in _TEXTS[2:]}
    return Sae(**parts, k=k, layer=layer, **words)

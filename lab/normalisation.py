"""What normalisation does to scale: how large the stream grows, what each norm makes of it.

A norm divides the residual stream at each position by that position's own scale (RMS norm: the
root of its mean square; layer norm: its standard deviation, the mean taken out first), then
multiplies by weights. The first is the only thing in it that is not linear; here it is measured,
held still, or dealt to the wrong positions.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from lab.hooks import edited
from lab.traces import trace

# TransformerLens says so whenever a scale is edited: the last digits may differ. Here they may.
warnings.filterwarnings("ignore", message="A forward hook edited hook_scale")


@dataclass(frozen=True, eq=False)
class StreamNorms:
    """The length of the residual stream at each norm and position, on its way through the model.

    Norms are in the order the stream meets them; `before` and `after` are Euclidean lengths of
    what goes in and comes out, `scale` is what it is divided by.
    """

    norms: list[str]
    pieces: list[str]
    before: Float[np.ndarray, "norm pos"]
    after: Float[np.ndarray, "norm pos"]
    scale: Float[np.ndarray, "norm pos"]


def norm_names(model: Any) -> list[str]:
    """The model's norms in the order the stream meets them.

    >>> norm_names(lab.build(layers=1))                                    # doctest: +SKIP
    ['blocks.0.ln1', 'blocks.0.ln2', 'ln_final']
    """
    blocks = [f"blocks.{layer}.{part}" for layer in range(model.cfg.n_layers) for part in _PARTS]
    return [name for name in [*blocks, "ln_final"] if f"{name}.hook_scale" in model.hook_dict]


_PARTS = ("ln1", "ln2")


def stream_norms(model: Any, prompt: Any, **how: Any) -> StreamNorms:
    """How long the stream is before and after each norm, at each position of a text.

    Takes `prepend_bos`, `literal` and `cut` as `lab.trace` does, and raises what it raises.

    >>> found = stream_norms(model, "Tom had a red ball.")                 # doctest: +SKIP
    >>> found.before[:, 1].round(1)                                        # doctest: +SKIP
    """
    names = norm_names(model)
    keep = [f"{name}.hook_{part}" for name in names for part in ("in", "out", "scale")]
    found = trace(model, prompt, keep=keep, **how)

    def along(part: str) -> Any:
        return [found[f"{name}.hook_{part}"] for name in names]

    return StreamNorms(
        norms=names,
        pieces=found.pieces,
        before=np.stack([np.linalg.norm(value, axis=-1) for value in along("in")]),
        after=np.stack([np.linalg.norm(value, axis=-1) for value in along("out")]),
        scale=np.stack([value[..., 0] for value in along("scale")]),
    )


def mean_scales(model: Any, texts: Iterable[Any], **how: Any) -> dict[str, float]:
    """What each norm divides by on average (geometric mean over all positions of the texts).

    Raises:
        ValueError: no text.
    """
    each = [stream_norms(model, getattr(text, "text", text), **how).scale for text in texts]
    if not each:
        raise ValueError("texts is empty: give at least one")
    means = np.exp(np.log(np.concatenate(each, axis=1)).mean(axis=1))
    return dict(zip(norm_names(model), means.tolist(), strict=True))


def fixed(model: Any, scales: Mapping[str, float]) -> Any:
    """The model as it runs when these norms divide every position by the same number.

    With `mean_scales` all that is left of such a norm is a linear map; with 1 there is none but
    its weights. The model itself is untouched.

    Raises:
        ValueError: a name that is no norm of this model, a scale that is not above 0.

    >>> lab.bits_per_character(fixed(model, mean_scales(model, texts)), texts)     # doctest: +SKIP
    """
    _refuse_unknown(model, scales)
    wrong = [scale for scale in scales.values() if not scale > 0]
    if wrong:
        raise ValueError(f"scale is {wrong[0]}: a number above 0 is needed")
    return edited(model, {f"{name}.hook_scale": _held(value) for name, value in scales.items()})


def dealt(model: Any, names: Iterable[str] | None = None, seed: int = 0) -> Any:
    """The control: the same scales, each dealt to another position of the text.

    As many numbers of the same sizes, at the wrong places: tells what a scale is worth because it
    is this position's own.

    Raises:
        ValueError: a name that is no norm of this model.
    """
    chosen = norm_names(model) if names is None else list(names)
    _refuse_unknown(model, chosen)
    return edited(model, {f"{name}.hook_scale": _dealing(seed) for name in chosen})


def _held(value: float) -> Any:
    return lambda scale: scale * 0 + value


def _dealing(seed: int) -> Any:
    def deal(scale: Any) -> Any:
        order = np.random.default_rng(seed).permutation(scale.shape[1])
        return scale[:, order.tolist()]

    return deal


def _refuse_unknown(model: Any, names: Iterable[str]) -> None:
    known = norm_names(model)
    if wrong := [name for name in names if name not in known]:
        raise ValueError(f"{wrong[0]!r} is no norm of this model: {', '.join(known)}")

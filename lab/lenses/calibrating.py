"""How far each row's reading is from what the model says in the end, on text not learned from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from lab.hooks import lock_of
from lab.lenses.learning import next_ids, seen
from lab.lenses.translators import TunedLens
from lab.lenses.unembedding import distributions, translated
from lab.training.rows import Rows

CONSTANT = "constant"


@dataclass(frozen=True, eq=False)
class Calibration:
    """Lenses beside one another, row by row; the last row is the model itself and left out.

    Attributes:
        layers: the rows' names.
        kl: lens → [row], mean KL(final ‖ row), nats. "logit" is the logit lens; "constant" says
            the mean of all final predictions everywhere: the best guess without reading anything,
            and so the control.
        error: lens → [row], the standard error of that over the texts.
        agreement: lens → [row], the share of places whose best guess is the final one.
        places: how many there are.

    >>> found = lab.lenses.calibration(model, lab.corpora.stories(9), tuned)  # doctest: +SKIP
    >>> found.kl["tuned"] < found.kl["logit"]  # doctest: +SKIP
    array([ True,  True,  True,  True,  True,  True])
    """

    layers: list[str]
    kl: dict[str, Float[np.ndarray, " row"]]
    error: dict[str, Float[np.ndarray, " row"]]
    agreement: dict[str, Float[np.ndarray, " row"]]
    places: int


def calibration(
    model: Any,
    corpus: Any,
    tuned: TunedLens | Mapping[str, TunedLens],
    *,
    texts: int = 8,
    context: int | None = None,
) -> Calibration:
    """The logit lens, one or several tuned ones, and a constant guess, on the same texts.

    Args:
        corpus: texts that no lens was fitted on.
        tuned: a tuned lens, or several by name.
        texts: how many rows of `context` pieces are read (128, or the model's own context if that
            is shorter).
    Raises:
        ValueError: translators of another model, or fewer than two texts asked for.
    """
    if texts < 2:
        raise ValueError(f"texts={texts}: at least 2 are needed to tell how sure the means are")
    lenses = dict(tuned) if isinstance(tuned, Mapping) else {"tuned": tuned}
    lenses = {"logit": TunedLens.identity(model), **lenses}
    for one in lenses.values():
        one.check(model)
    context = min(128, model.cfg.n_ctx) if context is None else context
    ids = next_ids(Rows(corpus, model.tokenizer, context), texts)
    with lock_of(model), torch.inference_mode():
        mean = torch.stack([seen(model, row[None])[1].exp().mean(0) for row in ids]).mean(0).log()
        each = [_each(model, row, lenses, mean) for row in ids]
    layers = ["embed", *(f"L{layer}" for layer in range(model.cfg.n_layers - 1))]
    names = [*lenses, CONSTANT]
    kl = {name: np.array([one[name][0] for one in each]) for name in names}
    same = {name: np.array([one[name][1] for one in each]) for name in names}
    return Calibration(
        layers=layers,
        kl={name: values.mean(0) for name, values in kl.items()},
        error={name: values.std(0, ddof=1) / texts**0.5 for name, values in kl.items()},
        agreement={name: values.mean(0) for name, values in same.items()},
        places=ids.numel(),
    )


def _each(model: Any, ids: Tensor, lenses: Mapping[str, TunedLens], mean: Tensor) -> dict:
    """For one text: lens → (KL by row, agreement by row)."""
    stream, final = seen(model, ids[None])
    found = {name: _by_row(model, stream, final, one) for name, one in lenses.items()}
    kl, same = _compared(mean.expand_as(final), final)
    return found | {CONSTANT: ([kl] * len(stream), [same] * len(stream))}


def _by_row(model: Any, stream: list[Tensor], final: Tensor, lens: TunedLens) -> tuple:
    pairs = []
    for row, state in enumerate(stream):
        parts = (lens.matrices[row], lens.offsets[row])
        moved = translated(state, *(torch.as_tensor(part, device=state.device) for part in parts))
        pairs.append(_compared(distributions(model, moved[None])[0], final))
    return tuple(zip(*pairs, strict=True))


def _compared(logs: Tensor, final: Tensor) -> tuple[float, float]:
    kl = torch.linalg.vecdot(final.exp(), final - logs).mean()
    same = (logs.argmax(-1) == final.argmax(-1)).float().mean()
    return float(kl), float(same)

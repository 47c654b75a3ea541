"""One direction taken out of the stream: what is left of a preference, and what it costs.

The control is a direction made in the same way from the same texts, between two groups of which
each holds as many of one kind as of the other: as long, as much in the stream, and about nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int

from lab.hooks import edited
from lab.interventions.directions import activations
from lab.interventions.leaning import Preference, preference
from lab.interventions.steering import NEUTRAL
from lab.traces.run import trace


@dataclass(frozen=True, eq=False)
class Erased:
    """A preference with one direction held in the middle, beside directions that mean nothing.

    Attributes:
        layers: behind which, one at a time.
        plain: the preference as it is; plain_cost: perplexity of the neutral text.
        gaps, means, costs: [layer], gap and mean lean (nats) and perplexity without the direction.
        gap_controls, mean_controls, cost_controls: [layer, control], without another one.
        held: the professions it was tried on; none of them was used to find the direction.
    """

    layers: Int[np.ndarray, " layer"]
    plain: Preference
    plain_cost: float
    gaps: Float[np.ndarray, " layer"]
    means: Float[np.ndarray, " layer"]
    costs: Float[np.ndarray, " layer"]
    gap_controls: Float[np.ndarray, "layer control"]
    mean_controls: Float[np.ndarray, "layer control"]
    cost_controls: Float[np.ndarray, "layer control"]
    held: list[str]


def erase(direction: Float[np.ndarray, " d_model"], to: float = 0.0) -> Callable[[Any], Any]:
    """An edit that holds the stream's part along a direction at `to`, at every piece.

    >>> calm = lab.edited(model, {("resid_post", 9): erase(direction)})  # doctest: +SKIP
    """
    unit = torch.from_numpy(np.asarray(direction, np.float32) / np.linalg.norm(direction))

    def run(stream: Any) -> Any:
        way = unit.to(stream)
        return stream - ((stream @ way) - to)[..., None] * way

    return run


def erased(
    model: Any,
    cases: Sequence[Any],
    *,
    layers: Sequence[int],
    controls: int = 5,
    neutral: str = NEUTRAL,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Erased:
    """Take out the direction between men's and women's professions, and ask again.

    It is found on every second profession of each kind, after "The nurse", and tried on the
    others, in whole sentences.

    Raises:
        ValueError: fewer than four professions of a kind, fewer than two controls.
    """
    kinds = {
        k: list(dict.fromkeys(c.profession for c in cases if c.mostly == k))
        for k in ("women", "men")
    }
    if min(map(len, kinds.values())) < 4 or controls < 2:
        raise ValueError("at least four professions of each kind and two controls are needed")
    fit = {kind: names[::2] for kind, names in kinds.items()}
    held = [name for names in kinds.values() for name in names[1::2]]
    tried = [case for case in cases if case.profession in held]
    stream = {k: activations(model, [f"The {name}" for name in names]) for k, names in fit.items()}
    rng, rows = np.random.default_rng(seed), sorted(int(n) for n in layers)
    found = np.zeros((len(rows), controls + 1, 3))
    for place, layer in enumerate(rows):
        groups = [(stream["men"], stream["women"]), *(_mixed(stream, rng) for _ in range(controls))]
        for number, (one, other) in enumerate(groups):
            quiet = edited(model, {("resid_post", layer): _middle(one[:, layer], other[:, layer])})
            lean = preference(quiet, tried, draws=2)
            found[place, number] = lean.gap, lean.mean, _perplexity(quiet, neutral)
            if progress is not None:
                progress(place * len(groups) + number + 1, len(rows) * len(groups))
    gaps, means, costs = np.moveaxis(found, -1, 0)
    return Erased(
        layers=np.array(rows),
        plain=preference(model, tried),
        plain_cost=_perplexity(model, neutral),
        gaps=gaps[:, 0],
        means=means[:, 0],
        costs=costs[:, 0],
        gap_controls=gaps[:, 1:],
        mean_controls=means[:, 1:],
        cost_controls=costs[:, 1:],
        held=held,
    )


def _middle(one: np.ndarray, other: np.ndarray) -> Callable[[Any], Any]:
    way = one.mean(0) - other.mean(0)
    unit = way / np.linalg.norm(way)
    return erase(unit, float((one.mean(0) + other.mean(0)) @ unit / 2))


def _mixed(stream: dict[str, np.ndarray], rng: Any) -> tuple[np.ndarray, np.ndarray]:
    """Two groups of texts with as many of either kind in both."""
    halves = []
    for values in stream.values():
        order = rng.permutation(len(values))
        half = len(values) // 2
        halves.append((values[order[:half]], values[order[half : 2 * half]]))
    return tuple(np.concatenate(group) for group in zip(*halves, strict=True))  # type: ignore[return-value]


def _perplexity(model: Any, text: str) -> float:
    return float(np.exp(np.nanmean(trace(model, text, keep=()).surprisal)))

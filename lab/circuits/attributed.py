"""Attribution patching beside exact patching: how far the estimate can be trusted."""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float

from lab.interventions import Sweep
from lab.storage import Kind, read_record, write_record

_KIND = Kind("attribution", "circuits", "formicarium attribution 1")


class Miss(NamedTuple):
    """A cell, its estimate and what patching it really does."""

    name: str
    estimate: float
    exact: float


class Agreement(NamedTuple):
    """How well estimates go with exact effects, over all cells that have both.

    correlation: of the values; rank_correlation: of their order (Spearman).
    luck: the correlation that 95 % of random orders of the estimates stay below, in size.
    n: cells.
    """

    correlation: float
    rank_correlation: float
    luck: float
    n: int


@dataclass(frozen=True, eq=False)
class Attributed:
    """The same patches twice: estimated by one gradient, and really made.

    Attributes:
        estimates: [*axes], what each patch of the clean run would do, by the gradient.
        control_estimates: [control, *axes], the same of the control patches.
        sweep: the exact effects, `sweep.effects`, those of the control patches, `sweep.controls`,
            and what they are: axes, layers, pieces, metric, unit. NaN where not measured.

    >>> found = attribution_patching(model, clean, corrupted, metric, "z", "head")  # doctest: +SKIP
    >>> found.agreement().correlation                                              # doctest: +SKIP
    0.93
    """

    estimates: Float[np.ndarray, "..."]
    control_estimates: Float[np.ndarray, "control ..."]
    sweep: Sweep

    @property
    def exact(self) -> Float[np.ndarray, "..."]:
        """The exact effects."""
        return self.sweep.effects

    @property
    def controls(self) -> Float[np.ndarray, "control ..."]:
        """The exact effects of the control patches."""
        return self.sweep.controls

    @property
    def names(self) -> list[str]:
        """The cells by name, in the order of `estimates.ravel()`: "L3H1", "L3 at 5  Mary"."""
        sizes = dict(zip(self.sweep.axes, self.estimates.shape, strict=True))
        return [self._name(dict(zip(sizes, at, strict=True))) for at in
                product(*map(range, sizes.values()))]  # fmt: skip

    def agreement(self, seed: int = 0) -> Agreement:
        """How well the estimates go with the exact effects, beside estimates in random order."""
        one, other = self._both()
        if len(one) < 3 or not one.std() or not other.std():
            return Agreement(np.nan, np.nan, np.nan, len(one))
        chance = np.random.default_rng(seed)
        orders = [abs(_correlation(chance.permutation(one), other)) for _ in range(200)]
        ranks = (each.argsort().argsort().astype(float) for each in (one, other))
        return Agreement(
            _correlation(one, other),
            _correlation(*ranks),
            float(np.quantile(orders, 0.95)),
            len(one),
        )

    def misses(self, count: int = 10) -> list[Miss]:
        """The cells where the estimate is furthest from the exact effect, furthest first."""
        off = np.abs(self.estimates - self.exact).ravel()
        order = [i for i in np.argsort(-np.nan_to_num(off, nan=-1), kind="stable") if off[i] >= 0]
        names, values = self.names, (self.estimates.ravel(), self.exact.ravel())
        return [Miss(names[i], *(float(each[i]) for each in values)) for i in order[:count]]

    def save(self, path: str | Path) -> Path:
        """Write it as safetensors, whole or not at all."""
        parts = {field.name: getattr(self.sweep, field.name) for field in fields(self.sweep)}
        arrays = {f"sweep.{k}": v for k, v in parts.items() if isinstance(v, np.ndarray)}
        texts = {k: v for k, v in parts.items() if not isinstance(v, np.ndarray)}
        own = {"estimates": self.estimates, "control_estimates": self.control_estimates}
        return write_record(path, _KIND, arrays | own, texts)

    @classmethod
    def open(cls, path: str | Path) -> Attributed:
        """A saved one. Loads neither torch nor TransformerLens.

        Raises:
            FileNotFoundError: there is no such file.
            Refused: (a ValueError) the file is not an attribution, or not a whole one.
        """
        return read_record(path, _KIND, _made)

    def __repr__(self) -> str:
        found = self.agreement()
        how = f"correlation {found.correlation:.3f} over {found.n} cells, by luck {found.luck:.3f}"
        return f"Attributed({self.sweep.site}, {how}, {self.sweep.model_name})"

    def _both(self) -> tuple[np.ndarray, np.ndarray]:
        there = ~np.isnan(self.exact) & ~np.isnan(self.estimates)
        return self.estimates[there].astype(float), self.exact[there].astype(float)

    def _name(self, at: dict[str, int]) -> str:
        head = f"H{at['head']}" if "head" in at else ""
        where = ""
        if "position" in at:
            piece = self.sweep.corrupted_pieces[at["position"]].strip()
            where = f" at {at['position']} {piece}".rstrip()
        return f"L{self.sweep.layers[at['layer']]}{head}{where}"


def _correlation(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.corrcoef(one, other)[0, 1])


def _made(arrays: dict[str, np.ndarray], texts: dict[str, Any]) -> Attributed:
    parts: dict[str, Any] = {**texts, "axes": tuple(texts["axes"])}
    parts |= {k.removeprefix("sweep."): v for k, v in arrays.items() if k.startswith("sweep.")}
    sweep = Sweep(**parts)
    estimates, controls = arrays["estimates"], arrays["control_estimates"]
    if estimates.shape != sweep.effects.shape or controls.shape != sweep.controls.shape:
        raise ValueError(f"estimates have shape {estimates.shape}, effects {sweep.effects.shape}")
    return Attributed(estimates, controls, sweep)

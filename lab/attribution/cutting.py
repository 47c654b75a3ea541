"""What is lost without a part: by its direct path alone, and in all."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from lab.attribution.record import Contributions
from lab.attribution.sharing import SCALE, head_outputs
from lab.hooks import edited
from lab.traces import Trace
from lab.traces.run import trace

_HEAD = re.compile(r"L(\d+)H(\d+)")
_MLP = re.compile(r"L(\d+) MLP")


class Effect(NamedTuple):
    """One part of a logit, and what is lost without it, in logits."""

    name: str
    attributed: float
    """Its share."""
    direct: float
    """Lost when its output is taken from the last stream alone, the norm's scale held."""
    total: float
    """Lost when it is cut in the run, so that all later layers go without it."""


def cut_effects(model: Any, found: Contributions, names: Sequence[str]) -> list[Effect]:
    """What is lost without a part: by its direct path alone, and in all.

    Two runs of the model for each part. `direct` equals the share: that is what a share means.
    `total` differs by what later layers made of the part, and by the norm, which rescales what is
    left; no share of the direct kind can tell it.

    Args:
        model: the one that `found` came from.
        names: heads ("L5H1") or MLPs ("L5 MLP"); cut at the position of `found` alone.
    Raises:
        ValueError: a name of neither.

    >>> lab.attribution.cut_effects(model, found, ["L5H1"])  # doctest: +SKIP
    [Effect(name='L5H1', attributed=2.1, direct=2.1, total=0.8)]
    """
    before = trace(model, found.ids.tolist(), keep=["z", "mlp_out", SCALE])
    effects = []
    for name in names:
        key, cut, output = _cut(model, before, found.position, name)
        last = {("resid_post", model.cfg.n_layers - 1): _less(output, found.position)}
        runs = (last | {SCALE: _held(before[SCALE])}, {key: cut})
        direct, total = (found.logit - _logit_under(model, edits, found) for edits in runs)
        effects.append(Effect(name, found[name], direct, total))
    return effects


def _cut(model: Any, before: Trace, at: int, name: str) -> tuple[Any, Any, np.ndarray]:
    """Where a part's output passes, the edit that silences it here, and what it put out."""
    if match := _HEAD.fullmatch(name):
        layer, head = int(match[1]), int(match[2])

        def silent(z: Any) -> Any:
            z = z.clone()
            z[:, at, head] = 0
            return z

        output = before["z", layer][at, head] @ head_outputs(model, layer)[0][head]
        return ("z", layer), silent, output
    if match := _MLP.fullmatch(name):
        layer = int(match[1])
        output = before["mlp_out", layer][at]
        return ("mlp_out", layer), _less(output, at), output
    raise ValueError(f"{name!r} can't be cut: heads ('L5H1') and MLPs ('L5 MLP') can")


def _less(output: np.ndarray, at: int) -> Any:
    def run(stream: Any) -> Any:
        stream = stream.clone()
        stream[:, at] -= stream.new_tensor(output)
        return stream

    return run


def _held(scale: np.ndarray) -> Any:
    return lambda now: now.new_tensor(scale).reshape(now.shape)


def _logit_under(model: Any, edits: Any, found: Contributions) -> float:
    with warnings.catch_warnings():  # that a held norm is rounded in another way is no news here
        warnings.filterwarnings("ignore", message="A forward hook edited hook_scale")
        now = trace(edited(model, edits), found.ids.tolist(), keep=())
    assert now.logits is not None
    wanted, other = found.piece_ids
    row = now.logits[found.position]
    return float(row[wanted]) - (0.0 if other < 0 else float(row[other]))

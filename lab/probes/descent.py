"""L-BFGS for many problems at once, each with its own steps (Liu & Nocedal 1989).

The problems know their slope, and that what they say is linear in the parameters: so a line search
costs no product of matrices, however often it tries.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor

MEMORY = 6  # steps that are remembered
STEPS = 400
TRIES = 14


class _Pair(NamedTuple):
    """A step, how the slope turned on it, and 1 / (step · turn)."""

    step: Tensor
    turn: Tensor
    inverse: Tensor


def descended(problem: Any, tolerance: float) -> Tensor:
    """The parameters, [probe, column, parameter], at which no slope exceeds its tolerance.

    A problem that finds no smaller loss any more (32 bits are no more exact) has arrived too, and
    all have after 400 steps.
    """
    found = problem.start()
    left = torch.arange(len(found))
    at, past = found, list[_Pair]()
    logits = problem.logits(at)
    loss, slope = problem.loss(logits), problem.slope(logits, at)
    for _ in range(STEPS):
        way = _towards(problem, slope, past)
        change = problem.logits(way)
        size, loss = _sized(problem, at, logits, slope, way, change, loss)
        step = size[:, None, None] * way
        at, logits = at + step, logits.addcmul_(size[:, None, None], change)
        after = problem.slope(logits, at)
        past = [*past[-MEMORY + 1 :], _pair(step, after - slope)]
        slope = after
        moving = (slope.abs().amax((1, 2)) > tolerance) & (size > 0)
        if not moving.any():
            break
        keep = problem.staying(moving)
        if len(keep) > 0.8 * len(left):
            continue
        found[left] = at
        problem.only(keep)
        left, at, logits, loss, slope = (a[keep] for a in (left, at, logits, loss, slope))
        past = [_Pair(*(part[keep] for part in pair)) for pair in past]
    found[left] = at
    return found


def _dot(one: Tensor, other: Tensor) -> Tensor:
    return torch.linalg.vecdot(one.flatten(1), other.flatten(1))


def _pair(step: Tensor, turn: Tensor) -> _Pair:
    agree = _dot(step, turn)
    # A problem that did not move teaches nothing of its curvature.
    return _Pair(step, turn, torch.where(agree > 1e-12, 1 / agree.clamp_min(1e-12), 0))


def _towards(problem: Any, slope: Tensor, past: list[_Pair]) -> Tensor:
    """Minus the inverse curvature times the slope: the two loops, for each problem."""
    way, shares = slope, []
    for step, turn, inverse in reversed(past):
        shares.append(inverse * _dot(step, way))
        way = torch.addcmul(way, shares[-1][:, None, None], turn, value=-1)
    way = problem.eased(way)
    if past:
        _, turn, inverse = past[-1]
        scale = 1 / (inverse * _dot(turn, problem.eased(turn))).clamp_min(1e-8)
        way = way * torch.where(inverse > 0, scale, 1)[:, None, None]
    for (step, turn, inverse), share in zip(past, reversed(shares), strict=True):
        way = torch.addcmul(way, (share - inverse * _dot(turn, way))[:, None, None], step)
    return -way


def _sized(
    problem: Any, at: Tensor, logits: Tensor, slope: Tensor, way: Tensor, change: Tensor,
    loss: Tensor,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """How far each problem goes, 0 where no step makes its loss smaller, and its loss there.

    The loss is told without the penalty, which is a parabola along the way.
    """
    turn = problem.penalty * way
    once, twice, descent = _dot(at, turn), _dot(way, turn) / 2, _dot(slope, way)
    size, told = torch.ones_like(loss), torch.empty_like(loss)
    some: Tensor | slice = slice(None)
    for _ in range(TRIES):
        far, was, down = size[some], loss[some], descent[some]
        there = torch.addcmul(logits[some], far[:, None, None], change[some])
        now = problem.loss(there, some)
        gain = now - was + far * once[some] + far**2 * twice[some]
        good = gain <= 1e-4 * far * down + 1e-7 * was
        told[some] = torch.where(good, now, was)
        if good.all():
            return size, told
        # Where the parabola through what is known has its lowest point.
        lowest = -down * far**2 / (2 * (gain - far * down)).clamp_min(1e-12)
        size[some] = torch.where(good, far, lowest.clamp(0.1 * far, 0.5 * far))
        some = torch.arange(len(size))[some][~good]
    size[some] = 0
    return size, told

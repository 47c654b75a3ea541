"""Indirect objects again: who names the one that gets something (Wang et al. 2022)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from lab.circuits.ends import Ends, Head, ends
from lab.circuits.gradients import edge_attribution
from lab.circuits.measuring import metric
from lab.circuits.pairs import Pairs
from lab.circuits.parts import rows, written
from lab.circuits.paths import path_patching
from lab.circuits.record import Graph
from lab.circuits.study import Cut, IndirectObjects
from lab.hooks import lock_of


def indirect_objects(
    model: Any,
    pairs: Pairs,
    graph: Graph | None = None,
    *,
    movers: int = 3,
    inhibitors: int = 2,
    senders: int = 12,
    draws: int = 8,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> IndirectObjects:
    """Name movers, those who tell them which name not to take, and who steps in for them.

    Name movers are found by what they say straight for the answer and by where they look;
    inhibitors by path patching into the movers' queries; then each group is cut, beside as many
    other heads of the same layers. A cut head writes what it wrote over the corrupted text, where
    a third name gives.

    Args:
        model: from `lab.load` or `lab.build`.
        pairs: from `two_names`, or others in which the right and the wrong name both stand.
        graph: of the same model and pairs, if there is one: it says which senders are worth a
            path patch; made by `edge_attribution` if left out.
        movers, inhibitors: how many are looked for.
        senders: how many heads are path patched: those with the largest scores into the movers.
        draws: how many random groups stand beside each cut.
        seed: of these.
        progress: called with (steps done, of).
    Raises:
        ValueError: pairs in whose clean text the names do not stand, numbers below 1.

    >>> print(indirect_objects(model, two_names(model, 16)))           # doctest: +SKIP
    """
    _refuse_misfits(pairs, movers, inhibitors, senders, draws)
    tell = _teller(progress, 4)
    graph = edge_attribution(model, pairs) if graph is None else graph
    tell()
    study = _Study(model, pairs, draws, np.random.default_rng(seed))
    found = study.movers(movers)
    tell()
    chosen = _candidates(graph, found, senders)
    paths = path_patching(model, pairs, [f"{_said(h)} q" for h in found], chosen, seed=seed)
    tell()
    # Told by the effect's sign: without them less is known, so the metric falls.
    named = [name for name, effect in paths.largest(senders) if effect < 0][:inhibitors]
    result = study.result(found, [_head(name) for name in named], paths)
    tell()
    return result


class _Study:
    """One model over some pairs: the runs that are cut, and what is read from them."""

    def __init__(self, model: Any, pairs: Pairs, draws: int, chance: Any) -> None:
        self.model, self.pairs, self.draws, self.chance = model, pairs, draws, chance
        self.texts, self.metric = rows(model, pairs), metric(None)
        with lock_of(model), torch.no_grad():
            self.other = written(model, rows(model, pairs, corrupted=True))
        self.plain = self._ends([[]])
        other = self.texts.measured(self.other.logits, self.metric)
        self.corrupted = float(other.mean())
        at = [pairs.clean == ids[:, None] for ids in (pairs.right, pairs.wrong)]
        inside = np.arange(pairs.clean.shape[1]) < pairs.lengths[:, None]
        self.places = [where & inside for where in at]

    def movers(self, count: int, sign: int = 1) -> list[Head]:
        """The heads that look at the right name more, and say most for it (or against)."""
        right, wrong = (self._looks(self.plain)[0, side] for side in (0, 1))
        score = np.where(right > wrong, sign * self.plain.direct[0].mean(0), -np.inf)
        return _largest(score, count)

    def result(self, movers: list[Head], inhibitors: list[Head], paths: Any) -> IndirectObjects:
        """Everything cut and put together."""
        negative = self.movers(2, -1)
        groups = {"movers": movers, "negative": negative, "inhibitors": inhibitors}
        runs = {name: self._cut(heads) for name, heads in groups.items() if heads}
        before, looks = float(self.plain.metric.mean()), self._looks(self.plain)[0]
        layers, heads = zip(*movers, strict=True)
        gains = runs["movers"].direct.mean(1) - self.plain.direct[0].mean(0)
        for layer, head in movers:
            gains[0, layer, head] = np.nan
        changed = [self._looks(each)[:, :, layers, heads].mean(-1) for each in
                   (self.plain, runs.get("inhibitors", self.plain))]  # fmt: skip
        return IndirectObjects(
            model_name=self.pairs.model_name,
            n=len(self.pairs),
            right=float((self.plain.metric > 0).mean()),
            clean=before,
            corrupted=self.corrupted,
            direct=self.plain.direct[0].mean(0),
            to_right=looks[0],
            to_wrong=looks[1],
            movers=[_said(head) for head in movers],
            negative=[_said(head) for head in negative],
            inhibitors=[_said(head) for head in inhibitors],
            paths=paths,
            cuts={
                name: Cut([_said(h) for h in groups[name]], before, each[0], each[1:])
                for name, each in ((name, run.metric.mean(1)) for name, run in runs.items())
            },
            backup=gains[0],
            backup_controls=gains[1:],
            looks=tuple(changed[0][0].tolist()),
            looks_cut=tuple(changed[1][0].tolist()),
            looks_controls=changed[1][1:],
        )

    def _cut(self, heads: list[Head]) -> Ends:
        """Runs without these heads, and without others of the same layers."""
        return self._ends([heads, *(self._others(heads) for _ in range(self.draws))])

    def _others(self, heads: list[Head]) -> list[Head]:
        found: list[Head] = []
        for layer in dict.fromkeys(layer for layer, _ in heads):
            mine = [head for there, head in heads if there == layer]
            free = [h for h in range(self.model.cfg.n_heads) if h not in mine]
            some = self.chance.choice(free, size=min(len(mine), len(free)), replace=False)
            found += [(layer, int(head)) for head in some]
        return found

    def _ends(self, cuts: Sequence[Sequence[Head]]) -> Ends:
        with lock_of(self.model):
            return ends(self.model, self.texts, self.other, cuts, self.metric)

    def _looks(self, found: Ends) -> np.ndarray:
        """[cut, right or wrong, layer, head], attention at the end to that name."""
        sides = [(found.looks * at[None, :, None, None]).sum(-1).mean(1) for at in self.places]
        return np.stack(sides, axis=1)


def _candidates(graph: Graph, movers: list[Head], count: int) -> list[str]:
    """The heads with the largest scores into the movers' queries."""
    names = [_said(head) for head in movers]
    into = np.isin([graph.nodes[n] for n in graph.targets], names) & (np.array(graph.ports) == "q")
    worth = np.bincount(graph.sources[into], graph.scores[into], minlength=len(graph.nodes))
    last = max(layer for layer, _ in movers)
    worth[(graph.heads < 0) | (graph.layers >= last)] = 0
    order = np.argsort(-np.abs(worth), kind="stable")[:count]
    return [graph.nodes[n] for n in order if worth[n]]


def _largest(score: np.ndarray, count: int) -> list[Head]:
    order = np.argsort(-score, axis=None, kind="stable")[:count]
    return [divmod(int(i), score.shape[1]) for i in order if score.flat[i] > 0]


def _said(head: Head) -> str:
    return f"L{head[0]}H{head[1]}"


def _head(name: str) -> Head:
    layer, head = name[1:].split("H")
    return int(layer), int(head)


def _teller(progress: Callable[[int, int], None] | None, of: int) -> Callable[[], None]:
    steps = iter(range(1, of + 1))
    return lambda: progress(next(steps), of) if progress is not None else None


def _refuse_misfits(pairs: Pairs, *numbers: int) -> None:
    if min(numbers) < 1:
        raise ValueError(f"movers, inhibitors, senders, draws are {numbers}: each at least 1")
    for name, ids in (("right", pairs.right), ("wrong", pairs.wrong)):
        missing = np.flatnonzero((pairs.clean != ids[:, None]).all(1))
        if len(missing):
            text = pairs.texts[missing[0]]
            raise ValueError(f"pairs: the {name} answer does not stand in {text[0]!r:.80}")

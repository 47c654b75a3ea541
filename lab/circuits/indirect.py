"""Indirect objects again: who names the one that gets something (Wang et al. 2022)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from lab.circuits.ends import Ends, Head, ends
from lab.circuits.gradients import edge_attribution
from lab.circuits.measuring import metric
from lab.circuits.pairing import Pairs
from lab.circuits.parts import rows, written
from lab.circuits.paths import Paths, path_patching
from lab.circuits.record import Graph
from lab.circuits.study import Cut, IndirectObjects
from lab.hooks import lock_of

LOOKS = 0.1
"""The share of its attention from which a head counts as looking at a name."""


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
        ValueError: pairs in whose clean text the names do not stand, numbers below 1, a model that
            has no movers, or whose movers nobody tells where to look.

    >>> print(indirect_objects(model, two_names(model, 16)))           # doctest: +SKIP
    """
    _refuse_misfits(pairs, movers, inhibitors, senders, draws)
    tell = _teller(progress, 4)
    graph = edge_attribution(model, pairs) if graph is None else graph
    tell()
    study = _Study(model, pairs, draws, np.random.default_rng(seed))
    found = study.found(movers)
    if not found:
        raise ValueError("no head looks at the right name more and says it: there are no movers")
    tell()
    chosen = _candidates(graph, found, senders)
    paths = path_patching(model, pairs, [f"{_said(h)} q" for h in found], chosen, seed=seed)
    tell()
    named = _telling(paths, {_said(head) for head in found})[:inhibitors]
    if not named:
        raise ValueError("no head's way to the movers' queries holds the metric up on these pairs")
    result = study.result(found, [_head(name) for name in named], paths)
    tell()
    return result


def cut_heads(
    model: Any, pairs: Pairs, heads: Sequence[str], draws: int = 8, *, seed: int = 0
) -> Cut:
    """What is lost without some heads, beside as many others of the same layers.

    A cut head writes what it wrote over the corrupted text.

    Raises:
        ValueError: names of no heads of this model, no draws.

    >>> print(cut_heads(model, two_names(model, 16), ["L3H1"]))          # doctest: +SKIP
    L3H1 cut: 5.87 ± 3.03 lost; others of these layers -0.02 to 0.20 (n = 8)
    """
    known = [f"L{i}H{j}" for i in range(model.cfg.n_layers) for j in range(model.cfg.n_heads)]
    wrong = [name for name in heads if name not in known]
    if wrong or draws < 1 or not len(heads) or isinstance(heads, str):
        raise ValueError(f"heads {wrong or heads!r}, draws {draws}: heads by name, 1 draw or more")
    study = _Study(model, pairs, draws, np.random.default_rng(seed))
    chosen = [_head(name) for name in heads]
    others = [study.others(chosen) for _ in range(draws)]
    return study.cut(chosen, study.ends([chosen, *others]), others)


class _Study:
    """One model over some pairs: the runs that are cut, and what is read from them."""

    def __init__(self, model: Any, pairs: Pairs, draws: int, chance: Any) -> None:
        self.model, self.pairs, self.draws, self.chance = model, pairs, draws, chance
        self.texts, self.metric = rows(model, pairs), metric(None)
        with lock_of(model), torch.no_grad():
            self.other = written(model, rows(model, pairs, corrupted=True))
        self.plain = self.ends([[]])
        other = self.texts.measured(self.other.logits, self.metric)
        self.corrupted = float(other.mean())
        at = [pairs.clean == ids[:, None] for ids in (pairs.right, pairs.wrong)]
        inside = np.arange(pairs.clean.shape[1]) < pairs.lengths[:, None]
        self.places = [where & inside for where in at]

    def found(self, count: int, *, looking: int = 0, saying: int = 1) -> list[Head]:
        """The heads that look at one name (0 right, 1 wrong) and say most for or against."""
        looks = self._looks(self.plain)[0]
        there = (looks[looking] > looks[1 - looking]) & (looks[looking] > LOOKS)
        score = saying * self.plain.direct[0].mean(0)
        return _largest(np.where(there, score, -np.inf), count)

    def result(self, movers: list[Head], inhibitors: list[Head], paths: Any) -> IndirectObjects:
        """Every group cut, and all put together."""
        groups = {
            "movers": movers,
            "inhibitors": inhibitors,
            "suppressors": self.found(2, looking=1),
            "negative": self.found(2, saying=-1),
        }
        groups = {name: heads for name, heads in groups.items() if heads}
        others = {k: [self.others(heads) for _ in range(self.draws)] for k, heads in groups.items()}
        runs = {name: self.ends([heads, *others[name]]) for name, heads in groups.items()}
        looks = self._looks(self.plain)[0]
        changed = self._moved(runs["inhibitors"], movers)
        gains = self._gains(runs["movers"], movers)
        return IndirectObjects(
            model_name=self.pairs.model_name,
            n=len(self.pairs),
            right=float((self.plain.metric > 0).mean()),
            clean=float(self.plain.metric.mean()),
            corrupted=self.corrupted,
            direct=self.plain.direct[0].mean(0),
            to_right=looks[0],
            to_wrong=looks[1],
            groups={name: [_said(head) for head in heads] for name, heads in groups.items()},
            paths=paths,
            cuts={name: self.cut(heads, runs[name], others[name])
                  for name, heads in groups.items()},
            backup=gains[0],
            backup_controls=gains[1:],
            looks=self._moved(self.plain, movers)[0],
            looks_cut=changed[0],
            looks_controls=changed[1:],
        )  # fmt: skip

    def _moved(self, found: Ends, movers: list[Head]) -> np.ndarray:
        """[cut, right or wrong], the movers' attention to the names, their mean."""
        layers, heads = zip(*movers, strict=True)
        return self._looks(found)[:, :, layers, heads].mean(-1)

    def _gains(self, cut: Ends, movers: list[Head]) -> np.ndarray:
        """[cut, layer, head], how much more each head says than in the plain run."""
        gains = cut.direct.mean(1) - self.plain.direct[0].mean(0)
        for layer, head in movers:
            gains[0, layer, head] = 0
        return gains

    def cut(self, heads: list[Head], found: Ends, others: list[list[Head]]) -> Cut:
        said = [[_said(head) for head in group] for group in (heads, *others)]
        before, after = self.plain.metric[0], found.metric
        return Cut(said[0], before, after[0], after[1:].mean(1), said[1:])

    def others(self, heads: list[Head]) -> list[Head]:
        found: list[Head] = []
        for layer in dict.fromkeys(layer for layer, _ in heads):
            mine = [head for there, head in heads if there == layer]
            free = [h for h in range(self.model.cfg.n_heads) if h not in mine]
            some = self.chance.choice(free, size=min(len(mine), len(free)), replace=False)
            found += [(layer, int(head)) for head in some]
        return found

    def ends(self, cuts: Sequence[Sequence[Head]]) -> Ends:
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


def _telling(paths: Paths, movers: set[str]) -> list[str]:
    """Heads other than movers whose way holds the metric up, beyond the controls."""
    told = [(name, effect) for name, effect in paths.largest(paths.done.sum())
            if effect < min(paths.band[0], 0) and name not in movers]  # fmt: skip
    return [name for name, effect in told if effect < told[0][1] / 10]


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

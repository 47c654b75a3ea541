"""Ways through a graph from the embedding to the logits.

An edge that nothing reaches, or that leads nowhere, carries nothing: a circuit is made of ways.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
from jaxtyping import Bool, Int

from lab.circuits.wiring import Wiring


def ranks(wiring: Wiring, strength: np.ndarray) -> Int[np.ndarray, " edge"]:
    """The size of the smallest circuit that has each edge, less one; edges come strongest first.

    Edges are laid down by strength; one counts from when it lies on a way from the embedding to
    the logits. Edges that come to lie on ways together have the same rank, the largest of theirs:
    the circuit of at most n edges is `ranks < n`.
    """
    growing, found = _Growing(wiring), np.full(len(strength), len(strength) - 1)
    laid = 0
    for edge in np.argsort(-strength, kind="stable").tolist():
        if come := growing.add(edge):
            laid += len(come)
            found[come] = laid - 1
    return found


def random_ways(wiring: Wiring, count: int, seed: int) -> Bool[np.ndarray, " edge"]:
    """`count` edges of random ways from the embedding to the logits.

    Each way is walked back from the logits, at every node by an edge drawn from all that lead
    there, and ways are added as long as they fit; what is left then are random edges between the
    nodes of these ways.
    """
    chance, into = np.random.default_rng(seed), _into(wiring)
    mask, missed = np.zeros(len(wiring.sources), bool), 0
    while mask.sum() < count and missed < 30:
        way = [edge for edge in _walk(wiring, into, chance) if not mask[edge]]
        fits = bool(way) and mask.sum() + len(way) <= count
        mask[way if fits else []] = True
        missed = 0 if fits else missed + 1
    between = _Growing(wiring, np.flatnonzero(mask).tolist()).between(mask)
    mask[chance.permutation(between)[: count - int(mask.sum())]] = True
    return mask


def on_ways(wiring: Wiring, kept: Bool[np.ndarray, " edge"]) -> Bool[np.ndarray, " edge"]:
    """Of these edges those that lie on a way from the embedding to the logits."""
    growing = _Growing(wiring, np.flatnonzero(kept).tolist())
    found = kept.copy()
    found[list(growing.waiting)] = False
    return found


def random_way(wiring: Wiring, seed: int) -> list[int]:
    """The edges of one random way from the embedding to the logits."""
    return _walk(wiring, _into(wiring), np.random.default_rng(seed))


def _walk(wiring: Wiring, into: dict[int, np.ndarray], chance: np.random.Generator) -> list[int]:
    node, way = len(wiring.nodes) - 1, []
    while node:
        edge = int(chance.choice(into[node]))
        way.append(edge)
        node = int(wiring.sources[edge])
    return way


def _into(wiring: Wiring) -> dict[int, np.ndarray]:
    """The edges into each node; a shared key's edges lead into every head that shares it."""
    found = defaultdict(list)
    for edge, node in enumerate(wiring.targets.tolist()):
        for each in _reached(wiring, edge, node):
            found[each].append(edge)
    return {node: np.array(edges) for node, edges in found.items()}


def _reached(wiring: Wiring, edge: int, node: int) -> range:
    return range(node, node + (wiring.shared if wiring.ports[edge] in ("k", "v") else 1))


class _Growing:
    """Edges laid down one after another; which of them lie on ways so far."""

    def __init__(self, wiring: Wiring, edges: Iterable[int] = ()) -> None:
        self.wiring = wiring
        self.out: dict[int, list[int]] = defaultdict(list)
        self.into: dict[int, list[int]] = defaultdict(list)
        self.fed, self.heard = {0}, {len(wiring.nodes) - 1}
        self.waiting: set[int] = set()
        for edge in edges:
            self.add(edge)

    def between(self, mask: Bool[np.ndarray, " edge"]) -> Int[np.ndarray, " more"]:
        """The edges outside the mask that would lie on a way at once, laid down alone."""
        return np.array([e for e in np.flatnonzero(~mask).tolist() if self._live(e)], int)

    def add(self, edge: int) -> list[int]:
        """The edges that come to lie on a way by this one, itself among them if it does."""
        source, reached = self._ends(edge)
        self.out[source].append(edge)
        for node in reached:
            self.into[node].append(edge)
        self.waiting.add(edge)
        touched = {edge}
        if source in self.fed:
            touched |= self._feed([node for node in reached if node not in self.fed])
        if source not in self.heard and self.heard.intersection(reached):
            touched |= self._hear([source])
        come = [each for each in touched & self.waiting if self._live(each)]
        self.waiting.difference_update(come)
        return come

    def _ends(self, edge: int) -> tuple[int, range]:
        source, target = int(self.wiring.sources[edge]), int(self.wiring.targets[edge])
        return source, _reached(self.wiring, edge, target)

    def _live(self, edge: int) -> bool:
        source, reached = self._ends(edge)
        return source in self.fed and bool(self.heard.intersection(reached))

    def _feed(self, nodes: list[int]) -> set[int]:
        """Something reaches these nodes now; the edges for which that may matter."""
        touched: set[int] = set()
        while nodes:
            node = nodes.pop()
            if node in self.fed:
                continue
            self.fed.add(node)
            for edge in self.out[node]:
                touched.add(edge)
                nodes += [each for each in self._ends(edge)[1] if each not in self.fed]
        return touched

    def _hear(self, nodes: list[int]) -> set[int]:
        """These nodes lead to the logits now; the edges for which that may matter."""
        touched: set[int] = set()
        while nodes:
            node = nodes.pop()
            if node in self.heard:
                continue
            self.heard.add(node)
            for edge in self.into[node]:
                touched.add(edge)
                if (source := self._ends(edge)[0]) not in self.heard:
                    nodes.append(source)
        return touched

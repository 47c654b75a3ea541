"""Texts that share their beginnings: a tree of pieces, each written once."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from widgets.generation.steps import Node, Place

MOST = 5_000
"""Pieces that a tree holds: under 2 MB with ten alternatives each."""


class Branch(NamedTuple):
    """A text of the tree: ids and text from the beginning, and how likely what was written is.

    logp: log-probability of the written pieces, nats; per_piece: its mean. NaN where unknown.
    """

    ids: list[int]
    text: str
    written: int
    logp: float
    per_piece: float


class Tree:
    """Nodes in the order in which they came; node 0 is the first piece of the text."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.places: dict[int, Place] = {}
        self._children: list[list[int]] = []
        self._latest: dict[int, int] = {}

    def add(self, node: Node, place: Place | None = None) -> int:
        """The node's number; where that piece stands after its parent already, that one's.

        Raises ValueError when the tree is full.
        """
        if place is not None and (place.alternatives or node.parent not in self.places):
            self.places[node.parent] = place
        number = self.child(node.parent, node.id)
        if number is None:
            if len(self.nodes) >= MOST:
                raise ValueError(f"the tree is full: it holds {MOST:,} pieces")
            number = len(self.nodes)
            self.nodes.append(node)
            self._children.append([])
            if node.parent >= 0:
                self._children[node.parent].append(number)
        self._latest[node.parent] = number
        return number

    def child(self, parent: int, token: int) -> int | None:
        """The node of this id behind a parent."""
        ways = self._children[parent] if parent >= 0 else [0] if self.nodes else []
        return next((number for number in ways if self.nodes[number].id == token), None)

    def path(self, number: int) -> list[int]:
        """The nodes from the beginning to this one."""
        found = []
        while number >= 0:
            found.append(number)
            number = self.nodes[number].parent
        return found[::-1]

    def end(self, number: int) -> int:
        """Where the text through this node ends: each time the way gone last."""
        while self._children[number]:
            number = self._latest.get(number, self._children[number][0])
        return number

    def visit(self, number: int) -> None:
        """Remember the way to this node as the one gone last."""
        for node in self.path(number):
            self._latest[self.nodes[node].parent] = node

    def leaves(self) -> list[int]:
        """The ends of all texts, in the order in which they were begun."""
        return [number for number, ways in enumerate(self._children) if not ways]

    def branch(self, number: int, said: Callable[[list[int]], str] | None = None) -> Branch:
        """The text that ends here. said: ids → text, where the pieces alone do not make it."""
        nodes = [self.nodes[node] for node in self.path(number)]
        ids = [node.id for node in nodes]
        text = "".join(node.piece for node in nodes) if said is None else said(ids)
        written = [node for node in nodes if not node.given]
        lost = [math.nan if node.surprisal is None else node.surprisal for node in written]
        logp = -math.fsum(lost) if lost else math.nan
        return Branch(ids, text, len(written), logp, logp / len(lost) if lost else math.nan)

    def told(self, since: int = 0) -> dict[str, Any]:
        """The nodes from number `since` on, and the places where they stand, for the browser."""
        new = self.nodes[since:]
        parents = {node.parent for node in new} if since else set(self.places)
        places = {str(n): _told(self.places[n]) for n in sorted(parents) if n in self.places}
        nodes = [
            list(
                node._replace(
                    probability=_rounded(node.probability), seconds=_rounded(node.seconds)
                )
            )
            for node in new
        ]
        return {"from": since, "nodes": nodes, "places": places}


def _told(place: Place) -> list[Any]:
    others = [[token, piece, _rounded(share)] for token, piece, share in place.alternatives]
    return [_rounded(place.entropy), others]


def _rounded(value: float | None) -> float | None:
    """Six digits: what is shown has three."""
    return None if value is None else float(f"{value:.6g}")

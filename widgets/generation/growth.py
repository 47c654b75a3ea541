"""Where a text stands: its tree, the branch that is chosen, and the steps in hand."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from widgets.generation.steps import Node, taken
from widgets.generation.tree import Tree

Grow = Callable[[list[int]], Iterable[Any]]


class Growth:
    """A tree and its chosen end (`tip`), written on by `grow`.

    `move` counts the choices, so that a browser knows whether what it hears of the tip is older
    than its own. What changes the tree takes `lock`; `grow` runs outside it.
    """

    def __init__(self, tree: Tree, grow: Grow | None) -> None:
        self.tree, self.grow = tree, grow
        self.tip, self.move = len(tree.nodes) - 1, 0
        self.lock = threading.RLock()
        self._going: tuple[int, Iterator[Any]] | None = None

    def path(self) -> list[Node]:
        """The nodes of the chosen text."""
        with self.lock:
            return [self.tree.nodes[number] for number in self.tree.path(self.tip)]

    def given(self) -> list[int]:
        """The ids that were not written here."""
        return [node.id for node in self.tree.nodes if node.given]

    def go(self, number: int, *, end: bool = True) -> int:
        """Choose the text through a node: to its end, or up to the node. The new tip."""
        with self.lock:
            if not 0 <= number < len(self.tree.nodes):
                raise ValueError(f"number={number}: the tree has {len(self.tree.nodes)} nodes")
            self.tree.visit(number)
            self.tip = self.tree.end(number) if end else number
            self.move += 1
            return self.tip

    def other(self, parent: int, token: int) -> int:
        """Choose this piece behind a parent, which is new there or was gone before. The new tip."""
        with self.lock:
            number = self.tree.child(parent, token)
            if number is None:
                place = self.tree.places.get(parent)
                ranks = enumerate(place.alternatives if place else [])
                found = [(rank, *one) for rank, one in ranks if one[0] == token]
                if not found:
                    raise ValueError(f"token={token} is none of the alternatives at this place")
                rank, _, piece, share = found[0]
                number = self.tree.add(Node(parent, token, piece, share, rank))
            return self.go(number)

    def written(self, at: int, count: int) -> Iterator[None]:
        """Write so many pieces behind a node, one each time; fewer where `grow` has no more.

        The tip goes along as long as nobody chooses another. Steps in hand are used where they
        stand at that node: pieces asked for one by one are those of one run.
        """
        for _ in range(count):
            if self.tree.nodes[at].ended:
                return
            step = next(self._steps(at), None)
            if step is None:
                return self.let_go()
            with self.lock:
                node = self.tree.add(*taken(step, at))
                if self.tip == at:
                    self.tip = node
            self._going = (node, self._going[1]) if self._going else None
            at = node
            yield

    def let_go(self) -> None:
        """Close the steps in hand; in the thread that took them."""
        going, self._going = self._going, None
        if going is not None:
            getattr(going[1], "close", lambda: None)()

    def page(self, since: int = 0) -> dict[str, Any]:
        """The nodes from number `since` on, and where the text stands."""
        with self.lock:
            return {**self.tree.told(since), "tip": self.tip, "move": self.move}

    def _steps(self, at: int) -> Iterator[Any]:
        if self.grow is None:
            raise RuntimeError("this view was given no grow: it shows a tree and writes nothing")
        if self._going is None or self._going[0] != at:
            self.let_go()
            ids = [self.tree.nodes[number].id for number in self.tree.path(at)]
            self._going = (at, iter(self.grow(ids)))
        return self._going[1]

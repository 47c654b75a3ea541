"""The generated corpus: short stories by rule, endless, with the truth about every word."""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate

from lab.corpora.chance import Chance
from lab.corpora.documents import Document, Numbered
from lab.corpora.plots.days import DAYS
from lab.corpora.plots.describing import describing
from lab.corpora.plots.giving import giving
from lab.corpora.plots.losing import LOSSES
from lab.corpora.plots.making import WORKS
from lab.corpora.plots.mending import AMENDS
from lab.corpora.plots.minding import KINDNESSES
from lab.corpora.plots.repeating import repeating
from lab.corpora.plots.senses import senses
from lab.corpora.plots.telling import told
from lab.corpora.plots.wanting import WISHES
from lab.corpora.scene import Scene

TALES = (*LOSSES, *WISHES, *KINDNESSES, *AMENDS, *WORKS, *DAYS)


def tale(scene: Scene) -> None:
    """One of the stories with a plot."""
    told(scene, scene.chance.pick(TALES))


PLOTS: dict[str, tuple[float, Callable[[Scene], None]]] = {
    "tale": (0.17, tale),
    "senses": (0.14, senses),
    "giving": (0.28, giving),
    "describing": (0.26, describing),
    "repeating": (0.15, repeating),
}
"""Of each kind of document: its share of the documents, and who writes it."""

PRESENT = 0.35
"""The share of documents told in the present tense."""


class Stories(Numbered):
    """See `stories`."""

    def __init__(self, seed: int = 0):
        self.seed, self.name = seed, f"stories(seed={seed})"
        self._kinds = list(PLOTS)
        self._until = list(accumulate(share for share, _ in PLOTS.values()))

    def document(self, index: int) -> Document:
        """Story number `index`: made from the seed and this number alone."""
        chance = Chance("stories", self.seed, index)
        drawn = chance.random() * self._until[-1]
        kind = next(k for k, until in zip(self._kinds, self._until, strict=True) if drawn < until)
        scene = Scene(chance, "present" if chance.happens(PRESENT) else "past")
        PLOTS[kind][1](scene)
        return scene.document(kind)


def stories(seed: int = 0) -> Stories:
    """Short stories by rule: endless, the same for a seed, each word's truth known.

    A document depends on the seed and its number alone, so `starting(at)` costs nothing. What the
    stories hold is told in the README of this room.

    >>> first = next(iter(stories(seed=1)))
    >>> first == next(stories(seed=1).starting(0)) and first.kind in PLOTS
    True
    """
    return Stories(seed)

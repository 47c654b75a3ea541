"""The time machine: one slider through a model's training moves everything that was kept of it.

All of it travels once: curves, attention as bytes, the lens, the map and the samples of every
moment. Moving the slider asks nobody, so a saved page does all that the notebook's view does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from traitlets import Bool, Dict, Int, List, TraitError, validate

from widgets.glass.session import Session
from widgets.glass.text import Text, Texts
from widgets.glass.view import View, refuse_heavy
from widgets.life import given as _given


class Life(View):
    """A model's life: loss and metrics, attention, lens, word map and samples under one slider.

    life: anything with these as attributes; each can be given by name instead, or left out:
    steps: [moment], rising. pieces, special: of the prompt; special ones are framed.
    curves: {name: (steps, values)}; the loss is drawn above the others.
    patterns: weights [moment, head, query, key] of the heads named by `heads`, [(layer, head), …],
    or [moment, layer, head, query, key] of all heads.
    lens_layers, lens_pieces, lens_best [moment, row, pos] (places in lens_pieces), lens_probs:
    the best guess of each layer. targets [pos], target_probs, target_ranks: how it does with the
    piece that is followed.
    words, groups, word_map [moment, word, 2], map_share [moment]: the words' plane.
    samples: {name: a text for each moment}. scores, chance: {kind: [moment, layer, head]} and what
    even attention gets. tokens: [moment], pieces learned from. name: whose life.
    title: the headline, instead of the view's own.

    The moment shown comes back in `moment` (an index into `steps`; setting it moves the slider),
    what is picked in `layer`, `head` and `token`. `marks` tells where each metric changed fastest.

    Raises ValueError for shapes that disagree, NaN where nothing may be missing, and more than
    2 MB; TypeError for unknown keywords.

    >>> view = Life(steps=[0, 10, 20], curves={"loss": ([0, 10, 20], [5.0, 3.0, 2.9])})
    >>> view.summary
    'Life of a model: 3 moments from step 0 to 20; loss 5.00 → 2.90'
    """

    files = Path(__file__)
    kept = ("moment",)

    steps = List(Int(), help="the step of each moment").tag(sync=True)
    moment = Int(help="the moment shown, an index into steps").tag(sync=True)
    name = Text(help="whose life").tag(sync=True)
    pieces = Texts(help="the prompt's tokens").tag(sync=True)
    special = List(Bool(), help="which of them are special").tag(sync=True)
    heads = List(help="kept heads, each [layer, head]").tag(sync=True)
    curves = Texts(help="names of the curves, as they are drawn").tag(sync=True)
    marks = List(help="{name, moment, low, high}: where a metric changed fastest").tag(sync=True)
    lens_layers = Texts(help="rows of the lens").tag(sync=True)
    lens_pieces = Texts(help="every best guess, once").tag(sync=True)
    targets = Texts(help="the piece that is followed at each position").tag(sync=True)
    words = Texts(help="words of the map").tag(sync=True)
    groups = Texts(help="a group's name for each").tag(sync=True)
    sample_names = Texts(help="names of the samples").tag(sync=True)
    samples = List(Texts(), help="for each name a text at every moment").tag(sync=True)
    kinds = Texts(help="kinds of head scores").tag(sync=True)
    chance = List(help="for each kind, what even attention scores").tag(sync=True)
    start = List(Int(), help="kept head and token shown while the session picks none").tag(
        sync=True
    )
    _data = Dict(help="the numbers by name, see given.state").tag(sync=True)

    def __init__(
        self,
        life: Any = None,
        session: Session | None = None,
        *,
        steps: Sequence[int] | None = None,
        tokens: Sequence[int] | None = None,
        name: str | None = None,
        pieces: Sequence[str] | None = None,
        special: Sequence[bool] | None = None,
        curves: Mapping[str, tuple[Any, Any]] | None = None,
        heads: Sequence[tuple[int, int]] | None = None,
        patterns: Any = None,
        lens_layers: Sequence[str] | None = None,
        lens_pieces: Sequence[str] | None = None,
        lens_best: Any = None,
        lens_probs: Any = None,
        targets: Sequence[str] | None = None,
        target_probs: Any = None,
        target_ranks: Any = None,
        words: Sequence[str] | None = None,
        groups: Sequence[str] | None = None,
        word_map: Any = None,
        map_share: Any = None,
        samples: Mapping[str, Sequence[str]] | None = None,
        scores: Mapping[str, Any] | None = None,
        chance: Mapping[str, float] | None = None,
        moment: int | None = None,
        title: str = "",
    ):
        named = {key: value for key, value in locals().items() if key in _given.NAMES}
        state = _given.state(life, named)
        last = len(state["steps"]) - 1
        state["moment"] = last if moment is None else moment
        weight = _given.weight(state)
        most = "fewer moments, fewer heads (heads=[(1, 2), …]) or a shorter prompt"
        refuse_heavy(state["summary"].split(";")[0], weight, most)
        super().__init__(session=session, title=title, **state)

    @property
    def step(self) -> int:
        """The step of the moment shown."""
        return self.steps[self.moment]

    @validate("moment")
    def _within(self, proposal: Any) -> int:
        moment = proposal["value"]
        if not 0 <= moment < len(self.steps):
            raise TraitError(f"moment {moment}: there are moments 0 to {len(self.steps) - 1}")
        return moment

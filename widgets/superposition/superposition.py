"""Toy models of superposition: directions of features, what comes back of each, and the phases."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from traitlets import Bool, Bytes, Float, Int, List, TraitError, validate

from widgets.glass.session import Session
from widgets.glass.text import Text
from widgets.glass.view import View, refuse_heavy
from widgets.superposition.given import phase_state, told, toy_state


class Superposition(View):
    """More features than dimensions: their directions by sparsity, what returns, and the phases.

    toys: what `lab.saes.toys` gives; anything with `weights` [moment, run, hidden, feature],
    `biases`, `losses`, `linear` (the loss of a model without relu: the control), `steps`,
    `sparsities` and `importance`.
    phases: what `lab.saes.phases` gives, or None. train: `f(seed)` gives such toys one after
    another, as `lab.saes.toying` does; the reader starts it, sees it go, and may stop it. It runs
    in a thread of the view's own; when it raises, the message stands in the view.
    run: which sparsity is shown at first (the middle one if left out).
    `view.run`, `view.moment`, `view.feature` and `view.cell` are what the reader picked;
    `view.toys` is what was trained last.
    Raises ValueError for arrays that do not fit or are not finite, TypeError for a train that
    cannot be called.

    >>> widgets.Superposition(toys, phases, train=train)  # doctest: +SKIP
    """

    files = Path(__file__)
    kept = ("run", "moment", "feature", "cell", "theory")

    run = Int(0, help="which sparsity is shown").tag(sync=True)
    moment = Int(0, help="which moment of the training").tag(sync=True)
    feature = Int(0, help="which feature is told").tag(sync=True)
    cell = Int(-1, help="which point of the phases, counted along rows; -1 for none").tag(sync=True)
    theory = Bool(False, help="phases by hand instead of those learned").tag(sync=True)
    seed = Int(0, help="of the training shown").tag(sync=True)
    _shape = List(Int(), help="moments, runs, hidden, features").tag(sync=True)
    _weights = Bytes(help="float32 [moment run hidden feature]").tag(sync=True)
    _biases = Bytes(help="float32 [moment run feature]").tag(sync=True)
    _losses = Bytes(help="float32 [moment run]").tag(sync=True)
    _linear = Bytes(help="float32 [run]: losses without relu").tag(sync=True)
    _steps = List(Int(), help="the moments' steps").tag(sync=True)
    _of = Int(0, help="steps wanted").tag(sync=True)
    _sparsities = List(Float(), help="of the runs").tag(sync=True)
    _importance = List(Float(), help="of the features").tag(sync=True)
    _grid = List(help="densities and importances of the phases").tag(sync=True)
    _hidden = Int(1, help="dimensions in the phases").tag(sync=True)
    _kinds = Bytes(help="int32 [learned or by hand, importance, density]").tag(sync=True)
    _found = Bytes(help="float32 [importance density hidden feature]").tag(sync=True)
    _solutions = Bytes(help="float32 [importance density, learned and three kinds]").tag(sync=True)
    _can = Bool(False, help="whether it can train").tag(sync=True)
    _at_work = Bool(False, help="whether it trains").tag(sync=True)
    _stop = Bool(False, help="set by the reader to stop it").tag(sync=True)
    _note = Text("", help="how the training shown ended").tag(sync=True)

    def __init__(
        self,
        toys: Any,
        phases: Any = None,
        *,
        train: Callable[[int], Iterable[Any]] | None = None,
        run: int | None = None,
        seed: int | None = None,
        title: str = "",
        session: Session | None = None,
    ):
        if train is not None and not callable(train):
            raise TypeError(f"train is a {type(train).__name__}; give a function of a seed")
        state = toy_state(toys) | phase_state(phases)
        moments, runs = state["_shape"][:2]
        if run is not None and not -runs <= run < runs:
            raise ValueError(f"run is {run}: there are sparsities 0 to {runs - 1}")
        weight = sum(len(value) for value in state.values() if isinstance(value, bytes))
        refuse_heavy(f"{moments} moments of {runs} runs", weight, "keep fewer moments")
        self.toys, self._train = toys, train
        super().__init__(
            session=session,
            title=title,
            run=(runs // 2 if run is None else run) % runs,
            moment=moments - 1,
            seed=int(getattr(toys, "seed", 0)) if seed is None else seed,
            _can=train is not None,
            **state,
        )
        self._summarise()
        self.observe(lambda _: self._summarise(), ["run", "moment"])

    @validate("run", "moment", "feature", "cell")
    def _real(self, proposal: Any) -> int:
        # All of a message is checked at its end: what else came with it counts already.
        moments, runs, _, features = self._shape
        points = len(self._grid[0]) * len(self._grid[1]) if self._grid else 0
        most = {"run": runs, "moment": moments, "feature": features, "cell": points}
        name, value = proposal.trait.name, proposal.value
        if not -(name == "cell") <= value < most[name]:
            raise TraitError(f"{name} is {value}: there are {most[name]}")
        return value

    def answer(self, what: str, args: dict) -> tuple[dict, list[bytes]]:
        """Trains anew from a seed, and shows each moment."""
        if what != "train" or self._train is None:
            return super().answer(what, args)
        self._stop, self._at_work = False, True
        try:
            return {"ended": self._trained(int(args.get("seed", 0)))}, []
        finally:
            self._at_work = False

    def _trained(self, seed: int) -> str:
        assert self._train is not None
        self._note = ""
        shown = None
        for shown in self._train(seed):
            self._show(shown, seed)
            if self._stop:
                break
        if shown is None:
            raise ValueError("train gave nothing: an iterator of toys is needed")
        self.failure = ""
        done, of = self._steps[-1], self._of
        self._note = f"stopped at step {done} of {of}" if done < of else ""
        return self._note

    def _show(self, toys: Any, seed: int) -> None:
        """The newest moment of a training, all in one message."""
        state = toy_state(toys)
        moments, runs, _, features = state["_shape"]
        self.toys = toys
        with self.hold_sync(), self.hold_trait_notifications():
            for name, value in state.items():
                setattr(self, name, value)
            self.seed, self.moment = seed, moments - 1
            self.run, self.feature = min(self.run, runs - 1), min(self.feature, features - 1)
        self._summarise()

    def _summarise(self) -> None:
        if len(self.toys.weights) > self.moment and len(self.toys.sparsities) > self.run:
            self.summary = told(self.toys, self.run, self.moment)

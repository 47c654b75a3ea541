"""The probe bench: what each layer tells about a label, beside what its controls tell.

All that is drawn travels once; a saved page does all that the notebook's view does but read
another sentence and hand a direction on, which take the model.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from traitlets import Bool, Bytes, Dict, Enum, Int, List, TraitError, validate

from widgets.glass.answers import said
from widgets.glass.session import Session
from widgets.glass.text import Text, Texts, clean
from widgets.glass.view import View
from widgets.probes.given import BY, best, label, summary, tasks
from widgets.probes.packing import state
from widgets.probes.reading import reading

TABS = ("sentence", "confusion", "directions")
LOWER = ("selectivity", "bits")
LONGEST = 2_000


class Probes(View):
    """Accuracy by layer beside its controls; confusion, the reader's sentence, directions.

    probes: what `lab.probe` gives, or several such of one model by name. Anything with these
    attributes: rows, layers (−1 is the embedding), tasks, classes, counts, accuracy and its
    controls (control, shuffled, chance, untrained [task, row, seed]; words, majority [task, seed]),
    interval(what, task), confusion, direction(layer, label, task, by) and, if the code's length is
    known, bits, bits_shuffled and bits_uniform. Without its controls no accuracy is shown.
    predict: takes a text and gives pieces and probs, {task: [row, pos, class]}
    (`lambda text: lab.probes.told(model, probes, text)`). It runs in a thread of the view's own.
    steer: called by "Steer with it" as steer(direction, layer=, name=) with a unit vector; or a
    view with such a method `take`. text: the sentence read at first.
    task, of, tab, lower, by: the task, class, panel, curve and kind of direction shown at first.

    `row` is the picked row (the session's layer, and the embedding), `of` the class whose direction
    is looked at, `direction()` that direction, `steered` what was handed on last.
    Raises TypeError for what is no probe, lacks controls or cannot be called, ValueError for shapes
    that disagree and for more than 2 MB.

    >>> view = widgets.Probes(probes)  # doctest: +SKIP
    >>> view.summary  # doctest: +SKIP
    'resid_post of stories, pos: best at L2, accuracy 0.981 (control task 0.801, …; 5 seeds)'
    """

    files = Path(__file__)
    kept = ("task", "of", "tab", "lower", "paint", "by", "row")
    controlled: ClassVar[dict[str, str]] = {"_scores": "_controls"}

    tasks = Texts(help="the tasks' names").tag(sync=True)
    task = Text("", help="the task shown; key t, or the choice").tag(sync=True)
    of = Text("", help="the class whose direction is looked at; key c").tag(sync=True)
    tab = Enum(TABS, "confusion", help="the panel on the right; key v").tag(sync=True)
    lower = Enum(LOWER, "selectivity", help="the lower curve; key m").tag(sync=True)
    paint = Enum(("guess", "class"), "guess", help="what colours a cell; key p").tag(sync=True)
    by = Enum(BY, "probe", help="directions of the probe, or between class means; key b").tag(
        sync=True
    )
    row = Int(None, allow_none=True, min=0, help="the picked row").tag(sync=True)
    text = Text("", help="the sentence that was read").tag(sync=True)
    pieces = Texts(help="its tokens").tag(sync=True)
    special = List(Bool(), help="which of them are special").tag(sync=True)
    rows = Texts(help="the rows' names").tag(sync=True)
    layers = List(Int(), help="their layers, −1 for the embedding").tag(sync=True)
    done = List(Bool(), help="which rows are done").tag(sync=True)
    note = Text("", help="why not all are").tag(sync=True)
    facts = List(Dict(), help="of each task: classes, counts, seeds, n, warnings").tag(sync=True)
    size = Int(help="numbers in a direction").tag(sync=True)
    steered = Dict(help="handed on last: task, class, layer, said").tag(sync=True)
    model_name = Text("", help="the model").tag(sync=True)
    hook = Text("", help="where it was read").tag(sync=True)
    positions = Text("", help="at which positions").tag(sync=True)
    _scores = Dict(help="float32 [mean low high, row] by '0 accuracy', …").tag(sync=True)
    _controls = Dict(help="the same by '0 shuffled', …").tag(sync=True)
    _tables = Dict(help="confusion, cosines, bits").tag(sync=True)
    read_by = List(Int(), help="the tasks whose probes read it").tag(sync=True)
    _chances = Bytes(help="uint16 [row pos class] of each of these").tag(sync=True)
    _can = List(help="which callables there are").tag(sync=True)

    def __init__(
        self,
        probes: Any,
        session: Session | None = None,
        *,
        predict: Callable[[str], Any] | None = None,
        steer: Any = None,
        text: str = "",
        task: str | None = None,
        of: str | None = None,
        tab: str | None = None,
        lower: str = "selectivity",
        by: str = "probe",
        title: str = "",
    ):
        steer = getattr(steer, "take", steer)
        self._calls = {"predict": predict, "steer": steer}
        for name, call in self._calls.items():
            if call is not None and not callable(call):
                raise TypeError(f"{name} is a {type(call).__name__}; give a function")
        self._found = tasks(probes)
        known = state(self._found)
        shown = known["tasks"][0] if task is None else label(task)
        if shown not in known["tasks"]:
            raise ValueError(f"task is {shown!r}: there are {', '.join(known['tasks'])}")
        kinds = known["facts"][known["tasks"].index(shown)]["classes"]
        read = self._first(text[:LONGEST], known) if predict and text else {}
        super().__init__(
            session=session, title=title, task=shown, of=kinds[-1] if of is None else label(of),
            lower=lower, by=by, **known, **read,
            _can=[name for name, call in self._calls.items() if call is not None],
            tab=tab or ("sentence" if read.get("pieces") else "confusion"),
        )  # fmt: skip
        self._anew()
        self.observe(self._anew, "task")

    def direction(self, layer: int | None = None, of: str | None = None) -> np.ndarray:
        """The unit direction of a class at a layer, float32 [d]; those picked, if not said.

        Raises ValueError for a layer or class that was not probed.
        """
        layer = self.layers[self._row()] if layer is None else int(layer)
        of = self.of if of is None else label(of)
        if layer not in self.layers or of not in self._classes():
            raise ValueError(
                f"no direction of {of!r} at layer {layer}: {self.layers} and "
                f"{', '.join(self._classes())} were probed"
            )
        one, task = self._found[self.task]
        kind = list(one.classes[task])[self._classes().index(of)]
        return np.asarray(one.direction(layer, kind, task, self.by), dtype=np.float32)

    def read(self, text: str) -> None:
        """Read a sentence; raises whatever `predict` raises, and the picture stays."""
        if self._calls["predict"] is None:
            raise ValueError("this view was given no predict=…, so it can't read a sentence")
        if len(text) > LONGEST:
            raise ValueError(f"text has {len(text)} characters; at most {LONGEST} are read")
        changes = self._read(clean(text))
        with self.hold_sync():
            for name, value in changes.items():
                setattr(self, name, value)

    def answer(self, what: str, args: dict) -> tuple[dict, list[bytes]]:
        """A sentence to read; a direction to hand on."""
        if what == "read":
            self.read(str(args.get("text", "")))
            self.failure = ""
            return {}, []
        if what == "steer":
            return self.hand_on(int(args["layer"]), str(args["of"])), []
        return super().answer(what, args)

    def hand_on(self, layer: int | None = None, of: str | None = None) -> dict[str, Any]:
        """Give a direction to `steer`, as the button does; returns what `steered` then holds."""
        if self._calls["steer"] is None:
            raise ValueError("this view was given no steer=…, so nothing takes its direction")
        layer = self.layers[self._row()] if layer is None else layer
        of = self.of if of is None else label(of)
        name = of if len(self.tasks) == 1 else f"{self.task}: {of}"
        gave = self._calls["steer"](self.direction(layer, of), layer=layer, name=name)
        words = clean(gave) if isinstance(gave, str) else ""
        self.steered = {"task": self.task, "of": of, "layer": layer, "said": words}
        return self.steered

    def _first(self, text: str, known: dict) -> dict:
        try:
            return self._read(clean(text), known)
        except Exception as error:
            return {"failure": said(error), "text": text}

    def _read(self, text: str, known: dict | None = None) -> dict:
        known = known or {name: getattr(self, name) for name in ("facts", "tasks", "rows")}
        given = self._calls["predict"](text) if self._calls["predict"] else None
        made = reading(given, known["facts"], known["tasks"], len(known["rows"]))
        return {**made, "text": text}

    def _classes(self) -> list[str]:
        return self.facts[self.tasks.index(self.task)]["classes"]

    def _row(self) -> int:
        if self.layer in self.layers:
            return self.layers.index(self.layer)
        if self.row is not None and self.row < len(self.rows):
            return self.row
        return best(self._found[self.task])

    def _anew(self, _change: Any = None) -> None:
        if self.of not in self._classes():
            self.of = self._classes()[-1]
        where = f"{self.hook} of {self.model_name or 'a model'}"
        self.summary = f"{where}, {summary(self.task, self._found[self.task])}"

    @validate("task")
    def _known_task(self, proposal: Any) -> str:
        if self.tasks and proposal["value"] not in self.tasks:
            raise TraitError(f"task is {proposal['value']!r}: there are {', '.join(self.tasks)}")
        return proposal["value"]

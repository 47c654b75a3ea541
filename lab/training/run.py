"""One training from its first step to its last."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch

from lab.training.descent import Descent, norms
from lab.training.devices import Devices
from lab.training.keeping import Kept
from lab.training.measures import Validation, measured
from lab.training.recipe import Recipe
from lab.training.rows import Place, Rows, batch
from lab.training.sittings import Sitting, Terms
from lab.training.step import Step
from lab.training.twin import Twin


class Run:
    """The twin, its optimiser, the text it reads and the steps it has done."""

    def __init__(
        self,
        model: Any,
        corpus: Any,
        recipe: Recipe,
        valid: Any,
        metrics: Mapping[str, Any],
        folder: Path | None,
    ) -> None:
        self.model, self.recipe, self.metrics = model, recipe, metrics
        self.terms = Terms.of(model, corpus, recipe)
        self.devices = Devices(model, recipe)
        self.twin = Twin(model, recipe.dropout).to(self.devices.device)
        self.kept = Kept(folder, self.terms, self.devices)
        self.layers = self.twin.layer_parameters()
        self.descent = Descent(self.twin, recipe)
        context = recipe.context or model.cfg.n_ctx
        self.rows = Rows(corpus, model.tokenizer, context, seed=recipe.seed)
        self.valid = None
        if valid is not None:
            text = Rows(valid, model.tokenizer, context)
            self.valid = Validation(text, recipe, self.devices)
        self.steps: list[Step] = []

    def sat(self, resume: bool) -> Iterator[Step]:
        """The steps; the folder is this training's own for as long as they are asked for."""
        with self.kept.held():
            moment = self.kept.check(resume)
            self.loss = self.devices.ready(self.twin)
            if moment is None:
                self.look(self.untrained())
                self.keep()
                yield from self.given()
            else:
                sitting = self.kept.read(moment, self.twin, self.descent)
                self.twin.give(self.model)
                self.steps = sitting.steps
                self.rows.back(sitting.place)
            while self.steps[-1].step < self.recipe.steps:
                self.look(self.update(self.steps[-1]))
                if self.kept.due(self.steps[-1].step):
                    self.keep()
                yield from self.given()

    def given(self) -> Iterator[Step]:
        """The last step; whoever stops here leaves a checkpoint of it."""
        try:
            yield self.steps[-1]
        except GeneratorExit:
            if not sys.is_finalizing():
                self.keep(together=False)
            raise

    def untrained(self) -> Step:
        """Step 0: the loss of the first batch, and nothing learned."""
        self.twin.eval()
        with torch.no_grad():
            loss, _ = self.forward()
        self.twin.train()
        self.rows.back(Place())
        quiet = tuple(0.0 for _ in self.layers)
        return Step(0, self.recipe.steps, 0, loss, 0.0, 0.0, quiet, 0.0, 0.0)

    def update(self, last: Step) -> Step:
        """One step: its batch, its gradients, its update, and the twin's weights handed over."""
        began, number = time.perf_counter(), last.step + 1
        self.twin.train()
        with self.devices.seeded(self.recipe, number):
            loss, counted = self.forward(backward=True)
        total, each = norms(self.twin, self.layers, self.recipe.clip)
        if not (math.isfinite(loss) and math.isfinite(total)):
            raise FloatingPointError(
                f"the loss of step {number} is {loss}, its gradient's norm {total}: a lower lr "
                f"than {self.recipe.lr}, a longer warmup or a smaller clip than "
                f"{self.recipe.clip} would help"
            )
        rate = self.recipe.rate(number)
        self.descent.step(rate)
        self.twin.give(self.model)
        took = time.perf_counter() - began
        return Step(
            number, self.recipe.steps, last.tokens + counted, loss, rate, total, tuple(each),
            counted / took, last.seconds + took,
        )  # fmt: skip

    def forward(self, backward: bool = False) -> tuple[float, int]:
        """The mean loss of the next batch, over all processes, and how many pieces counted."""
        rows = [next(self.rows) for _ in range(self.recipe.batch)]
        ids, targets = (torch.from_numpy(x) for x in batch(rows, self.model.tokenizer.eos_token_id))
        counted = int((targets != -100).sum())
        parts = self.devices.parts(ids, targets, self.recipe.accumulate)
        total = torch.zeros((), device=self.devices.device)
        for number, (some, wanted) in enumerate(parts):
            with self.devices.joined(last=number == len(parts) - 1):
                with self.devices.precise():
                    part = self.loss(some, wanted) / counted
                if backward:
                    self.devices.backward(part)
            total += part.detach()
        return self.devices.summed(total), counted

    def look(self, step: Step) -> None:
        """Validation and metrics, if this step is one to look at; the step joins the history."""
        self.steps.append(step)
        if step.step and not self.recipe.looks(step.step):
            return
        try:
            valid = self.valid(self.twin) if self.valid else None
            self.steps[-1] = measured(step, valid, self.model, self.metrics)
        except BaseException:
            # A metric that fails costs what it would have measured, not the steps before it.
            with suppress(OSError, ValueError):
                self.keep(together=False)
            raise

    def keep(self, together: bool = True) -> None:
        """A checkpoint of the last step; all processes wait for it if they came here together."""
        sitting = Sitting(self.terms, self.rows.place, self.steps)
        self.kept.write(self.model, sitting, self.descent.state())
        if together:
            self.devices.wait()

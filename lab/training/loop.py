"""`train`: a generator of steps. Whoever iterates decides when to stop."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from lab.hooks import lock_of
from lab.training.reading import recognised
from lab.training.recipe import Recipe
from lab.training.run import Run
from lab.training.step import Step

Metric = Callable[[Any], float | str]


def train(
    model: Any,
    corpus: Any,
    recipe: Recipe | None = None,
    *,
    valid: Any = None,
    metrics: Mapping[str, Metric] | None = None,
    folder: str | Path | None = None,
    resume: bool = False,
    **settings: Any,
) -> Iterator[Step]:
    """Trains a model, giving a `Step` after each update; nothing is printed or drawn.

    At every step it gives, `model` has the weights of that step and may be looked at, hooks and
    all. Stop iterating and it has stopped; go on and it goes on. Step 0 comes first: the untrained
    model, looked at.

    Args:
        model: a bridge from `lab.load` or `lab.build`, in float32. It learns in place.
        corpus: text that can be gone through again and again: one of `lab.corpora`, or a list of
            texts. With a document's `answer` only the answer counts in the loss.
        recipe: all settings in one; or give them by name: `steps=2000, batch=32, lr=1e-3, …`, see
            `lab.Recipe`.
        valid: text of the same kind that is not learned from, for the validation loss.
        metrics: functions of the model that give a number, or a text (a sample), measured on the
            steps at which the recipe looks.
        folder: where checkpoints go: of all planned moments, at least every `recipe.seconds`, and
            of the step at which you stop.
        resume: go on from the folder's newest checkpoint, exactly as if there had been no stop;
            begin if there is none. The steps before it are in `lab.training.last_history(folder)`.
    Raises:
        ValueError: a setting is out of range, the model's or corpus's kind does not fit, or
            `folder` holds a training and `resume` is False.
        Refused: another process is training in `folder`, or the checkpoint in it is damaged, of
            another model, tokenizer, corpus or recipe. What is there is left as it was.
        FloatingPointError: the loss is no number any more; the last checkpoint stays.

    >>> model = lab.build(layers=1)                          # doctest: +SKIP
    >>> losses = [s.loss for s in train(model, ["abcabc"] * 8, steps=50, batch=4)]  # doctest: +SKIP
    """
    if recipe is not None and settings:
        raise TypeError(f"recipe is given, so {', '.join(settings)} must stand in it")
    recipe = _recipe(settings) if recipe is None else recipe
    metrics = dict(metrics or {})
    _refuse_unfit(model, recipe, metrics)
    if valid is not None:
        recognised(valid, "valid")
    run = Run(model, corpus, recipe, valid, metrics, None if folder is None else Path(folder))
    run.kept.check(resume)
    return run.sat(resume)


def _recipe(settings: dict[str, Any]) -> Recipe:
    known = [field.name for field in fields(Recipe)]
    for name in settings:
        if name not in known:
            near = get_close_matches(name, known, 3) or known
            raise TypeError(f"{name} is no setting of a training: {', '.join(near)}?")
    return Recipe(**settings)


def _refuse_unfit(model: Any, recipe: Any, metrics: dict[str, Any]) -> None:
    lock_of(model)
    if not hasattr(type(model), "original_model") and "original_model" not in model.__dict__:
        raise TypeError("model is edited: training is of the model itself, without its edits")
    if not isinstance(recipe, Recipe):
        raise TypeError(f"recipe is a {type(recipe).__name__}: a lab.Recipe is needed")
    if recipe.context and recipe.context > model.cfg.n_ctx:
        raise ValueError(f"context {recipe.context} is over the model's {model.cfg.n_ctx} pieces")
    for name, metric in metrics.items():
        if not callable(metric):
            raise TypeError(f"metric {name!r} is a {type(metric).__name__}, not a function")

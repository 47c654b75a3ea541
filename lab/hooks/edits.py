"""Edits as values: a model seen through changes to its activations.

`edited(model, {("z", 3): change})` is not a copy and not a context. It can be handed to a
widget, traced, compared and thrown away; the model itself never changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from lab.hooks.guard import lock_of
from lab.hooks.names import Key, matching

Edit = Callable[[Any], Any]


def edited(model: Any, edits: Mapping[Key, Edit]) -> Edited:
    """The model as it runs with these edits; `trace` and every analysis take it like a model.

    Each key names hook points (`("z", 3)`, `"z"` for all layers, or a full name); each edit is a
    function of the activation (batch first, as TransformerLens hands it over) that returns its
    replacement, of the same shape. Editing an edited model adds to its edits, in order.

    Raises:
        UnknownHook: a key that names no hook point of this model.
        TypeError: an edit that cannot be called.
        ValueError: at run time, an edit that returns another shape.

    >>> quiet = lab.edited(model, {("z", 3): lambda z: 0 * z})  # doctest: +SKIP
    >>> lab.trace(quiet, "The cat sat")  # doctest: +SKIP
    """
    base = model.model if isinstance(model, Edited) else model
    before = model.edits if isinstance(model, Edited) else ()
    lock_of(base)
    for key, edit in edits.items():
        if not callable(edit):
            raise TypeError(f"edits[{key!r}] is a {type(edit).__name__}, not a function")
    named = tuple(
        (name, edit)
        for key, edit in edits.items()
        for name in matching(key, base.hook_dict, base.cfg.n_layers)
    )
    return Edited(base, before + named)


class Edited:
    """A model and its edits. Runs like the model; everything else is the model's own."""

    def __init__(self, model: Any, edits: tuple[tuple[str, Edit], ...]) -> None:
        self.model = model
        self.edits = edits

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with self.hooks():
            return self.model(*args, **kwargs)

    def run_with_cache(self, *args: Any, **kwargs: Any) -> Any:
        with self.hooks():
            return self.model.run_with_cache(*args, **kwargs)

    def run_with_hooks(self, *args: Any, fwd_hooks: Any = (), **kwargs: Any) -> Any:
        # TransformerLens's own run_with_hooks clears every hook at its end, the edits included.
        with self.hooks(fwd_hooks=list(fwd_hooks)):
            return self.model(*args, **kwargs)

    def generate(self, *args: Any, **kwargs: Any) -> Any:
        with self.hooks():
            return self.model.generate(*args, **kwargs)

    @contextmanager
    def hooks(self, fwd_hooks: Any = (), **kwargs: Any) -> Iterator[Any]:
        """The model with the edits standing, and then these hooks: they see edited activations."""
        edits = [(name, _hook(name, edit)) for name, edit in self.edits]
        with self.model.hooks(fwd_hooks=[*edits, *fwd_hooks], **kwargs):
            yield self.model

    def __getattr__(self, name: str) -> Any:
        if name in ("model", "edits"):  # not set yet: copying and unpickling ask for them first
            raise AttributeError(name)
        return getattr(self.model, name)

    def __repr__(self) -> str:
        names = ", ".join(dict.fromkeys(name for name, _ in self.edits))
        return f"Edited({self.model.cfg.model_name}: {names})"


def _hook(name: str, edit: Edit) -> Callable[..., Any]:
    def run(activation: Any, hook: Any = None) -> Any:  # noqa: ARG001 (TransformerLens passes it)
        replaced = edit(activation)
        shape = getattr(replaced, "shape", None)
        if shape != activation.shape:
            got = f"shape {tuple(shape)}" if shape is not None else f"a {type(replaced).__name__}"
            raise ValueError(
                f"the edit at {name} returned {got}, where {tuple(activation.shape)} is needed "
                "(return the whole activation, changed)"
            )
        return replaced

    return run

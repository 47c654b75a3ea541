"""Edits as values: a model seen through changes to its activations.

`edited(model, {("z", 3): change})` is not a copy and not a context. It can be handed to a
widget, traced, compared and thrown away; the model itself never changes.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from lab.hooks.guard import lock_of
from lab.hooks.lost import LostEdit
from lab.hooks.names import Key, matching

Edit = Callable[[Any], Any]
_RUNS = ("forward", "run_with_cache", "generate", "hf_generate")
_END = "unembed.hook_out"  # passed by every run that goes through to the logits


def edited(model: Any, edits: Mapping[Key, Edit]) -> Edited:
    """The model as it runs with these edits; `trace` and every analysis take it like a model.

    Each key names hook points (`("z", 3)`, `"z"` for all layers, or a full name); each edit is a
    function of the activation (batch first, as TransformerLens hands it over) that returns its
    replacement, of the same shape. An edit with a method `at_hook(name)` is asked for the function
    that stands at each point (`lab.interventions` has such). Editing an edited model adds to its
    edits, in order.

    Raises:
        UnknownHook: a key that names no hook point of this model.
        TypeError: an edit that is no function of one argument.
        ValueError: at run time, an edit that returns another shape or dtype.
        LostEdit: (a ValueError) an edit at `resid_mid`, which TransformerLens 4 shows but which
            reaches the MLP alone; at run time, one at a hook point that this architecture does
            not use, or shows too late to be changed.

    >>> quiet = lab.edited(model, {("z", 3): lambda z: 0 * z})  # doctest: +SKIP
    >>> lab.trace(quiet, "The cat sat")  # doctest: +SKIP
    """
    base = model.model if isinstance(model, Edited) else model
    before = model.edits if isinstance(model, Edited) else ()
    lock_of(base)
    if not isinstance(edits, Mapping):
        raise TypeError(f"edits is a {type(edits).__name__}, not a dict: {{('z', 3): function}}")
    for key, edit in edits.items():
        _refuse_no_function(key, edit)
    named = tuple(
        (name, _placed(edit, name))
        for key, edit in edits.items()
        for name in matching(key, base.hook_dict, base.cfg.n_layers)
    )
    for name, _ in named:
        _refuse_half(base, name)
    return Edited(base, before + named)


class Edited:
    """A model and its edits. Runs like the model; everything else is the model's own."""

    def __init__(self, model: Any, edits: tuple[tuple[str, Edit], ...]) -> None:
        self.model = model
        self.edits = edits

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with self.hooks():
            return self.model(*args, **kwargs)

    def run_with_hooks(
        self, *args: Any, fwd_hooks: Any = (), bwd_hooks: Any = (), **kwargs: Any
    ) -> Any:
        # TransformerLens's own run_with_hooks clears every hook at its end, the edits included.
        with self.hooks(fwd_hooks=list(fwd_hooks), bwd_hooks=list(bwd_hooks)):
            return self.model(*args, **kwargs)

    def generate_stream(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        with self.hooks():
            yield from self.model.generate_stream(*args, **kwargs)

    @contextmanager
    def hooks(self, fwd_hooks: Any = (), **kwargs: Any) -> Iterator[Any]:
        """The model with the edits standing, and then these hooks: they see edited activations."""
        seen: set[str] = set()
        edits = [(name, _hook(name, edit, seen)) for name, edit in self.edits]
        ends = [(_END, lambda _, hook: seen.add(hook.name))] if _END in self.model.hook_dict else []
        with self.model.hooks(fwd_hooks=[*edits, *fwd_hooks, *ends], **kwargs):
            yield self.model
        _refuse_unseen([name for name, _ in self.edits], seen)

    def __getattr__(self, name: str) -> Any:
        if name in ("model", "edits"):  # not set yet: copying and unpickling ask for them first
            raise AttributeError(name)
        found = getattr(self.model, name)
        return self._under_edits(found) if name in _RUNS else found

    def _under_edits(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            with self.hooks():
                return method(*args, **kwargs)

        return run

    def __repr__(self) -> str:
        names = ", ".join(dict.fromkeys(name for name, _ in self.edits))
        return f"Edited({self.model.cfg.model_name}: {names})"


def _placed(edit: Edit, name: str) -> Edit:
    """The edit as it stands at one hook point, if it wants to know where it stands."""
    at_hook = getattr(edit, "at_hook", None)
    return edit if at_hook is None else at_hook(name)


def _hook(name: str, edit: Edit, seen: set[str]) -> Callable[..., Any]:
    def run(activation: Any, hook: Any = None) -> Any:  # noqa: ARG001 (TransformerLens passes it)
        seen.add(name)
        replaced = edit(activation)
        if _kind(replaced) != _kind(activation):
            raise ValueError(
                f"the edit at {name} returned {_kind(replaced)}, where {_kind(activation)} is "
                "needed (return the whole activation, changed)"
            )
        return replaced

    return run


def _kind(value: Any) -> str:
    """What an activation and its replacement must have in common.

    >>> _kind(None)
    'a NoneType'
    """
    shape, dtype = getattr(value, "shape", None), getattr(value, "dtype", None)
    if shape is None:
        return f"a {type(value).__name__}"
    if str(dtype).startswith("torch."):  # tensors of every class: parameters do as well
        return f"shape {tuple(shape)}, {dtype}"
    return f"an {type(value).__name__} of shape {tuple(shape)}, {dtype}"


def _refuse_no_function(key: Key, edit: Any) -> None:
    if not callable(edit):
        raise TypeError(f"edits[{key!r}] is a {type(edit).__name__}, not a function")
    try:
        inspect.signature(edit).bind(None)
    except ValueError:
        pass  # a function written in C does not tell
    except TypeError as error:
        raise TypeError(
            f"edits[{key!r}] must take one argument, the activation ({error})"
        ) from None


def _refuse_half(model: Any, name: str) -> None:
    """The stream between attention and MLP goes on past the point that bears its name."""
    block, _, point = name.rpartition(".")
    norm = f"{block}.ln2.hook_in"
    hooks = model.hook_dict
    if point == "hook_resid_mid" and hooks[name] is hooks.get(norm):
        raise LostEdit(
            f"an edit at {name} would reach the MLP alone, not the stream: edit 'attn_out' of this "
            f"layer or 'resid_pre' of the next; {norm!r} if the MLP alone is meant"
        )


def _refuse_unseen(names: list[str], seen: set[str]) -> None:
    unseen = [name for name in names if name not in seen]
    if unseen and _END in seen:
        raise LostEdit(
            f"the edit at {unseen[0]} changed nothing: nothing passed through it, "
            "this architecture does not use that part"
        )

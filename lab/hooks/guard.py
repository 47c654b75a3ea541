"""One lock per model.

Hooks live on the model, so two threads that share a model share its hooks: JupyterLab runs
widget callbacks beside a running cell, and without a lock a slider that ablates a head
silently changes the cell's forward passes. Here the model itself takes its lock for every
run, so that plain `model(ids)` in a cell is as safe as `lab.trace`.

The lock is re-entrant: a run inside `with model.hooks(...)` of the same thread goes through.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, wraps
from typing import Any
from weakref import WeakKeyDictionary

from lab.hooks.lost import refusing_lost_edits

# Beside the models rather than on them: a lock cannot be copied, and a deep copy of a model
# is another model, with a lock of its own.
_LOCKS: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()
_MAKING = threading.Lock()

# Whatever runs the model, or changes what a run does.
_RUNS = (
    "forward",
    "run_with_cache",
    "run_with_hooks",
    "generate",
    "hf_generate",
    "add_hook",
    "add_perma_hook",
    "reset_hooks",
    "enable_compatibility_mode",
    "process_weights",
    "load_state_dict",
    "set_use_attn_result",
    "set_use_split_qkv_input",
)


def guarded(bridge: Any) -> Any:
    """The same bridge, from now on taking its own lock for every run, hook and edit.

    The object's class becomes a subclass of its own class: it stays a `TransformerBridge` in
    every respect, and `isinstance` says so. A bridge that is guarded already comes back as is.
    """
    if not getattr(type(bridge), "_guarded", False):
        refusing_lost_edits(bridge)
        bridge.__class__ = _guarded_class(type(bridge))
    return bridge


def lock_of(model: Any) -> Any:
    """The lock of a model or of an `Edited` view of it.

    Raises:
        TypeError: the model was not made by `lab.load` or `lab.build`; `guarded` gives it a lock.
    """
    bridge = model.model if type(model).__name__ == "Edited" else model
    if not getattr(type(bridge), "_guarded", False):
        raise TypeError(
            f"model is a {type(model).__name__} without a lock: "
            "load it with lab.load(...), which also takes Hugging Face model objects."
        )
    with _MAKING:
        return _LOCKS.setdefault(bridge, threading.RLock())


@cache
def _guarded_class(base: type) -> type:
    methods: dict[str, Any] = {name: _locked(getattr(base, name)) for name in _RUNS}
    methods["_guarded"] = True
    methods["hooks"] = _locked_hooks(base)
    methods["generate_stream"] = _locked_stream(base)
    return type(base.__name__, (base,), methods)


def _locked(method: Any) -> Any:
    @wraps(method)
    def run(self: Any, *args: Any, **kwargs: Any) -> Any:
        with lock_of(self):
            return method(self, *args, **kwargs)

    return run


def _locked_hooks(base: Any) -> Any:
    @wraps(base.hooks)
    @contextmanager
    def hooks(self: Any, *args: Any, **kwargs: Any) -> Iterator[Any]:
        # Held for as long as the hooks stand: no other thread may run into them.
        with lock_of(self), base.hooks(self, *args, **kwargs) as model:
            yield model

    return hooks


def _locked_stream(base: Any) -> Any:
    @wraps(base.generate_stream)
    def generate_stream(self: Any, *args: Any, **kwargs: Any) -> Iterator[Any]:
        with lock_of(self):
            yield from base.generate_stream(self, *args, **kwargs)

    return generate_stream

"""Hook points by name: TransformerLens's full names and its short forms.

`("pattern", 3)` is `blocks.3.attn.hook_pattern`; `"pattern"` alone is that point in every layer.
Kept free of torch and of TransformerLens, because stored traces are read by these names too.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from numbers import Integral

Key = str | tuple

_ATTN = {"q", "k", "v", "z", "rot_q", "rot_k", "result", "pattern", "attn_scores"}
_MLP = {"pre", "post", "mid", "pre_linear"}
_ALIAS = {
    "attn": "pattern",
    "attn_logits": "attn_scores",
    "scores": "attn_scores",
    "query": "q",
    "key": "k",
    "value": "v",
    "mlp_pre": "pre",
    "mlp_mid": "mid",
    "mlp_post": "post",
}


class UnknownHook(KeyError):
    """A hook point that does not exist; the message names the nearest that do."""

    def __str__(self) -> str:
        # KeyError shows the repr of its argument, which would quote the whole sentence.
        return str(self.args[0])


def full_name(name: str, layer: int | None = None, part: str = "") -> str:
    """The full name of a hook point from its short form, whether or not a model has it.

    >>> full_name("pattern", 3)
    'blocks.3.attn.hook_pattern'
    >>> full_name("scale", 0, "ln1")
    'blocks.0.ln1.hook_scale'
    >>> full_name("embed")
    'hook_embed'
    """
    if "hook_" in name:
        return name
    name = _ALIAS.get(name, name)
    part = "attn" if name in _ATTN else "mlp" if name in _MLP else part
    block = "" if layer is None else f"blocks.{layer}."
    return f"{block}{part + '.' if part else ''}hook_{name}"


def matching(key: Key, names: Iterable[str], layers: int) -> list[str]:
    """The hook points a key stands for, in the order of the layers.

    A key is a full name, a short name (every layer that has it), or `(short name, layer)` with
    an optional third item for the part of the block (`("scale", 3, "ln1")`). Negative layers
    count from the end.

    Raises:
        UnknownHook: nothing of that name; the message lists the nearest names.

    >>> matching("pattern", ["blocks.0.attn.hook_pattern", "blocks.1.attn.hook_pattern"], 2)
    ['blocks.0.attn.hook_pattern', 'blocks.1.attn.hook_pattern']
    """
    known = set(names)
    found = [name for name in _candidates(key, layers) if name in known]
    if not found:
        raise UnknownHook(_no_such(key, known, layers))
    return found


def nearest(wanted: str, names: Iterable[str], count: int = 4) -> list[str]:
    """The hook points (or short names) spelled most like `wanted`."""
    return difflib.get_close_matches(wanted, sorted(set(names)), n=count, cutoff=0.4)


def _candidates(key: Key, layers: int) -> list[str]:
    if isinstance(key, str):
        every = [full_name(key, layer) for layer in range(layers)]
        return [full_name(key)] if "hook_" in key else [*every, full_name(key)]
    if not isinstance(key, (tuple, list)) or not key[:1] or not isinstance(key[0], str) or key[3:]:
        raise UnknownHook(
            f"{key!r} names no hook: 'pattern', ('pattern', 3), ('scale', 3, 'ln1') or a full name"
        )
    name, layer, *part = (*key, None) if len(key) == 1 else key
    if layer is None:
        return _candidates(name, layers)
    if not isinstance(layer, Integral) or not -layers <= int(layer) < layers:
        raise UnknownHook(
            f"{key!r}: layer {layer!r} does not exist; this model has layers 0 to {layers - 1}."
        )
    return [full_name(name, int(layer) % layers, *part)]


def _no_such(key: Key, known: set[str], layers: int) -> str:
    """The sentence that helps: near short names for a short key, near full names for a full one."""
    asked = key if isinstance(key, str) else str(key[0])
    if not known:
        return f"hook {key!r}: no activations are kept here; name them in `keep=[...]`."
    if "." in asked:
        return f"hook {key!r} does not exist. Nearest: {', '.join(nearest(asked, known))}."
    shorts = {re.sub(r".*hook_", "", name) for name in known}
    close = nearest(asked, shorts) or sorted(shorts)[:8]
    return f"hook {key!r} does not exist. Nearest: {', '.join(close)} (layers 0 to {layers - 1})."

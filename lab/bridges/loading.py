"""`load`: from any source to a model with hooks, by one path."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lab import tokenizers
from lab.bridges.opening import opened
from lab.bridges.placing import placement
from lab.bridges.quietly import quiet
from lab.bridges.showing import bar
from lab.bridges.sources import folder_of
from lab.bridges.wrapping import wrapped
from lab.storage import checked_folder

Progress = Callable[[float, str], None]


def load(
    source: Any,
    *,
    tokenizer: Any = None,
    device: str | None = None,
    dtype: Any = None,
    strict: bool = True,
    progress: Progress | bool = True,
) -> Any:
    """A TransformerBridge with its tokenizer: a model with hooks at every step.

    Strings get what the tokenizer itself adds and nothing more, so `model.to_tokens("x")` equals
    `model.tokenizer("x")`. `lab.parity(model)` tells how far it is from `transformers`.

    Args:
        source: "smollm2-135m", a shipped model ("formicarium/…"), a hub name ("gpt2"), a model
            folder, a `.gguf` file, or a Hugging Face model object, which is wrapped in place:
            it goes on working, but its modules are renamed and its `save_pretrained` fails
            (`lab.storage.save` writes it).
        tokenizer: a Hugging Face tokenizer or a folder with one; needed with a model object, else
            the folder's own. It gets a padding piece when it has none.
        device: see `lab.placement`; one that is not there becomes the CPU, with a warning. A model
            object stays where it is unless told.
        dtype: "float32" (the default), "bfloat16", … or a torch dtype; a model object keeps its.
        strict: refuse folders with a tensor missing, left over or of another shape.
        progress: called with (part done, what) during a one-time conversion; True shows a bar.
    Raises:
        FileNotFoundError: no such model, with the nearest names.
        ConnectionError: a hub model that is not in the local cache, without network.
        Refused: (a ValueError) the files are damaged, dangerous, impossible or of another model.

    >>> model = load("smollm2-135m")                         # doctest: +SKIP
    >>> model(model.to_tokens("The capital of France is")).shape      # doctest: +SKIP
    torch.Size([1, 5, 49152])
    """
    tokenizer = _tokenizer(tokenizer)
    if not isinstance(source, (str, os.PathLike)):
        return _wrapped_object(source, tokenizer, device, dtype)
    placed, number = placement(device), _dtype(dtype)
    with bar(progress) as told:
        path = folder_of(source, told)
    folder = checked_folder(
        path, bytes_each=number.itemsize, tokenizer=tokenizer is None, strict=strict
    )
    with quiet():
        model = opened(folder, number, strict=strict).to(placed.device)
        tokenizer = tokenizers.load(path) if tokenizer is None else tokenizer
        return wrapped(model, tokenizer, _name(source), placed)


def _wrapped_object(model: Any, tokenizer: Any, device: str | None, dtype: Any) -> Any:
    from transformers import PreTrainedModel

    if not isinstance(model, PreTrainedModel):
        raise TypeError(
            f"source is a {type(model).__name__}: a name, a folder, a .gguf file or a Hugging Face "
            "model is needed"
        )
    if tokenizer is None:
        raise TypeError(
            "tokenizer is missing: a model object needs its own, load(model, tokenizer=…)"
        )
    # Where nothing is asked for, the object stays where and what it is.
    placed = placement(str(model.device) if device is None else device)
    wanted: dict[str, Any] = {} if dtype is None else {"dtype": _dtype(dtype)}
    torch_module: Any = model
    model = torch_module.to(device=placed.device, **wanted)
    with quiet():
        label = getattr(model.config, "_name_or_path", "") or type(model).__name__
        return wrapped(model, tokenizer, _name(label), placed)


def _tokenizer(given: Any) -> Any:
    if isinstance(given, (str, os.PathLike)):
        return tokenizers.load(given)
    if given is not None and not hasattr(given, "get_vocab"):
        raise TypeError(f"tokenizer is a {type(given).__name__}, not a Hugging Face tokenizer")
    return given


def _dtype(given: Any) -> Any:
    import torch

    found = torch.float32 if given is None else given
    found = getattr(torch, found, None) if isinstance(found, str) else found
    if not isinstance(found, torch.dtype) or not found.is_floating_point:
        raise ValueError(f"dtype is {given!r}: 'float32', 'bfloat16' or 'float16' is needed")
    return found


def _name(source: str | os.PathLike[str]) -> str:
    text = os.fspath(source)
    path = Path(text)
    return path.resolve().name if path.exists() or path.is_absolute() else text

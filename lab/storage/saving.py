"""A model as a plain Hugging Face folder, written as a whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from lab.storage.atomic import replacing_folder
from lab.storage.cache import lease
from lab.storage.weights import file_tensors, refuse_non_finite


def save(model: Any, folder: str | os.PathLike[str], *, tokenizer: Any = None) -> Path:
    """Writes a model and its tokenizer as a folder that `lab.load` and `transformers` open.

    The folder holds `config.json`, `model.safetensors`, `tokenizer.json` and
    `tokenizer_config.json`. It replaces an earlier one of that name in one step, and the weights
    in it equal the model's bit for bit.

    Args:
        model: a bridge from `lab.load` or `lab.build`, or a Hugging Face model.
        folder: where to; it is made, or replaced.
        tokenizer: the model's own if left out.
    Raises:
        ValueError: there is no tokenizer, or `folder` is there and holds no model.
        Refused: a weight is NaN or infinite, or another process is writing this folder.

    >>> save(lab.build(layers=1), "my-model")                # doctest: +SKIP
    PosixPath('my-model')
    """
    folder = Path(folder)
    tokenizer = tokenizer if tokenizer is not None else getattr(model, "tokenizer", None)
    if tokenizer is None:
        raise ValueError("tokenizer is None: give the one this model was trained with")
    _refuse_other_folder(folder)
    with lease(folder), replacing_folder(folder) as new:
        write_model(model, new, tokenizer)
    return folder


def write_model(model: Any, folder: Path, tokenizer: Any = None) -> None:
    """The files of `save`, in a folder that is there and is the caller's to make whole.

    Raises:
        Refused: a weight is NaN or infinite.
    """
    bare = model.__dict__.get("original_model", model)
    tensors = file_tensors(bare)
    refuse_non_finite("model", tensors.items())
    _write(bare, tensors, tokenizer if tokenizer is not None else model.tokenizer, folder)


def _write(bare: Any, tensors: dict[str, Any], tokenizer: Any, folder: Path) -> None:
    from safetensors.torch import save_file

    config = bare.config.to_dict()
    for key in ("_attn_implementation", "_attn_implementation_autoset", "quantization_config"):
        config.pop(key, None)
    written = type(bare.config).from_dict(config)
    written.architectures = [type(bare).__name__]
    written.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


def _refuse_other_folder(folder: Path) -> None:
    if folder.is_file():
        raise ValueError(f"folder {folder} is a file")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / "config.json").is_file():
        raise ValueError(f"folder {folder} holds something that is no model: choose another name")

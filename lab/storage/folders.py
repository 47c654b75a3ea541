"""A stranger's model folder, looked through before anything is loaded from it.

A folder is taken when it holds a bounded `config.json`, a tokenizer, and weights in safetensors
whose heads are sound, whose shards lie in the folder itself, and which can hold the sizes the
config asks for. Pickles run code when opened, so they are never opened.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.storage.headers import TensorInfo, header
from lab.storage.jsonfiles import read_json
from lab.storage.refusals import Refused
from lab.storage.sizes import fewest_parameters, refuse_impossible, refuse_over_memory

PICKLES = (".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".npy", ".npz", ".joblib")
WEIGHTS, INDEX = "model.safetensors", "model.safetensors.index.json"
TOKENIZERS = ("tokenizer.json", "vocab.json", "tokenizer.model", "spiece.model", "vocab.txt")
_SHARDED_LIMIT = 1024
_LONG_FILES = ("tokenizer.json", "vocab.json")  # read by compiled code, and rightly long
_LONG = 256 * 1024 * 1024

AS_SAFETENSORS = (
    "A pickle runs code when it is opened, so it never is here. Whoever made it can write it "
    "anew with model.save_pretrained(folder), which gives safetensors."
)


@dataclass(frozen=True)
class ModelFolder:
    """A folder that passed: its config, its weight files, and every tensor by name."""

    path: Path
    config: dict[str, Any]
    files: tuple[Path, ...]
    tensors: dict[str, TensorInfo]

    @property
    def elements(self) -> int:
        """How many numbers the weight files hold."""
        return sum(info.elements for info in self.tensors.values())


def checked_folder(
    path: str | os.PathLike[str],
    *,
    bytes_each: int = 4,
    tokenizer: bool = True,
    strict: bool = True,
) -> ModelFolder:
    """What is in a model folder, or a refusal that names the file and says what would do.

    Args:
        path: a Hugging Face model folder.
        bytes_each: bytes a parameter will take once loaded.
        tokenizer: whether the folder must hold a tokenizer too.
        strict: whether the weight files must hold all that the config asks for.
    Raises:
        Refused: something is missing, malformed, impossible or dangerous.
        FileNotFoundError: there is no such folder.
    """
    path = Path(path)
    if not path.is_dir():
        raise FileNotFoundError(f"{path}: no such folder")
    config = _config(path)
    _bounded_json(path)
    files = _weight_files(path)
    if tokenizer and not any((path / name).is_file() for name in TOKENIZERS):
        raise Refused(
            path,
            "no tokenizer in it (tokenizer.json)",
            instead="Or give one: load(…, tokenizer=…).",
        )
    tensors: dict[str, TensorInfo] = {}
    for file in files:
        tensors |= header(file)
    folder = ModelFolder(path, config, files, tensors)
    refuse_impossible(path, config, folder.elements if strict else None, len(tensors))
    refuse_over_memory(path, max(folder.elements, fewest_parameters(config)), bytes_each)
    return folder


def refuse_pickle(path: str | os.PathLike[str]) -> None:
    """Raises `Refused` if the file's name is that of a pickle, with a sentence on what to do."""
    path = Path(path)
    if path.suffix.lower() in PICKLES:
        raise Refused(path, f"a {path.suffix} file, which may be a pickle", instead=AS_SAFETENSORS)


def _config(path: Path) -> dict[str, Any]:
    file = path / "config.json"
    if (path / "adapter_config.json").is_file():
        raise Refused(path, "an adapter to another model, not a model")
    if not file.is_file():
        raise Refused(path, f"no config.json in it ({_content(path)})")
    config = read_json(file)
    if not isinstance(config.get("model_type"), str):
        code = " It asks for its own code, which is never run." if "auto_map" in config else ""
        raise Refused(file, "no model_type in it", instead=code.strip())
    return config


def _bounded_json(path: Path) -> None:
    for file in path.glob("*.json"):
        if file.name not in _LONG_FILES:
            read_json(file)
        elif file.stat().st_size > _LONG:
            raise Refused(file, f"{file.stat().st_size:,} bytes, over {_LONG:,}")


def _weight_files(path: Path) -> tuple[Path, ...]:
    if (path / WEIGHTS).is_file():
        return (path / WEIGHTS,)
    if (path / INDEX).is_file():
        return tuple(_shard(path, name) for name in _shard_names(path / INDEX))
    for file in sorted(path.iterdir()):
        refuse_pickle(file)
    raise Refused(
        path, f"no {WEIGHTS} in it ({_content(path)})", instead="Only safetensors are read."
    )


def _shard_names(index: Path) -> list[str]:
    table = read_json(index).get("weight_map")
    if not isinstance(table, dict) or not table:
        raise Refused(index, "no weight_map in it")
    names = sorted({str(name) for name in table.values()})
    if len(names) > _SHARDED_LIMIT:
        raise Refused(index, f"{len(names):,} shards, over {_SHARDED_LIMIT:,}")
    return names


def _shard(path: Path, name: str) -> Path:
    plain = name.endswith(".safetensors") and not any(
        sign in name for sign in ("/", "\\", ":", "\0")
    )
    if not plain:
        raise Refused(
            path / INDEX, f"the shard name {name[:120]!r} is not a safetensors file of this folder"
        )
    if not (path / name).is_file():
        raise Refused(path, f"the shard {name} is missing")
    return path / name


def _content(path: Path) -> str:
    names = sorted(file.name for file in path.iterdir())
    if not names:
        return "it is empty"
    return f"it holds {', '.join(names[:6])}" + (f" and {len(names) - 6} more" if names[6:] else "")

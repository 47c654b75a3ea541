"""What a checkpoint holds besides the model, so that a training can be gone on with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from lab import storage
from lab.storage import Refused
from lab.training.reading import recognised
from lab.training.recipe import Recipe
from lab.training.rows import Place
from lab.training.step import Step, history, steps_of

STATE, TRAINING, HISTORY = "state.safetensors", "training.json", "history.json"
_LONGEST = 256 * 2**20  # a history of a million steps
# What a config says besides what the model computes.
_ASIDE = (
    "architectures", "dtype", "torch_dtype", "transformers_version", "use_cache", "return_dict",
    "bos_token_id", "eos_token_id", "pad_token_id",
)  # fmt: skip
_T = TypeVar("_T")


@dataclass(frozen=True)
class Terms:
    """What a training is of: with others, going on would be another training."""

    recipe: Recipe
    corpus: str  # its name
    text: str  # a digest of its first documents
    tokenizer: str  # a digest
    config: dict[str, Any]

    @classmethod
    def of(cls, model: Any, corpus: Any, recipe: Recipe) -> Terms:
        """The terms of a training that is to begin or to go on."""
        tokenizer = model.tokenizer.backend_tokenizer.to_str().encode()
        name = str(getattr(corpus, "name", type(corpus).__name__))
        return cls(
            recipe,
            name,
            recognised(corpus),
            hashlib.sha256(tokenizer).hexdigest(),
            _decisive(model.original_model.config),
        )

    def refuse_other(self, moment: Path, sitting: Sitting) -> None:
        """Raises Refused, naming what differs from the terms of a checkpoint."""
        before = sitting.terms
        differences = self.recipe.differences(before.recipe, done=sitting.steps[-1].step)
        if self.corpus != before.corpus:
            differences.append(f"corpus was {before.corpus}, is {self.corpus}")
        elif self.text != before.text:
            differences.append(f"corpus begins with other documents ({self.corpus})")
        if self.tokenizer != before.tokenizer:
            differences.append("tokenizer is another")
        differences += [
            f"the model's {name} was {before.config.get(name)!r}, is {value!r}"
            for name, value in self.config.items()
            if value != before.config.get(name)
        ]
        if differences:
            raise Refused(
                moment,
                f"it was trained otherwise: {'; '.join(differences)}",
                instead="Take the same again, or another folder.",
            )


@dataclass(frozen=True)
class Sitting:
    """All that is needed besides the weights to go on."""

    terms: Terms
    place: Place
    steps: list[Step]


def write(folder: Path, sitting: Sitting, state: dict[str, Any]) -> None:
    """Writes the optimiser's state, the steps so far and what the training is of."""
    from safetensors.torch import save_file

    save_file({name: tensor.contiguous() for name, tensor in state.items()}, folder / STATE)
    _write_json(folder / HISTORY, history(sitting.steps))
    terms = sitting.terms
    told = {
        "recipe": terms.recipe.to_dict(),
        "place": asdict(sitting.place),
        "corpus": terms.corpus,
        "text": terms.text,
        "tokenizer": terms.tokenizer,
        "model": terms.config,
    }
    _write_json(folder / TRAINING, told)


def read(moment: Path) -> Sitting:
    """What `write` wrote, without the optimiser's state.

    Raises:
        Refused: a file is missing, damaged or of another kind; the folder is left as it is.
    """
    told = _json(moment / TRAINING)

    def terms() -> tuple[Terms, Place]:
        recipe, place = Recipe(**told["recipe"]), Place(**told["place"])
        corpus, text, tokenizer = (str(told[name]) for name in ("corpus", "text", "tokenizer"))
        return Terms(recipe, corpus, text, tokenizer, dict(told["model"])), place

    found, place = _described(moment / TRAINING, terms)
    steps = _described(moment / HISTORY, lambda: past_steps(moment))
    return Sitting(found, place, steps)


def past_steps(moment: Path) -> list[Step]:
    """The steps up to a checkpoint that a training can go on from."""
    steps = steps_of(_json(moment / HISTORY))
    if not steps or f"step-{steps[-1].step:06d}" != moment.name:
        raise ValueError("it does not end at this checkpoint's step")
    return steps


def tensors(path: Path, shapes: dict[str, tuple[int, ...]] | None = None) -> dict[str, Any]:
    """The tensors of a file of a checkpoint, on the CPU.

    Args:
        shapes: which ones must be there, and of what shapes; None takes whatever there is.
    Raises:
        Refused: the file is missing, damaged, holds NaN or infinity, or other tensors.
    """
    from safetensors.torch import load_file

    found = refuse_damaged(path)
    if shapes is not None and found != shapes:
        other = sorted(n for n in found.keys() | shapes if found.get(n) != shapes.get(n))
        raise Refused(path, f"its tensors are not this model's: {', '.join(other[:3])}")
    loaded = load_file(path)
    storage.refuse_non_finite(path, loaded.items())
    return loaded


def refuse_damaged(path: Path) -> dict[str, tuple[int, ...]]:
    """The shapes of a file's tensors; raises Refused if it is missing, cut off or malformed."""
    if not path.is_file():
        raise Refused(path, "the file is missing")
    return {name: tuple(info.shape) for name, info in storage.header(path).items()}


def _decisive(config: Any) -> dict[str, Any]:
    values = json.loads(config.to_json_string(use_diff=False))
    return {
        name: value
        for name, value in values.items()
        if not (name.startswith("_") or name in _ASIDE or "drop" in name)
    }


def _json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise Refused(path, "the file is missing")
    return storage.read_json(path, limit=_LONGEST)


def _described(path: Path, reading: Callable[[], _T]) -> _T:
    try:
        return reading()
    except Refused:
        raise
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Refused(path, f"it does not describe a training ({error!r})") from None


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, allow_nan=True), encoding="utf-8")

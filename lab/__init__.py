"""The science: models with hooks, what they compute, and the questions asked of it.

`lab` yields numbers and shows nothing. Importing it is quick: torch and TransformerLens are
loaded by the first call that needs a model.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lab import (
        attention,
        attribution,
        circuits,
        corpora,
        embeddings,
        interventions,
        lenses,
        neurons,
        normalisation,
        positions,
        probes,
        saes,
        sampling,
        tokenizers,
    )
    from lab.attention import head_scores, repeated_tokens
    from lab.attribution import contributions
    from lab.bridges import build, load, models, parity, placement
    from lab.evaluation import accuracy, bits_per_character
    from lab.hooks import edited
    from lab.interventions import steer
    from lab.lenses import lens
    from lab.lives import Life, life
    from lab.probes import probe
    from lab.sampling import beams, branch, continuation, contrastive, grower, stream, timed
    from lab.tokenizers import chat_text
    from lab.traces import Trace, next_probs, trace
    from lab.training import Recipe, Step, moments, train

_ROOM = {
    "build": "lab.bridges",
    "load": "lab.bridges",
    "models": "lab.bridges",
    "parity": "lab.bridges",
    "placement": "lab.bridges",
    "edited": "lab.hooks",
    "steer": "lab.interventions",
    "chat_text": "lab.tokenizers",
    "Trace": "lab.traces",
    "next_probs": "lab.traces",
    "trace": "lab.traces",
    "contributions": "lab.attribution",
    "lens": "lab.lenses",
    "head_scores": "lab.attention",
    "repeated_tokens": "lab.attention",
    "accuracy": "lab.evaluation",
    "bits_per_character": "lab.evaluation",
    "probe": "lab.probes",
    "continuation": "lab.sampling",
    "beams": "lab.sampling",
    "branch": "lab.sampling",
    "contrastive": "lab.sampling",
    "grower": "lab.sampling",
    "stream": "lab.sampling",
    "timed": "lab.sampling",
    "Life": "lab.lives",
    "life": "lab.lives",
    "Recipe": "lab.training",
    "Step": "lab.training",
    "moments": "lab.training",
    "train": "lab.training",
}
# Rooms used by name: lab.corpora.stories(), lab.tokenizers.train_bpe(…).
_ROOMS = (
    "attention",
    "attribution",
    "circuits",
    "corpora",
    "embeddings",
    "interventions",
    "lenses",
    "neurons",
    "normalisation",
    "positions",
    "probes",
    "saes",
    "sampling",
    "tokenizers",
)

__all__ = [
    "Life",
    "Recipe",
    "Step",
    "Trace",
    "accuracy",
    "attention",
    "attribution",
    "beams",
    "bits_per_character",
    "branch",
    "build",
    "chat_text",
    "circuits",
    "continuation",
    "contrastive",
    "contributions",
    "corpora",
    "edited",
    "embeddings",
    "grower",
    "head_scores",
    "interventions",
    "lens",
    "lenses",
    "life",
    "load",
    "models",
    "moments",
    "neurons",
    "next_probs",
    "normalisation",
    "parity",
    "placement",
    "positions",
    "probe",
    "probes",
    "repeated_tokens",
    "saes",
    "sampling",
    "steer",
    "stream",
    "timed",
    "tokenizers",
    "trace",
    "train",
]


def __getattr__(name: str) -> Any:
    if name in _ROOM:
        return getattr(importlib.import_module(_ROOM[name]), name)
    if name in _ROOMS:
        return importlib.import_module(f"lab.{name}")
    raise AttributeError(f"module 'lab' has no attribute {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])

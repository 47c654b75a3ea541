"""Views: they take arrays, names and callables, show them, and know no model.

A view takes a trace (anything with `pieces` and the numbers by name) or plain arrays, and every
view that is given the same `Session` follows it inside the browser.

    session = widgets.Session()
    widgets.Tokens(trace, session=session)      # click a piece …
    session.token                               # … and use its position in the next cell

Importing this package loads nothing heavy: each view is imported when it is first named.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .attention import Attention as Attention
    from .charts import against_control as against_control
    from .charts import bars as bars
    from .charts import lines as lines
    from .charts import next_tokens as next_tokens
    from .circuit import Circuit as Circuit
    from .circuit import agreement as agreement
    from .circuitsvis import AttentionHeads as AttentionHeads
    from .circuitsvis import ColoredTokens as ColoredTokens
    from .circuitsvis import ColoredTokensMulti as ColoredTokensMulti
    from .circuitsvis import TextNeuronActivations as TextNeuronActivations
    from .circuitsvis import TokenLogProbs as TokenLogProbs
    from .circuitsvis import TopkTokens as TopkTokens
    from .contributions import Contributions as Contributions
    from .embedding_map import EmbeddingMap as EmbeddingMap
    from .generation import Generation as Generation
    from .glass.booklet import notebook_page as notebook_page
    from .glass.export import page as page
    from .glass.session import Session as Session
    from .lens import Lens as Lens
    from .lessons import Check as Check
    from .lessons import Predict as Predict
    from .lessons import sealed as sealed
    from .life import Life as Life
    from .merges import Merges as Merges
    from .neurons import Neurons as Neurons
    from .patch import Patch as Patch
    from .positions import Positions as Positions
    from .probes import Probes as Probes
    from .prompt import Prompt as Prompt
    from .sampler import Sampler as Sampler
    from .steer import Steer as Steer
    from .superposition import Superposition as Superposition
    from .tokenization import Tokenization as Tokenization
    from .tokens import Tokens as Tokens
    from .training import Training as Training

__all__ = [
    "Attention",
    "AttentionHeads",
    "Check",
    "Circuit",
    "ColoredTokens",
    "ColoredTokensMulti",
    "Contributions",
    "EmbeddingMap",
    "Generation",
    "Lens",
    "Life",
    "Merges",
    "Neurons",
    "Patch",
    "Positions",
    "Predict",
    "Probes",
    "Prompt",
    "Sampler",
    "Session",
    "Steer",
    "Superposition",
    "TextNeuronActivations",
    "TokenLogProbs",
    "Tokenization",
    "Tokens",
    "TopkTokens",
    "Training",
    "against_control",
    "agreement",
    "bars",
    "lines",
    "next_tokens",
    "notebook_page",
    "page",
    "sealed",
]

_ROOMS = {
    "attention": ["Attention"],
    "charts": ["against_control", "bars", "lines", "next_tokens"],
    "circuit": ["Circuit", "agreement"],
    "circuitsvis": [
        "AttentionHeads",
        "ColoredTokens",
        "ColoredTokensMulti",
        "TextNeuronActivations",
        "TokenLogProbs",
        "TopkTokens",
    ],
    "contributions": ["Contributions"],
    "embedding_map": ["EmbeddingMap"],
    "glass.booklet": ["notebook_page"],
    "generation": ["Generation"],
    "glass.export": ["page"],
    "glass.session": ["Session"],
    "lens": ["Lens"],
    "lessons": ["Check", "Predict", "sealed"],
    "life": ["Life"],
    "merges": ["Merges"],
    "neurons": ["Neurons"],
    "patch": ["Patch"],
    "positions": ["Positions"],
    "probes": ["Probes"],
    "prompt": ["Prompt"],
    "sampler": ["Sampler"],
    "steer": ["Steer"],
    "superposition": ["Superposition"],
    "tokenization": ["Tokenization"],
    "tokens": ["Tokens"],
    "training": ["Training"],
}
_HOMES = {name: room for room, names in _ROOMS.items() for name in names}


def __getattr__(name: str):
    if name not in _HOMES:
        raise AttributeError(f"widgets has no {name!r}; it has {', '.join(__all__)}")
    value = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

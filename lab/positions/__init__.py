"""How a model knows the order of its text: three schemes, what they measure, what depends on them.

`sinusoidal`, `learned` and `rotary` give the schemes; `told` runs a model whose pieces are told
other places than their own; `disorder` measures what that costs; `recall` and `beyond` ask what a
model still has of what stands far back. Loaded without torch until a model is needed.
"""

from typing import TYPE_CHECKING

from lab.lazily import lazily
from lab.positions.tables import by_distance, frequencies, learned, likeness, sinusoidal

if TYPE_CHECKING:
    from lab.positions.edges import Edge, beyond
    from lab.positions.recalling import Recall, recall
    from lab.positions.rotating import Rotary, preferences, rotary
    from lab.positions.scrambling import Disorder, disorder
    from lab.positions.telling import scattered, told

_ROOM = {
    "Disorder": "scrambling",
    "Edge": "edges",
    "Recall": "recalling",
    "Rotary": "rotating",
    "beyond": "edges",
    "disorder": "scrambling",
    "preferences": "rotating",
    "recall": "recalling",
    "rotary": "rotating",
    "scattered": "telling",
    "told": "telling",
}

__all__ = [
    "Disorder",
    "Edge",
    "Recall",
    "Rotary",
    "beyond",
    "by_distance",
    "disorder",
    "frequencies",
    "learned",
    "likeness",
    "preferences",
    "recall",
    "rotary",
    "scattered",
    "sinusoidal",
    "told",
]

__getattr__ = lazily(__name__, _ROOM)

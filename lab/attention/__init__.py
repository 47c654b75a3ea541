"""What attention heads do: scored and named, averaged over many texts, one score taken apart.

Head types after Elhage et al. 2021, Olsson et al. 2022 and Wang et al. 2022.
"""

import importlib
from typing import TYPE_CHECKING, Any

from lab.attention.detecting import detected
from lab.attention.ranking import control_heads, head_labels, resting_heads, top_heads
from lab.attention.repeating import repeated_tokens, strongest
from lab.attention.scoring import KINDS, Scores, chance_scores, entropies, head_scores

if TYPE_CHECKING:
    from lab.attention.averaging import Averages, averages, over
    from lab.attention.movers import NameMovers, name_movers
    from lab.attention.pairs import Breakdown, breakdowns

__all__ = [
    "KINDS",
    "Averages",
    "Breakdown",
    "NameMovers",
    "Scores",
    "averages",
    "breakdowns",
    "chance_scores",
    "control_heads",
    "detected",
    "entropies",
    "head_labels",
    "head_scores",
    "name_movers",
    "over",
    "repeated_tokens",
    "resting_heads",
    "strongest",
    "top_heads",
]
_ROOM = {
    "Averages": "averaging",
    "averages": "averaging",
    "over": "averaging",
    "NameMovers": "movers",
    "name_movers": "movers",
    "Breakdown": "pairs",
    "breakdowns": "pairs",
}


def __getattr__(name: str) -> Any:
    if name in _ROOM:
        return getattr(importlib.import_module(f"lab.attention.{_ROOM[name]}"), name)
    raise AttributeError(f"module 'lab.attention' has no attribute {name!r}")

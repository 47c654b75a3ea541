"""What attention heads do: scored and named, averaged over many texts, one score taken apart.

Head types after Elhage et al. 2021, Olsson et al. 2022 and Wang et al. 2022.
"""

from typing import TYPE_CHECKING

from lab.attention.detecting import detected
from lab.attention.ranking import control_heads, head_labels, resting_heads, top_heads
from lab.attention.repeating import repeated_tokens, strongest
from lab.attention.scoring import KINDS, Scores, chance_scores, entropies, head_scores
from lab.lazily import lazily

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

__getattr__ = lazily(__name__, _ROOM)

"""What each part of a model adds to one logit, or to the difference of two: summing exactly.

The last norm divides the stream by a number that depends on all of it. Here that number is held
at what it was in this run; what is left is a sum, so every head, MLP, bias and the embedding has
its own share ("direct logit attribution"; Elhage et al. 2021, Wang et al. 2022). A share is what
a part says *directly*: what later layers make of it is in their shares. `cut_effects` measures
how far that is from what the model does without the part.
"""

from typing import TYPE_CHECKING

from lab.attribution.record import Contributions
from lab.lazily import lazily

if TYPE_CHECKING:
    from lab.attribution.cutting import Effect, cut_effects
    from lab.attribution.sharing import contributions

__all__ = ["Contributions", "Effect", "contributions", "cut_effects"]
_ROOM = {"contributions": "sharing", "Effect": "cutting", "cut_effects": "cutting"}

__getattr__ = lazily(__name__, _ROOM)

"""The growing prediction: what each layer would say if the model stopped there.

`lens` reads a text through the model's own last norm and unembedding (logit lens) or, with
`tuned`, through a translator fitted to each layer first (tuned lens). What comes out is plain
arrays: `Reading` opens without torch.
"""

from typing import TYPE_CHECKING

from lab.lazily import lazily
from lab.lenses.record import Reading
from lab.lenses.translators import TunedLens

if TYPE_CHECKING:
    from lab.lenses.calibrating import Calibration, calibration
    from lab.lenses.learning import Fit, fitted, fitting
    from lab.lenses.unembedding import lens

__all__ = [
    "Calibration",
    "Fit",
    "Reading",
    "TunedLens",
    "calibration",
    "fitted",
    "fitting",
    "lens",
]
_ROOM = {
    "Calibration": "calibrating",
    "calibration": "calibrating",
    "Fit": "learning",
    "fitted": "learning",
    "fitting": "learning",
    "lens": "unembedding",
}

__getattr__ = lazily(__name__, _ROOM)

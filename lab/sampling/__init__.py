"""How a text goes on: what the model expects next, the rules that cut it, and the draw."""

from typing import TYPE_CHECKING

from lab.lazily import lazily

if TYPE_CHECKING:
    from lab.sampling.choosing import Choose, drawing
    from lab.sampling.continuing import continuation, continuations, continued
    from lab.sampling.contrasting import contrastive
    from lab.sampling.cutting import entropy, softmax
    from lab.sampling.growing import Grower, branch, grower
    from lab.sampling.hypotheses import Hypothesis, Round, beams
    from lab.sampling.noise import draws
    from lab.sampling.quality import circling, distinct, repeated
    from lab.sampling.reading import Reading
    from lab.sampling.rules import Cut, Rules
    from lab.sampling.streaming import Drawn, stream
    from lab.sampling.timing import Timed, timed

_ROOM = {
    "Choose": "choosing",
    "Cut": "rules",
    "Drawn": "streaming",
    "Grower": "growing",
    "Hypothesis": "hypotheses",
    "Reading": "reading",
    "Round": "hypotheses",
    "Rules": "rules",
    "Timed": "timing",
    "beams": "hypotheses",
    "branch": "growing",
    "circling": "quality",
    "continuation": "continuing",
    "continuations": "continuing",
    "continued": "continuing",
    "contrastive": "contrasting",
    "distinct": "quality",
    "drawing": "choosing",
    "draws": "noise",
    "entropy": "cutting",
    "grower": "growing",
    "repeated": "quality",
    "softmax": "cutting",
    "stream": "streaming",
    "timed": "timing",
}

__all__ = [
    "Choose",
    "Cut",
    "Drawn",
    "Grower",
    "Hypothesis",
    "Reading",
    "Round",
    "Rules",
    "Timed",
    "beams",
    "branch",
    "circling",
    "continuation",
    "continuations",
    "continued",
    "contrastive",
    "distinct",
    "drawing",
    "draws",
    "entropy",
    "grower",
    "repeated",
    "softmax",
    "stream",
    "timed",
]

__getattr__ = lazily(__name__, _ROOM)

"""Features in superposition: sparse autoencoders, and toy models of why they are needed.

`trained` learns the features of one layer's stream, `judged` says what is lost when they alone tell
it, `survey` finds where each is strongest (`widgets.Neurons` shows it), `check` what the model
makes of one, beside controls. `toys` and `phases` are Elhage et al. 2022 in small.
"""

from typing import TYPE_CHECKING

from lab.lazily import lazily
from lab.saes.judgement import Judgement
from lab.saes.record import Sae
from lab.saes.toyrecord import Phases, Toys

if TYPE_CHECKING:
    from lab.saes.changing import alike
    from lab.saes.checked import Check
    from lab.saes.checking import check
    from lab.saes.judging import judged, untrained
    from lab.saes.learning import Fit, trained, training
    from lab.saes.phasing import phases
    from lab.saes.reading import activations, cut, push, writes
    from lab.saes.surveying import Features, survey
    from lab.saes.telling import Told, told
    from lab.saes.toymaking import toying, toys

_ROOM = {
    "Check": "checked",
    "alike": "changing",
    "check": "checking",
    "judged": "judging",
    "untrained": "judging",
    "Fit": "learning",
    "trained": "learning",
    "training": "learning",
    "phases": "phasing",
    "activations": "reading",
    "cut": "reading",
    "push": "reading",
    "writes": "reading",
    "Features": "surveying",
    "survey": "surveying",
    "Told": "telling",
    "told": "telling",
    "toying": "toymaking",
    "toys": "toymaking",
}

__all__ = [
    "Check",
    "Features",
    "Fit",
    "Judgement",
    "Phases",
    "Sae",
    "Told",
    "Toys",
    "activations",
    "alike",
    "check",
    "cut",
    "judged",
    "phases",
    "push",
    "survey",
    "told",
    "toying",
    "toys",
    "trained",
    "training",
    "untrained",
    "writes",
]

__getattr__ = lazily(__name__, _ROOM)

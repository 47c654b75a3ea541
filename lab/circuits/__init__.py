"""Circuits: which few parts of a model, joined how, do one thing.

The model as a graph of heads and MLPs (`Wiring`), its edges with what they are worth estimated by
gradient (`edge_attribution` → `Graph`), and circuits put to the test in runs where every edge
outside really carries another text: faithfulness, completeness, minimality, always beside random
circuits of the same size. Attribution patching beside exact patching; path patching; and the
classical circuit, indirect objects (Wang et al. 2022).
"""

from typing import TYPE_CHECKING

from lab.circuits.pairs import Pairs, pairs
from lab.circuits.record import Graph
from lab.circuits.trying import Trial, trial
from lab.circuits.wiring import Wiring
from lab.lazily import lazily

if TYPE_CHECKING:
    from lab.circuits.gradients import edge_attribution
    from lab.circuits.leaving import Completeness, Minimality, completeness, minimality
    from lab.circuits.naming import two_names

__all__ = [
    "Completeness",
    "Graph",
    "Minimality",
    "Pairs",
    "Trial",
    "Wiring",
    "completeness",
    "edge_attribution",
    "minimality",
    "pairs",
    "trial",
    "two_names",
]
_ROOM = {
    "Completeness": "leaving",
    "Minimality": "leaving",
    "completeness": "leaving",
    "edge_attribution": "gradients",
    "minimality": "leaving",
    "two_names": "naming",
}

__getattr__ = lazily(__name__, _ROOM)

"""Circuits: which few parts of a model, joined how, do one thing.

The model as a graph of heads and MLPs (`Wiring`), its edges with what they are worth estimated by
gradient (`edge_attribution` → `Graph`), and circuits put to the test in runs where every edge
outside really carries another text: faithfulness, completeness, minimality, always beside random
circuits of the same size. Attribution patching beside exact patching; path patching; and the
classical circuit, indirect objects (Wang et al. 2022).
"""

from typing import TYPE_CHECKING

from lab.circuits.attributed import Agreement, Attributed
from lab.circuits.pairing import Pairs, pairs
from lab.circuits.paths import Paths, path_patching
from lab.circuits.record import Graph
from lab.circuits.study import Cut, IndirectObjects
from lab.circuits.trying import Trial, trial
from lab.circuits.wiring import Wiring
from lab.lazily import lazily

if TYPE_CHECKING:
    from lab.circuits.attributing import attribution_patching
    from lab.circuits.gradients import edge_attribution
    from lab.circuits.indirect import cut_heads, indirect_objects
    from lab.circuits.leaving import Completeness, Minimality, completeness, minimality
    from lab.circuits.naming import two_names

__all__ = [
    "Agreement",
    "Attributed",
    "Completeness",
    "Cut",
    "Graph",
    "IndirectObjects",
    "Minimality",
    "Pairs",
    "Paths",
    "Trial",
    "Wiring",
    "attribution_patching",
    "completeness",
    "cut_heads",
    "edge_attribution",
    "indirect_objects",
    "minimality",
    "pairs",
    "path_patching",
    "trial",
    "two_names",
]
_ROOM = {
    "Completeness": "leaving",
    "Minimality": "leaving",
    "attribution_patching": "attributing",
    "completeness": "leaving",
    "cut_heads": "indirect",
    "edge_attribution": "gradients",
    "indirect_objects": "indirect",
    "minimality": "leaving",
    "two_names": "naming",
}

__getattr__ = lazily(__name__, _ROOM)

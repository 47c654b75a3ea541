"""Models with hooks: loading, building, listing them, and how far they are from transformers."""

from lab.bridges.building import build
from lab.bridges.listing import Available, models
from lab.bridges.loading import load
from lab.bridges.parities import Parity
from lab.bridges.placing import Placement, placement
from lab.bridges.wrapping import Facts, facts, parity
from lab.reach import Unreachable

__all__ = [
    "Available",
    "Facts",
    "Parity",
    "Placement",
    "Unreachable",
    "build",
    "facts",
    "load",
    "models",
    "parity",
    "placement",
]

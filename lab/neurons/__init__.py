"""Neurons: where in a corpus they are strongest, what they write, whether that is a meaning.

A neuron is one column of an MLP; its activation is what TransformerLens calls `post`: after the
nonlinearity, and in a gated MLP (Llama) `act(gate) · up`, which may be strongly negative too. That
is why everything here is kept for both ends.
"""

from typing import TYPE_CHECKING

from lab.lazily import lazily
from lab.neurons.record import Context, Histogram, Survey

if TYPE_CHECKING:
    from lab.neurons.controls import alike, cut
    from lab.neurons.costs import word_costs
    from lab.neurons.meaning import Meaning, Meanings, meanings
    from lab.neurons.reading import Reading, activations
    from lab.neurons.surveying import survey
    from lab.neurons.weights import Weights, reads, writes

_ROOM = {
    "alike": "controls",
    "cut": "controls",
    "word_costs": "costs",
    "Meaning": "meaning",
    "Meanings": "meaning",
    "meanings": "meaning",
    "Reading": "reading",
    "activations": "reading",
    "survey": "surveying",
    "Weights": "weights",
    "reads": "weights",
    "writes": "weights",
}

__all__ = [
    "Context",
    "Histogram",
    "Meaning",
    "Meanings",
    "Reading",
    "Survey",
    "Weights",
    "activations",
    "alike",
    "cut",
    "meanings",
    "reads",
    "survey",
    "word_costs",
    "writes",
]

__getattr__ = lazily(__name__, _ROOM)

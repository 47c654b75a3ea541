"""A survey made by hand, with one text wherever one can be."""

from types import SimpleNamespace

import numpy as np

from lab.neurons import Context, Histogram


def survey(text: str, size: int = 3) -> SimpleNamespace:
    """Two layers of `size` neurons, each strongest at `text`."""
    one = Context(["a", text, "b"], np.array([0.1, 2.0, -0.5]), 1, 2.0, text=4, place=1, times=2)
    return SimpleNamespace(
        layers=[0, 1],
        model_name=text,
        corpus_name=text,
        pieces=100,
        properties={text: np.ones((2, size)), "active": np.full((2, size), 0.5)},
        peaks=lambda layer: [text] * size,
        contexts=lambda layer, neuron, count, lowest=False: [] if lowest else [one],
        histogram=lambda layer, neuron: Histogram(np.array([-1.0, 0, 1, 2]), np.array([9, 0, 1])),
    )


def neurons(text: str) -> dict:
    """Arguments of a view with every part filled."""
    ends = SimpleNamespace(highest=[(text, 1.0)], lowest=[("b", -1.0)], exact=False)
    return {
        "survey": survey(text),
        "writes": lambda layer, neuron: ends,
        "reads": lambda layer, neuron: ends,
        "cut": lambda layer, neuron: checked(text),
        "live": lambda typed, layer, neuron: SimpleNamespace(pieces=[typed], values=[1.0]),
        "text": text,
    }


def checked(text: str) -> SimpleNamespace:
    """What a cut does and what its controls do, at two places."""
    return SimpleNamespace(
        pieces=[text, "b"],
        before=np.full(2, 0.5),
        effects=np.array([-0.2, -0.1]),
        others=np.zeros((2, 2)),
        directions=np.zeros((2, 2)),
        interval=lambda name: (-0.2, 0.1),
    )

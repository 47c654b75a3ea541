"""Toy models and phases made by hand, whose pictures are known."""

from types import SimpleNamespace

import numpy as np


def toys(moments: int = 3, seed: int = 0, of: int = 40) -> SimpleNamespace:
    """Three sparsities of five features in two dimensions: two axes, two pairs, a pentagon."""
    turn = 2 * np.pi * np.arange(5) / 5
    runs = np.zeros((3, 2, 5))
    runs[0, :, :2] = np.eye(2)
    runs[1, :, :4] = [[1, -1, 0, 0], [0, 0, 1, -1]]
    runs[2] = [np.cos(turn), np.sin(turn)]
    steps = np.array([0, 10, 40, 80])[:moments]
    grown = np.linspace(0.1, 1, moments)[:, None, None, None]
    return SimpleNamespace(
        weights=runs * grown,
        biases=np.full((moments, 3, 5), -0.1),
        losses=np.array([[0.3, 0.2, 0.1]]) / (1 + np.arange(moments)[:, None]),
        linear=np.array([0.1, 0.15, 0.2]),
        steps=steps,
        of=of,
        sparsities=np.array([0.0, 0.7, 0.97]),
        importance=np.ones(5),
        seed=seed,
    )


def phases() -> SimpleNamespace:
    """Two importances by three densities; at one point learned and by hand disagree."""
    kinds = np.array([[2, 2, 0], [2, 1, 1]])
    theory = np.array([[2, 2, 0], [2, 2, 1]])
    return SimpleNamespace(
        kinds=kinds,
        theory=theory,
        densities=np.array([0.01, 0.1, 1.0]),
        importances=np.array([0.5, 2.0]),
        weights=np.tile(np.array([[1.0, -0.5]]), (2, 3, 1, 1)),
        losses=np.arange(6).reshape(2, 3) / 10,
        solutions=np.arange(18).reshape(2, 3, 3) / 100,
    )

"""Toy superposition: the published pictures come out, and losses are what a sum by hand gives."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.optimize import minimize

import lab
from lab.saes.phasing import solutions
from lab.saes.toymaking import linear_loss
from lab.saes.toyrecord import LEFT_OUT, OWN, SHARED, dimensions


@pytest.fixture(scope="module")
def toys():
    return lab.saes.toys(5, 2, sparsities=[0.0, 0.7, 0.97], steps=800, batch=128)


def test_without_sparsity_two_features_with_it_opposites_and_a_pentagon(toys):
    """Elhage et al. 2022, Figure 2: 5 features in 2 dimensions as sparsity grows."""
    assert toys.told[-1].tolist() == [2, 4, 5]
    dense, pairs, pentagon = toys.dimensions[-1]
    assert dense[:2] == pytest.approx(1, abs=0.12)
    assert np.sort(pairs)[1:] == pytest.approx(0.5, abs=0.04)
    assert pentagon == pytest.approx(0.4, abs=0.02)


def test_the_pentagon_is_regular(toys):
    turned = np.sort(np.arctan2(*toys.weights[-1, 2]))
    steps = np.diff([*turned, turned[0] + 2 * np.pi])
    assert steps == pytest.approx(2 * np.pi / 5, abs=0.12)


def test_superposition_is_worth_it_where_features_are_rare_and_only_there(toys):
    better = toys.losses[-1] / toys.linear
    assert better[0] == pytest.approx(1, abs=0.05)
    assert better[1] < 0.75 and better[2] < 0.3


def test_the_loss_is_that_of_the_model_shown(toys):
    chance = np.random.default_rng(0)
    x = chance.random((100_000, 5)) * (chance.random((100_000, 5)) < 0.3)
    weights, bias = toys.weights[-1, 1], toys.biases[-1, 1]
    back = np.maximum(x @ weights.T @ weights + bias, 0)
    loss = (np.square(back - x) * toys.importance).sum(1).mean()
    assert toys.losses[-1, 1] == pytest.approx(loss, rel=0.05)


def test_the_linear_control_is_what_principal_components_reach():
    from sklearn.decomposition import PCA

    chance = np.random.default_rng(0)
    x = chance.random((60_000, 5)) * (chance.random((60_000, 5)) < 0.4)
    weight = np.sqrt(0.7 ** np.arange(5))
    found = PCA(2).fit(x * weight)
    back = found.inverse_transform(found.transform(x * weight))
    lost = np.square(x * weight - back).sum(1).mean()
    assert linear_loss([0.6], 0.7 ** np.arange(5), 2)[0] == pytest.approx(lost, rel=0.03)


def test_dimensions_of_known_shapes():
    turn = 2 * np.pi * np.arange(5) / 5
    assert dimensions(np.stack([np.cos(turn), np.sin(turn)])) == pytest.approx(2 / 5)
    assert dimensions(np.eye(3)) == pytest.approx(1)
    assert dimensions(np.zeros((2, 3))).tolist() == [0, 0, 0]


def test_shown_on_the_way_and_stopped_on_the_way():
    few = {"sparsities": [0.5], "steps": 40, "batch": 16, "restarts": 1}
    seen = list(lab.saes.toying(3, 2, moments=8, **few))
    stopped = []
    for toy in lab.saes.toying(3, 2, **few, cancelled=lambda: bool(stopped)):
        stopped.append(toy)
    assert [toy.steps[-1] for toy in seen[:3]] == [0, 1, 2] and seen[-1].steps[-1] == 40
    assert len(stopped) == 2 and seen[-1].whole and not stopped[-1].whole
    assert seen[-1].at(2).weights.shape[0] == 2


@pytest.fixture(scope="module")
def phases():
    return lab.saes.phases(
        densities=np.geomspace(0.02, 1, 7), importances=np.geomspace(0.15, 6, 6), steps=300, lr=0.06
    )


def test_phases_lie_where_the_simple_solutions_have_them(phases):
    """Elhage et al. 2022, "Superposition as a phase change", n = 2 and m = 1."""
    assert phases.agreement > 0.9
    assert (phases.kinds[:, 0] == SHARED).all()
    assert phases.kinds[0, -1] == LEFT_OUT and phases.kinds[-1, -1] == OWN


def test_no_solution_by_hand_is_better_than_what_was_learned(phases):
    assert (phases.losses <= 1.06 * phases.solutions.min(-1)).all()


def test_losses_by_hand_are_those_of_a_draw():
    chance = np.random.default_rng(0)
    x = chance.random((400_000, 2)) * (chance.random((400_000, 2)) < 0.3)
    weight = np.array([1, 2.0])

    def lost(w, b):
        return (np.square(np.maximum(x @ np.outer(w, w) + b, 0) - x) * weight).sum(1).mean()

    wanted = [lost([1, 0], [0, 0.15]), lost([0, 1], [0.15, 0]), lost([1, -1], [0, 0])]
    assert solutions([0.3], [2.0])[0, 0] == pytest.approx(wanted, rel=0.02)


def test_what_was_learned_is_the_best_that_a_search_finds(phases):
    from lab.saes.phasing import _Grid

    row, column = 3, 3
    grid = _Grid(phases.densities[[column]], phases.importances[[row]], 1, 1, 0)

    def loss(p):
        with torch.no_grad():
            grid.weights[:] = torch.tensor(p[:2]).float().reshape(1, 1, 2)
            grid.biases[:] = torch.tensor(p[2:]).float()
            return float(grid.costs()[0])

    starts = np.random.default_rng(0).normal(size=(6, 4))
    best = min(
        minimize(loss, s, method="Nelder-Mead", options={"maxiter": 400}).fun for s in starts
    )
    assert phases.losses[row, column] == pytest.approx(best, rel=0.03)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: lab.saes.toys(sparsities=[1.0]), "shares from 0 to below 1"),
        (lambda: lab.saes.toys(importance=[1, 2]), "one such weight for each of 5 features"),
        (lambda: lab.saes.toys(features=0), "whole numbers of at least 1"),
        (lambda: lab.saes.phases(3), "hidden is 3: 1 or 2"),
        (lambda: lab.saes.phases(densities=[2.0]), "densities is"),
    ],
)
def test_what_cannot_be_is_said(call, said):
    with pytest.raises(ValueError, match=said):
        call()

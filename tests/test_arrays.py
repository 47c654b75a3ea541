"""Weights to bytes and back: what is lost, and what is not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from widgets.glass import arrays

weights = hnp.arrays(
    np.float32,
    hnp.array_shapes(min_dims=1, max_dims=3, max_side=12),
    elements=st.floats(0, 1, width=32),
)


@st.composite
def squares(draw, causal=True):
    side = draw(st.integers(1, 24))
    cells = draw(hnp.arrays(np.uint8, (side, side)))
    return np.tril(cells) if causal else cells


def softmax_rows(side, seed, spread):
    scores = np.random.default_rng(seed).normal(size=(side, side)) * spread
    scores[np.triu_indices(side, 1)] = -np.inf
    shares = np.exp(scores - scores.max(-1, keepdims=True))
    return (shares / shares.sum(-1, keepdims=True)).astype(np.float32)


@given(weights)
def test_no_weight_moves_further_than_the_stated_error(given_weights):
    back = arrays.from_bytes(arrays.to_bytes(given_weights))
    assert np.abs(back - given_weights).max() <= arrays.LARGEST_ERROR


@given(weights)
def test_larger_weights_never_get_smaller_bytes(given_weights):
    flat = np.sort(given_weights.ravel())
    assert (np.diff(arrays.to_bytes(flat).astype(int)) >= 0).all()


@given(st.integers(2, 400), st.integers(0, 10**6), st.floats(0, 4))
def test_a_row_of_softmax_keeps_its_mass(side, seed, spread):
    rows = softmax_rows(side, seed, spread)
    back = arrays.from_bytes(arrays.to_bytes(rows))
    lost = np.where(back == 0, rows, 0).sum(-1)
    assert lost.max() < 0.005


def test_linear_bytes_would_lose_what_root_bytes_keep():
    rows = softmax_rows(1024, 0, 1.0)
    linear = np.rint(255 * rows)
    assert np.where(linear == 0, rows, 0).sum(-1).mean() > 0.05
    assert np.where(arrays.to_bytes(rows) == 0, rows, 0).sum(-1).mean() < 0.0005


@given(squares())
def test_a_triangle_unpacks_to_what_was_packed(square):
    assert (arrays.unpack(arrays.pack(square)) == square).all()


@given(st.integers(1, 40))
def test_a_packed_picture_has_the_size_announced(side):
    head = np.tril(np.full((side, side), 0.5))
    for causal in (True, False):
        assert arrays.picture(head, side, causal).size == arrays.picture_size(side, causal)


def test_a_length_that_is_no_triangle_is_refused_with_one_that_is():
    with pytest.raises(ValueError, match="5 cells make no triangle; 3 would"):
        arrays.unpack(np.zeros(5, np.uint8))


@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 99))
def test_pooling_gives_each_blocks_maximum(length, parts, seed):
    parts = min(parts, length)
    head = np.random.default_rng(seed).random((length, length))
    rest, first = arrays.pooled(head, parts, parts)
    without = head.copy()
    without[:, 0] = 0
    edge = [i * length // parts for i in range(parts + 1)]
    for i in range(parts):
        assert first[i] == head[edge[i] : edge[i + 1], 0].max()
        for j in range(parts):
            assert rest[i, j] == without[edge[i] : edge[i + 1], edge[j] : edge[j + 1]].max()


@given(st.integers(1, 60), st.integers(1, 60))
def test_a_causal_pattern_stays_causal_when_pooled(length, parts):
    parts = min(parts, length)
    rest, _ = arrays.pooled(np.tril(np.ones((length, length))), parts, parts)
    assert (np.triu(rest, 1) == 0).all()


def test_pooling_leaves_the_given_weights_alone():
    head = np.full((2, 6, 6), 0.5)
    arrays.pooled(head, 6, 6)
    assert (head == 0.5).all()


def test_tensors_come_in_without_a_copy_of_the_whole():
    torch = pytest.importorskip("torch")
    tensor = torch.rand(2, 3, requires_grad=True)
    array = arrays.as_array(tensor)
    assert array.base is not None and np.shares_memory(array, tensor.detach().numpy())
    assert arrays.as_array(tensor.to(torch.bfloat16)).dtype == np.float32

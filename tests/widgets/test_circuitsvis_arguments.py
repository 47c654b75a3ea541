"""What CircuitsVis' views are given: checked, ranked and named when wrong."""

from __future__ import annotations

import doctest

import numpy as np
import pytest

from widgets.circuitsvis import (
    AttentionHeads,
    ColoredTokens,
    ColoredTokensMulti,
    circuitsvis,
    ranked,
)
from widgets.circuitsvis.ranked import TextNeuronActivations, TokenLogProbs, TopkTokens
from widgets.glass import shapes


def test_tokens_foreseen_are_ranked_as_circuitsvis_ranks_them() -> None:
    logs = np.log([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7], [1 / 3, 1 / 3, 1 / 3]])
    view = TokenLogProbs([[0, 1, 2]], logs[None], "abc".__getitem__, top_k=2)
    read = {name: np.frombuffer(a["parts"][0]["data"], "<f4") for name, a in view.arrays.items()}
    assert read["correctTokenRank"].tolist() == [1, 0]
    np.testing.assert_allclose(np.exp(read["correctTokenLogProb"]), [0.3, 0.7], rtol=1e-6)
    assert view.props["topKTokens"] == [["a", "b"], ["c", "b"]]
    assert view.summary.startswith("1 of 2 tokens foreseen first")


def test_both_ends_are_those_of_torch_topk() -> None:
    torch = pytest.importorskip("torch")
    acts = np.random.default_rng(1).normal(size=(2, 9, 4)).astype(np.float32)
    view = TopkTokens([list("abcdefghi")], [acts], max_k=3)
    top = torch.from_numpy(acts).topk(3, dim=1)
    bottom = torch.from_numpy(acts).topk(3, dim=1, largest=False)
    for name, wanted in {
        "topkVals": top.values, "topkIdxs": top.indices,
        "bottomkVals": bottom.values.flip(1), "bottomkIdxs": bottom.indices.flip(1),
    }.items():  # fmt: skip
        part = view.arrays[name]["parts"][0]
        got = np.frombuffer(part["data"], "<f4").reshape(part["shape"])
        np.testing.assert_allclose(got, wanted.numpy(), err_msg=name)


WRONG = {
    "2 tokens but values has shape (3,)": lambda: ColoredTokens(["a", "b"], [1, 2, 3]),
    "values[1] is inf": lambda: ColoredTokens(["a", "b"], [1, np.inf]),
    "tokens is one string": lambda: ColoredTokens("ab", [1, 2]),
    "negative_color is 'redd'": lambda: ColoredTokens(["a"], [1], negative_color="redd"),
    "labels has 1 entries for 2": lambda: ColoredTokensMulti(["a"], [[1, 2]], ["x"]),
    "its shape|axis 2 must be 2": lambda: AttentionHeads(np.ones((1, 2, 3)), ["a", "b"]),
    "ids from 0 to 1": lambda: TokenLogProbs([0, 5], np.zeros((2, 2)), str),
    "2 samples of tokens but 1": lambda: TopkTokens([["a"], ["b"]], [np.ones((1, 1, 1))]),
    "max_k is 0": lambda: TopkTokens([["a"]], [np.ones((1, 1, 1))], max_k=0),
    "more than the 2 MB": lambda: TextNeuronActivations(["a"] * 64, np.zeros((64, 12, 1000))),
}


@pytest.mark.parametrize("words", WRONG)
def test_what_is_wrong_is_named(words: str) -> None:
    with pytest.raises(ValueError) as caught:
        WRONG[words]()
    assert any(part in str(caught.value) for part in words.split("|"))


def test_an_unknown_keyword_raises() -> None:
    with pytest.raises(TypeError, match="colour"):
        ColoredTokens(["a"], [1.0], colour="red")


def test_a_slow_picture_says_so() -> None:
    with pytest.warns(UserWarning, match=r"widgets\.Attention"):
        AttentionHeads(np.ones((4, 230, 230), np.float32), ["a"] * 230)


@pytest.mark.parametrize("room", [shapes, circuitsvis, ranked])
def test_the_examples_hold(room) -> None:
    assert doctest.testmod(room).failed == 0

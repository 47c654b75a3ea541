"""Sampling rules: equal to transformers' processors, in its order, ties and edges included."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from transformers import GenerationConfig, LogitsProcessorList
from transformers.generation import logits_process as theirs

from lab.sampling import Rules, cutting, entropy, softmax
from lab.sampling.cutting import min_p, temperature, top_k, top_p, typical
from lab.sampling.rules import ORDER

# Whole numbers for ties, minus infinity for the impossible, and numbers that overflow when raised.
VALUES = st.one_of(
    st.floats(-30, 30, width=32),
    st.integers(-3, 3).map(float),
    st.sampled_from([-np.inf, -1e30, 1e30, -700.0]),
)
ROWS = (
    st.integers(1, 40)
    .flatmap(lambda n: arrays(np.float64, n, elements=VALUES))
    .filter(lambda row: row.max() > -np.inf)
)
SHARE = st.floats(0.01, 0.99)
OURS = {
    "temperature": (theirs.TemperatureLogitsWarper, st.floats(0.05, 10)),
    "top_k": (theirs.TopKLogitsWarper, st.integers(1, 50)),
    "top_p": (theirs.TopPLogitsWarper, SHARE),
    "min_p": (theirs.MinPLogitsWarper, SHARE),
    "typical": (theirs.TypicalLogitsWarper, SHARE),
    "epsilon": (theirs.EpsilonLogitsWarper, st.floats(1e-5, 0.5)),
    "eta": (theirs.EtaLogitsWarper, st.floats(1e-5, 0.5)),
}


def processed(processor, logits, ids=(0,)):
    """What transformers makes of the same row, in float64."""
    row = torch.tensor(np.asarray(logits))[None]
    return processor(torch.tensor([list(ids)]), row)[0].numpy()


def same(ours, other):
    """The same support, and the same probabilities."""
    np.testing.assert_array_equal(ours == -np.inf, other == -np.inf)
    np.testing.assert_allclose(softmax(ours), softmax(other), atol=1e-9)


def away(values, border):
    """No number within rounding of the border, where the order of a sum decides."""
    assume(not np.isclose(values, border, rtol=1e-9, atol=1e-12).any())


def steady(rule, logits, value):
    """Leaves out the rows whose outcome hangs on the last digit."""
    probs = softmax(logits)
    if rule == "top_p":
        away(np.cumsum(np.sort(probs)), 1 - value)
    if rule == "min_p":
        away(probs, value * probs.max())
    if rule == "epsilon":
        away(probs, value)
    if rule == "eta":
        away(probs, min(value, value**0.5 * np.exp(-entropy(probs))))
    if rule == "typical":
        with np.errstate(divide="ignore"):
            apart = np.abs(-np.log(probs) - entropy(probs))
        order = np.argsort(apart, kind="stable")
        away(np.cumsum(probs[order]), value)
        some = np.unique(apart[np.isfinite(apart)])
        assume((np.diff(some) > 1e-9).all() and (some.size < 2 or probs.max() < 1 - 1e-9))


@pytest.mark.parametrize("rule", OURS)
@given(logits=ROWS, data=st.data())
def test_a_rule_is_what_transformers_does(rule, logits, data):
    make, values = OURS[rule]
    value = data.draw(values)
    steady(rule, logits, value)
    ours, other = getattr(cutting, rule)(logits, value), processed(make(value), logits)
    if rule == "top_p":  # among equals at the edge, it keeps as many, in no order of its own
        ours, other = np.sort(ours), np.sort(other)
    same(ours, other)


@given(logits=ROWS, penalty=st.floats(0.5, 3), data=st.data())
def test_the_repetition_penalty_is_what_transformers_does(logits, penalty, data):
    ids = data.draw(st.lists(st.integers(0, logits.size - 1), min_size=1, max_size=12))
    ours = cutting.repetition_penalty(logits, penalty, ids)
    other = processed(theirs.RepetitionPenaltyLogitsProcessor(penalty), logits, ids)
    np.testing.assert_allclose(ours, other, rtol=1e-12)


# Rows without ties here: an edge that hangs on the last digit in any of six steps is rare.
DISTINCT = st.integers(2, 60).flatmap(
    lambda n: st.integers(0, 2**32 - 1).map(lambda s: np.random.default_rng(s).normal(0, 4, n))
)


@pytest.mark.filterwarnings("ignore:Passing `repetition_penalty`")
@given(
    logits=DISTINCT,
    how=st.fixed_dictionaries(
        {"temperature": st.floats(0.2, 3), "repetition_penalty": st.floats(0.6, 2)},
        optional={
            "top_k": st.integers(1, 60),
            "top_p": SHARE,
            "min_p": SHARE,
            "typical": SHARE,
            "epsilon": st.floats(1e-4, 0.3),
            "eta": st.floats(1e-4, 0.3),
        },
    ),
)
def test_all_rules_together_are_transformers_generate(logits, how):
    ids = [0, 1, 1]
    other = processed(generates(how), logits, ids)
    same(Rules(**how).applied(logits, ids), other)


def generates(how):
    """The processors that `generate` itself would line up, in its order."""
    from transformers.generation.utils import GenerationMixin

    names = {"typical": "typical_p", "epsilon": "epsilon_cutoff", "eta": "eta_cutoff"}
    given = {names.get(name, name): value for name, value in how.items()}
    config = GenerationConfig(do_sample=True, top_k=given.pop("top_k", 0), **given)
    writer = GenerationMixin()
    writer.config = SimpleNamespace(is_encoder_decoder=False)
    found = writer._get_logits_processor(config, device="cpu")
    assert isinstance(found, LogitsProcessorList)
    return found


@given(ROWS)
def test_temperature_0_and_the_first_of_one_are_the_likeliest(logits):
    greedy = Rules(temperature=0).probs(logits)
    assert greedy.argmax() == logits.argmax() and greedy.max() == 1
    one = Rules(top_k=1).probs(logits)
    assert set(np.flatnonzero(one)) == set(np.flatnonzero(logits == logits.max()))
    near = Rules(temperature=1e-300).probs(logits)
    np.testing.assert_array_equal(near > 0, logits == logits.max())


@given(ROWS, SHARE)
def test_a_nucleus_reaches_its_share_and_no_piece_of_it_could_go(logits, share):
    inside = softmax(logits)[top_p(logits, share) > -np.inf]
    assert inside.sum() >= share - 1e-12
    assert inside.sum() - inside.min() < share + 1e-12


@given(ROWS, st.integers(1, 40), SHARE, SHARE)
def test_rules_cut_in_turn_and_what_they_cut_adds_up(logits, k, p, share):
    rules = Rules(temperature=1.5, top_k=k, top_p=p, min_p=share, typical=p)
    cuts, whole = rules.cuts(logits), softmax(temperature(logits, 1.5))
    assert [cut.rule for cut in cuts] == ["top_k", "top_p", "min_p", "typical"]
    out = np.array([cut.out for cut in cuts])
    assert out.sum(0).max() <= 1  # each piece goes once
    left = rules.applied(logits) > -np.inf
    np.testing.assert_array_equal(left, (logits > -np.inf) & ~out.any(0))
    assert sum(cut.chance for cut in cuts) + whole[left].sum() == pytest.approx(1)


def test_worked_examples_of_every_rule():
    logits = np.log([0.4, 0.3, 0.15, 0.1, 0.05])
    kept = {
        "top_k": (3, [0, 1, 2]),
        "top_p": (0.8, [0, 1, 2]),
        "min_p": (0.3, [0, 1, 2]),
        "typical": (0.2, [1]),  # the entropy is 1.39 nats: 0.3 costs 1.20, 0.4 costs 0.92
        "epsilon": (0.12, [0, 1, 2]),
        "eta": (0.09, [0, 1, 2, 3]),
    }
    assert set(kept) == set(ORDER)
    for rule, (value, ids) in kept.items():
        applied = Rules(**{rule: value}).applied(logits)
        assert np.flatnonzero(applied > -np.inf).tolist() == ids, rule


def test_equals_at_an_edge():
    even = np.zeros(5)
    assert (top_k(even, 2) == 0).all()  # as likely as the second
    assert np.flatnonzero(top_p(even, 0.5) == 0).tolist() == [0, 1, 2]
    assert (min_p(even, 1.0) == 0).all() and (typical(even, 0.1) == 0).all()


def test_entropy_counts_equal_choices():
    assert np.exp(entropy(softmax(np.zeros(7)))) == pytest.approx(7)
    assert entropy(np.array([1.0, 0.0])) == 0


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"temperature": -1}, "temperature=-1"),
        ({"temperature": float("inf")}, "temperature=inf"),
        ({"temperature": None}, "temperature=None"),
        ({"top_k": 0}, "top_k=0: a whole number from 1 up"),
        ({"top_k": 2.5}, "top_k=2.5"),
        ({"top_p": 1.2}, "top_p=1.2: a probability"),
        ({"min_p": "much"}, "min_p='much'"),
        ({"typical": 0}, "typical=0"),
        ({"epsilon": 1}, "epsilon=1"),
        ({"repetition_penalty": 0}, "repetition_penalty=0"),
    ],
)
def test_a_number_that_cannot_be_is_named(how, says):
    with pytest.raises(ValueError, match=says):
        Rules(**how)


@pytest.mark.parametrize(
    ("logits", "says"),
    [
        ([[1.0, 2.0]], r"shape \(1, 2\): give one row"),
        ([], r"shape \(0,\)"),
        ([1.0, float("nan")], "nan at id 1"),
        ([float("inf"), 0.0], "inf at id 0"),
        ([-np.inf, -np.inf], "minus infinity everywhere"),
    ],
)
def test_logits_that_cannot_be_are_told_why(logits, says):
    with pytest.raises(ValueError, match=says):
        Rules().probs(logits)
    with pytest.raises(ValueError, match="ids holds 9: ids go from 0 to 1"):
        Rules(repetition_penalty=1.2).probs([0.0, 1.0], ids=[9])

"""Sparse autoencoders: planted features come back, and every figure is what another way gives."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.metrics import f1_score

import lab
from lab.saes.record import Sae
from lab.saes.telling import best_thresholds
from lab.storage import Refused

TEXTS = ["Tom had a red ball.", "Lily saw the dog. It ran.", "Ben and Mia like the park."] * 4
WIDE, PLANTED = 16, 24


@pytest.fixture(scope="module")
def model():
    return lab.build(layers=2, heads=2, d_model=WIDE, context=48, seed=1)


@pytest.fixture(scope="module")
def exact(model) -> Sae:
    """Both ends of every axis are a feature: it tells any stream, with nothing lost."""
    ends = np.concatenate([np.eye(WIDE), -np.eye(WIDE)]).astype(np.float32)
    zeros = np.zeros(WIDE, np.float32)
    many = np.ones(2 * WIDE, np.float32)
    arrays = {"encoder": ends.T.copy(), "bias": 0 * many, "decoder": ends, "centre": zeros}
    arrays |= {"mean": zeros, "axes": np.eye(WIDE, dtype=np.float32), "rates": many, "sizes": many}
    return Sae(**arrays, k=WIDE, layer=0, model_name="a model")


@pytest.fixture(scope="module")
def small(model) -> Sae:
    how = {"features": 48, "k": 4, "pieces": 400, "batch": 64, "store": 256}
    return lab.saes.trained(model, TEXTS * 4, 0, **how)


def planted(model):
    """The model with a stream of few of many random directions at every place."""
    chance = torch.Generator().manual_seed(3)
    directions = torch.randn(PLANTED, WIDE, generator=chance)
    directions /= directions.norm(dim=1, keepdim=True)

    def sparse(stream):
        shape = (*stream.shape[:-1], PLANTED)
        active = torch.rand(shape, generator=chance) < 2 / PLANTED
        return (active * (1 + torch.rand(shape, generator=chance))) @ directions

    return lab.edited(model, {("resid_post", 0): sparse}), directions.numpy()


def test_planted_features_are_found_though_they_are_more_than_the_axes(model):
    edited, directions = planted(model)
    how = {"features": 2 * PLANTED, "k": 3, "pieces": 12_000, "batch": 128, "store": 4096}
    texts = ["Tom had a red ball and Lily saw the dog in the park."] * 400
    (*_, fit) = lab.saes.training(edited, texts, 0, **how, lr=1e-2, passes=6)
    found = np.abs(fit.sae.decoder @ directions.T).max(0)
    untrained = np.abs(lab.saes.untrained(fit.sae).decoder @ directions.T).max(0)
    assert (found > 0.9).mean() > 0.85
    assert (untrained > 0.9).mean() < 0.1
    assert fit.explained > 0.85


def test_codes_are_the_strongest_k_in_numpy_as_in_torch(small):
    stream = np.random.default_rng(0).normal(size=(3, 7, WIDE)).astype(np.float32)
    codes = small.codes(stream)
    coder = lab.saes.coding.Coder(small)
    assert np.allclose(codes, coder.codes(torch.tensor(stream)).numpy(), atol=1e-5)
    assert ((codes > 0).sum(-1) <= small.k).all() and (codes >= 0).all()
    assert np.allclose(coder.decoded(torch.tensor(codes)).numpy(), small.decoded(codes), atol=1e-5)
    with pytest.raises(ValueError, match="its last axis must be 16 wide"):
        small.codes(stream[..., :5])


def test_judged_as_the_model_itself_is_and_nothing_lost_where_nothing_is_left_out(model, exact):
    found = lab.saes.judged(model, exact, TEXTS[:3], pieces=900)
    assert found.losses["features"] == pytest.approx(found.losses["clean"], abs=1e-5)
    assert found.recovered() == pytest.approx(1, abs=1e-4)
    assert found.share("features") == pytest.approx(1, abs=1e-5)
    assert found.losses["axes"] == pytest.approx(found.losses["clean"], abs=1e-5)
    first = model.tokenizer.eos_token_id
    nats, count = 0.0, 0
    for text in TEXTS[:3]:
        ids = [first, *model.tokenizer(text, add_special_tokens=False)["input_ids"]]
        surprisal = lab.trace(model, ids, keep=()).surprisal[2:]  # the first is left out
        nats, count = nats + surprisal.sum(), count + len(surprisal)
    assert found.losses["clean"] == pytest.approx(nats / count, rel=1e-4)
    assert found.counts.sum() == count


def test_a_poor_dictionary_recovers_less_and_zero_recovers_nothing(model, small):
    found = lab.saes.judged(model, small, TEXTS, pieces=200)
    assert found.recovered("zero") == 0 and found.recovered("clean") == 1
    assert found.share("untrained") < found.share("features") < 1
    assert found.share("mean") == pytest.approx(0, abs=0.05)
    assert 0 < found.l0 <= small.k
    assert found.dead == (found.active == 0).sum()
    low, high = found.interval()
    assert low <= found.recovered() <= high
    with pytest.raises(ValueError, match="'best' was not measured: clean, features"):
        found.recovered("best")


def test_a_survey_holds_the_largest_code_that_the_text_gives(model, small):
    found = lab.saes.survey(model, small, TEXTS[:3], pieces=100)
    codes = [lab.saes.activations(model, small, text, 5).values for text in TEXTS[:3]]
    best = max(values.max() for values in codes)
    contexts = found.contexts(0, 5)
    assert (contexts[0].value if contexts else 0) == pytest.approx(best, abs=1e-4)
    active = np.concatenate(codes) > 0
    assert found.active[0, 5] == pytest.approx(active.mean(), abs=1e-6)
    assert found.contexts(0, 5, lowest=True) == []
    assert found.unit == "feature" and "48 features" in repr(found)


def test_a_cut_takes_what_the_feature_writes_and_nothing_elsewhere(model, exact):
    text = TEXTS[1]
    before = lab.trace(model, text, keep=[("resid_post", 0)])
    stream = before["resid_post", 0]
    after = lab.trace(lab.saes.cut(model, exact, 3), text, keep=[("resid_post", 0)])
    wanted = stream.copy()
    wanted[:, 3] = np.minimum(wanted[:, 3], 0)
    assert np.allclose(after["resid_post", 0], wanted, atol=1e-5)
    pushed = lab.trace(lab.saes.push(model, exact, 3, 2.0), text, keep=[("resid_post", 0)])
    assert np.allclose(pushed["resid_post", 0] - stream, 2 * exact.decoder[3], atol=1e-5)
    assert np.array_equal(lab.trace(model, text, keep=()).logits, before.logits)


@pytest.mark.parametrize("way", ["cut", "push"])
def test_a_check_measures_what_the_edited_model_does(model, small, way):
    codes = [
        small.codes(lab.trace(model, text, keep=[("resid_post", 0)])["resid_post", 0])
        for text in TEXTS[:3]
    ]
    there = np.stack([(each[1:] > 0).any(0) for each in codes]).sum(0)
    feature = int(np.flatnonzero((there > 0) & (there < 3))[0])
    found = lab.saes.check(model, small, feature, TEXTS, way=way, places=3, draws=2)
    n = len(found.effects)
    assert found.others.shape == found.directions.shape == (2, n)
    assert len(found.controls) == 4 and len(found.pieces) == 10
    low, high = found.interval()
    assert low <= found.effects.mean() <= high
    assert (found.divergence >= -1e-6).all() and (found.before >= 0).all()
    assert f"F{feature} {way} at {n} places" in str(found)


def test_the_cut_of_a_check_is_the_cut_of_the_model(model, small):
    """At the last place of a text, where nothing before it was changed."""
    from lab.saes.changing import Place, logs

    ids = model.tokenizer(TEXTS[0], add_special_tokens=False)["input_ids"]
    at = lab.trace(model, ids, keep=[("resid_post", 0)])["resid_post", 0][-1]
    codes = small.codes(at)
    feature = int(codes.argmax())
    place = Place(ids, np.array([feature]), codes[[feature]])
    change = -codes[feature] * small.decoder[[feature]]
    last = lambda stream: torch.cat([stream[:, :-1], stream[:, -1:] + torch.tensor(change)], 1)  # noqa: E731
    edited = lab.edited(model, {("resid_post", 0): last})
    wanted = lab.trace(edited, ids, keep=()).logits[-1]
    found = logs(model, small, [place], change)[0].numpy()
    assert np.allclose(found - found.max(), wanted - wanted.max(), atol=1e-4)


def test_controls_are_alike_in_rate_and_size(small):
    others = lab.saes.alike(small, 7, 4, seed=1)
    assert len(set(others)) == 4 and 7 not in others
    sizes = np.log(np.stack([small.rates, small.sizes]) + 1e-6)
    apart = np.abs(sizes - sizes[:, [7]]).sum(0)
    assert max(apart[others]) <= np.sort(apart)[16]


def test_what_cannot_be_checked_is_said(model, small):
    dead = int(small.rates.argmin())
    with pytest.raises(ValueError, match=rf"feature {dead} is active in \d of the texts"):
        lab.saes.check(model, small, dead, TEXTS[:1])
    with pytest.raises(ValueError, match="way is 'turn': 'cut' or 'push'"):
        lab.saes.check(model, small, 0, TEXTS, way="turn")
    with pytest.raises(ValueError, match="feature is 48: there are features 0 to 47"):
        lab.saes.cut(model, small, 48)
    with pytest.raises(ValueError, match="strength is nan"):
        lab.saes.push(model, small, 0, float("nan"))


def test_thresholds_are_the_best_that_sklearn_finds():
    chance = np.random.default_rng(0)
    values = chance.integers(0, 6, size=(40, 3)).astype(float)
    held = chance.random((2, 40)) < 0.4
    scores, thresholds = best_thresholds(values, held)
    for label, unit in np.ndindex(2, 3):
        each = [f1_score(held[label], values[:, unit] >= at) for at in np.unique(values[:, unit])]
        assert scores[label, unit] == pytest.approx(max(each))
        said = values[:, unit] >= thresholds[label, unit]
        assert f1_score(held[label], said) == pytest.approx(max(each))


def test_what_is_told_of_words_stands_beside_its_controls(model, small):
    found = lab.saes.told(model, small, lab.corpora.stories(seed=5), pieces=3000, least=8)
    assert found.scores.shape == (4, len(found.labels)) == found.recall.shape
    assert ((found.scores >= 0) & (found.scores <= 1)).all()
    assert "NOUN" in found.labels and "neurons" in str(found)
    both = 2 * found.precision * found.recall / np.maximum(found.precision + found.recall, 1e-9)
    assert np.allclose(both, found.scores, atol=1e-6)
    with pytest.raises(ValueError, match="corpus knows no words"):
        lab.saes.told(model, small, TEXTS)


def test_saved_and_opened_it_is_the_same_and_refuses_other_models(model, small, tmp_path):
    path = small.save(tmp_path / "one.safetensors", half=False)
    again = Sae.open(path)
    assert np.allclose(again.decoder, small.decoder, atol=1e-6)
    assert (again.k, again.layer, again.mark, again.note) == (4, 0, small.mark, small.note)
    other = lab.build(layers=2, heads=2, d_model=WIDE, context=48, seed=2)
    with pytest.raises(ValueError, match="learned from other weights"):
        lab.saes.survey(other, again, TEXTS)
    path.write_bytes(path.read_bytes()[:-64])
    with pytest.raises(Refused):
        Sae.open(path)


def test_stopped_it_gives_what_it_has_and_says_so(model):
    seen = []
    stop = {"features": 16, "k": 2, "pieces": 400, "batch": 32, "cancelled": lambda: len(seen) > 0}
    for fit in lab.saes.training(model, TEXTS * 4, 0, every=2, store=128, **stop):
        seen.append(fit)
    assert [fit.whole for fit in seen] == [True, False]
    assert seen[-1].pieces < 400 and "stopped at" in seen[-1].sae.note


def test_no_number_is_refused_and_leaves_no_hook(model):
    broken = lab.edited(model, {("resid_post", 0): lambda stream: stream * float("nan")})
    before = lab.trace(model, TEXTS[0], keep=()).logits
    with pytest.raises(FloatingPointError, match="the stream holds NaN"):
        lab.saes.trained(broken, TEXTS, 0, pieces=50)
    assert np.array_equal(lab.trace(model, TEXTS[0], keep=()).logits, before)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"features": 0}, "features is 0"),
        ({"k": 99, "features": 16}, "k is 99: of 16 features"),
        ({"corpus": []}, "corpus gave no pieces"),
        ({"layer": 7}, "layers is 7"),
    ],
)
def test_what_cannot_be_learned_is_said(model, given, said):
    corpus, layer = given.pop("corpus", TEXTS), given.pop("layer", 0)
    with pytest.raises(ValueError, match=said):
        lab.saes.trained(model, corpus, layer, **given)


@pytest.fixture(scope="module")
def stories():
    return lab.load("formicarium/stories"), Sae.open("formicarium/stories")


def test_the_shipped_one_keeps_what_the_model_needs_on_text_it_has_not_seen(stories):
    model, sae = stories
    found = lab.saes.judged(model, sae, lab.corpora.stories(seed=1007), pieces=1500)
    assert found.recovered() > 0.95 and found.recovered(beside="mean") > 0.93
    assert found.recovered("axes") < 0.6 and found.recovered("untrained") < 0.8
    assert found.share("features") > 0.85
    assert found.l0 <= sae.k == 16


def test_of_the_shipped_one_a_feature_tells_names_which_the_model_uses(stories):
    model, sae = stories
    held_out = lab.corpora.stories(seed=1007)
    names = lambda story, word: "name" if word.pos == "PROPN" else None  # noqa: E731
    told = lab.saes.told(model, sae, held_out, names, pieces=1500)
    features, *controls = told.scores[:, 0]
    assert features > 0.95 and max(controls) < 0.75
    feature = int(told.units[0, 0])
    found = lab.saes.check(model, sae, feature, held_out, places=16, draws=4)
    assert found.interval()[1] < 0
    assert found.effects.mean() < found.controls.min() - 0.03

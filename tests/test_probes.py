"""Probes against scikit-learn, against what was planted by hand, and against luck."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import lab
from lab import probes
from lab.hooks import lock_of
from lab.probes import Dataset, Examples, Store, intervals
from lab.probes.fitting import logistic
from lab.probes.squares import ridge
from tests.test_hooks import hooks_left

SAID = "the cat sat on a mat and saw the old dog run home to Ann while Tom slept"
WORDS = SAID.split(" ")


def texts_of(count, seed=0):
    rng = np.random.default_rng(seed)
    return [" ".join(rng.choice(WORDS, size=5)) + f" {at}" for at in range(count)]


def whole(texts, labels, **more):
    """Labels of whole texts."""
    rows = [{"text": text, "label": label} for text, label in zip(texts, labels, strict=True)]
    return probes.table(rows, **more)


def stored(values, texts, model="by hand"):
    """A store whose activations are given: [row, text, d]."""
    slots = {(text, 0, len(text)): (at, at + 1) for at, text in enumerate(texts)}
    layers = list(range(len(values)))
    model = SimpleNamespace(cfg=SimpleNamespace(model_name=model))
    rows = [f"L{layer}" for layer in layers]
    return Store(model, "resid_post", "last", rows, layers, values.astype(np.float32), slots)


@st.composite
def problems(draw):
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    n, d, classes = draw(st.integers(40, 150)), draw(st.integers(1, 30)), draw(st.integers(2, 4))
    x = rng.normal(size=(n, d)) @ rng.normal(size=(d, d)) + 3 * rng.normal(size=d)
    targets = (x[:, :1] / x[:, 0].std() + rng.gumbel(size=(n, classes)) * 2).argmax(1)
    targets[:classes] = np.arange(classes)
    use = rng.random(n) < 0.7
    use[:classes] = True
    return x.astype(np.float32), targets, use, classes, 10 ** rng.uniform(-1, 2)


def together(x, targets, use, fit, classes, penalty, **more):
    """Our probes of a problem, fitted beside two others that must not disturb them."""
    other = np.random.default_rng(1).permutation(targets)
    every = torch.from_numpy(np.stack([targets, other, targets]))
    used = torch.from_numpy(np.stack([use, use, np.ones_like(use)])).float()
    rows = torch.from_numpy(np.stack([x[::-1].copy(), x]))
    found = fit(rows, every, used, classes, penalty, **more)
    return found.weights[1, 0].numpy(), found.biases[1, 0].numpy()


@given(problems())
@settings(max_examples=25)
def test_logistic_probes_are_those_of_scikit_learn(problem):
    x, targets, use, classes, penalty = problem
    weights, biases = together(x, targets, use, logistic, classes, penalty, tolerance=1e-6)
    scale = StandardScaler().fit(x[use].astype(float))
    theirs = LogisticRegression(C=1 / penalty, tol=1e-8, max_iter=5000)
    theirs.fit(scale.transform(x[use].astype(float)), targets[use])
    ours = x.astype(float) @ weights.T + biases
    wanted = theirs.decision_function(scale.transform(x.astype(float)))
    wanted = wanted[:, None] if classes == 2 else wanted
    # Of several classes one number may be added to all logits.
    ours, wanted = (a - (a.mean(1, keepdims=True) if classes > 2 else 0) for a in (ours, wanted))
    np.testing.assert_allclose(ours, wanted, atol=0.02 * max(1, np.abs(wanted).max()))


def test_a_step_that_goes_too_far_is_shortened():
    """A few far points of the other class: some step, whole, would make the loss larger."""
    rng = np.random.default_rng(2)
    x = rng.normal(size=(200, 8)).astype(np.float32)
    x[:6] *= 12
    targets = (x[:, 0] + 0.1 * rng.normal(size=200) > 0).astype(int)
    targets[:6] = 1 - targets[:6]
    every = np.ones(200, bool)
    weights, biases = together(x, targets, every, logistic, 2, 1e-3, tolerance=1e-6)
    even = StandardScaler().fit_transform(x.astype(float))
    theirs = LogisticRegression(C=1e3, tol=1e-9, max_iter=9000).fit(even, targets)
    ours = (x.astype(float) @ weights.T + biases)[:, 0]
    np.testing.assert_allclose(ours, theirs.decision_function(even), atol=0.1)


@given(problems())
@settings(max_examples=25)
def test_ridge_probes_are_those_of_scikit_learn(problem):
    x, targets, use, classes, penalty = problem
    weights, biases = together(x, targets, use, ridge, classes, penalty)
    theirs = make_pipeline(StandardScaler(), RidgeClassifier(alpha=penalty))
    theirs.fit(x[use].astype(float), targets[use])
    wanted = theirs.decision_function(x.astype(float)).reshape(len(x), -1)
    np.testing.assert_allclose(x.astype(float) @ weights.T + biases, wanted, atol=5e-3)


@pytest.mark.parametrize("kind", ["logistic", "ridge"])
def test_accuracies_are_those_of_a_loop_over_scikit_learn(kind):
    rng = np.random.default_rng(0)
    texts = texts_of(240)
    x = rng.normal(size=(2, 240, 12))
    labels = (x[1, :, 0] + rng.normal(size=240) > 0).astype(int)
    data = whole(texts, labels)
    found = lab.probe(stored(x, texts), data, kind=kind, seeds=3, untrained=False)
    order = {text: at for at, text in enumerate(texts)}
    for row in range(2):
        for seed in range(3):
            held = np.array([lab_luck(text, seed) < found.cuts[0, seed] for text in texts])
            one = LogisticRegression(C=0.1) if kind == "logistic" else RidgeClassifier(alpha=100)
            pipe = make_pipeline(StandardScaler(), one).fit(x[row][~held], labels[~held])
            right = pipe.score(x[row][held], labels[held])
            assert found.n_test[0, seed] == held.sum() and len(order) == 240
            assert found.accuracy[0, row, seed] == pytest.approx(right, abs=1.01 / held.sum())


def lab_luck(group, seed):
    from lab.probes.splitting import luck

    return luck([group], seed)[0]


def planted(model, texts, labels, layer, strength=3.0):
    """The model with a direction added to the stream of the texts labelled 1, at a layer.

    The labels are luck: nothing in the texts tells them, so nothing below the layer can.
    """
    vectors = model.original_model.get_input_embeddings().weight.detach()
    known = {tuple(model.tokenizer(t)["input_ids"]): y for t, y in zip(texts, labels, strict=True)}
    push = torch.randn(model.cfg.d_model, generator=torch.Generator().manual_seed(0))
    batch: list[torch.Tensor] = []

    def look(embedded):
        ids = torch.cdist(embedded.flatten(0, 1), vectors).argmin(1).view(embedded.shape[:2])
        batch[:] = [torch.tensor([float(named(row)) for row in ids.tolist()])]
        return embedded

    def named(row):
        return next(y for ids, y in known.items() if tuple(row[: len(ids)]) == ids)

    def plant(stream):
        return stream + strength * batch[0][:, None, None] * push / push.norm()

    return lab.edited(model, {"hook_embed": look, ("resid_post", layer): plant}), push


@pytest.fixture(scope="module")
def deep():
    return lab.build("gpt2", layers=4, heads=2, d_model=32, context=64, seed=4)


@pytest.fixture(scope="module")
def found_planted(deep):
    texts = texts_of(300)
    labels = np.random.default_rng(5).integers(0, 2, 300)
    model, push = planted(deep, texts, labels, layer=2)
    return lab.probe(model, whole(texts, labels), untrained=False, seeds=5), push, deep


def test_a_planted_direction_is_found_where_it_was_planted_and_nowhere_before(found_planted):
    found, push, _ = found_planted
    assert found.rows == ["embed", "L0", "L1", "L2", "L3"]
    low, high = found.interval("accuracy").T
    assert (low[:3] < 0.5).all() and (found.mean("accuracy")[:3] < 0.6).all()
    assert (found.mean("accuracy")[3:] > 0.97).all() and (high[3:] > 0.97).all()
    assert (found.mean("selectivity")[3:] > 0.3).all()
    push = push / push.norm()
    for by, least in (("means", 0.9), ("probe", 0.2)):
        assert found.direction(2, by=by) @ push.numpy() > least
    assert found.push(2, by="means") == pytest.approx(3.0, rel=0.15)
    assert found.compression[0, 3] > 3 > 1.15 > found.compression[0, :3].max()


def test_labels_dealt_anew_are_at_chance_in_every_row(found_planted):
    found, _, _ = found_planted
    low, high = found.interval("shuffled").T
    chance = found.mean("chance")
    assert ((low <= chance) & (chance <= high)).all()
    assert (np.abs(found.mean("shuffled") - 0.5) < 0.08).all()
    assert (found.bits_shuffled > 0.97).all(), "labels without structure have no short code"


def test_the_control_task_is_learnt_from_words_and_not_from_context():
    """A network whose first row says which word it is, the second what stands about it."""
    rng = np.random.default_rng(0)
    texts, words = texts_of(600), rng.integers(0, 20, 600)
    context = rng.integers(0, 2, 600)
    x = np.stack([np.eye(24)[words], rng.normal(size=(600, 24)) * 0.3])
    x[1, :, 0] += 2 * context
    rows = [
        {"text": t, "label": c, "word": w} for t, c, w in zip(texts, context, words, strict=True)
    ]
    found = lab.probe(
        stored(x, texts), probes.table(rows, kind="word"), penalty=0.1, untrained=False
    )
    assert found.mean("control")[0] > 0.97 and abs(found.mean("control")[1] - 0.5) < 0.12
    assert abs(found.mean("accuracy")[0] - 0.5) < 0.1 and found.mean("accuracy")[1] > 0.95
    assert found.mean("selectivity")[0] < -0.35 and found.mean("selectivity")[1] > 0.35


def test_groups_are_never_on_both_sides(monkeypatch):
    """Labels that belong to groups, and activations that say which group it is: nothing is told."""
    rng = np.random.default_rng(0)
    texts, groups = texts_of(400), np.repeat(np.arange(40), 10)
    labels = rng.permutation(np.arange(40) % 2)[groups]
    x = np.eye(40)[groups][None]
    rows = [
        {"text": t, "label": y, "who": g} for t, y, g in zip(texts, labels, groups, strict=True)
    ]
    apart = lab.probe(stored(x, texts), probes.table(rows, group="who"), untrained=False)
    mixed = lab.probe(stored(x, texts), probes.table(rows), untrained=False)
    assert mixed.mean()[0] == 1 and apart.mean()[0] < 0.6
    assert apart.groups["label"] == 40 and (apart.n_train + apart.n_test == 400).all()


def test_activations_in_the_store_are_those_of_a_trace(tiny):
    texts = [*texts_of(9), "é", "Tom é ran"]
    spans = [(0, len(text)) for text in texts] + [(1, 6)] * 9
    at = [*range(len(texts)), *range(9)]
    start, stop = (np.array(part) for part in zip(*spans, strict=True))
    task = Examples(np.array(at), start, stop, ["a"] * 20, ["g"] * 20, ["t"] * 20)
    data = Dataset("d", texts, {"t": task})
    for positions in ("last", "mean", "each"):
        store = probes.harvest(tiny, data, positions=positions)
        assert store.rows == ["embed", "L0", "L1"] and hooks_left(tiny) == 0
        for number, (a, b) in zip(at, spans, strict=True):
            text = texts[number]
            first, last = store.slots[text, a, b]
            traced = lab.trace(tiny, text, keep=[("resid_pre", 0), "resid_post"])
            stream = np.concatenate([[traced["resid_pre", 0]], traced["resid_post"]])
            signs = np.cumsum([0, *[len(sign.encode()) for sign in text]])
            pieces = slice(signs[a], signs[b])  # a piece is a byte here
            wanted = {
                "last": stream[:, pieces][:, -1:],
                "mean": stream[:, pieces].mean(1, keepdims=True),
                "each": stream[:, pieces],
            }[positions]
            np.testing.assert_allclose(store.values[:, first:last], wanted, atol=1e-5)


def test_a_large_store_lies_in_a_file_in_half_precision_and_goes_with_it(gpt2):
    data = whole(texts_of(40), [0, 1] * 20)
    plain = probes.harvest(gpt2, data)
    mapped = probes.harvest(gpt2, data, in_memory=100)
    file = mapped.values.filename
    assert mapped.values.dtype == np.float16 and file.exists() and "on disk" in repr(mapped)
    np.testing.assert_allclose(mapped.row(1, np.array([3, 1])), plain.values[1, [3, 1]], atol=2e-3)
    del mapped
    assert not file.exists()
    with pytest.raises(ValueError, match="most_bytes=100"):
        probes.harvest(gpt2, data, in_memory=10, most_bytes=100)


def test_a_store_serves_several_tasks_without_another_pass(gpt2, monkeypatch):
    data = probes.words(lab.corpora.stories().first(12), ["pos", "number"])
    data = Dataset(data.name, [text[:60] for text in data.texts], data.tasks)
    short = {k: v.only(np.flatnonzero(v.stop < 60)) for k, v in data.tasks.items()}
    data = Dataset(data.name, data.texts, short)
    store = probes.harvest(gpt2, data)
    monkeypatch.setattr(gpt2, "hooks", lambda *a, **k: pytest.fail("the model ran again"))
    both = lab.probe(store, data, untrained=False, seeds=2, least=6)
    alone = lab.probe(store, data["number"], untrained=False, seeds=2, least=6)
    np.testing.assert_array_equal(both["number"].accuracy, alone.accuracy)
    assert both.tasks == ["pos", "number"] and both["pos"].classes["pos"] == both.classes["pos"]


def test_the_untrained_model_is_a_control_of_the_same_build(gpt2):
    random = probes.untrained(gpt2, seed=3)
    assert random.cfg.n_layers == 2 and random.tokenizer is gpt2.tokenizer
    data = whole(texts_of(80), [0, 1] * 40)
    state = torch.get_rng_state()
    found = lab.probe(gpt2, data, seeds=2)
    assert torch.equal(state, torch.get_rng_state())
    own = lab.probe(probes.untrained(gpt2), data, seeds=2, untrained=False)
    np.testing.assert_allclose(found.untrained, own.accuracy, atol=0.051)


def test_what_probes_say_of_a_new_text_is_what_their_weights_say(found_planted):
    found, _, deep = found_planted
    said = probes.told(deep, found, "the cat sat")
    assert said.pieces == list("the cat sat") and said.probs["label"].shape == (5, 11, 2)
    traced = lab.trace(deep, "the cat sat", keep=[("resid_post", 1)])["resid_post", 1]
    logits = traced @ found.weights["label"][2, :, 0].T + found.biases["label"][2, :, 0]
    wanted = (1 / (1 + np.exp(-logits))).mean(1)
    np.testing.assert_allclose(said.probs["label"][2, :, 1], wanted, atol=1e-5)
    assert said.said(10)[2][0] == found.classes["label"][int(wanted[10] > 0.5)]
    with pytest.raises(ValueError, match="probes are of"):
        probes.told(lab.build("llama", layers=1), found, "the")


def test_transfer_asks_only_groups_that_were_not_fitted_on():
    rng = np.random.default_rng(0)
    texts = texts_of(200)
    labels = np.arange(200) % 2
    x = rng.normal(size=(1, 200, 6))
    x[0, :, 0] += 4 * labels
    found = lab.probe(stored(x, texts), whole(texts, labels), untrained=False)
    same = probes.transfer(found, stored(x, texts), whole(texts, labels))
    np.testing.assert_allclose(same.accuracy, found.accuracy[0])
    turned = probes.transfer(found, stored(-x, texts), whole(texts, labels))
    assert same.mean("auc")[0] > 0.98 and turned.mean("auc")[0] < 0.02
    assert (turned.n == found.n_test[0]).all() and turned.confusion.sum() == turned.n.sum()
    with pytest.raises(ValueError, match="'2', the probes tell"):
        probes.transfer(found, stored(x, texts), whole(texts, [2] * 200))


def test_intervals_hold_what_they_promise():
    """A probe right in 80 % of endless examples: its interval holds 0.8 in about 95 of 100."""
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(200):
        right = rng.random(400) < 0.8
        splits = [rng.permutation(right)[:100].mean() for _ in range(5)]
        low, high = intervals.between(np.array([splits]), np.full(5, 300), np.full(5, 100))[0]
        held += low <= 0.8 <= high
    assert 186 <= held <= 200


def test_probes_are_saved_and_opened_again(found_planted, tmp_path):
    found, _, _ = found_planted
    again = probes.Probes.open(found.save(tmp_path / "planted.safetensors"))
    for name in ("accuracy", "shuffled", "chance", "control", "untrained", "cuts", "done", "bits"):
        np.testing.assert_array_equal(getattr(again, name), getattr(found, name))
    np.testing.assert_array_equal(again.direction(2), found.direction(2))
    assert again.classes == found.classes and repr(again) == repr(found)
    other = tmp_path / "other.safetensors"
    other.write_bytes(b"nothing")
    with pytest.raises(ValueError, match=r"other\.safetensors"):
        probes.Probes.open(other)


def test_stopped_work_comes_back_as_far_as_it_got(gpt2, monkeypatch):
    monkeypatch.setattr("lab.probes.rowwise.ELEMENTS", 1)  # row by row
    data = whole(texts_of(60), [0, 1] * 30)
    store = probes.harvest(gpt2, data)
    told = []
    found = lab.probe(store, data, seeds=2, progress=lambda *n: told.append(n),
                      cancelled=lambda: len(told) >= 2)  # fmt: skip
    assert found.done.tolist() == [True, True, False] and told == [(1, 6), (2, 6)]
    assert found.note == "stopped after 2 of 3 rows" and np.isnan(found.accuracy[:, 2]).all()
    assert found.shuffled[:, :2].min() > 0 and np.isnan(found.untrained).all()
    with pytest.raises(ValueError, match="layer 1 was not measured: stopped"):
        found.direction(1)
    with pytest.raises(probes.Stopped, match="0 of 60"):
        probes.harvest(gpt2, data, cancelled=lambda: True)


def test_errors_leave_no_hook_and_no_lock(gpt2):
    data = whole(texts_of(60), [0, 1] * 30)

    def failing(done, of):
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        probes.harvest(gpt2, data, progress=failing)
    broken = lab.edited(gpt2, {("resid_post", 0): lambda x: x * float("nan")})
    with pytest.raises(ValueError, match=r"blocks.0.hook_resid_post holds NaN"):
        lab.probe(broken, data)
    assert hooks_left(gpt2) == 0 and lock_of(gpt2).acquire(blocking=False)
    lock_of(gpt2).release()
    with pytest.raises(ValueError, match="layers is"):
        probes.harvest(gpt2, data, layers=[7])
    with pytest.raises(ValueError, match="two classes of 20"):
        lab.probe(gpt2, whole(texts_of(20), [0, 1] * 10))


def test_rare_classes_are_left_out_and_said_so():
    texts = texts_of(100)
    labels = ["a"] * 50 + ["b"] * 47 + ["c"] * 3
    x = np.random.default_rng(0).normal(size=(1, 100, 4))
    found = lab.probe(stored(x, texts), whole(texts, labels), untrained=False, seeds=2)
    assert found.classes == {"label": ["a", "b"]}
    assert "'c' (3 in 3)" in found.warnings[0]
    assert found.counts["label"].tolist() == [50, 47]


def test_the_code_is_no_longer_than_guessing_and_as_short_as_it_should():
    rng = np.random.default_rng(0)
    texts, labels = texts_of(640), np.arange(640) % 4
    x = np.stack([rng.normal(size=(640, 8)), np.eye(8)[labels] * 9])
    found = lab.probe(stored(x, texts), whole(texts, labels), untrained=False, seeds=1, penalty=1)
    assert found.bits_uniform[0] == 2 and found.bits[0, 0] > 1.9
    # The first 64th costs 2 bits a label, what follows next to nothing but for the doubt.
    assert 2 / 64 < found.bits[0, 1] < 0.25

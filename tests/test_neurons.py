"""Neurons against a walk that keeps everything, and against neurons planted by hand."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

import lab
from lab import neurons
from lab.corpora import Document, Word
from lab.neurons.counting import HALF, Counts
from lab.neurons.labels import labelled
from lab.neurons.meaning import separation
from lab.neurons.texts import rows

# TransformerLens says whenever a scale is edited that the last digits may differ.
pytestmark = pytest.mark.filterwarnings("ignore:A forward hook edited")
CORPUS = [
    "Tom ran home.",
    "Ann sat",
    "the the the the cat",
    "a",
    "",
    "Tom ran home. Then he slept.",
]


@pytest.fixture(scope="module", params=["gpt2", "llama"])
def model(request):
    return request.getfixturevalue(request.param)


def brute(model, corpus, layer, name="post"):
    """Every activation of a layer: one array [pos, neuron] a text, its first piece left out."""
    first = model.tokenizer.bos_token_id
    found = []
    for text in filter(None, corpus):
        ids = model.tokenizer(text, add_special_tokens=False)["input_ids"]
        found.append(lab.trace(model, [first, *ids], keep=[(name, layer)])[name, layer][1:])
    return found


@given(
    texts=st.lists(st.text("abc d", max_size=9), min_size=1, max_size=9).filter(any),
    count=st.integers(1, 4),
    batch=st.integers(1, 5),
)
@settings(max_examples=12)
def test_the_strongest_contexts_are_those_of_the_whole_corpus(gpt2, texts, count, batch):
    found = neurons.survey(gpt2, texts, 1, count=count, batch=batch)
    every = brute(gpt2, texts, 1)
    for end, sign in enumerate((1, -1)):
        peaks = np.stack([(sign * values).max(0) for values in every])
        wanted = sign * -np.sort(-peaks, axis=0)[:count]
        there = found.texts[0, end] >= 0
        assert there.sum(0).tolist() == [min(count, len(every))] * len(found)
        np.testing.assert_allclose(found.values[0, end][: len(wanted)], wanted, atol=1e-6)
        for slot, neuron in np.argwhere(there)[::7]:
            text, place = (array[0, end, slot, neuron] for array in (found.texts, found.places))
            value = found.values[0, end, slot, neuron]
            assert every[text][place - 1, neuron] == pytest.approx(value, abs=1e-6)


def test_sizes_shares_and_histograms_are_those_of_the_whole_corpus(model):
    found = neurons.survey(model, CORPUS, [0, 1], batch=2)
    for layer in (0, 1):
        every = np.concatenate(brute(model, CORPUS, layer)).astype(float)
        opened = np.concatenate(brute(model, CORPUS, layer, "pre")) > 0
        np.testing.assert_allclose(found.sizes[layer], np.sqrt((every**2).mean(0)), rtol=1e-5)
        np.testing.assert_allclose(found.active[layer], opened.mean(0), rtol=1e-6)
        for neuron in (0, 17):
            histogram = found.histogram(layer, neuron)
            counts, _ = np.histogram(every[:, neuron], histogram.edges)
            assert histogram.counts.tolist() == counts.tolist()
            assert histogram.counts.sum() == found.pieces == len(every)
            width = np.diff(histogram.edges)[0]
            assert histogram.quantile(0.5) == pytest.approx(np.median(every[:, neuron]), abs=width)


# Torch takes numbers below 1e-38 for 0.
VALUES = st.floats(-1e6, 1e6, width=32).map(lambda value: value if abs(value) > 1e-30 else 0.0)


@given(st.lists(VALUES, min_size=1, max_size=40), st.integers(1, 7))
def test_counts_do_not_depend_on_the_batches(values, size):
    one, many = Counts(1), Counts(1)
    array = torch.tensor(values)[:, None]
    one.add(array)
    for part in array.split(size):
        many.add(part)
    assert one.exponent == many.exponent and torch.equal(one.bins, many.bins)
    edges = (np.arange(2 * HALF + 1) - HALF) * 2.0 ** float(one.exponent)
    assert one.bins[0].tolist() == np.histogram(np.float32(values), edges)[0].tolist()


def test_a_context_shows_what_stands_about_the_place(llama):
    found = neurons.survey(llama, CORPUS, 0, before=3, after=2, count=9)
    every = brute(llama, CORPUS, 0)
    texts = [text for text in CORPUS if text]
    for context in found.contexts(0, 5, 9) + found.contexts(0, 5, 9, lowest=True):
        start = max(0, context.place - 3)
        assert "".join(context.pieces) == texts[context.text][start : context.place + 3]
        wanted = every[context.text][start : context.place + 3, 5]
        np.testing.assert_allclose(context.values, wanted, atol=1e-3)
        assert context.values[context.at] == pytest.approx(context.value, abs=1e-3)


def test_texts_that_are_the_same_up_to_the_place_are_told_once(gpt2):
    found = neurons.survey(gpt2, ["Tom ran.", "Tom ran.", "Ann sat."], 0, count=5)
    for neuron in range(len(found)):
        contexts = found.contexts(0, neuron)
        assert sum(context.times for context in contexts) == 3
        assert len({"".join(c.pieces[: c.at + 1]) for c in contexts}) == len(contexts)
    values = [context.value for context in contexts]
    assert all(one >= other for one, other in pairwise(values))


def test_long_texts_are_read_in_windows_and_pieces_are_the_limit(gpt2):
    text = "abcdefghij" * 30
    found = neurons.survey(gpt2, [text], 0, pieces=100, window=40)
    assert found.pieces == 100 and [len(row) - 1 for row in found.rows] == [40, 40, 20]
    within = neurons.survey(gpt2, [text], 0, pieces=100, window=4_000)
    assert max(len(row) for row in within.rows) == gpt2.cfg.n_ctx


def test_a_planted_neuron_is_found():
    """A neuron made to answer to one piece: its contexts, its meaning, its weights say so."""
    model = lab.build("gpt2", layers=1, heads=2, d_model=32, context=64, seed=3)
    q, z = (model.tokenizer(letter)["input_ids"][-1] for letter in "qz")
    mlp, block = model.original_model.transformer.h[0].mlp, model.blocks[0]
    with torch.no_grad():
        mlp.c_fc.weight[:, 9] = 4 * block.ln2(model.W_E[q][None, None])[0, 0] / 32**0.5
        mlp.c_proj.weight[9] = 4 * model.W_E[z]
    # In every text one q: as a word it is the only NOUN.
    texts = [f"{'abc '[i % 3 :]}q {'tuv'[: i % 4]}" for i in range(120)]
    at = [text.index("q") for text in texts]
    corpus = [
        Document(
            text, (Word(0, 1, "DET"), Word(i, i + 1, "NOUN"), Word(len(text) - 1, len(text), "X"))
        )
        for text, i in zip(texts, at, strict=True)
    ]
    found = neurons.survey(model, corpus, 0)
    assert {c.pieces[c.at] for c in found.contexts(0, 9)} == {"q"}
    best = neurons.meanings(model, corpus, 0).best("NOUN")[0]
    assert (best.unit, best.sign) == (9, 1) and best.auc > 0.99 and best.share == 1
    assert neurons.reads(model, 0, 9).highest[0][0] == "q"
    assert neurons.writes(model, 0, 9).highest[0][0] == "z"
    read = neurons.activations(model, "ab q d", 0, 9)
    assert read.pieces[int(read.values.argmax())] == "q"


def test_what_a_neuron_writes_is_what_it_adds_to_the_logits(model):
    """In the last layer, with the scale held, its part of the logits is exactly that."""
    last, text = model.cfg.n_layers - 1, "Tom ran home"
    whole = lab.trace(model, text, keep=[("post", last), "ln_final.hook_scale"])
    scale = torch.from_numpy(whole["ln_final.hook_scale"])[None]
    held = {"ln_final.hook_scale": lambda s: scale.to(s)}
    for neuron in (0, 11):
        without = lab.edited(neurons.cut(model, last, neuron), held)
        lost = whole.logits - lab.trace(without, text, keep=[]).logits
        weights = neurons.writes(model, last, neuron)
        wanted = whole["post", last][:, [neuron]] * weights.values / scale[0].numpy()
        lost -= lost.mean(-1, keepdims=True)
        np.testing.assert_allclose(lost, wanted, atol=2e-6)
        assert weights.exact and not neurons.writes(model, 0, neuron).exact
        assert weights.highest[0][1] == pytest.approx(weights.values.max())


def test_what_a_neuron_reads_is_its_activation_on_the_bare_embedding(model):
    """With attention silent and the stream a bare embedding, the neuron's activation is that."""
    ids = torch.tensor([5, 77, 120])
    bare = {
        ("attn_out", 0): lambda out: 0 * out,
        ("resid_pre", 0): lambda stream: model.W_E[ids][None].clone(),
    }
    seen = lab.trace(lab.edited(model, bare), ids.tolist(), keep=[("post", 0)])["post", 0]
    for neuron in (0, 11):
        values = neurons.reads(model, 0, neuron).values
        np.testing.assert_allclose(values[ids.numpy()], seen[:, neuron], atol=1e-6)


def test_cut_neurons_are_silent_and_the_others_are_not(llama):
    whole = lab.trace(llama, "Tom ran", keep=["post"])["post", 0]
    silent = lab.trace(neurons.cut(llama, 0, [3, 8]), "Tom ran", keep=["post"])["post", 0]
    assert (silent[:, [3, 8]] == 0).all()
    others = [n for n in range(whole.shape[1]) if n not in (3, 8)]
    assert np.array_equal(whole[:, others], silent[:, others])


def test_controls_are_other_neurons_of_about_the_size(llama):
    found = neurons.survey(llama, CORPUS)
    for neuron in (0, 7):
        others = neurons.alike(found, 1, neuron, 4)
        assert neuron not in others and len(set(others)) == 4
        sizes = found.properties["writes"][1]
        apart = np.sort(np.abs(np.log(sizes) - np.log(sizes[neuron])))
        assert max(abs(np.log(sizes[o]) - np.log(sizes[neuron])) for o in others) <= apart[16]


@given(st.integers(0, 2**31), st.integers(2, 30))
def test_separation_is_the_area_under_the_curve(seed, count):
    random = np.random.default_rng(seed)
    values = random.integers(0, 5, (count, 3)).astype(float)  # with ties
    held = np.zeros((2, count), bool)
    held[0, : count // 2] = held[1, -1:] = True
    wanted = [[roc_auc_score(h, column) for column in values.T] for h in held]
    np.testing.assert_allclose(separation(values, held), wanted)


def test_a_label_dealt_at_random_means_nothing(llama):
    random = np.random.default_rng(0)
    found = neurons.meanings(
        llama,
        lab.corpora.stories(seed=4),
        1,
        lambda document, word: str(random.integers(2)),
        pieces=3_000,
    )
    for label in "01":
        assert abs(found.best(label)[0].auc - 0.5) < 0.12
        assert abs(found.control(label).auc - 0.5) < 0.12


def test_words_are_looked_at_where_they_end_or_just_before_they_begin(gpt2):
    """One piece a byte: the label's place is the word's last letter, or the space before it."""
    document = Document("A cat ran", (Word(0, 1, "DET"), Word(2, 5, "NOUN"), Word(6, 9, "VERB")))
    (row,) = rows(gpt2, [document], 100, 60)
    pos = lambda document, word: word.pos  # noqa: E731
    assert labelled(gpt2.tokenizer, row, pos, False) == {0: "DET", 4: "NOUN", 8: "VERB"}
    assert labelled(gpt2.tokenizer, row, pos, True) == {1: "NOUN", 5: "VERB"}


def test_words_cost_what_the_trace_says(model):
    """One piece a byte: a word's cost is the surprisal of its first letter."""
    words = (Word(0, 1, "DET"), Word(2, 5, "NOUN"), Word(6, 9, "NOUN"))
    documents = [Document("A cat ran", words), Document("A dog sat", words), Document("no words")]
    first = model.tokenizer.bos_token_id
    every = [
        lab.trace(model, [first, *model.tokenizer(d.text)["input_ids"]], keep=[]).surprisal[1:]
        for d in documents[:2]
    ]
    costs = neurons.word_costs(model, documents)
    assert costs.keys() == {"NOUN"}, "the first word has no piece before it"
    assert costs["NOUN"] == pytest.approx(np.mean([e[[2, 6]] for e in every]), rel=1e-5)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda m: neurons.word_costs(m, ["a b"]), "no word has a label"),
        (lambda m: neurons.survey(m, ["a"], 2), "layers is 2: numbers from 0 to 1"),
        (lambda m: neurons.survey(m, [""], 0), "corpus gave no pieces"),
        (lambda m: neurons.survey(m, [3], 0), "corpus holds a int"),
        (lambda m: neurons.survey(m, ["a"], 0, count=0), "count is 0"),
        (lambda m: neurons.writes(m, 0, 999), "neuron is 999: from 0 to 127"),
        (lambda m: neurons.activations(m, "", 0, 0), "text is empty"),
        (lambda m: neurons.cut(m, 0, 999), "neuron is 999"),
        (lambda m: neurons.meanings(m, ["a b"], 0), "corpus knows no words"),
        (lambda m: neurons.survey(m, ["a"], 0).contexts(1, 0), r"layer is 1: \[0\] were surveyed"),
    ],
)
def test_what_cannot_be_is_said(gpt2, call, said):
    with pytest.raises((ValueError, TypeError), match=said):
        call(gpt2)


def test_a_walk_that_is_ended_leaves_no_hook(gpt2):
    def stop(done, wanted):
        raise KeyboardInterrupt

    before = lab.trace(gpt2, "Tom", keep=[]).logits
    with pytest.raises(KeyboardInterrupt):
        neurons.survey(gpt2, CORPUS, 0, progress=stop)
    assert np.array_equal(lab.trace(gpt2, "Tom", keep=[]).logits, before)
    assert not any(point.fwd_hooks for point in gpt2.hook_dict.values())

"""Bits a character and accuracy: equal to transformers' loss, to counting by hand, to chance."""

from dataclasses import dataclass
from math import isnan, log, log2

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoModelForCausalLM

import lab
from lab import tokenizers
from lab.evaluation import accuracy, bits_per_character, wilson
from lab.evaluation.reading import _rows
from lab.storage import save

STORIES = ["Tom ran to Lily.", "They were happy!", "né 日", "x"]


@dataclass(frozen=True)
class Choice:
    prompt: str
    right: str
    wrong: str
    kind: str = "test"


def nats_of(bare, ids):
    """transformers' own loss, as a sum over all pieces but the first."""
    row = torch.tensor([ids])
    with torch.inference_mode():
        return float(bare(row, labels=row).loss) * (len(ids) - 1)


@pytest.fixture
def bare(tiny, tmp_path):
    return AutoModelForCausalLM.from_pretrained(save(tiny, tmp_path / "model"))


def test_bits_are_transformers_loss_over_the_characters(tiny, bare):
    found = bits_per_character(tiny, STORIES)
    nats = sum(nats_of(bare, [256, *text.encode()]) for text in STORIES)
    characters, pieces = sum(map(len, STORIES)), sum(len(text.encode()) for text in STORIES)
    assert found.bits_per_character == pytest.approx(nats / log(2) / characters, rel=1e-5)
    assert found.nats_per_piece == pytest.approx(nats / pieces, rel=1e-5)
    assert (found.characters, found.pieces, found.documents) == (characters, pieces, 4)
    assert float(found) == found.bits_per_character


def test_a_batch_gives_what_one_by_one_gives(tiny):
    together = bits_per_character(tiny, STORIES)
    alone = [bits_per_character(tiny, text) for text in STORIES]
    total = sum(each.bits_per_character * each.characters for each in alone)
    assert float(together) == pytest.approx(total / together.characters, rel=1e-6)


def test_a_text_over_the_context_is_read_in_windows(tiny, bare):
    text = "Tom gave Lily a ball because she was sad. " * 4
    ids = [256, *text.encode()]
    found = bits_per_character(tiny, text, context=32, stride=8)
    with torch.inference_mode():
        nats = 0.0
        for at in range(1, len(ids)):  # each piece from the window that reaches it first
            start = max(0, -(-(at - 32) // 8) * 8)
            logits = bare(torch.tensor([ids[start:at]])).logits[0, -1]
            nats -= float(logits.log_softmax(-1)[ids[at]])
    assert found.nats_per_piece == pytest.approx(nats / len(text), rel=1e-5)
    assert (found.context, found.stride) == (32, 8)


@given(st.integers(2, 60), st.integers(1, 20), st.data())
def test_windows_ask_for_every_piece_once_with_context_enough(length, context, data):
    stride = data.draw(st.integers(1, context))
    rows = _rows(list(range(length)), context, stride)
    assert [token for row in rows for token in row.wanted] == list(range(1, length))
    for row in rows:
        assert len(row.ids) <= context
        for place, token in zip(row.places, row.wanted, strict=True):
            assert row.ids[place] == token - 1
            assert token - row.ids[0] >= min(token, context - stride + 1)


def test_a_model_that_knows_nothing_needs_the_logarithm_of_its_vocabulary(gpt2):
    blank = lab.edited(gpt2, {"unembed.hook_out": torch.zeros_like})
    found = bits_per_character(blank, STORIES[:2])
    assert float(found) == pytest.approx(log2(gpt2.cfg.d_vocab), rel=1e-6)


def test_documents_strings_and_marked_texts_score_alike(gpt2):
    @dataclass
    class Story:
        text: str

    marked = bits_per_character(gpt2, "<|endoftext|>".join(STORIES))
    assert marked == bits_per_character(gpt2, [Story(text) for text in STORIES])
    assert bits_per_character(gpt2, STORIES, characters=20).characters == 20


def test_the_interval_holds_the_truth_about_as_often_as_it_says(gpt2):
    rng = np.random.default_rng(0)
    letters = np.array(list("abcdefghij klm"))
    stories = ["".join(rng.choice(letters, rng.integers(5, 40))) for _ in range(240)]
    truth = float(bits_per_character(gpt2, stories))
    parts = [bits_per_character(gpt2, stories[at : at + 12]) for at in range(0, 240, 12)]
    inside = sum(part.interval[0] <= truth <= part.interval[1] for part in parts)
    assert 15 <= inside <= 20
    assert isnan(bits_per_character(gpt2, "one text").interval[0])


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"documents": []}, "documents hold no text"),
        ({"context": 65}, "context=65: from 1 to the model's 64"),
        ({"stride": 0}, "stride=0"),
        ({"context": 8, "stride": 9}, "stride=9: from 1 to the context, 8"),
    ],
)
def test_windows_that_cannot_be_are_named(gpt2, how, says):
    with pytest.raises(ValueError, match=says):
        bits_per_character(gpt2, **{"documents": STORIES, **how})


CHOICES = [
    Choice("Tom and Lily", " ran", " sat down"),
    Choice("The dogs", " were", " was"),
    Choice("x", "yz", "é"),
    Choice("A much longer prompt than the others", "!", "?"),
    Choice("The dog", " was", " were"),
]


def log_p(bare, prompt, answer):
    return -nats_of(bare, list((prompt + answer).encode())) + nats_of(bare, list(prompt.encode()))


@pytest.mark.parametrize("batch", [1, 3, 64])
def test_accuracy_is_the_sign_of_transformers_own_difference(tiny, bare, batch):
    many = [choice for choice in CHOICES if len(choice.prompt) > 1]  # a loss needs two pieces
    margins = [log_p(bare, c.prompt, c.right) - log_p(bare, c.prompt, c.wrong) for c in many]
    found = accuracy(tiny, many, batch=batch)
    assert found.share == np.mean(np.array(margins) > 0) and found.n == len(many)
    assert found.margin == pytest.approx(np.mean(margins), abs=1e-4)


def test_a_batch_of_choices_gives_what_one_by_one_gives(tiny):
    alone = [accuracy(tiny, [choice], control=False) for choice in CHOICES]
    together = accuracy(tiny, CHOICES)
    assert together.margin == pytest.approx(np.mean([each.margin for each in alone]), abs=1e-5)
    assert together.share == np.mean([each.share for each in alone])


def test_right_and_wrong_exchanged_turn_the_result_round(tiny):
    turned = [Choice(c.prompt, c.wrong, c.right) for c in CHOICES]
    one, other = accuracy(tiny, CHOICES), accuracy(tiny, turned)
    assert one.share + other.share == pytest.approx(1)
    assert one.margin == pytest.approx(-other.margin, abs=1e-6)


@pytest.fixture(scope="module")
def copier():
    """A model of words that expects the word it has just read."""
    model = lab.build(layers=1, tokenizer=tokenizers.word_tokenizer(["a", "b", "c", "d"]))

    def again(logits):
        return 50 * torch.nn.functional.one_hot(copier_ids["ids"], logits.shape[-1]).float()

    copier_ids = {}

    def read(tokens):
        copier_ids["ids"] = tokens
        return tokens

    return lab.edited(model, {"embed.hook_in": read, "unembed.hook_out": again})


def test_a_model_that_reads_its_prompt_is_at_chance_once_prompts_are_exchanged(copier):
    rng = np.random.default_rng(1)
    pairs = [rng.choice(list("abcd"), 2, replace=False) for _ in range(400)]
    found = accuracy(copier, [Choice(f"d a {x}", f" {x}", f" {y}") for x, y in pairs])
    assert found.share == 1 and found.interval[0] > 0.98
    assert 0 < found.control < 0.5  # of four words: right or wrong a quarter each, else a tie


def test_words_that_give_themselves_away_show_in_the_control(gpt2):
    likely = lab.edited(gpt2, {"unembed.hook_out": lambda logits: logits * 0 + torch.arange(257.0)})
    found = accuracy(likely, [Choice(f"{n}", "z", "a") for n in range(10, 30)])
    assert found.share == found.control == 1


def test_prompts_are_exchanged_within_their_kind_only(gpt2):
    choices = [Choice("aa", "b", "c", "one"), Choice("dd", "e", "f", "two")]
    assert isnan(accuracy(gpt2, choices).control)
    assert isnan(accuracy(gpt2, [*choices, *choices], control=False).control)
    assert not isnan(accuracy(gpt2, [*choices, *choices]).control)


def test_a_first_token_changes_the_question(gpt2):
    plain, behind = (accuracy(gpt2, CHOICES, prepend_bos=bos) for bos in (None, True))
    again = [Choice("<|endoftext|>" + c.prompt, c.right, c.wrong) for c in CHOICES]
    assert behind.margin == pytest.approx(accuracy(gpt2, again).margin, abs=1e-6)
    assert behind.margin != pytest.approx(plain.margin, abs=1e-6)


@pytest.mark.parametrize(
    ("choices", "says"),
    [
        ([], "choices are empty"),
        ([Choice("Tom", " a", " a")], "nothing to choose"),
        ([Choice("Tom", "", " a")], "nothing to choose"),
        ([Choice("Tom" * 30, " a", " b")], "90 tokens .* context of 64"),
    ],
)
def test_choices_that_cannot_be_are_named(gpt2, choices, says):
    with pytest.raises(ValueError, match=says):
        accuracy(gpt2, choices)


@given(st.integers(1, 400), st.data())
def test_wilsons_interval_is_scipys(n, data):
    stats = pytest.importorskip("scipy.stats")
    hits = data.draw(st.integers(0, n))
    theirs = stats.binomtest(hits, n).proportion_ci(method="wilson")
    assert wilson(hits, n) == pytest.approx((theirs.low, theirs.high), abs=1e-6)
    with pytest.raises(ValueError, match=f"hits={n + 1} of n={n}"):
        wilson(n + 1, n)


def test_reading_and_choosing_leave_the_model_as_it_was(tiny):
    before = lab.trace(tiny, "Tom").logits
    bits_per_character(tiny, STORIES)
    accuracy(tiny, CHOICES)
    assert (lab.trace(tiny, "Tom").logits == before).all()
    assert all(parameter.grad is None for parameter in tiny.parameters())


@pytest.mark.smollm2
def test_smollm2_knows_its_capitals_and_who_gets_the_ball(smollm2):
    cities = {"France": " Paris", "Germany": " Berlin", "Italy": " Rome", "Japan": " Tokyo"}
    others = [*list(cities.values())[1:], " Paris"]
    asked = [
        Choice(f"The capital of {land} is", right, wrong, "capital")
        for (land, right), wrong in zip(cities.items(), others, strict=True)
    ]
    asked.append(Choice("When Mary and John sat down, John gave a ball to", " Mary", " John"))
    found = accuracy(smollm2, asked)
    assert found.share == 1 and found.margin > 2 and found.control <= 0.5

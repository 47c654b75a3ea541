"""Tokenizers of words and of characters: ids by order, any known text back, unknown ones seen."""

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

import lab
from lab import tokenizers
from lab.storage import save
from lab.tokenizers.pieces import pieces

WORDS = [*map(str, range(113)), "+", "="]
CHARACTERS = "né=3\n\x00 \u2028日x"


@pytest.fixture(scope="module")
def sums():
    return tokenizers.word_tokenizer(WORDS)


@pytest.fixture(scope="module")
def signs():
    return tokenizers.character_tokenizer([CHARACTERS[:4], CHARACTERS[4:]])


@pytest.fixture(scope="module")
def model(sums):
    return lab.build(layers=1, tokenizer=sums)


@given(st.lists(st.sampled_from(WORDS), max_size=12))
def test_words_with_one_space_between_come_back(sums, words):
    ids = sums(" ".join(words))["input_ids"]
    assert ids == [WORDS.index(word) for word in words]
    assert sums.decode(ids) == " ".join(words)


def test_a_leading_space_is_no_word_of_its_own(sums):
    assert sums(" 12")["input_ids"] == sums("12")["input_ids"] == [12]


@given(st.text(CHARACTERS, max_size=30))
def test_characters_come_back(signs, text):
    ids = signs(text)["input_ids"]
    assert len(ids) == len(text) and signs.decode(ids) == text
    assert ids == [sorted(CHARACTERS).index(character) for character in text]


def test_the_specials_come_last_and_are_never_added(sums, signs):
    for tokenizer, known in ((sums, len(WORDS)), (signs, len(CHARACTERS))):
        assert tokenizer.bos_token_id == tokenizer.eos_token_id == tokenizer.pad_token_id == known
        assert tokenizer.unk_token_id == known + 1 and len(tokenizer) == known + 2
    assert sums("3 <|endoftext|> 4")["input_ids"] == [3, len(WORDS), 4]


def test_what_is_unknown_becomes_one_framed_piece(sums, signs, model):
    assert sums("3 + 113 =")["input_ids"] == [3, 113, sums.unk_token_id, 114]
    assert signs("n?é")["input_ids"][1] == signs.unk_token_id
    trace = lab.trace(model, "3 + 113 =")
    assert trace.pieces == ["3", "+", "<|unknown|>", "="]
    assert trace.special.tolist() == [False, False, True, False]


def test_a_trace_has_the_words_and_where_they_stand(model):
    trace = lab.trace(model, "3 + 112 =")
    assert trace.text == "3 + 112 =" and trace.pieces == ["3", "+", "112", "="]
    raw = trace.text.encode()
    assert [raw[start:stop].decode() for start, stop in trace.spans] == trace.pieces
    assert all(piece in [*WORDS, "<|endoftext|>", "<|unknown|>"] for piece in trace.top_pieces[0])


def test_a_trace_over_characters_has_no_gaps(signs):
    trace = lab.trace(lab.build(layers=1, tokenizer=signs), "né \u2028日")
    assert trace.text == "né \u2028日" and trace.pieces == list("né \u2028日")
    assert trace.spans.tolist() == [[0, 1], [1, 3], [3, 4], [4, 7], [7, 10]]


@pytest.mark.parametrize("kind", ["sums", "signs"])
def test_a_saved_model_brings_them_back(kind, request, tmp_path):
    tokenizer = request.getfixturevalue(kind)
    text = {"sums": "3 + 112 = 2", "signs": "né\n=3"}[kind]
    again = lab.load(save(lab.build(layers=1, tokenizer=tokenizer), tmp_path / "model"))
    assert again.tokenizer(text)["input_ids"] == tokenizer(text)["input_ids"]
    assert again.tokenizer.decode(tokenizer(text)["input_ids"]) == text
    assert pieces(again.tokenizer, tokenizer(text)["input_ids"]) == pieces(
        tokenizer, tokenizer(text)["input_ids"]
    )


def test_words_given_twice_count_once():
    assert tokenizers.word_tokenizer(["a", "b", "a", "c", "b"])("c b a")["input_ids"] == [2, 1, 0]


@pytest.mark.parametrize(
    ("words", "error", "says"),
    [
        ([], ValueError, "no word"),
        (["a b"], ValueError, "'a b'"),
        ([""], ValueError, "''"),
        (["<|endoftext|>"], ValueError, "<|endoftext|>"),
        (["a", 3], TypeError, "3, a int"),
        ("a b", TypeError, "one string"),
    ],
)
def test_words_that_cannot_be_are_named(words, error, says):
    with pytest.raises(error, match=says.replace("|", r"\|")):
        tokenizers.word_tokenizer(words)


def test_a_corpus_without_characters_is_named():
    with pytest.raises(ValueError, match="corpus holds no text"):
        tokenizers.character_tokenizer([""])


@pytest.mark.parametrize("task", ["repeated", "copying", "sorting", "brackets", "modular_addition"])
def test_every_task_is_spelled_in_its_own_vocabulary(task):
    corpus = getattr(lab.corpora, task)()
    tokenizer = tokenizers.word_tokenizer(corpus.vocabulary)
    for document in islice(corpus, 50):
        ids = tokenizer(document.text)["input_ids"]
        assert tokenizer.unk_token_id not in ids
        assert tokenizer.decode(ids) == document.text
        assert [corpus.vocabulary[token] for token in ids] == document.text.split(" ")

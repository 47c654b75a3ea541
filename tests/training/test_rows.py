"""From texts to rows: nothing lost, nothing doubled, and a place that can be taken up anywhere."""

import re
from collections import Counter
from itertools import islice, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lab
from lab.corpora.documents import Document
from lab.training.reading import recognised
from lab.training.rows import BLOCK, Place, Rows, batch
from tests.training.tiny import TEXTS, tiny_model, trained

END = 0


class Numbers:
    """A tokenizer of numbers separated by spaces: every piece is known again."""

    eos_token_id = END

    def __call__(self, texts, return_offsets_mapping=False, **options):
        offsets = []
        for text in texts:
            at, spans = 0, []
            for word in text.split():
                start = text.index(word, at)
                at = start + len(word)
                spans.append((start, at))
            offsets.append(spans)
        ids = [[int(word) for word in text.split()] for text in texts]
        return {"input_ids": ids, "offset_mapping": offsets}


def numbered(lengths: list[int]) -> list[str]:
    """Documents of these lengths, no piece twice."""
    numbers = iter(range(1, sum(lengths) + 1))
    return [" ".join(map(str, islice(numbers, length))) for length in lengths]


def rows_of(texts, context: int, rounds: int = 1, **more) -> list[list]:
    """The rows of each round."""
    rows, found = Rows(texts, Numbers(), context, **more), []
    for ids, _ in rows:
        if rows.place.round == rounds:
            return found
        if rows.place.round == len(found):
            found.append([])
        found[-1].append(ids)
    raise AssertionError("rows never end")


LENGTHS = st.lists(st.integers(0, 30), min_size=1, max_size=40).filter(lambda x: sum(x) > 1)


@given(lengths=LENGTHS, context=st.integers(1, 12), seed=st.integers(0, 9))
def test_every_piece_follows_its_own_in_order_and_less_than_a_row_is_lost(lengths, context, seed):
    texts = numbered(lengths)
    (rows,) = rows_of(texts, context, seed=seed)
    pairs = Counter((int(a), int(b)) for ids in rows for a, b in pairwise(ids))
    true = Counter()
    for text in texts:
        ids = [END, *map(int, text.split())]
        true.update(pairwise(ids))
    inner = {pair: count for pair, count in pairs.items() if pair[1] != END}
    assert all(count == 1 and true[pair] == 1 for pair, count in inner.items())
    stream = sum(lengths) + len(lengths)
    length = min(context, stream - 1)
    assert all(len(ids) == length + 1 for ids in rows)
    assert pairs.total() == (stream - 1) // length * length


@given(lengths=LENGTHS, context=st.integers(1, 12), taken=st.integers(0, 60))
def test_a_place_taken_up_gives_the_rows_that_would_have_followed(lengths, context, taken):
    texts = numbered(lengths)
    rows = Rows(texts, Numbers(), context, seed=3)
    for _ in range(taken):
        next(rows)
    place = rows.place
    after = [ids.tolist() for ids, _ in islice(rows, 20)]
    again = Rows(texts, Numbers(), context, seed=3)
    again.back(place)
    assert [ids.tolist() for ids, _ in islice(again, 20)] == after
    rows.back(place)  # with its blocks kept
    assert [ids.tolist() for ids, _ in islice(rows, 20)] == after


@pytest.mark.parametrize("taken", [0, 1, 300, 1100, 1700])
@pytest.mark.parametrize("kept", [0, 10**9])
def test_a_place_in_a_later_block_is_taken_up_too(taken, kept, monkeypatch):
    monkeypatch.setattr("lab.training.rows.KEPT_BYTES", kept)
    texts = numbered([3] * (2 * BLOCK + 100))
    rows = Rows(texts, Numbers(), 4)
    everything = [ids.tolist() for ids, _ in islice(rows, 3000)]
    rows = Rows(texts, Numbers(), 4)
    for _ in range(taken):
        next(rows)
    again = Rows(texts, Numbers(), 4)
    again.back(rows.place)
    assert [ids.tolist() for ids, _ in islice(again, 1000)] == everything[taken : taken + 1000]


def test_rounds_differ_in_order():
    first, second, third = rows_of(numbered([5] * 61), 5, rounds=3)  # no remainder
    assert [ids.tolist() for ids in first] != [ids.tolist() for ids in second]
    assert [ids.tolist() for ids in second] != [ids.tolist() for ids in third]
    assert {n for ids in first for n in ids} == {n for ids in second for n in ids}


def test_an_endless_corpus_is_read_as_far_as_needed():
    class Endless:
        name, endless, read = "endless", True, 0

        def starting(self, at=0):
            while True:
                self.read = at
                yield f"{at + 1} {at + 2}"
                at += 1

    corpus = Endless()
    list(islice(Rows(corpus, Numbers(), 4), 100))
    assert corpus.read < BLOCK


@given(lengths=st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=1, max_size=20))
def test_of_a_document_with_an_answer_only_the_answer_counts(lengths):
    documents, answers = [], set()
    numbers = iter(range(1, 1000))
    for asked, answered in lengths:
        question = " ".join(str(next(numbers)) for _ in range(asked))
        wanted = [next(numbers) for _ in range(answered)]
        answers |= set(wanted)
        documents.append(Document(f"{question} {' '.join(map(str, wanted))}", answer=len(question)))
    rows = list(islice(Rows(documents, Numbers(), 20), len(documents)))
    ids, targets = batch(rows, END)
    assert set(targets[targets != -100].tolist()) == answers
    for row, target in zip(ids, targets, strict=True):
        at = np.flatnonzero(target != -100)
        assert (target[at[:-1]] == row[at[:-1] + 1]).all()


def test_an_answer_beyond_the_context_gives_no_row():
    near, far = Document("1 2 3", answer=3), Document("4 5 6 7 8 9 10", answer=11)
    rows = Rows([near, far], Numbers(), 3)
    assert {tuple(ids.tolist()) for ids, _ in islice(rows, 10)} == {(1, 2, 3)}
    with pytest.raises(ValueError, match="within the context of 3"):
        next(Rows([far], Numbers(), 3))


def test_a_corpus_smaller_than_a_batch_is_gone_through_as_often_as_needed():
    steps = trained(texts=["Tom gave Lily a ball.", "Tom ran."], steps=3, batch=16)
    assert steps[-1].tokens > 0 and steps[-1].step == 3


@pytest.mark.parametrize(
    ("corpus", "kind", "message"),
    [
        ([], ValueError, "corpus holds no documents"),
        (iter(TEXTS), TypeError, "corpus is an iterator"),
        ((text for text in TEXTS), TypeError, "only once"),
        ([1, 2], TypeError, "gave a int"),
        ([{"text": "Tom"}], TypeError, "gave a dict"),
        ("Tom gave Lily a ball", TypeError, "corpus is a str: a list of texts"),
        ({"text": ["Tom"]}, TypeError, "corpus is a dict"),
        (None, TypeError, "corpus is a NoneType"),
        (3, TypeError, "corpus is a int"),
    ],
)
def test_what_cannot_be_learned_from_is_refused_when_asked(corpus, kind, message):
    model = tiny_model()
    with pytest.raises(kind, match=message):
        lab.train(model, corpus)
    if corpus is None:
        return
    with pytest.raises(kind, match=re.sub("^corpus", "valid", message)):
        lab.train(model, TEXTS, valid=corpus)


@pytest.mark.parametrize("texts", [[""], ["a"], ["", ""]])
def test_texts_without_anything_to_predict_are_refused_or_learned(texts):
    try:
        assert trained(texts=texts, steps=1)
    except ValueError as error:
        assert "nothing to learn from" in str(error)


def test_lone_surrogates_become_replacement_characters_with_a_warning():
    with pytest.warns(UserWarning, match="surrogate"):
        trained(texts=["Tom \ud83d gave", "Lily"], steps=1)


def test_a_corpus_is_recognised_by_its_first_documents():
    assert recognised(TEXTS) == recognised(tuple(TEXTS)) == recognised([Document(t) for t in TEXTS])
    assert recognised(TEXTS) != recognised(TEXTS[1:])
    assert recognised(["ab", "c"]) != recognised(["a", "bc"])


def test_a_tokenizer_without_an_end_of_text_piece_is_refused():
    numbers = Numbers()
    numbers.eos_token_id = None
    with pytest.raises(ValueError, match="end-of-text"):
        Rows(["1 2"], numbers, 4)


def test_a_place_begins_at_the_beginning():
    assert Rows(["1 2"], Numbers(), 4).place == Place(0, 0, 0)

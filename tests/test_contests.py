"""What each merge was chosen from: the highest pairs by brute force, and the published examples."""

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab import tokenizers
from tests.test_bpe import STORY, counts_anew, named, words_of

SENNRICH = {"low_": 5, "lower_": 2, "newest_": 6, "widest_": 3}
HUGS = {"hug": 10, "pug": 5, "pun": 12, "bun": 4, "hugs": 5}


def test_the_algorithm_of_sennrich_and_others_gives_their_merges():
    """Algorithm 1 of "Neural Machine Translation of Rare Words with Subword Units" (2016)."""
    steps = tokenizers.learnt(SENNRICH, 10)
    assert [f"{step.left} {step.right}" for step in steps] == [
        "e s", "es t", "est _", "l o", "lo w", "n e", "ne w", "new est_", "low _", "w i",
    ]  # fmt: skip
    assert [step.count for step in steps] == [9, 9, 9, 7, 7, 6, 6, 6, 5, 3]


def test_hug_pug_and_bun():
    """The example of Hugging Face's course, by the algorithm and by the library's training."""
    steps = tokenizers.learnt(HUGS, 3)
    assert [step[:3] for step in steps] == [("u", "g", 20), ("u", "n", 16), ("h", "ug", 15)]
    assert steps[1].rivals[:3] == [("u", "n", 16), ("h", "ug", 15), ("p", "u", 12)]
    corpus = [word for word, times in HUGS.items() for _ in range(times)]
    trained = tokenizers.train_bpe(corpus, pieces=257 + 3)
    assert [tuple(merge) for merge in tokenizers.merges(trained)] == [
        (b"u", b"g", 256, 20), (b"u", b"n", 257, 16), (b"h", b"ug", 258, 15),
    ]  # fmt: skip
    assert tokenizers.cut("bug", trained).pieces == ["b", "ug"]
    assert tokenizers.cut("thug", trained).pieces == ["t", "hug"]


def test_a_word_runs_out_of_pairs():
    assert [step[:3] for step in tokenizers.learnt({"ab": 1}, 5)] == [("a", "b", 1)]
    assert tokenizers.learnt({}, 5) == []


@given(st.lists(st.text("ab c", min_size=1, max_size=30), min_size=1, max_size=6))
@settings(max_examples=30)
def test_rivals_are_the_highest_pairs_of_the_moment(corpus):
    trained = tokenizers.train_bpe(corpus, pieces=270)
    merges, rounds = tokenizers.merges(trained), tokenizers.rivals(trained, corpus, most=4)
    pairs, words = named(trained, merges), words_of(trained, corpus)
    ids = trained.get_vocab()
    for index, (merge, rivals) in enumerate(zip(merges, rounds, strict=True)):
        counts = {pair: n for pair, n in counts_anew(words, pairs[:index]).items() if n}
        order = sorted(counts, key=lambda pair: (-counts[pair], *(made(ids, p) for p in pair)))
        assert rivals[0] == (merge.left, merge.right, merge.count)
        assert rivals == [(raw(left), raw(right), counts[left, right]) for left, right in order[:4]]


def made(ids, piece):
    """When the trainer came by a piece: bytes by their signs, then merges in order."""
    return (len(piece) > 1, ids[piece] if len(piece) > 1 else ord(piece))


def raw(name):
    table = {sign: byte for byte, sign in enumerate(tokenizers.byte_signs())}
    return bytes(table[sign] for sign in name)


def test_on_another_text_the_pair_that_was_joined_is_still_among_them():
    trained = tokenizers.train_bpe(STORY, pieces=330)
    rounds = tokenizers.rivals(trained, "zq zq zq zq zx", most=2)
    for merge, rivals in zip(tokenizers.merges(trained), rounds, strict=True):
        assert (merge.left, merge.right) in [(r.left, r.right) for r in rivals]
        assert len(rivals) <= 2


def test_steps_put_after_each_other_are_the_tokenizer():
    """Each merge applied to its own symbols spells the text as the finished tokenizer does."""
    trained = tokenizers.train_bpe(STORY, pieces=330)
    symbols = [bytes([byte]) for byte in b"Lily"]
    for merge in tokenizers.merges(trained):
        at = next((i for i, p in enumerate(pairwise(symbols)) if p == merge[:2]), None)
        if at is not None:
            symbols[at : at + 2] = [merge.left + merge.right]
    assert symbols == tokenizers.cut("Lily", trained).bytes


def test_many_rounds_over_many_words():
    draw = random.Random(1)
    corpus = [" ".join("".join(draw.choices("abcdefgh", k=5)) for _ in range(1000))]
    trained = tokenizers.train_bpe(corpus, pieces=257 + 200)
    rounds = tokenizers.rivals(trained, corpus)
    assert [r[0].count for r in rounds] == [m.count for m in tokenizers.merges(trained)]


def test_refusals():
    with pytest.raises(ValueError, match="most=0"):
        tokenizers.rivals(tokenizers.byte_tokenizer(), "a", most=0)
    with pytest.raises(TypeError, match="no byte-pair encoding"):
        tokenizers.rivals(tokenizers.word_tokenizer(["a"]), "a")

"""Byte-pair encoding: the published examples, the library's merges, any text back again."""

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lab
from lab import tokenizers
from lab.storage import save
from lab.tokenizers.pieces import pieces
from lab.tokenizers.replaying import replayed

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
STORY = [
    "Tom gave Lily a ball because she was sad. Lily was happy, and Tom was happy too.",
    "The two dogs were at the river bank. They weren't afraid of the 12 ducks!",
    "Once upon a time there was a little girl. Her name was Lily. She had a red ball.",
] * 3


@pytest.fixture(scope="module")
def trained():
    return tokenizers.train_bpe(STORY, pieces=330)


@given(text=TEXT)
def test_any_text_comes_back(trained, text):
    ids = trained(text)["input_ids"]
    assert trained.decode(ids) == text
    assert trained(text, add_special_tokens=True)["input_ids"] == ids


def test_ids_are_bytes_then_merges_in_order_then_the_end(trained):
    vocabulary = trained.get_vocab()
    assert sorted(vocabulary.values()) == list(range(330)) and len(trained) == 330
    assert [vocabulary[sign] for sign in tokenizers.byte_signs()] == list(range(256))
    assert trained.bos_token_id == trained.eos_token_id == trained.pad_token_id == 329
    made = list(dict.fromkeys(merge.id for merge in tokenizers.merges(trained)))
    assert made == list(range(256, 329))


def test_wikipedias_example():
    """aaabdaaabac: Z=aa, Y=ab, X=ZY gives XdXac (the article "Byte pair encoding")."""
    trained = tokenizers.train_bpe("aaabdaaabac", pieces=260)
    merges = tokenizers.merges(trained)
    assert [(m.left, m.right, m.id, m.count) for m in merges] == [
        (b"a", b"a", 256, 4),
        (b"a", b"b", 257, 2),
        (b"aa", b"ab", 258, 2),
    ]
    assert trained("aaabdaaabac")["input_ids"] == [258, ord("d"), 258, ord("a"), ord("c")]


def test_the_example_of_sennrich_and_others():
    """Algorithm 1 of "Neural Machine Translation of Rare Words with Subword Units" (2016)."""
    words = {"low_": 5, "lower_": 2, "newest_": 6, "widest_": 3}
    merges = ["e s", "es t", "est _", "l o", "lo w", "n e", "ne w", "new est_", "low _", "w i"]
    pairs = [tuple(merge.split()) for merge in merges]
    assert replayed(words, pairs) == [9, 9, 9, 7, 7, 6, 6, 6, 5, 3]


def test_their_words_give_their_pieces():
    corpus = ["low"] * 5 + ["lower"] * 2 + ["newest"] * 6 + ["widest"] * 3
    merges = tokenizers.merges(tokenizers.train_bpe(corpus, pieces=257 + 7))
    assert [(m.left + m.right, m.count) for m in merges[:4]] == [
        (b"es", 9),
        (b"est", 9),
        (b"lo", 7),
        (b"low", 7),
    ]
    assert merges[6].left + merges[6].right == b"newest"


def counts_anew(words, done):
    """Every pair's count after these merges, by brute force."""
    counts = Counter()
    for word, times in words.items():
        symbols = list(word)
        for left, right in done:
            at = 0
            while at < len(symbols) - 1:
                if (symbols[at], symbols[at + 1]) == (left, right):
                    symbols[at : at + 2] = [left + right]
                at += 1
        for pair in pairwise(symbols):
            counts[pair] += times
    return counts


def words_of(trained, corpus):
    split = trained.backend_tokenizer.pre_tokenizer.pre_tokenize_str
    return Counter(word for text in corpus for word, _ in split(text))


def named(trained, merges):
    name = trained.convert_ids_to_tokens
    return [tuple("".join(name(list(side))) for side in (m.left, m.right)) for m in merges]


@given(st.lists(st.text("ab c", min_size=1, max_size=30), min_size=1, max_size=6))
@settings(max_examples=40)
def test_each_merge_was_the_most_frequent_pair_of_its_moment(corpus):
    trained = tokenizers.train_bpe(corpus, pieces=275)
    merges = tokenizers.merges(trained)
    pairs, words = named(trained, merges), words_of(trained, corpus)
    for index, (pair, merge) in enumerate(zip(pairs, merges, strict=True)):
        counts = counts_anew(words, pairs[:index])
        assert merge.count == counts[pair] == max(counts.values())


def test_in_stories_too_and_training_goes_on_while_a_pair_is_there_twice(trained):
    merges = tokenizers.merges(trained)
    pairs, words = named(trained, merges), words_of(trained, STORY)
    counts = [max(counts_anew(words, pairs[:index]).values()) for index in range(len(pairs))]
    assert [merge.count for merge in merges] == counts == sorted(counts, reverse=True)
    everything = tokenizers.train_bpe(STORY, pieces=4096)
    left = counts_anew(words, named(everything, tokenizers.merges(everything)))
    assert len(everything) < 4096 and max(left.values(), default=0) < 2


def test_no_piece_reaches_over_several_words(trained):
    for piece in pieces(trained, range(256, 329)):
        assert " " not in piece[1:], piece


def test_the_same_corpus_gives_the_same_tokenizer(trained):
    again = tokenizers.train_bpe(iter(STORY), pieces=330)
    assert again.backend_tokenizer.to_str() == trained.backend_tokenizer.to_str()
    assert tokenizers.merges(again) == tokenizers.merges(trained)


def test_counts_are_saved_with_a_model_and_read_back(trained, tmp_path):
    model = lab.build(layers=1, tokenizer=trained)
    again = lab.load(save(model, tmp_path / "model"))
    assert tokenizers.merges(again) == tokenizers.merges(trained) == tokenizers.merges(model)
    assert again.tokenizer("Tom gave Lily")["input_ids"] == trained("Tom gave Lily")["input_ids"]


def test_a_tokenizer_without_counts_has_its_merges_and_can_be_counted_on_a_text(trained):
    merges = tokenizers.merges(trained)
    del trained.init_kwargs["merge_counts"]
    bare = tokenizers.merges(trained)
    assert bare == [merge._replace(count=None) for merge in merges]
    assert tokenizers.merges(trained, STORY) == merges
    fewer = tokenizers.merges(trained, STORY[:3])
    assert [merge.count * 3 for merge in fewer] == [merge.count for merge in merges]


@dataclass
class Story:
    text: str


def test_documents_strings_and_marked_texts_are_the_same_corpus(trained):
    marked = "<|endoftext|>".join(STORY)
    for corpus in ([Story(text) for text in STORY], marked, (text for text in STORY)):
        other = tokenizers.train_bpe(corpus, pieces=330)
        assert other.backend_tokenizer.to_str() == trained.backend_tokenizer.to_str()


def test_an_endless_corpus_is_read_as_far_as_asked():
    def endless():
        while True:
            yield "the cat and the dog "

    trained = tokenizers.train_bpe(endless(), pieces=258, characters=2000)
    assert tokenizers.merges(trained)[0].count == 200  # "th" or "he", twice in 20 characters


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ({"corpus": STORY, "pieces": 256}, ValueError, "pieces=256: at least 257"),
        ({"corpus": []}, ValueError, "corpus holds no text"),
        ({"corpus": ["", "<|endoftext|>"]}, ValueError, "corpus holds no text"),
        ({"corpus": [3]}, TypeError, "corpus holds a int"),
        ({"corpus": 3}, TypeError, "corpus is a int"),
        ({"corpus": STORY, "least": 0}, ValueError, "least=0"),
        ({"corpus": STORY, "characters": 0}, ValueError, "characters=0"),
    ],
)
def test_what_cannot_be_trained_on_is_named(given, error, says):
    with pytest.raises(error, match=says):
        tokenizers.train_bpe(**given)


def test_a_tokenizer_without_merges_is_named():
    from tokenizers import Tokenizer, models
    from transformers import PreTrainedTokenizerFast

    words = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.WordLevel({"a": 0})))
    with pytest.raises(TypeError, match="WordLevel"):
        tokenizers.merges(words)
    assert tokenizers.merges(tokenizers.byte_tokenizer()) == []


def test_half_characters_in_a_corpus_are_replaced_and_told():
    with pytest.warns(UserWarning, match="lone surrogate"):
        trained = tokenizers.train_bpe(["ab\ud83d ab"], pieces=258)
    assert tokenizers.merges(trained)[0].count == 2

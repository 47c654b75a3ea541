"""What needs no model: the commonest label, and the words themselves."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
from jaxtyping import Bool, Int

from lab.probes.dataset import Dataset, Examples


def majority(targets: Int[np.ndarray, " n"], held: Bool[np.ndarray, " n"]) -> float:
    """How often the label that is commonest in training is right on what is held out."""
    return float((targets[held] == np.bincount(targets[~held]).argmax()).mean())


def of_words(
    data: Dataset, found: Examples, targets: Int[np.ndarray, " n"], held: Bool[np.ndarray, " n"]
) -> float:
    """How often the words alone are enough.

    Of whole texts: logistic regression on which words occur. Of words: the label that the word
    had most often in training; for a word not met there, the commonest of all.
    """
    if found.whole:
        return _bag(data, found, targets, held)
    seen: dict[str, Counter[int]] = defaultdict(Counter)
    for at in np.flatnonzero(~held).tolist():
        seen[found.types[at]][int(targets[at])] += 1
    usual = int(np.bincount(targets[~held]).argmax())
    said = [
        seen[found.types[at]].most_common(1)[0][0] if found.types[at] in seen else usual
        for at in np.flatnonzero(held).tolist()
    ]
    return float((np.array(said) == targets[held]).mean())


def _bag(data: Dataset, found: Examples, targets: np.ndarray, held: np.ndarray) -> float:
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression

    texts = np.array([data.texts[number] for number in found.text.tolist()], dtype=object)
    bag = CountVectorizer(binary=True, token_pattern=r"(?u)\b\w+\b")
    try:
        known = bag.fit_transform(texts[~held])
    except ValueError:  # no text has a word
        return majority(targets, held)
    regression = LogisticRegression(max_iter=300).fit(known, targets[~held])
    return float(regression.score(bag.transform(texts[held]), targets[held]))

"""Algorithmic tasks: each answer is worked out again, and every word is in the vocabulary."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.corpora import brackets, copying, modular_addition, repeated, sorting

TASKS = {
    "repeated": repeated(seed=1),
    "weighted": repeated(zipf=1.0),
    "copying": copying(),
    "backwards": copying(reverse=True),
    "sorting": sorting(),
    "brackets": brackets(),
    "addition": modular_addition(p=13),
}
CLOSES = dict(zip("([{<", ")]}>", strict=True))


def parts(document):
    """The words asked and the words answered."""
    return document.text[: document.answer].split(), document.text[document.answer :].split()


@pytest.mark.parametrize("name", TASKS)
def test_every_word_is_in_the_vocabulary_and_all_of_it_is_used(name):
    task = TASKS[name]
    documents = task.first(300) if task.endless else list(task)
    used = {word for document in documents for word in document.text.split()}
    assert used == set(task.vocabulary) and len(task.vocabulary) == len(used)


@pytest.mark.parametrize("name", TASKS)
def test_the_answer_starts_with_its_space(name):
    for document in TASKS[name].first(30):
        assert document.answer == 0 or document.text[document.answer] == " "
        assert parts(document)[1] and "  " not in document.text


@pytest.mark.parametrize("name", TASKS)
def test_a_walk_may_start_anywhere(name):
    task = TASKS[name]
    walk = task.starting(5)
    assert [next(walk) for _ in range(3)] == task.first(8)[5:]


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**6))
def test_repeated_words_repeat_from_a_period_on(index):
    words = TASKS["repeated"].document(index).text.split()
    periods = [p for p in range(16, 33) if words[p:] == words[:-p]]
    assert len(words) == 64 and periods


def test_periods_differ_from_text_to_text():
    found = Counter()
    for document in repeated(words=500, seed=3).first(400):
        words = document.text.split()
        found[next(p for p in range(1, 64) if words[p:] == words[:-p])] += 1
    assert set(found) == set(range(16, 33))


def test_word_frequencies_fall_as_asked():
    counts = Counter(w for d in repeated(words=20, zipf=1.0).first(3000) for w in d.text.split())
    words = repeated(words=20, zipf=1.0).vocabulary
    assert counts[words[0]] == pytest.approx(2 * counts[words[1]], rel=0.1)
    assert counts[words[0]] == pytest.approx(10 * counts[words[9]], rel=0.15)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["copying", "backwards", "sorting"]))
def test_answers_are_those_of_python(index, name):
    asked, answered = parts(TASKS[name].document(index))
    assert asked.pop() == "="
    if name == "sorting":
        assert [int(word) for word in answered] == sorted(int(word) for word in asked)
    else:
        assert answered == (asked[::-1] if name == "backwards" else asked)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**6))
def test_brackets_are_closed_in_order(index):
    asked, answered = parts(TASKS["brackets"].document(index))
    open_ = []
    for sign in asked[:-1] + answered:
        if sign in CLOSES:
            open_.append(CLOSES[sign])
        else:
            assert open_.pop() == sign
    assert not open_ and answered


@settings(max_examples=20, deadline=None)
@given(st.integers(4, 40), st.floats(0.1, 0.9), st.integers(0, 5))
def test_modular_addition_has_every_pair_once(p, share, seed):
    learnt = modular_addition(p, share, seed=seed)
    sums = [document.text.split() for part in (learnt, learnt.rest) for document in part]
    assert sorted((int(a), int(b)) for a, b, *_ in sums) == [
        (a, b) for a in range(p) for b in range(p)
    ]
    assert all(sign == "=" and (int(a) + int(b)) % p == int(c) for a, b, sign, c in sums)
    assert len(learnt) == round(share * p * p)


def test_the_rest_of_the_rest_is_the_part_itself():
    learnt = modular_addition(p=11, seed=2)
    assert list(learnt.rest.rest) == list(learnt)
    assert list(modular_addition(p=11, seed=2, held_out=True)) == list(learnt.rest)
    assert list(modular_addition(p=11, seed=3)) != list(learnt)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: modular_addition(p=1), "p is 1"),
        (lambda: modular_addition(p=5, share=0.001), "share is 0.001"),
        (lambda: repeated(periods=(9, 4)), "periods is"),
        (lambda: repeated(words=1), "words is 1: from 2 to"),
        (lambda: repeated(words=["a", "a"]), "each once"),
        (lambda: copying(["a", "b c"]), "without white space"),
        (lambda: copying(lengths=(0, 3)), "lengths is"),
        (lambda: sorting(below=1), "below is 1"),
        (lambda: brackets(kinds=5), "kinds is 5"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(make, says):
    with pytest.raises(ValueError, match=says):
        make()

"""Choices: right by rules of their own, and kept out of the stories."""

import re
from itertools import combinations, pairwise

import pytest

from lab.corpora import choices, stories
from lab.corpora.choosing import KINDS
from lab.corpora.names import BOYS, GIRLS, kept_back
from lab.corpora.nouns import NOUNS

NAMES = set(GIRLS) | set(BOYS)
SINGULAR = {noun.one for nouns in NOUNS.values() for noun in nouns}
PLURAL = {noun.many: noun.one for nouns in NOUNS.values() for noun in nouns}


def people(prompt):
    """The names in a prompt, in order, each once."""
    return list(dict.fromkeys(word for word in re.findall(r"\w+", prompt) if word in NAMES))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("held_out", [True, False])
def test_as_many_as_asked_all_different_and_always_the_same(kind, held_out):
    made = choices(kind, 100, seed=3, held_out=held_out)
    assert len({choice.prompt for choice in made}) == 100
    assert made == choices(kind, 100, seed=3, held_out=held_out)
    assert made != choices(kind, 100, seed=4, held_out=held_out)
    for choice in made:
        assert choice.kind == kind and choice.right != choice.wrong
        assert re.fullmatch(r" [A-Za-z]+", choice.right) and re.fullmatch(
            r" [A-Za-z]+", choice.wrong
        )
        assert not choice.prompt.endswith(" ")


def test_who_gets_is_who_does_not_give():
    made = choices("indirect object", 400)
    places = {"first": 0, "second": 0}
    for choice in made:
        one, other = people(choice.prompt)
        last = re.split(r"(?<=\.) ", choice.prompt)[-1]
        giver = next(word for word in re.findall(r"\w+", last) if word in NAMES)
        assert choice.wrong.strip() == giver
        assert choice.right.strip() == (other if giver == one else one)
        assert last.count(choice.right.strip()) == 0
        places["first" if choice.right.strip() == one else "second"] += 1
    assert min(places.values()) > 0.4 * len(made)


def test_he_or_she_by_the_name():
    for choice in choices("he or she", 300):
        (name,) = people(choice.prompt)
        assert choice.right == (" she" if name in GIRLS else " he")


def test_two_are_they():
    for choice in choices("they", 300):
        assert len(people(choice.prompt)) == 2
        assert choice.right == " they" and choice.wrong in (" he", " she")


def test_the_verb_agrees_with_the_first_noun_not_the_other():
    many = 0
    for choice in choices("agreement", 400):
        subject, other = nouns(choice.prompt)
        assert (subject in PLURAL) != (other in PLURAL)
        ends = choice.right.endswith("s") or choice.right == " was"
        assert ends == (subject in SINGULAR), choice
        many += subject in PLURAL
    assert 150 < many < 250


def nouns(prompt):
    """The subject and the other noun: what follows each `the`, adjectives left out."""
    phrase = re.split(r", |says that |said that ", prompt)[-1]
    found = [word for word in re.findall(r"[\w-]+", phrase) if word in PLURAL or word in SINGULAR]
    return found[0], found[-1]


def test_prompts_stand_in_no_story():
    """Neither they themselves nor the pairs of names or nouns in them are told."""
    told = stories(seed=0).first(12_000)
    text = "\n".join(document.text for document in told)
    pairs, phrases = set(), set()
    for document in told:
        named = [referent.name for referent in document.referents if referent.name in NAMES]
        pairs |= {frozenset(pair) for pair in combinations(named, 2)}
        phrases |= phrases_of(document)
    assert len(pairs) > 5000 and len(phrases) > 2000
    assert not any(kept_back(*pair) for pair in pairs)
    for kind in KINDS:
        for choice in choices(kind, 300, seed=5):
            assert choice.prompt not in text, choice
            if len(people(choice.prompt)) == 2 and kind != "agreement":
                assert frozenset(people(choice.prompt)) not in pairs
            if kind == "agreement":
                subject, other = nouns(choice.prompt)
                assert (PLURAL.get(subject, subject), PLURAL.get(other, other)) not in phrases


def phrases_of(document):
    """Pairs (dog, tree) of `the dogs near the old tree`."""
    nouns_ = [word for word in document.words if word.pos == "NOUN" and word.referent is not None]
    found = set()
    for one, other in pairwise(nouns_):
        between = document.text[one.stop : other.start]
        if re.fullmatch(r" (near|behind|by|next to|with|under) (the|a|an) (\w+ )?", between):
            subject, near = (document.spelled(word).lower() for word in (one, other))
            found.add((PLURAL.get(subject, subject), PLURAL.get(near, near)))
    return found


def test_another_kind_is_refused_with_those_there_are():
    with pytest.raises(ValueError, match="'indirect object', 'he or she'"):
        choices("irony")

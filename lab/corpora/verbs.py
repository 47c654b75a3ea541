# ruff: noqa: SIM905 - lists of words are easier to read, and to add to, as lines of text
"""Verbs and their forms."""

from __future__ import annotations

_IRREGULAR = """
be was been being|become became become|begin began begun|bend bent bent|bite bit bitten
blow blew blown|break broke broken|bring brought brought|build built built|buy bought bought
catch caught caught|choose chose chosen|come came come|cost cost cost|cut cut cut|dig dug dug
do did done|draw drew drawn|drink drank drunk|drive drove driven|eat ate eaten|fall fell fallen
feed fed fed|feel felt felt|fight fought fought|find found found|fly flew flown
forget forgot forgotten|get got got|give gave given|go went gone|grow grew grown|hang hung hung
have had had|hear heard heard|hide hid hidden|hit hit hit|hold held held|hurt hurt hurt
keep kept kept|know knew known|lay laid laid|lead led led|leave left left|lend lent lent
let let let|lie lay lain|light lit lit|lose lost lost|make made made|mean meant meant
meet met met|pay paid paid|put put put|read read read|ride rode ridden|ring rang rung
rise rose risen|run ran run|say said said|see saw seen|seek sought sought
sink sank sunk|slide slid slid|spin spun spun|sell sold sold|send sent sent
set set set|shoot shot shot|beat beat beaten
shake shook shaken|shine shone shone|shut shut shut|sing sang sung|sit sat sat
sleep slept slept|speak spoke spoken|spend spent spent|stand stood stood|steal stole stolen
stick stuck stuck|sweep swept swept|swim swam swum|swing swung swung|take took taken
teach taught taught|tell told told|think thought thought|throw threw thrown
understand understood understood|wake woke woken|wear wore worn|win won won|write wrote written
""".strip().replace("\n", "|")

_DOUBLED = {
    *"stop drop clap hop hug grab nod pat plan rub skip slip tap beg dip trip run sit swim".split(),
    *"get put cut dig hit let set shut win begin forget hum step spin wrap chop flap chat".split(),
    "pop",
}

_PARTS = [line.split() for line in _IRREGULAR.split("|")]
_PAST = {parts[0]: parts[1] for parts in _PARTS}
_DONE = {parts[0]: parts[2] for parts in _PARTS}
BE = {
    ("past", "singular"): "was",
    ("past", "plural"): "were",
    ("present", "singular"): "is",
    ("present", "plural"): "are",
}
AUXILIARIES = {"be", "can", "will", "must", "do"}
_MODALS = {"can": "could", "will": "would", "must": "must"}


def conjugated(verb: str, tense: str, number: str) -> str:
    """The form of a verb for a third person.

    >>> conjugated("carry", "present", "singular"), conjugated("be", "past", "plural")
    ('carries', 'were')
    >>> conjugated("go", "past", "singular"), conjugated("stop", "past", "plural")
    ('went', 'stopped')
    """
    if verb == "be":
        return BE[tense, number]
    if verb in _MODALS:
        return _MODALS[verb] if tense == "past" else verb
    if tense == "past":
        return past(verb)
    return verb if number == "plural" else third(verb)


def past(verb: str) -> str:
    """The simple past of a verb other than be."""
    return _PAST.get(verb) or _with_ed(verb)


def done(verb: str) -> str:
    """The past participle.

    >>> done("eat"), done("paint")
    ('eaten', 'painted')
    """
    return _DONE.get(verb) or _with_ed(verb)


def doing(verb: str) -> str:
    """The form in -ing.

    >>> doing("make"), doing("run"), doing("lie"), doing("see")
    ('making', 'running', 'lying', 'seeing')
    """
    if verb in _DOUBLED:
        return verb + verb[-1] + "ing"
    if verb.endswith("ie"):
        return verb[:-2] + "ying"
    silent = verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")) and verb != "be"
    return (verb[:-1] if silent else verb) + "ing"


def third(verb: str) -> str:
    """The present form for he, she or it."""
    if verb in ("have", "be"):
        return "has" if verb == "have" else "is"
    if verb.endswith(("s", "x", "ch", "sh", "z", "o")):
        return verb + "es"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + "s"


def shows_number(verb: str, tense: str) -> bool:
    """Whether the form tells one from several: is and are, was and were, runs and run."""
    return verb == "be" or (tense == "present" and verb not in _MODALS)


def _with_ed(verb: str) -> str:
    if verb in _DOUBLED:
        return verb + verb[-1] + "ed"
    if verb.endswith("e"):
        return verb + "d"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ied"
    return verb + "ed"

"""Patterns: sentences with roles in them, read once, then written many times.

A pattern is words and punctuation with spaces between them:

    ``$A give>A [a$X|the$X] to $B , and $B say>B thank you .``

- `$A`, `the$X`, `a$X`, `n$X`: speaks of the one in role A or X (a name; the red ball; a ball;
  ball); `$A's` and `$A+B` work too.
- `he$A him$A his$A himself$A`: the pronoun that fits, or the name where a pronoun could mean
  somebody else. `I$A me$A my$A you$A your$A we$A us$A our$A`: inside speech.
- `go>A`: the verb, in the text's tense (in speech the present) and the number of A; `go>it` and
  `go>them`: of one, of several.
- `[x|y z|]`: one of these. `%happy`: a word of that class. `bank~river`: the sense of a word.
- `park/VERB`: the part of speech, where the table in `lexicon` would be wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache, partial

from lab.corpora.classes import CLASSES
from lab.corpora.documents import Number
from lab.corpora.lexicon import VERB_BASES, form_number, lemma, tag
from lab.corpora.mentions import FORMS
from lab.corpora.scene import Scene
from lab.corpora.verbs import AUXILIARIES, conjugated, shows_number

Op = Callable[[Scene], None]
_TOKEN = re.compile(r"[\[\]|]|[^\s\[\]|]+")
_NUMBERS: dict[str, Number] = {"it": "singular", "them": "plural"}
_MARKS = set(".,!?:;“”…")


def write(scene: Scene, pattern: str) -> None:
    """Writes a pattern into a scene.

    Raises:
        KeyError: a word without a part of speech, or a role nobody plays.
    """
    for op in read(pattern):
        op(scene)


@cache
def read(pattern: str) -> tuple[Op, ...]:
    """The steps that write a pattern.

    Raises:
        ValueError: a bracket without its other half, or a word the lexicon does not have.
    """
    tokens = _TOKEN.findall(pattern)
    ops, rest = _sequence(tokens, 0, pattern, "")
    if rest != len(tokens):
        raise ValueError(f"a bracket too many in the pattern {pattern!r}")
    return tuple(ops)


def _sequence(tokens: list[str], at: int, pattern: str, before: str) -> tuple[list[Op], int]:
    ops: list[Op] = []
    while at < len(tokens) and tokens[at] not in ("|", "]"):
        token = tokens[at]
        if token == "[":
            op, at = _choice(tokens, at + 1, pattern, before)
            before = ""
        else:
            if token == "to" and _verb_follows(tokens[at + 1 :]):
                token = "to/PART"
            op, at = _one(token, before, pattern), at + 1
            before = token.partition("/")[0]
        ops.append(op)
    return ops, at


def _verb_follows(tokens: list[str]) -> bool:
    after = next((token for token in tokens if token != "["), "")
    return after in VERB_BASES or after.endswith("/VERB")


def _choice(tokens: list[str], at: int, pattern: str, before: str) -> tuple[Op, int]:
    choices: list[tuple[Op, ...]] = []
    while True:
        ops, at = _sequence(tokens, at, pattern, before)
        choices.append(tuple(ops))
        if at == len(tokens):
            raise ValueError(f"a bracket is never closed in the pattern {pattern!r}")
        at += 1
        if tokens[at - 1] == "]":
            return partial(_any, choices), at


def _any(choices: list[tuple[Op, ...]], scene: Scene) -> None:
    for op in scene.chance.pick(choices):
        op(scene)


def _one(token: str, before: str, pattern: str) -> Op:
    if token in _MARKS:
        return partial(_mark, token)
    if token == "^":
        return Scene.small
    if token == "¶":
        return Scene.paragraph
    if token[0] == "%":
        return partial(_of_class, CLASSES[token[1:]])
    if "$" in token:
        return _mention(token, pattern)
    if ">" in token:
        return _verb(token)
    return _word(token, before, pattern)


def _mark(sign: str, scene: Scene) -> None:
    scene.mark(sign)


def _of_class(words: Sequence[Op], scene: Scene) -> None:
    scene.chance.pick(words)(scene)


def _mention(token: str, pattern: str) -> Op:
    form, roles = token.split("$")
    if roles.endswith("'s"):
        return partial(FORMS["'s"], roles[:-2])
    if form not in FORMS:
        raise ValueError(f"no form {form!r} of a mention, in the pattern {pattern!r}")
    return partial(FORMS[form], roles)


def _verb(token: str) -> Op:
    verb, roles = token.split(">")
    verb, _, meaning = verb.partition("~")
    sense = f"{verb}/{meaning}" if meaning else None
    return partial(_conjugated, verb, roles, "AUX" if verb in AUXILIARIES else "VERB", sense)


def _conjugated(verb: str, roles: str, pos: str, sense: str | None, scene: Scene) -> None:
    tense = "present" if scene.speaking else scene.tense
    number = _NUMBERS.get(roles) or scene.role(roles).number
    form = conjugated(verb, tense, number)
    scene.word(form, pos, number if shows_number(verb, tense) else None, None, sense)


def _word(token: str, before: str, pattern: str) -> Op:
    token = "a" if token in ("A", "An", "an") else token  # the next word says which
    token, _, pos = token.partition("/")
    token, _, meaning = token.partition("~")
    word = token.lower()
    try:
        pos, number = (pos, form_number(word, pos)) if pos else tag(word, before)
    except KeyError:
        raise ValueError(f"{token!r} has no part of speech, in {pattern!r}") from None
    sense = f"{lemma(word)}/{meaning}" if meaning else None
    return partial(_literal, token, pos, number, sense)


def _literal(text: str, pos: str, number: Number | None, sense: str | None, scene: Scene) -> None:
    scene.word(text, pos, number, None, sense)

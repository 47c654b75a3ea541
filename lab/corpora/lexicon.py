# ruff: noqa: SIM905 - lists of words are easier to read, and to add to, as lines of text
"""The parts of speech of words that stand in the patterns as they are.

After Universal Dependencies: `his` and `her` are PRON, forms of `be` and `can` are AUX, the `up` of
`pick up` is ADP, the `to` before a verb is PART. A pattern says it itself (`park/VERB`) where the
table below would be wrong.
"""

from __future__ import annotations

from functools import cache

from lab.corpora.documents import Number
from lab.corpora.nouns import ADJECTIVES, KIN, NOUNS, plural
from lab.corpora.verbs import doing, done, past, third

_CLOSED = {
    "DET": "the a an this these those some every all another each no both any which",
    "ADP": (
        "in on at of with from under near behind over into by for about through across around "
        "along beside between without during up down off out next like inside after before to "
        "onto against above past than"
    ),
    "AUX": "do does did be been can could will would must should may might",
    "PART": "not",
    "CCONJ": "and or but",
    "SCONJ": "because when while if that as until since though",
    "NUM": "one two three four five six seven eight nine ten",
    "INTJ": "yes no hello oh wow hi please goodbye hooray hush ah okay",
    "PRON": "its there what who whose",
    "ADV": (
        "very much faster so too then now away back home together again here always never "
        "soon still just once suddenly finally slowly quickly quietly loudly happily sadly "
        "softly carefully gently proudly bravely later today tomorrow outside far almost "
        "only also even ever everywhere why how where well first twice fast high "
        "more nicely kindly brightly warmly sweetly politely often sometimes yesterday alone "
        "instead maybe upstairs enough ago tightly upon afterward afterwards meanwhile "
        "forever half right straight"
    ),
    "ADJ": (
        "tallest hard bigger thick weak poor low happy sad glad proud angry scared tired hungry "
        "thirsty sorry lost safe cold hot warm wet dry clean dirty nice good bad best new old "
        "big little small tall long short red blue green yellow pink purple orange white "
        "black brown gray shiny soft loud quiet bright dark sunny rainy windy snowy cloudy "
        "heavy light full empty open closed ready late early kind brave clever silly funny "
        "wise lovely pretty great favorite other same different many few last first next own "
        "special broken lonely excited surprised worried careful sleepy sick better wonderful "
        "young wooden deep secret whole fine free busy delicious magic real hurt asleep awake "
        "afraid strange strong slow sure sweet sharp wide wild friendly bored shy curious "
        "gentle perfect stuck thin golden grateful"
    ),
}
_NOUNS = (
    "day morning afternoon evening night time week year summer winter spring minute hour hand "
    "eye foot leg arm head nose ear face tail wing paw hair heart voice sun moon star sky "
    "cloud rain snow wind water grass sand mud dirt air sea ground floor room bed home family "
    "friend arrow nail doctor queen king bank bat bow match trunk treasure baby snake finger "
    "phone snowball cave glass sugar butter oven tower castle block flag monster matter truth "
    "ladder bike animal joke bench front child boy girl man woman people person name story "
    "song game word secret idea surprise dream problem plan turn fun help love smile hug kiss "
    "laugh noise sound lesson work breakfast lunch dinner supper food bread milk juice cheese "
    "cream soup tea honey egg nest hole corner side top bottom end middle way road path "
    "street town world money paper glue paint brush color storm light dark window roof stick "
    "leaf party birthday picnic race prize team place thing piece lot bit all kind list spell "
    "code rhyme line clue shape box drawer pocket puddle wave boat shadow size edge hat sign "
    "letter ink luck care trip bus car train ice fire wood string tape hurry question answer "
    "toy teacher holiday class lady step door mother father parent breath cheek knee shoulder "
    "back number sleep pie drop"
)
_MASS = "fun help love water sand mud rain snow wind grass dirt money bread milk juice".split()
_VERBS = (
    "be have do go say see want like love play run walk jump sit stand sleep look find lose "
    "give hand show tell ask answer help make take bring put get come leave stay wait eat "
    "drink share open close hold carry throw catch kick push pull climb fall fly swim ride "
    "sing dance laugh smile cry hug kiss wave nod clap shout call whisper listen hear feel "
    "think know remember forget learn teach read write draw paint build break fix mend cut "
    "wash clean cook bake buy sell pay send lend pass offer hide seek search watch visit meet "
    "follow chase race win try start stop begin finish live grow plant pick dig water rain "
    "snow shine blow rise wear need hope wish decide promise agree thank trade keep drop "
    "touch reach turn move knock ring shake lift roll hop skip bark purr quack chirp sniff "
    "lick bite feed pat rest wake dream wonder care worry happen use count repeat mean point "
    "fill tie rub hang stick slip float sink row hum let belong miss hurt set lead swing "
    "bounce light park train bend fetch lie land rock nail return join cheer rush hurry step "
    "slide spin cost guess lean gather wrap arrive seem smell become invite borrow spend glow "
    "tap squeak name fight shoot pop beat"
).split()

TAGS: dict[str, tuple[str, Number | None]] = {}
"""A small word and its (part of speech, number)."""


def _enter(words: str | list[str], pos: str, number: Number | None = None) -> None:
    for word in words.split() if isinstance(words, str) else words:
        TAGS.setdefault(word, (pos, number))


for _pos, _words in _CLOSED.items():
    _enter(_words, _pos)
_enter("am is was", "AUX", "singular")
_enter("are were", "AUX", "plural")
_enter("it everyone everybody someone nobody something nothing everything", "PRON", "singular")
_enter("people parents clothes stairs thanks", "NOUN", "plural")
_enter([word for kinds in ADJECTIVES.values() for word in kinds], "ADJ")
_singular = [*_NOUNS.split(), *(w for kin in KIN.values() for w in kin)]
_singular += [noun.one for nouns in NOUNS.values() for noun in nouns if " " not in noun.one]
_enter(_singular, "NOUN", "singular")
_enter([plural(word) for word in _singular if word not in _MASS], "NOUN", "plural")
_LEMMAS = {plural(word): word for word in _singular}
_LEMMAS |= {form: verb for verb in _VERBS for form in (past(verb), done(verb), doing(verb))}
VERB_BASES = frozenset(_VERBS)
_THIRDS = frozenset(map(third, _VERBS))
for _verb in _VERBS:
    _enter([_verb, past(_verb), done(_verb), doing(_verb)], "VERB")
    _enter([third(_verb)], "VERB", "singular")


def tag(word: str, after: str = "") -> tuple[str, Number | None]:
    """The part of speech and the number of a word in a pattern, given the word before it.

    >>> tag("dogs"), tag("play", after="to"), tag("play", after="a")
    (('NOUN', 'plural'), ('VERB', None), ('VERB', None))

    Raises:
        KeyError: a word that is not in the table.
    """
    if after in _BEFORE_VERB and word in VERB_BASES and word != "be":
        return "VERB", None
    return TAGS[word]


def form_number(word: str, pos: str) -> Number | None:
    """The number that a noun or a verb shows by its form, whatever else the word may be.

    >>> form_number("watches", "NOUN"), form_number("sleeps", "VERB"), form_number("slept", "VERB")
    ('plural', 'singular', None)
    """
    if pos == "VERB":
        return "singular" if word in _THIRDS else None
    if pos != "NOUN":
        return None
    several = TAGS.get(word) == ("NOUN", "plural") or (word[-1] == "s" and word[-2:] != "ss")
    return "plural" if several else "singular"


def lemma(word: str) -> str:
    """The form of a word that a dictionary lists, of nouns and verbs it knows.

    >>> lemma("bats"), lemma("ringing")
    ('bat', 'ring')
    """
    return _LEMMAS.get(word, word)


_BEFORE_VERB = {"to", "can", "could", "will", "would", "must", "not", "should", "let", "may"}


@cache
def plain_words() -> tuple[str, ...]:
    """Words a child knows, each once: things and animals, then how they are and what they do."""
    nouns = [noun.one for kind in ("animal", "toy", "treat", "keepsake", "fixture", "place")
             for noun in NOUNS[kind]]  # fmt: skip
    rest = [word for word, (pos, _) in TAGS.items() if pos in ("ADJ", "NOUN", "VERB", "ADV")]
    return tuple(dict.fromkeys(word for word in (*nouns, *rest) if word.isalpha()))

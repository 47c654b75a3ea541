"""True and false statements, and their negations: what a model may know, and what it is told.

Facts of our own choosing. A false statement takes another item's answer, so the words of true and
of false ones are the same words; a negation turns the truth about and leaves the words.
"""

from __future__ import annotations

from typing import NamedTuple

from lab.corpora.chance import Chance

CITIES = """
Paris/France Lyon/France Marseille/France Nice/France Berlin/Germany Munich/Germany Hamburg/Germany
Cologne/Germany Frankfurt/Germany Rome/Italy Milan/Italy Naples/Italy Venice/Italy Florence/Italy
Madrid/Spain Barcelona/Spain Seville/Spain Valencia/Spain London/England Manchester/England
Liverpool/England Oxford/England Tokyo/Japan Osaka/Japan Kyoto/Japan Nagoya/Japan Beijing/China
Shanghai/China Shenzhen/China Wuhan/China Mumbai/India Delhi/India Kolkata/India Chennai/India
Moscow/Russia Kazan/Russia Omsk/Russia Vladivostok/Russia Toronto/Canada Montreal/Canada
Vancouver/Canada Ottawa/Canada Chicago/America Boston/America Seattle/America Houston/America
Sydney/Australia Melbourne/Australia Perth/Australia Brisbane/Australia Cairo/Egypt Luxor/Egypt
Alexandria/Egypt Giza/Egypt Istanbul/Turkey Ankara/Turkey Izmir/Turkey Antalya/Turkey
Athens/Greece Thessaloniki/Greece Patras/Greece Lisbon/Portugal Porto/Portugal Braga/Portugal
Warsaw/Poland Krakow/Poland Gdansk/Poland Poznan/Poland Vienna/Austria Salzburg/Austria Graz/Austria
Innsbruck/Austria Zurich/Switzerland Geneva/Switzerland Basel/Switzerland Bern/Switzerland
Stockholm/Sweden Gothenburg/Sweden Malmo/Sweden Uppsala/Sweden Oslo/Norway Bergen/Norway
Trondheim/Norway Helsinki/Finland Tampere/Finland Turku/Finland Copenhagen/Denmark Aarhus/Denmark
Odense/Denmark Dublin/Ireland Cork/Ireland Galway/Ireland Amsterdam/Holland Rotterdam/Holland
Utrecht/Holland Brussels/Belgium Antwerp/Belgium Ghent/Belgium Bruges/Belgium Prague/Czechia
Brno/Czechia Ostrava/Czechia Budapest/Hungary Debrecen/Hungary Szeged/Hungary Lima/Peru Cusco/Peru
Arequipa/Peru Santiago/Chile Valparaiso/Chile Bogota/Colombia Medellin/Colombia Cali/Colombia
Cartagena/Colombia Havana/Cuba Camaguey/Cuba Nairobi/Kenya Mombasa/Kenya Kisumu/Kenya Lagos/Nigeria
Abuja/Nigeria Kano/Nigeria Ibadan/Nigeria Accra/Ghana Kumasi/Ghana Tehran/Iran Isfahan/Iran
Shiraz/Iran Tabriz/Iran Baghdad/Iraq Basra/Iraq Mosul/Iraq Karachi/Pakistan Lahore/Pakistan
Islamabad/Pakistan Peshawar/Pakistan Hanoi/Vietnam Hue/Vietnam Haiphong/Vietnam Bangkok/Thailand
Phuket/Thailand Jakarta/Indonesia Bandung/Indonesia Surabaya/Indonesia Medan/Indonesia
Manila/Philippines Cebu/Philippines Davao/Philippines Seoul/Korea Busan/Korea Incheon/Korea
Daegu/Korea Kyiv/Ukraine Lviv/Ukraine Odesa/Ukraine Kharkiv/Ukraine Bucharest/Romania Cluj/Romania
Timisoara/Romania Sofia/Bulgaria Varna/Bulgaria Plovdiv/Bulgaria Belgrade/Serbia Novi_Sad/Serbia
Casablanca/Morocco Marrakesh/Morocco Fez/Morocco Rabat/Morocco Tangier/Morocco Cancun/Mexico
Guadalajara/Mexico Monterrey/Mexico Tijuana/Mexico Caracas/Venezuela Maracaibo/Venezuela
Brasilia/Brazil Salvador/Brazil Recife/Brazil Manaus/Brazil Rosario/Argentina Mendoza/Argentina
"""
KINDS = """
robin/bird sparrow/bird eagle/bird owl/bird crow/bird parrot/bird penguin/bird swan/bird duck/bird
pigeon/bird hawk/bird ostrich/bird salmon/fish trout/fish shark/fish tuna/fish herring/fish cod/fish
carp/fish eel/fish pike/fish dog/mammal cat/mammal horse/mammal cow/mammal whale/mammal
dolphin/mammal bat/mammal lion/mammal tiger/mammal elephant/mammal mouse/mammal sheep/mammal
goat/mammal rabbit/mammal bee/insect ant/insect wasp/insect moth/insect beetle/insect fly/insect
mosquito/insect butterfly/insect cricket/insect grasshopper/insect snake/reptile lizard/reptile
crocodile/reptile turtle/reptile tortoise/reptile gecko/reptile apple/fruit banana/fruit pear/fruit
plum/fruit peach/fruit cherry/fruit grape/fruit mango/fruit orange/fruit lemon/fruit rose/flower
tulip/flower daisy/flower lily/flower orchid/flower violet/flower oak/tree birch/tree maple/tree
pine/tree elm/tree willow/tree beech/tree iron/metal copper/metal gold/metal silver/metal zinc/metal
lead/metal tin/metal nickel/metal hammer/tool saw/tool chisel/tool drill/tool spanner/tool
violin/instrument piano/instrument flute/instrument guitar/instrument trumpet/instrument
drum/instrument cello/instrument harp/instrument
"""
_FORMS = {
    "cities": ("The city of {} is in {}.", "The city of {} is not in {}."),
    "kinds": ("{} is a kind of {}.", "{} is not a kind of {}."),
}
_PLACES = {"America": "the United States", "Holland": "the Netherlands", "Korea": "South Korea",
           "Philippines": "the Philippines"}  # fmt: skip


class Statement(NamedTuple):
    """A statement, whether it is true, and what it is about.

    >>> Statement("The city of Lyon is in Peru.", False, False, "Lyon", "Peru", "cities").true
    False
    """

    text: str
    true: bool
    negated: bool
    subject: str
    answer: str
    """What is said of the subject, rightly or wrongly."""
    topic: str


def statements(
    topic: str = "cities", negated: bool | None = False, *, count: int | None = None, seed: int = 0
) -> list[Statement]:
    """Each subject with its own answer and with another's, drawn so that every answer is as often.

    Args:
        topic: "cities" (*The city of Lyon is in France.*) or "kinds" (*A robin is a kind of
            bird.*).
        negated: False for plain statements, True for their negations (*… is not in …*), with the
            truth turned about, None for both.
        count: of how many subjects, two statements each; all of them by default.
        seed: of the answers of the wrong ones.
    Raises:
        ValueError: no such topic, fewer than two subjects or more than there are.

    >>> for one in statements("kinds", None)[:4]:
    ...     print(one.text, one.true)
    A robin is a kind of bird. True
    A robin is not a kind of bird. False
    A robin is a kind of mammal. False
    A robin is not a kind of mammal. True
    """
    if topic not in _FORMS:
        raise ValueError(f"topic is {topic!r}: {', '.join(map(repr, _FORMS))}")
    pairs = [tuple(pair.replace("_", " ").split("/")) for pair in _facts(topic)]
    if count is not None and not 2 <= count <= len(pairs):
        raise ValueError(f"count is {count}: from 2 to {len(pairs)} {topic}")
    pairs = _spread(pairs)[:count]
    wrong = _exchanged([answer for _, answer in pairs], Chance("statements", topic, seed))
    found = []
    for (subject, answer), other in zip(pairs, wrong, strict=True):
        for said in (answer, other):
            for no in (False, True) if negated is None else (negated,):
                text = _spelled(topic, subject, said, no)
                found.append(Statement(text, (said == answer) != no, no, subject, said, topic))
    return found


def _facts(topic: str) -> list[str]:
    return list(str.split(CITIES if topic == "cities" else KINDS))


def _spread(pairs: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The first of each answer, then the second of each: so a few have answers to exchange."""
    met: dict[str, int] = {}
    places = []
    for at, (_, answer) in enumerate(pairs):
        met[answer] = met.get(answer, 0) + 1
        places.append((met[answer], at))
    return [pairs[at] for _, at in sorted(places)]


def _exchanged(answers: list[str], chance: Chance) -> list[str]:
    """The same answers dealt to the subjects so that none gets one that is right."""
    dealt = chance.shuffled(answers)
    for at, own in enumerate(answers):
        if dealt[at] == own:
            # With one whose own answer is another, and who may take this one.
            other = next(i for i in range(len(answers)) if dealt[i] != own and answers[i] != own)
            dealt[at], dealt[other] = dealt[other], dealt[at]
    return dealt


def _spelled(topic: str, subject: str, said: str, no: bool) -> str:
    if topic == "cities":
        return _FORMS[topic][no].format(subject, _PLACES.get(said, said))
    article = "An" if subject[0] in "aeiou" else "A"
    return _FORMS[topic][no].format(f"{article} {subject}", said)

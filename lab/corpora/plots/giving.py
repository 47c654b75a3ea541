"""Scenes in which one gives something to the other: who gets it is told by who gives.

The two are met in either order, either gives, and other sentences may stand in between.
"""

from __future__ import annotations

from lab.corpora.casting import drawn, fill
from lab.corpora.grammar import write
from lab.corpora.scene import Scene

ROLES = (
    "A:child B:child P:place",
    "A:child B:other(A) P:place",
    "A:child B:same(A) P:place",
    "A:child B:same(A) P:place C:child",
)
MEETING = (
    "[One day ,|One %weather %day ,|After breakfast ,|] $A+B go>A+B to the$P .",
    "[Yesterday ,|Then ,|Later ,|In the %day ,|] $A+B walk>A+B to a$P [together|] .",
    "$A+B be>A+B [at|near] the$P .",
    "$A+B play>A+B [at|near] the$P [all day|all morning|] .",
    "$A+B meet>A+B at the$P .",
    "[One %day|Once] $A meet>A $B at the$P .",
    "$B run>B to the$P with $A .",
    "$A be>A at the$P when $B come>B [home|there/ADV|] .",
    "[One day|One %weather %day] $A visit>A $B [at the$P|] .",
    "$A live>A next to $B . One day they/PRON meet>A+B at the$P .",
    "$A+B be>A+B [good|best|old] friends . $he$A+B go>A+B to the$P .",
    "When $A+B get>A+B to the$P , it be>P %weather .",
    "At the$P there be>A+B two children , $A+B .",
    "$A have>A a friend . $his$A friend be>A $B . One day they/PRON meet>A+B at the$P .",
)
MEETING = tuple(
    one.replace("they/PRON", "$A+B").replace("$he$", "he$").replace("$his$", "his$")
    for one in MEETING
)
BETWEEN = (
    "It be>P a %weather day .",
    "The sun be>P [warm|bright|yellow] .",
    "he$A+B play>A+B [for a long time|with the toys|in the grass] .",
    "he$A+B be>A+B very %happy .",
    "There be>P a big tree [there/ADV|near the path|] .",
    "Some birds sing>A+B in the tree .",
    "he$A+B sit>A+B down [in the grass|near a tree|] .",
    "he$A+B talk>A+B and laugh>A+B .",
    "Then it start>P to rain .",
    "the$P be>P [full of people|very quiet|big and green] .",
    "he$A+B run>A+B and jump>A+B .",
    "$C come>C too .",
    "$C see>C he$A+B there/ADV .",
)
GIVING = (
    "$G give>G [a$X|the$X] to $R .",
    "$G hand>G [a$X|the$X] to $R .",
    "$G show>G [a$X|the$X] to $R .",
    "$G pass>G [a$X|the$X] to $R .",
    "$G throw>G [a$X|the$X] to $R .",
    "$G bring>G a$X to $R .",
    "$G offer>G a$X to $R .",
    "$G want>G to give a$X to $R .",
    "$G decide>G to give the$X to $R .",
    "$G buy>G a$X for $R .",
    "$G make>G a$X for $R .",
    "$G find>G a$X and give>G him$X to $R .",
    "$G have>G a$X and show>G him$X to $R .",
    "$G say>G [hello|thank you$R|something nice] to $R .",
    "$G wave>G to $R .",
    "$G smile>G at $R .",
    "$G tell>G a story to $R .",
    "$G sing>G a song to $R .",
    "$G read>G a book to $R .",
    "$G listen>G to $R .",
    "$G sit>G [down|] next to $R .",
    "$G run>G to $R .",
    "$G talk>G to $R [for a long time|] .",
    "$G play>G with $R .",
    "$G look>G at $R .",
)
ANSWER = (
    "$R say>R “ Thank you$G , $G . ”",
    "$R be>R very %happy .",
    "“ Thank you$G , $G , ” ^ say>R $R .",
    "$R smile>R and take>R the$X .",
    "he$R say>R thank you$G .",
    "he$R be>R %happy .",
    "he$A+B laugh>A+B .",
    "he$A+B smile>A+B .",
    "",
    "",
)
HANDS_OVER = 13
"""The first so many of GIVING hand something over; an answer to the rest speaks of no thing."""


def giving(scene: Scene) -> None:
    """Two meet, and one after the other gives, shows or says something to the other."""
    chance = scene.chance
    fill(scene, chance.pick(ROLES))
    if chance.happens(0.5):
        scene.cast["A"], scene.cast["B"] = scene.cast["B"], scene.cast["A"]
    write(scene, chance.pick(MEETING))
    for _ in range(chance.between(1, 4)):
        if chance.happens(0.35):
            between(scene)
        one_gives(scene)
        if chance.happens(0.25):
            scene.paragraph()
    if chance.happens(0.5):
        write(scene, "[Then|In the evening|Soon] he$A+B go>A+B home [together|] .")


def between(scene: Scene) -> None:
    """A sentence about something else."""
    pattern = scene.chance.pick(BETWEEN)
    if "$C" not in pattern:
        write(scene, pattern)
    elif "C" in scene.cast:
        write(scene, pattern.replace("he$A+B there/ADV", "$A+B [there/ADV|]"))


def one_gives(scene: Scene) -> None:
    """One of the two gives, or says, something to the other, who may answer."""
    chance = scene.chance
    giver, getter = ("A", "B") if chance.happens(0.5) else ("B", "A")
    scene.cast |= {"G": scene.cast[giver], "R": scene.cast[getter]}
    scene.cast["X"] = drawn(scene, "gift", many=chance.happens(0.15))
    place = chance.below(len(GIVING))
    write(scene, GIVING[place])
    answer = chance.pick(ANSWER)
    if place < HANDS_OVER or ("$X" not in answer and "Thank" not in answer):
        write(scene, answer)

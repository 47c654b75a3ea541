"""Scenes that say how things are: subjects and verbs with other nouns in between."""

from __future__ import annotations

from lab.corpora.casting import drawn, fill
from lab.corpora.grammar import write
from lab.corpora.scene import Scene

OPENING = (
    "[One day|One %weather %time|] $A be>A [at|in] the$P .",
    "$A go>A to the$P [with his$A n$M|] .",
    "$A look>A [around|at the$P] .",
    "There be>A a lot to see at the$P .",
    "$A and his$A n$M be>A+M at the$P .",
    "It be>A a %weather day .",
    "$A like>A the$P .",
    "",
)
UNDER = "[near|behind|by|next to|under|under]"
NEAR = "[near|behind|by|next to|with]"
SUBJECT = (
    f"[the$S|that$S|this$S] {NEAR} the$L",
    f"[the$S|that$S|this$S] {NEAR} the$L",
    "[the$S|that$S]",
    "[the$S|that$S] that/PRON $A see>A",
    "[the$S|that$S] that/PRON the$L like>L",
    "$A's n$S",
    "the$S and the$L",
)
BOTH = "the$S and the$L"
LIVING = (
    "be>S %mood", "be>S %mood and %mood", "be>S not %mood", "look>S %mood", "run>S [fast|away]",
    "play>S [together|all day]", "sleep>S [all day|in the sun]", "jump>S [up and down|very high]",
    "like>S to play", "like>S the sun", "want>S to play", "want>S some food", "eat>S [a lot|food]",
    "have>S [big eyes|a name|a lot of fun]", "be>S [here|there/ADV|asleep|awake]", "sing>S a song",
    "walk>S [home|to the tree|slowly]", "make>S a [loud|funny] noise",
    "live>S [in a house|near the water]",
    "be>S [looking|running|playing|sleeping|eating]", "see>S $A", "come>S to $A", "do>S not move",
    "do>S not see $A", "go>S away", "sit>S in the grass", "know>S $A", "need>S help",
)  # fmt: skip
LIFELESS = (
    "be>S %state", "be>S %colour", "be>S %colour and %colour", "be>S very %state", "look>S %state",
    "be>S not %colour", "be>S [here|there/ADV]", "belong>S to $A", "look>S %fine", "cost>S a lot",
    "have>S [a name|a hole|a nice color]", "be>S gone/ADJ", "shine>S [brightly|in the sun]",
    "come>S from the shop", "fall>S down", "be>S lying in the grass", "do>S not move",
    "be>S [from|for] $A", "seem>S %state", "smell>S %fine", "stand>S [there/ADV|here]",
)  # fmt: skip
FIRST = (
    "", "", "", "", "", "", "Today", "Now", "In the %part ,",
    "[Every|One] %time ,", "Here", "Look !",
    "When it rain>it ,", "When the sun shine>it ,", "[Sometimes|Often]", "$A say>A that/SCONJ",
    "$A [know>A|see>A|think>A] that/SCONJ", "At the$P ,", "At night ,", "Every day",
)  # fmt: skip
LAST = (
    "", "", "", "", "", "", "today", "now", "in the %part", "at the$P", "because it be>it %weather",
    "and $A smile>A", "and $A look>A at him$S", "but $A do>A not mind/VERB", "again", "every %time",
    "and it be>it a %fine day", "when it rain>it", "so/CCONJ $A laugh>A", "until it get>it dark",
)  # fmt: skip
CLOSING = (
    "$A like>A [it there/ADV|what he$A see>A|the$P] .",
    "he$A be>A %happy .",
    "Then $A go>A home .",
    "$A smile>A .",
    "",
    "",
)


def describing(scene: Scene) -> None:
    """Somebody looks around; each thing has another beside it, of either number."""
    chance = scene.chance
    fill(scene, "A:child P:place M:kin(A)")
    write(scene, chance.pick(OPENING))
    for _ in range(chance.between(2, 6)):
        one_is(scene)
    write(scene, chance.pick(CLOSING))


PAIRS = (
    ("animal", "fixture"), ("animal", "animal"), ("animal", "fixture"),
    ("girls and boys", "fixture"),
    ("girls and boys", "animal"), ("thing", "fixture"), ("thing", "thing"), ("thing", "animal"),
    ("anything", "landmark"),
)  # fmt: skip
"""What stands beside what."""


def one_is(scene: Scene) -> None:
    """One sentence about something near something else."""
    chance = scene.chance
    kinds = chance.pick(PAIRS)
    subject = drawn(scene, kinds[0], many=chance.happens(0.5))
    other = drawn(scene, kinds[1], many=chance.happens(0.5), beside=[subject])
    scene.cast |= {"S": subject, "L": other}
    alive, other_alive = (one.kind in ("animal", "person") for one in (subject, other))
    phrase, verb = chance.pick(SUBJECT), chance.pick(LIVING if alive else LIFELESS)
    if phrase == BOTH and alive == other_alive:
        verb = verb.replace(">S", ">S+L")
    elif phrase == BOTH or ("the$L like>L" in phrase and not other_alive):
        phrase = SUBJECT[0]
    if other.kind == "fixture":
        phrase = phrase.replace(NEAR, UNDER)
    first = chance.pick(FIRST)
    if "that/SCONJ" in first:
        phrase = phrase.replace("|that$S", "")
    for part in (first, phrase, verb, "" if first else chance.pick(LAST), "."):
        write(scene, part)

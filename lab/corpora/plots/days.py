"""Plots of a day or a night: a race, a noise in the dark, a wet picnic."""

from lab.corpora.plots.telling import Plot

RACING = Plot(
    "race",
    "A:child B:child C:child M:kin(A) P:place",
    (
        (
            "One day there be>it a [big|] race at the$P . $A+B+C want>A+B+C to win .",
            "“ Let us$A+B+C race , ” ^ say>C $C . $A+B+C stand>A+B+C in a line .",
            "$A can>A run very fast . “ I$A will win the race , ” he$A tell>A $B .",
        ),
        (
            "“ One , two , three , go ! ” ^ shout>M his$A n$M .",
            "his$A n$M count>M to three , and off/ADV he$A+B+C go>A+B+C .",
            "The race start>it . he$A+B+C run>A+B+C very fast .",
        ),
        (
            "$A be>A first . $B be>B right behind $A .",
            "First/ADV $C lead>C . Then $A run>A past $C .",
            "$A run>A faster and faster , like the wind .",
        ),
        (
            "Then $B fall>B and hurt>B his$B knee .",
            "But $B step>B on a stone and fall>B down .",
            "Then $A hear>A a cry/NOUN . $B be>B down on the ground .",
        ),
        (
            "$A stop>A . he$A want>A to win , but $B be>B his$A friend .",
            "$A look>A at the end of the path . Then he$A look>A back at $B .",
            "“ Go on/ADV ! ” ^ say>B $B . But $A go>A back .",
        ),
        (
            "he$A help>A $B up , and he$A+B walk>A+B together , arm in arm .",
            "“ Are you$B hurt/ADJ ? ” ^ ask>A $A . he$A take>A $B's hand , and he$A+B go>A+B "
            "on/ADV , slowly .",
            "he$A carry>A $B [home|all the way|to his$A n$M] .",
        ),
        (
            "$C win>C the race . But $C give>C the prize to $A . “ you$A are the best friend , "
            "” ^ say>C $C .",
            "he$A+B be>A+B the last ones/NOUN , but everyone clap>it .",
            "“ you$A did not win , ” ^ say>M his$A n$M , “ ^ but I$M am so proud of you$A . ”",
        ),
    ),
    1,
    friend=False,
)

NIGHT = Plot(
    "night",
    "A:child B:same(A) M:kin(A) P:place D:pet X:keepsake",
    (
        (
            "It be>it night . $A lie>A in bed , but he$A can>A not sleep .",
            "One night , $A wake>A up . It be>it very dark .",
            "The moon be>it high/ADJ , and everyone [sleep>it|be>it asleep] . Only $A be>A awake .",
        ),
        (
            "There be>it a noise . [Tap/INTJ , tap/INTJ , tap/INTJ .|Scratch/INTJ , "
            "scratch/INTJ .|Bump/INTJ , bump/INTJ .]",
            "Then he$A hear>A something [at the window|under the bed|behind the door] .",
            "Something move>it in the dark/NOUN .",
        ),
        (
            "$A be>A so afraid that/SCONJ he$A hide>A under the blanket .",
            "“ Who is there/ADV ? ” he$A whisper>A . Nobody answer>it .",
            "“ A monster ! ” $A think>A . his$A heart beat>it fast .",
        ),
        (
            "he$A call>A his$A n$M . his$A n$M come>M with a [light/NOUN|lamp|candle] .",
            "But $A want>A to be brave . he$A take>A a [lamp|light/NOUN] and [get>A up|look>A] .",
            "“ I$A am big , ” he$A tell>A himself$A . “ I$A am not afraid . ”",
        ),
        (
            "Slowly , very slowly , he$A open>A the [door|window] .",
            "Then there be>it light/NOUN in the room . What do>it he$A see ?",
            "Step by step he$A go>A to the [window|door] .",
        ),
        (
            "It be>it only a$D ! the$D be>D cold and want>D to come in/ADV .",
            "There be>D no/DET monster . There be>D only a$D , and the$D be>D hungry .",
            "There/ADV sit>D a$D and look>D at him$A with big eyes .",
        ),
        (
            "$A laugh>A . “ Come in/ADV , ” he$A say>A , and soon both/DET [be>them|be>them "
            "fast] asleep .",
            "$A give>A some milk to the$D and go>A back to bed .",
            "“ you$D are not a monster , ” ^ say>A $A . “ Good night ! ”",
        ),
    ),
    9,
    friend=False,
    ending=False,
)

PICNIC = Plot(
    "picnic",
    "A:child B:other(A) M:kin(A) P:place T:treat? X:toy",
    (
        (
            "It be>it a [sunny|warm] day . $A+B want>A+B to have a picnic at the$P .",
            "“ Let us$A+B+M have a picnic , ” ^ say>M his$A n$M . $A+B [clap>A+B|jump>A+B] for "
            "joy/NOUN .",
            "$A+B walk>A+B to the$P with a big basket .",
        ),
        (
            "In the basket there be>T a$T , some bread and some juice .",
            "$B bring>B a$T , and $A bring>A a blanket .",
            "his$A n$M pack>M the basket : bread , cheese and a$T .",
        ),
        (
            "But then the sky get>it dark , and it start>it to rain .",
            "Then big clouds come>them . “ I$B can feel rain , ” ^ say>B $B .",
            "Suddenly there be>it a loud noise in the sky . Then the rain come>it .",
        ),
        (
            "“ our$A+B picnic ! ” ^ cry>A $A .",
            "he$A+B run>A+B under a [big|tall] tree , but soon he$A+B be>A+B wet and cold .",
            "he$A+B be>A+B wet , the bread be>it wet , and the blanket be>it wet .",
        ),
        (
            "“ I$B know what/PRON we$A+B can do/VERB , ” ^ say>B $B . “ Come with me$B ! ”",
            "“ Do not be sad , ” ^ say>M his$A n$M . “ A picnic needs no/DET sun . ”",
            "Then $A have>A an idea . he$A take>A $B's hand , and he$A+B run>A+B home .",
        ),
        (
            "At home/NOUN , he$A+B put>A+B the blanket on the floor [of the kitchen|of the room] .",
            "he$A+B make>A+B a tent out of a table and a blanket .",
            "he$A+B sit>A+B down under the table with the basket .",
        ),
        (
            "It be>it the best picnic of the year .",
            "he$A+B eat>A+B the$T and listen>A+B to the rain .",
            "Then he$A+B play>A+B with a$X until the rain stop>it .",
        ),
    ),
    6,
)

DAYS = (RACING, NIGHT, PICNIC)

"""Plots of a wish that takes work: something too dear, something not yet learnt."""

from lab.corpora.plots.telling import Plot

SAVING = Plot(
    "saving up",
    "A:child B:other(A) M:kin(A) P:place X:thing W:woman",
    (
        (
            "One day , $A see>A a$X in [a|the] shop [near the$P|] . he$A want>A him$X very much .",
            "In a shop near the$P there be>X a$X . Every day $A stop>A and look>A at the$X .",
            "$A want>A [to have|] a$X [more than anything/PRON|very much] .",
        ),
        (
            "But the$X cost>X a lot , and $A have>A no/DET money .",
            "“ Can I$A have the$X ? ” he$A ask>A his$A n$M . “ No , ” ^ say>M his$A n$M . “ "
            "we$A+M do not have enough money . ”",
            "he$A have>A only [two|three] [small|little|old] coins . That/PRON be>it not enough .",
        ),
        (
            "“ I$A will work for it , ” ^ say>A $A .",
            "“ What can I$A do/VERB ? ” he$A ask>A .",
            "he$A be>A %sad . Then he$A have>A an idea .",
            "$A tell>A $B about it . “ you$A can help people , ” ^ say>B $B . ",
        ),
        (
            "There be>W an old n$W next door . $A go>A to him$W and ask>A , “ Can I$A help/VERB "
            "you$W ? ”",
            "$A help>A the$W next door . he$A [wash>A|clean>A] the windows and water>A the "
            "flowers .",
            "Every day after school/NOUN , $A+B [carry>A+B|bring>A+B] bread and milk to the$W "
            "next door .",
            "he$A work>A hard/ADV . he$A clean>A the garden for the$W , and $B help>B him$A .",
        ),
        (
            "Day after day , the$W give>W him$A [one coin|a coin|some money] .",
            "“ you$A are a good kid$A , ” ^ say>W the$W , and he$W give>W him$A some money .",
            "Week after week , he$A put>A the money in a box .",
            "Soon the box be>it full of coins .",
        ),
        (
            "At last , $A go>A back to the shop and buy>A the$X .",
            "One %time there be>it enough money , and $A+B go>A+B to the shop . “ I$A want to "
            "buy this$X , ” ^ say>A $A .",
            "Then he$A run>A to the shop . the$X be>X still there/ADV !",
        ),
        (
            "he$A show>A the$X to $B , and he$A+B play>A+B with him$X all day .",
            "“ I$A did/VERB it , ” he$A think>A . the$X be>X the best thing of all/PRON .",
            "he$A thank>A the$W and give>A a [flower|kiss/NOUN|card] to him$W .",
        ),
    ),
    4,
)

LEARNING = Plot(
    "learning",
    "A:child B:other(A) M:kin(A) P:place",
    (
        (
            "$A want>A to learn to [ride a bike|climb|skip|dance|swing] .",
            "All the children at the$P can>them [climb|ride a bike|skip] , but $A can>A not .",
            "One day he$A see>A $B [climb|ride a bike|dance] . $A want>A to do that/PRON too .",
        ),
        (
            "“ It be>it too hard , ” ^ say>A $A .",
            "he$A try>A , but he$A fall>A and hurt>A his$A knee .",
            "The first time , he$A fall>A into the mud . The second/ADJ time , he$A fall>A again .",
            "“ I$A can not do it , ” he$A say>A . “ I$A am too small . ”",
        ),
        (
            "he$A be>A %sad and want>A to stop .",
            "he$A sit>A down and cry>A . $B sit>B down next to $A .",
            "Some children laugh>them at him$A . $A go>A home .",
        ),
        (
            "“ Try again , ” ^ say>B $B . “ I$B fell too . I$B fell ten times ! ”",
            "his$A n$M smile>M . “ Nobody learns that/PRON in one day , ” he$M say>M . “ Try "
            "again tomorrow . ”",
            "“ I$B will show you$A how , ” ^ say>B $B , and he$B take>B his$A hand .",
            "$B be>B kind and help>B him$A .",
        ),
        (
            "So/ADV $A try>A again . And again . And again .",
            "The next/ADJ day $A+B go>A+B to the$P and start>A+B again .",
            "Every %time , he$A try>A a little/ADV more .",
        ),
        (
            "Then , one %weather day , it work>it ! “ Look ! ” ^ shout>A $A . “ I$A can do/VERB "
            "it ! ”",
            "And then he$A do>A not fall . “ you$A did/VERB it ! ” ^ shout>B $B .",
            "At last he$A can>A do/VERB it . $B clap>B his$B hands .",
        ),
        (
            "$A be>A so %happy that/SCONJ he$A show>A everyone .",
            "“ Thank you$B for your$B help , ” ^ say>A $A .",
            "Now $A help>A the little children at the$P . “ Try again , ” he$A say>A .",
        ),
    ),
    4,
)

WISHES = (SAVING, LEARNING)

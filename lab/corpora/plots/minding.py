"""Plots of kindness: an animal that is hurt, a child who is new."""

from lab.corpora.plots.telling import Plot

CARING = Plot(
    "caring",
    "A:child B:child M:kin(A) P:place D:pet F:fixture",
    (
        (
            "One %weather %time , $A find>A a$D [near|under|behind] the$F .",
            "$A+B walk>A+B [along the path|home] when he$A+B hear>A+B a [little|soft|strange] "
            "noise . Under the$F there be>D a$D .",
            "On the way home , $A see>A a$D in the grass .",
        ),
        (
            "the$D be>D [hurt/ADJ|very cold|lost/ADJ and afraid|wet and cold] .",
            "the$D do>D not run away . he$D [can>D not walk|have>D a hurt/ADJ leg|be>D too weak "
            "to stand] .",
            "the$D shake>D [with cold/NOUN|like a leaf] and look>D up at $A .",
        ),
        (
            "“ Poor little n$D ! ” ^ say>A $A . “ I$A will help you$D . ”",
            "“ Can we$A+M take this$D home ? ” ^ ask>A $A . “ Yes , ” ^ say>M his$A n$M , “ ^ "
            "but you$A must take good care of him$D . ”",
            "$A [be>A a little/ADV afraid|look>A around] , but he$A want>A to help the$D .",
        ),
        (
            "he$A put>A the$D in a warm box [with a soft blanket|near the fire] .",
            "$A carry>A the$D home and give>A him$D some [milk|bread|water|soup] .",
            "his$A n$M bring>M a warm towel , and $A hold>A the$D very gently .",
        ),
        (
            "Every day , $A+B [feed>A+B|visit>A+B] the$D [and sing>A+B to him$D|] .",
            "The first day the$D only sleep>D . On the second/ADJ day he$D eat>D a little/ADV .",
            "he$A sit>A next to the$D all night .",
            "Day by day the$D get>D better .",
        ),
        (
            "Then one %time the$D [stand>D up|open>D his$D eyes|jump>D out of the box] . he$D "
            "be>D well again !",
            "After a week , the$D can>D [run|play|jump] again .",
            "Soon the$D be>D [strong|big and strong|well] .",
        ),
        (
            "“ It is time to say goodbye , ” ^ say>M his$A n$M . $A [nod>A|cry>A a little/ADV] "
            "and open>A the door .",
            "$A let>A the$D go . the$D turn>D around once more and look>D at him$A .",
            "the$D stay>D with $A . Now he$A have>A a new friend .",
            "the$D do>D not want to leave . So/ADV the$D stay>D , and $A be>A glad .",
        ),
    ),
    5,
)

NEWCOMER = Plot(
    "newcomer",
    "A:child B:child M:kin(A) P:place X:toy",
    (
        (
            "One day there be>B a new kid$B at the$P . his$B name be>it $B .",
            "$B be>B new in the town . he$B do>B not know anyone/PRON .",
            "One %weather %time a [new|strange] kid$B [come>B|walk>B] to the$P . It be>it $B .",
        ),
        (
            "$B [sit>B|stand>B] all alone [near a tree|by the wall|on a bench] .",
            "Nobody [play>it with|talk>it to] $B .",
            "$B look>B at the other children , but he$B be>B too shy to say hello .",
        ),
        (
            "$A see>A that/SCONJ $B be>B %sad .",
            "“ Why is that/DET kid$B alone ? ” ^ ask>A $A .",
            "$A ask>A his$A n$M , “ Who is that/PRON ? ” “ That/PRON is $B , ” ^ say>M his$A "
            "n$M . “ he$B needs a friend . ”",
        ),
        (
            "$A go>A to $B . “ Hello , ” ^ say>A $A . “ Do you$B want to play with me$A ? ”",
            "So/ADV $A take>A his$A n$X and walk>A to $B . “ Look , I$A have a$X , ” ^ say>A $A .",
            "$A smile>A at $B . “ my$A name is $A , ” he$A say>A . “ Come and play ! ”",
        ),
        (
            "$B [look>B up|smile>B] . “ Yes , please , ” ^ say>B $B .",
            "First/ADV $B do>B not answer . Then he$B smile>B .",
            "“ me$B ? ” ^ ask>B $B . “ Yes , you$B ! ” ^ say>A $A .",
        ),
        (
            "he$A+B play>A+B with the$X until the sun [go>it down|be>it low] .",
            "he$A+B run>A+B and climb>A+B and laugh>A+B . $B know>B many funny games .",
            "$B show>B $A a new game , and soon all the other children want>them to play too .",
            "$A show>A him$B the$P , and $B tell>B him$A a funny story .",
        ),
        (
            "“ I$B am not alone now , ” ^ say>B $B .",
            "“ Will you$B come again tomorrow ? ” ^ ask>A $A . “ Yes ! ” ^ say>B $B .",
            "From then on/ADV , $B be>B never alone again .",
        ),
    ),
    5,
    friend=False,
)

KINDNESSES = (CARING, NEWCOMER)

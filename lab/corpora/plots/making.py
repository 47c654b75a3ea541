"""Plots of making: a cake, a garden, a tower."""

from lab.corpora.plots.telling import Plot

BAKING = Plot(
    "baking",
    "A:child B:child M:kin(A) P:place T:cake N:woman",
    (
        (
            "It be>it $B's birthday . $A want>A to make a$T for $B .",
            "“ Tomorrow is $B's birthday , ” ^ say>M his$A n$M . “ Let us$A+M make a$T . ”",
            "$A be>A hungry , and his$A n$M have>M an idea . “ Let us$A+M make a$T , ” ^ say>M "
            "his$A n$M .",
        ),
        (
            "he$A get>A milk , sugar and a big bowl . But there be>them no/DET eggs !",
            "In the kitchen there be>it milk , and there be>it butter . “ But where are the "
            "eggs ? ” ^ ask>A $A .",
            "he$A look>A for eggs , but he$A find>A none/PRON .",
        ),
        (
            "So/ADV $A run>A to the n$N next door . “ Can we$A+M have some eggs , please ? ” "
            "he$A ask>A .",
            "“ The hens have some ! ” ^ say>A $A . he$A run>A to the hens and come>A back with "
            "three eggs .",
            "“ Go to the shop , ” ^ say>M his$A n$M . $A take>A a basket and go>A .",
        ),
        (
            "On the way home he$A fall>A , and one egg break>it . But the other eggs be>them "
            "fine .",
            "he$A carry>A the eggs home very slowly and carefully .",
            "he$A [sing>A|hum>A|smile>A] all the way home .",
        ),
        (
            "$A+M mix>A+M everything in the bowl and put>A+M it in the oven .",
            "$A break>A the eggs , and his$A n$M mix>M everything .",
            "Soon the kitchen smell>it [wonderful|very good|sweet] .",
        ),
        (
            "At last the$T be>T ready . he$T be>T [big and brown|warm and sweet|soft and yellow] .",
            "After an hour the$T be>T done/ADJ .",
            "$A wait>A and wait>A . Then the$T come>T out of the oven .",
        ),
        (
            "$A take>A the$T to $B . “ This/PRON is for you$B ! ” ^ say>A $A .",
            "Then $B come>B . $A give>A the first piece to $B .",
            "he$A+M share>A+M the$T with $B [and the$N|] . Everyone want>it more .",
        ),
    ),
    5,
)

GARDEN = Plot(
    "garden",
    "A:child B:other(A) M:kin(A) P:place S:seed#",
    (
        (
            "In the spring , his$A n$M give>M $A some n$S .",
            "$A find>A a little bag . There be>S n$S in the bag .",
            "$A+B have>A+B some n$S . “ What will come out ? ” ^ ask>B $B .",
        ),
        (
            "he$A dig>A a hole [in the garden|near the$P|behind the house] and put>A the$S into "
            "the dirt .",
            "$A+B plant>A+B the$S in the garden .",
            "he$A put>A the$S into the ground , one by one .",
        ),
        (
            "he$A wait>A and wait>A , but nothing grow>it .",
            "Every day $A look>A at the ground . No/DET flowers !",
            "The next/ADJ day he$A look>A , but there be>it nothing to see . “ The seeds are bad , "
            "” ^ say>A $A .",
        ),
        (
            "“ Seeds need water and sun , ” ^ say>M his$A n$M . “ And he$S need time . ”",
            "“ you$A must wait , ” ^ say>B $B . “ Seeds are slow . ”",
            "Then it rain>it for two days . $A stay>A in the house and wait>A .",
        ),
        (
            "So/ADV every %time $A water>A the ground .",
            "$A+B water>A+B the ground and sing>A+B to the$S .",
            "he$A take>A good care of the little garden .",
        ),
        (
            "One %time , $A see>A something green . “ Look ! ” he$A shout>A . “ he$S are here ! ”",
            "Then , after three weeks , there be>it a little green leaf . Soon there be>them "
            "many .",
            "And one %weather day the garden be>it full of flowers , red and yellow and blue .",
        ),
        (
            "$A pick>A the [best|first] flower and give>A it to [his$A n$M|$B] .",
            "$A+B dance>A+B around the flowers .",
            "$A be>A glad that/SCONJ he$A wait>A .",
        ),
    ),
    5,
)

BUILDING = Plot(
    "building",
    "A:child B:child M:kin(A) P:place D:pet",
    (
        (
            "At the$P , $A+B want>A+B to build [a big castle of sand|the tallest tower in the "
            "world|a house of sticks] .",
            "“ Let us$A+B build [a castle|a tower|a big house] , ” ^ say>A $A . “ Yes ! ” ^ "
            "say>B $B .",
            "$A have>A a lot of blocks , and $B have>B even/ADV more . he$A+B build>A+B a tower .",
        ),
        (
            "$A bring>A [sand|sticks|stones] , and $B [put>B on the top|make>B the walls|make>B "
            "a door] .",
            "he$A+B work>A+B all %time . $A make>A the walls , and $B make>B the roof .",
            "It grow>it and grow>it . Soon it be>it as big as $B .",
        ),
        (
            "Then a$D come>D and jump>D on it . Everything fall>it down !",
            "But a$D run>D right into it , and down it come>it .",
            "Then a big wave come>it , and everything be>it gone/ADJ .",
            "But the wind be>it strong . It blow>it everything down .",
        ),
        (
            "“ Oh no ! ” ^ cry>A $A . “ All our$A+B work ! ”",
            "$B be>B very angry . $A want>A to cry .",
            "he$A+B look>A+B at the mess/NOUN and say>A+B nothing for a long time .",
        ),
        (
            "“ we$A+B can build it again , ” ^ say>B $B . “ And better . ”",
            "his$A n$M smile>M . “ you$A+B can start again , ” he$M say>M . “ I$M will help . ”",
            "Then $A start>A to laugh . “ Let us$A+B make a bigger one/NOUN ! ” he$A say>A .",
        ),
        (
            "So/ADV he$A+B build>A+B it again , with [thick|strong] walls .",
            "This/DET time $B dig>B a deep hole first , and $A make>A a strong wall .",
            "Other children come>them to help . Soon it be>it bigger than before/ADV .",
        ),
        (
            "When it be>it done/ADJ , $A put>A a flag on the top .",
            "“ It is the best one/NOUN in the world , ” ^ say>B $B .",
            "And this/DET time it do>it not fall .",
        ),
    ),
    4,
)

WORKS = (BAKING, GARDEN, BUILDING)

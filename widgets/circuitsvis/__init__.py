"""CircuitsVis' own pictures, offline and with text that stays text."""

from widgets.circuitsvis.circuitsvis import AttentionHeads as AttentionHeads
from widgets.circuitsvis.circuitsvis import ColoredTokens as ColoredTokens
from widgets.circuitsvis.circuitsvis import ColoredTokensMulti as ColoredTokensMulti
from widgets.circuitsvis.ranked import TextNeuronActivations as TextNeuronActivations
from widgets.circuitsvis.ranked import TokenLogProbs as TokenLogProbs
from widgets.circuitsvis.ranked import TopkTokens as TopkTokens

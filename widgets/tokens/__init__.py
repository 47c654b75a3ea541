"""A text as its pieces, coloured by a value, with white space to be seen."""

from widgets.tokens.tokens import Tokens as Tokens

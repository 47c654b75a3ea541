"""One text cut by several tokenizers, piece under piece."""

from widgets.tokenization.tokenization import Tokenization as Tokenization

"""How good a model is: bits a character on real text, and right words against wrong ones."""

from typing import TYPE_CHECKING

from lab.lazily import lazily

if TYPE_CHECKING:
    from lab.evaluation.choosing import Accuracy, accuracy, wilson
    from lab.evaluation.reading import Bits, bits_per_character

_ROOM = {
    "Accuracy": "choosing",
    "accuracy": "choosing",
    "wilson": "choosing",
    "Bits": "reading",
    "bits_per_character": "reading",
}

__all__ = ["Accuracy", "Bits", "accuracy", "bits_per_character", "wilson"]

__getattr__ = lazily(__name__, _ROOM)

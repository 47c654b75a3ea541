"""Text on its way to the browser, and as a reader sees it.

`visible` and `number` are the twins of `pieces.js` and `scales.js`: a test holds them equal.
"""

import math
import re
import unicodedata

from traitlets import List, Unicode

NAMES = {
    0x00: "NUL", 0x07: "BEL", 0x08: "BS", 0x0B: "VT", 0x0C: "FF", 0x0D: "CR", 0x1B: "ESC",
    0x7F: "DEL", 0xA0: "NBSP", 0xAD: "SHY", 0x200B: "ZWSP", 0x200C: "ZWNJ", 0x200D: "ZWJ",
    0x200E: "LRM", 0x200F: "RLM", 0x2028: "LS", 0x2029: "PS", 0x202A: "LRE", 0x202B: "RLE",
    0x202C: "PDF", 0x202D: "LRO", 0x202E: "RLO", 0x2060: "WJ", 0x2066: "LRI", 0x2067: "RLI",
    0x2068: "FSI", 0x2069: "PDI", 0xFEFF: "BOM",
}  # fmt: skip
HIDDEN = {"Cc", "Cf", "Zl", "Zp", "Zs", "Co"}
_EDGES = re.compile(r"^ +| +\Z| +(?=\n)|(?<=\n) +")


def clean(text: str) -> str:
    """`text` without lone surrogates (each becomes U+FFFD): they cannot travel as UTF-8.

    >>> clean("a\\ud800b")
    'a�b'
    """
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class Text(Unicode):
    """A string trait that is always sendable."""

    def validate(self, obj, value):
        value = super().validate(obj, value)
        return clean(value) if isinstance(value, str) else value


class Texts(List):
    """A list of strings that is always sendable."""

    def __init__(self, **metadata):
        super().__init__(Unicode(), **metadata)

    def validate(self, obj, value):
        return [clean(text) for text in super().validate(obj, list(value)) or []]


def visible(piece: str) -> str:
    """`piece` with all of it to be seen: outer spaces `·`, newline `⏎`, tab `⇥`, others by name.

    >>> visible(" cat\\n"), visible("\\u200b"), visible("")
    ('·cat⏎', '⟨ZWSP⟩', '⟨empty⟩')
    """
    if not piece:
        return "⟨empty⟩"
    shown = _EDGES.sub(lambda run: "·" * len(run[0]), piece)
    shown = "".join(map(_character, shown))
    return "◌" + shown if unicodedata.category(piece[0]).startswith("M") else shown


def _character(char: str) -> str:
    if char == "\n":
        return "⏎"
    if char == "\t":
        return "⇥"
    if char == " " or unicodedata.category(char) not in HIDDEN:
        return char
    return f"⟨{NAMES.get(ord(char), f'U+{ord(char):04X}')}⟩"


def short(text: str, most: int) -> str:
    """`text`, cut to `most` characters with an ellipsis.

    >>> short("a long story", 7)
    'a long…'
    """
    return text if len(text) <= most else text[: most - 1] + "…"


def number(value: float, unit: str = "") -> str:
    """Three significant digits and a unit.

    >>> number(3.14159, "nats"), number(1234567), number(-0.00001234), number(float("nan"))
    ('3.14 nats', '1.23·10⁶', '−1.23·10⁻⁵', '–')
    """
    if math.isnan(value):
        return "–"
    sign = "−" if value < 0 else ""
    return f"{sign}{_digits(abs(value))} {unit}".rstrip()


def _digits(size: float) -> str:
    if math.isinf(size):
        return "∞"
    if size == 0:
        return "0"
    mantissa, exponent = f"{size:.2e}".split("e")
    power = int(exponent)
    if -4 <= power < 5:
        return f"{float(f'{size:.2e}'):.{max(0, 2 - power)}f}"
    return f"{mantissa}·10{str(power).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"

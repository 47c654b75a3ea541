"""Text as a tokenizer can take it."""

import warnings


def clean(text: str) -> str:
    """The text with lone surrogates replaced by U+FFFD, and a warning if there were any.

    A lone surrogate is half of a character; no tokenizer takes it and no notebook can be saved
    with it. Everything else stays, NUL and U+2028 included.

    >>> clean("caf\\u00e9\\u2028") == "caf\\u00e9\\u2028"
    True

    Raises:
        TypeError: `text` is no string.
    """
    if not isinstance(text, str):
        raise TypeError(f"text is a {type(text).__name__}, not a string")
    count = sum("\ud800" <= sign <= "\udfff" for sign in text)
    if count:
        warnings.warn(
            f"text holds {count} lone surrogate{'s' * (count > 1)} (half a character each), "
            "replaced by U+FFFD",
            stacklevel=2,
        )
        text = "".join("\ufffd" if "\ud800" <= sign <= "\udfff" else sign for sign in text)
    return text

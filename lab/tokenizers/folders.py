"""A tokenizer from a model folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from lab.storage import Refused


def load(folder: str | os.PathLike[str]) -> Any:
    """The tokenizer in a folder, without network and without running code from the folder.

    Raises:
        FileNotFoundError: there is no such folder.
        Refused: the folder holds no tokenizer that can be read.

    >>> load("my-model")("Tom")["input_ids"]                 # doctest: +SKIP
    [84, 111, 109]
    """
    from transformers import AutoTokenizer

    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder}: no such folder")
    try:
        return AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except Exception as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise Refused(folder, f"its tokenizer cannot be read ({first:.200})") from None

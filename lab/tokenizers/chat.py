"""A conversation as the text a chat model was trained on.

The template that writes it comes with the model and is a program: it may loop for ever. It is
rendered in a child process that loads nothing but the template engine and has little time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lab.storage import Overrun, run_child
from lab.tokenizers.cleaning import clean

_CHILD = Path(__file__).with_name("_chat_child.py")
_MEMORY = 512 * 1024**2


def chat_text(
    tokenizer: Any,
    messages: Sequence[Mapping[str, str]],
    add_generation_prompt: bool = True,
    seconds: float = 2.0,
) -> str:
    """The text of a conversation in the form this tokenizer's model expects.

    Args:
        tokenizer: one that came with a chat template, or a model that has one.
        messages: each with a `role` ("system", "user", "assistant") and a `content`.
        add_generation_prompt: end with the words that open the assistant's answer.
        seconds: how long the template may take.
    Raises:
        TypeError: a message has no `role` or `content`.
        ValueError: no template, or one that fails or does not end in time.

    Tokenize the result as it is, without a BOS: the template has written what belongs there.

    >>> chat_text(tokenizer, [{"role": "user", "content": "Hi"}])     # doctest: +SKIP
    '<|im_start|>user\\nHi<|im_end|>\\n<|im_start|>assistant\\n'
    """
    tokenizer = getattr(tokenizer, "tokenizer", tokenizer)
    names = {
        **{name: str(sign) for name, sign in tokenizer.special_tokens_map.items()},
        "messages": [_plain(message) for message in messages],
        "add_generation_prompt": add_generation_prompt,
        "tools": None,
        "documents": None,
    }
    asked = {"template": _template(tokenizer), "names": names, "memory": _MEMORY}
    return _rendered(json.dumps(asked), seconds)


def _template(tokenizer: Any) -> str:
    try:
        return tokenizer.get_chat_template()
    except ValueError:
        raise ValueError(
            "tokenizer has no chat template: its model was not trained for conversations. "
            "Give the prompt as plain text."
        ) from None


def _plain(message: Mapping[str, str]) -> dict[str, str]:
    if not isinstance(message, Mapping) or not {"role", "content"} <= set(message):
        raise TypeError(f"messages holds {message!r:.80}, which has no role and content")
    return {str(key): clean(str(value)) for key, value in message.items()}


def _rendered(asked: str, seconds: float) -> str:
    lines: list[str] = []
    try:
        status, errors = run_child(_CHILD, [], seconds=seconds, heard=lines.append, given=asked)
    except Overrun:
        raise ValueError(f"the chat template was stopped after {seconds:g} seconds") from None
    if status or not lines:
        last = (errors.strip().splitlines() or [f"status {status}"])[-1]
        raise ValueError(f"the chat template failed ({last:.200})")
    answer = json.loads(lines[-1])
    if "error" in answer:
        raise ValueError(f"the chat template failed ({answer['error']:.200})")
    return answer["text"]

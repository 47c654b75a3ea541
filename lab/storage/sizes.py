"""Is it possible at all? Sizes checked by arithmetic, before a byte is allocated for them.

A `config.json` may claim two thousand million pieces of vocabulary or 100,000 layers; building
that takes minutes or a terabyte. The numbers are compared with what the weight files hold and
with the memory that is free.
"""

from collections.abc import Mapping
from typing import Any

import psutil

from lab.storage.refusals import Refused

# What the families call the same thing; the first that is there counts.
_NAMES = {
    "vocabulary": ("vocab_size",),
    "width": ("hidden_size", "n_embd", "d_model", "dim"),
    "layers": ("num_hidden_layers", "n_layer", "n_layers", "num_layers"),
    "inner width": ("intermediate_size", "n_inner", "ffn_dim", "d_ff"),
    "experts": ("num_local_experts", "num_experts", "n_routed_experts"),
    "heads": ("num_attention_heads", "n_head", "n_heads"),
}
_LIMITS = {"layers": (1, 10_000), "experts": (0, 4_096), "heads": (1, 100_000)}


def dimensions(config: Mapping[str, Any]) -> dict[str, int]:
    """The sizes a config names, under one name each, as far as it names them.

    >>> dimensions({"vocab_size": 50257, "n_embd": 768, "n_layer": 12})
    {'vocabulary': 50257, 'width': 768, 'layers': 12}
    """
    config = {**(config.get("text_config") or {}), **config}
    found = {}
    for name, keys in _NAMES.items():
        value = next((config[key] for key in keys if config.get(key) is not None), None)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            found[name] = int(value)
    return found


def fewest_parameters(config: Mapping[str, Any]) -> int:
    """A lower bound of the parameters a config asks for, whatever the architecture.

    The embedding, and for GPT-2 and Llama the layers too, which are known exactly there.
    """
    size = dimensions(config)
    width = min(size.get("width", 1), config.get("word_embed_proj_dim") or size.get("width", 1))
    embedding = size.get("vocabulary", 0) * width
    if config.get("model_type") == "gpt2":
        embedding += int(config.get("n_positions") or 0) * width
    return embedding + size.get("layers", 0) * _layer(config, size)


def refuse_impossible(
    path: object, config: Mapping[str, Any], elements: int | None, tensors: int
) -> None:
    """Raises `Refused` if a config asks for more than its weight files hold.

    Args:
        path: the folder, for the message.
        config: the content of `config.json`.
        elements: how many numbers its weight files hold; None leaves that comparison out.
        tensors: in how many tensors.
    """
    try:
        size, wanted = dimensions(config), fewest_parameters(config)
    except (TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise Refused(path, f"config.json holds sizes that are no sizes ({error})") from None
    _refuse_nonsense(path, size)
    if elements is None:
        return
    if size.get("layers", 1) > tensors:
        raise Refused(
            path,
            f"config.json asks for {size['layers']:,} layers, its weights are {tensors:,} tensors",
        )
    inner = size.get("width", 1) * size.get("inner width", 1)
    if max(wanted, inner) > elements:
        raise Refused(
            path,
            f"config.json asks for at least {max(wanted, inner):,} parameters "
            f"({', '.join(f'{name} {value:,}' for name, value in size.items())}), "
            f"its weight files hold {elements:,}",
        )


def _refuse_nonsense(path: object, size: Mapping[str, int]) -> None:
    for name, value in size.items():
        least, most = _LIMITS.get(name, (1, 2**62))
        if not least <= value <= most:
            raise Refused(path, f"config.json asks for {name}: {value:,}")


def refuse_over_memory(path: object, parameters: int, bytes_each: int) -> None:
    """Raises `Refused` if so many parameters do not fit into the memory that is free."""
    needed, free = parameters * bytes_each, psutil.virtual_memory().available
    if needed > free:
        raise Refused(
            path,
            f"{parameters:,} parameters need {needed / 1024**3:.1f} GiB of memory, "
            f"{free / 1024**3:.1f} GiB are free",
        )


def _layer(config: Mapping[str, Any], size: Mapping[str, int]) -> int:
    width = size.get("width", 0)
    if config.get("quantization_config"):
        return 0  # Several values in one element: no count to compare with.
    if config.get("model_type") == "gpt2":
        return 4 * width**2 + 2 * width * size.get("inner width", 4 * width)
    if config.get("model_type") == "llama":
        heads = max(size.get("heads", 1), 1)
        head = config.get("head_dim") or width // heads
        shared = config.get("num_key_value_heads") or heads
        return 2 * width * head * (heads + shared) + 3 * width * size.get("inner width", 0)
    return 0

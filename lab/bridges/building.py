"""An untrained model of any size, with hooks."""

from __future__ import annotations

from typing import Any

from lab.bridges.placing import placement
from lab.bridges.quietly import quiet
from lab.bridges.wrapping import wrapped
from lab.storage import fewest_parameters, refuse_impossible, refuse_over_memory
from lab.tokenizers import byte_tokenizer

KINDS = ("gpt2", "llama")


def build(
    kind: str = "gpt2",
    layers: int = 2,
    heads: int = 4,
    d_model: int = 64,
    d_mlp: int | None = None,
    context: int = 256,
    tokenizer: Any = None,
    kv_heads: int | None = None,
    tied: bool | None = None,
    seed: int = 0,
    device: str | None = None,
) -> Any:
    """An untrained TransformerBridge with its tokenizer, ready to train or to look into.

    Args:
        kind: "gpt2" (learned positions, LayerNorm, GELU) or "llama" (rotary positions, RMSNorm,
            gated SiLU).
        layers, heads, d_model: sizes; `d_model` must be a multiple of `heads`.
        d_mlp: width of the MLP; 4 × d_model, for llama 8/3 × d_model rounded up to a multiple of 8.
            0: attention only.
        context: the longest prompt, in pieces.
        tokenizer: one piece for each byte if left out.
        kv_heads: llama only: how many key/value heads the query heads share.
        tied: whether the pieces read and the pieces written share one table of vectors; the kind's
            own habit if left out (gpt2 does, llama does not).
        seed: the same seed gives the same weights, and torch's own random state is left alone.
        device: see `lab.placement`.
    Raises:
        ValueError: a size that is no positive whole number, sizes that do not fit together, or a
            model that does not fit into memory.

    Hugging Face's modules know no layer without an MLP, so `d_mlp=0` gives each an MLP of one
    neuron with all its weights 0: it adds nothing, and its weights get no gradient, so training
    leaves them at 0 (for gpt2 the MLP's output bias learns, as the attention's does).

    >>> model = build(layers=1)                              # doctest: +SKIP
    >>> model.to_tokens("Tom")                               # doctest: +SKIP
    tensor([[ 84, 111, 109]])
    """
    kv_heads = heads if kv_heads is None else kv_heads
    sizes = {"layers": layers, "heads": heads, "d_model": d_model, "context": context}
    _refuse_misfits(kind, kv_heads, d_mlp, sizes)
    tokenizer = byte_tokenizer() if tokenizer is None else tokenizer
    if d_mlp is None:
        d_mlp = 4 * d_model if kind == "gpt2" else -(-8 * d_model // 24) * 8
    placed = placement(device)
    with quiet():
        config = _config(kind, sizes, max(d_mlp, 1), kv_heads, tokenizer)
        config.tie_word_embeddings = kind == "gpt2" if tied is None else tied
        refuse_impossible("build", config.to_dict(), None, 0)
        refuse_over_memory("build", fewest_parameters(config.to_dict()), 4)
        hf_model = _random(config, seed).to(placed.device).eval()
        if not d_mlp:
            _silence_mlps(hf_model)
        return wrapped(hf_model, tokenizer, f"untrained {kind} {layers}x{heads}", placed)


def _config(kind: str, sizes: dict[str, int], d_mlp: int, kv_heads: int, tokenizer: Any) -> Any:
    from transformers import GPT2Config, LlamaConfig

    marks = {
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }
    shared: dict[str, Any] = {
        "vocab_size": max(tokenizer.get_vocab().values()) + 1,
        "num_hidden_layers": sizes["layers"],
        "num_attention_heads": sizes["heads"],
        "hidden_size": sizes["d_model"],
        "max_position_embeddings": sizes["context"],
    }
    if kind == "gpt2":
        no_dropout = {"resid_pdrop": 0.0, "embd_pdrop": 0.0, "attn_pdrop": 0.0}
        return GPT2Config(n_inner=d_mlp, **shared, **no_dropout, **marks)
    return LlamaConfig(intermediate_size=d_mlp, num_key_value_heads=kv_heads, **shared, **marks)


def _random(config: Any, seed: int) -> Any:
    import torch
    from transformers import AutoModelForCausalLM

    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)  # the CPU's alone: weights are made there
        return AutoModelForCausalLM.from_config(
            config, attn_implementation="eager", dtype=torch.float32, trust_remote_code=False
        )


def _silence_mlps(hf_model: Any) -> None:
    for name, parameter in hf_model.named_parameters():
        if ".mlp." in name:
            parameter.data.zero_()


def _refuse_misfits(kind: str, kv_heads: int, d_mlp: int | None, sizes: dict[str, int]) -> None:
    if kind not in KINDS:
        raise ValueError(f"kind is {kind!r}: 'gpt2' or 'llama'")
    every = {**sizes, "kv_heads": kv_heads, "d_mlp": 1 if d_mlp is None else d_mlp}
    for name, value in every.items():
        least = 0 if name == "d_mlp" else 1
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            also = " (or 0: attention only)" if name == "d_mlp" else ""
            raise ValueError(f"{name} is {value!r}: a positive whole number is needed{also}")
    heads, d_model = sizes["heads"], sizes["d_model"]
    if d_model % heads:
        near = (d_model // heads * heads or heads, (d_model // heads + 1) * heads)
        raise ValueError(
            f"d_model {d_model} is no multiple of heads {heads}: {near[0]} or {near[1]} would be"
        )
    if kind == "llama" and (d_model // heads) % 2:
        raise ValueError(f"rotary positions need an even d_model / heads, not {d_model // heads}")
    if kind == "gpt2" and kv_heads != heads:
        raise ValueError(f"kv_heads is {kv_heads}: only kind='llama' lets heads share them")
    if heads % kv_heads:
        raise ValueError(f"heads {heads} is no multiple of kv_heads {kv_heads}")

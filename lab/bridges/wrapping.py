"""A Hugging Face model with its tokenizer → a TransformerBridge, checked against what it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lab.bridges.parities import Parity, compared, reference
from lab.bridges.placing import Placement
from lab.hooks import guarded
from lab.storage import Refused, refuse_non_finite


@dataclass(frozen=True)
class Facts:
    """What is known about a loaded model: its name, its placement, its parity."""

    name: str
    placement: Placement
    parity: Parity


def wrapped(hf_model: Any, tokenizer: Any, name: str, placed: Placement) -> Any:
    """The bridge over `hf_model`, which is changed in place and keeps its train/eval state.

    Strings given to the bridge get what the tokenizer itself adds and nothing more.

    Raises:
        Refused: weights that are no numbers, a tokenizer of another model, or an architecture
            TransformerLens has no hooks for.
    """
    refuse_non_finite(name, hf_model.named_parameters())
    _refuse_other_tokenizer(hf_model, tokenizer, name)
    _ready_to_pad(tokenizer)
    hf_model.set_attn_implementation("eager")
    training = hf_model.training
    hf_model.eval()
    against = reference(hf_model, tokenizer)
    bridge = _bridge(hf_model, name)
    _take_tokenizer(bridge, tokenizer)
    facts = Facts(name, placed, compared(bridge, against))
    bridge.__dict__["_formicarium"] = facts
    bridge.train(training)
    return guarded(bridge)


def facts(model: Any) -> Facts:
    """What was found out when a model was loaded.

    Raises:
        TypeError: it was not made by `lab.load` or `lab.build`.
    """
    bare = model.model if type(model).__name__ == "Edited" else model
    found = getattr(bare, "__dict__", {}).get("_formicarium")
    if found is None:
        raise TypeError(
            f"model is a {type(model).__name__} that lab.load or lab.build did not make; "
            "lab.load takes Hugging Face model objects too."
        )
    return found


def parity(model: Any) -> Parity:
    """How far a loaded model is from `transformers`: the largest differences on a short text.

    Measured when it was loaded: logits, attention patterns and the residual stream before each
    layer and behind the final norm.

    >>> lab.parity(lab.load("smollm2-135m")).worst           # doctest: +SKIP
    0.0
    """
    return facts(model).parity


def _bridge(hf_model: Any, name: str) -> Any:
    import torch
    from transformer_lens.model_bridge.sources import build_bridge_from_module

    architecture = type(hf_model).__name__
    try:
        # It makes modules with random weights on its way: the user's random state stays as it is.
        with torch.random.fork_rng(devices=[]):
            return build_bridge_from_module(
                hf_model, architecture, hf_config=hf_model.config, model_name=name
            )
    except (ValueError, KeyError) as error:
        raise Refused(
            name,
            f"TransformerLens has no hooks for the architecture {architecture} ({error!s:.120})",
        ) from None


def _take_tokenizer(bridge: Any, tokenizer: Any) -> None:
    # Given to the builder, the tokenizer would be read anew from disk with a BOS added to every
    # text; so it is set afterwards, and what it adds by itself is measured.
    from transformer_lens.model_bridge.sources._bridge_builder import detect_tokenizer_bos_eos

    bridge.tokenizer = tokenizer
    adds_bos, adds_eos = detect_tokenizer_bos_eos(tokenizer)
    bridge.cfg.tokenizer_prepends_bos = bridge.cfg.default_prepend_bos = adds_bos
    bridge.cfg.tokenizer_appends_eos = adds_eos


def _refuse_other_tokenizer(hf_model: Any, tokenizer: Any, name: str) -> None:
    rows = hf_model.get_input_embeddings().weight.shape[0]
    pieces = max(tokenizer.get_vocab().values(), default=-1) + 1
    if pieces > rows:
        raise Refused(
            name, f"the tokenizer has {pieces:,} pieces, the model's embedding {rows:,} rows"
        )


def _ready_to_pad(tokenizer: Any) -> None:
    # Batches need a piece to fill up with; an existing one, or the vocabulary would outgrow the
    # embedding.
    if tokenizer.pad_token is None:
        spare = tokenizer.eos_token or tokenizer.bos_token
        tokenizer.pad_token = spare or tokenizer.convert_ids_to_tokens(0)

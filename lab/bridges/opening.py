"""A checked model folder → a Hugging Face model in memory."""

from __future__ import annotations

from typing import Any

from lab.storage import ModelFolder, Refused, refuse_over_memory

_LENIENT = "load(…, strict=False) takes it, with random weights where it has none."


def opened(folder: ModelFolder, dtype: Any, *, strict: bool) -> Any:
    """The causal language model in a folder, its weights mapped from the file.

    Raises:
        Refused: transformers cannot read it, or, when `strict`, a tensor is missing, left over or
            of another shape.
    """
    from transformers import AutoModelForCausalLM

    _refuse_larger(folder, dtype, strict=strict)
    try:
        loaded: Any = AutoModelForCausalLM.from_pretrained(
            folder.path,
            dtype=dtype,
            attn_implementation="eager",
            use_safetensors=True,
            local_files_only=True,
            trust_remote_code=False,
            output_loading_info=True,
            ignore_mismatched_sizes=True,
        )
    except Exception as error:
        raise Refused(folder.path, f"transformers cannot load it ({_first_line(error)})") from None
    model, told = loaded
    if strict:
        _refuse_differences(folder, told)
    return model


def _refuse_larger(folder: ModelFolder, dtype: Any, *, strict: bool) -> None:
    # The whole model built without memory: whatever its architecture, its size is known exactly.
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    try:
        config = AutoConfig.from_pretrained(
            folder.path, local_files_only=True, trust_remote_code=False
        )
        with torch.device("meta"):
            model = AutoModelForCausalLM.from_config(config, trust_remote_code=False)
    except Exception as error:
        raise Refused(folder.path / "config.json", f"no model ({_first_line(error)})") from None
    wanted = sum(parameter.numel() for parameter in model.parameters())
    if strict and wanted > folder.elements and not folder.config.get("quantization_config"):
        raise Refused(
            folder.path,
            f"config.json asks for {wanted:,} parameters, "
            f"its weight files hold {folder.elements:,}",
            instead=_LENIENT,
        )
    refuse_over_memory(folder.path, wanted, dtype.itemsize)


def _refuse_differences(folder: ModelFolder, told: dict[str, Any]) -> None:
    wrong = {
        "missing": sorted(told.get("missing_keys") or ()),
        "left over": sorted(told.get("unexpected_keys") or ()),
        "of another shape": [_shapes(entry) for entry in told.get("mismatched_keys") or ()],
    }
    found = [f"{len(names)} {what}: {_some(names)}" for what, names in wrong.items() if names]
    if found:
        raise Refused(
            folder.path,
            f"its tensors are not those of the model ({'; '.join(found)})",
            instead=_LENIENT,
        )


def _shapes(entry: Any) -> str:
    name, ours, theirs = entry
    return f"{name} {tuple(ours)} for {tuple(theirs)}"


def _some(names: list[str]) -> str:
    more = f" and {len(names) - 3} more" if names[3:] else ""
    return ", ".join(name[:80] for name in names[:3]) + more


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:240]}" if lines else type(error).__name__

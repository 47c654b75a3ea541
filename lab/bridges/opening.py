"""A checked model folder → a Hugging Face model in memory."""

from __future__ import annotations

from typing import Any

from lab.storage import ModelFolder, Refused


def opened(folder: ModelFolder, dtype: Any, *, strict: bool) -> Any:
    """The causal language model in a folder, its weights mapped from the file.

    Raises:
        Refused: transformers cannot read it, or, when `strict`, a tensor is missing, left over or
            of another shape.
    """
    from transformers import AutoModelForCausalLM

    try:
        model, told = AutoModelForCausalLM.from_pretrained(
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
        raise Refused(folder.path, f"transformers cannot load it ({_first_line(error)})") from error
    if strict:
        _refuse_differences(folder, told)
    return model


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
            instead="load(…, strict=False) takes it nonetheless, with random weights where it has none.",
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

"""A process of its own that turns a GGUF file into a Hugging Face folder, and then ends.

`conversion.py` runs this file with limits: python _gguf_child.py FILE FOLDER MEMORY SECONDS. The
parser of GGUF files believes what a file says, so it runs where its appetite harms nobody. Lines
of JSON on standard output tell how far it is: {"done": 0.4, "what": "weights"}.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any


def main(file: str, folder: str, memory: int, seconds: int) -> None:
    """Converts `file` into `folder`, which exists and is empty."""
    limit(memory, seconds)
    tell(0.0, "reading")
    import torch
    import transformers
    from transformers import modeling_gguf_pytorch_utils as gguf_utils

    transformers.utils.logging.set_verbosity_error()
    quicken()
    path = Path(file).resolve()
    same: Any = {"gguf_file": path.name, "local_files_only": True, "trust_remote_code": False}
    tokenizer = transformers.AutoTokenizer.from_pretrained(path.parent, **same)
    tell(0.3, "weights")
    gguf_utils.tqdm = told
    loaded: Any = transformers.AutoModelForCausalLM.from_pretrained(
        path.parent,
        dtype=torch.float32,
        quantization_config=transformers.GgufConfig(dequantize=True),
        output_loading_info=True,
        **same,
    )
    model, found = loaded
    refuse_gaps(found)
    tell(0.9, "writing")
    model.save_pretrained(folder, max_shard_size="100TB")
    tokenizer.save_pretrained(folder)
    tell(1.0, "done")


def refuse_gaps(found: dict[str, Any]) -> None:
    """Ends with an error if weights were made up because the file has none for them."""
    for what in ("missing_keys", "mismatched_keys"):
        names = sorted(str(name) for name in found.get(what) or ())
        if names:
            raise ValueError(f"{len(names)} weights are not in the file, {names[0]} among them")


def limit(memory: int, seconds: int) -> None:
    """Bounds this process's memory and processor time where the system can."""
    try:
        import resource
    except ImportError:
        return
    # Written memory, not address space: libraries map many gigabytes that they never touch.
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def quicken() -> None:
    """Lets the table of tensor names be built once instead of once for every module."""
    import gguf

    gguf.get_tensor_name_map = cache(gguf.get_tensor_name_map)


def told(tensors: Iterable[Any], **_: Any) -> Iterator[Any]:
    """Goes through the tensors as a progress bar would, and tells how many are done."""
    tensors = list(tensors)
    for index, tensor in enumerate(tensors):
        tell(0.4 + 0.5 * index / len(tensors), "weights")
        yield tensor


def tell(done: float, what: str) -> None:
    """One line to whoever started this process."""
    sys.stdout.write(json.dumps({"done": done, "what": what}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))

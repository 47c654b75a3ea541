"""What came of looking for the circuit of indirect objects, each figure beside its control."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from lab.attention.running import Running
from lab.circuits.paths import Paths
from lab.storage import Kind, read_record, write_record

Array = np.ndarray
Heads = Float[Array, "layer head"]
_KIND = Kind("study", "circuits", "formicarium indirect objects 1")
_ARRAYS = ("direct", "to_right", "to_wrong", "backup", "backup_controls", "looks", "looks_cut",
           "looks_controls")  # fmt: skip
_TEXTS = ("model_name", "n", "right", "clean", "corrupted", "groups")
_PATHS = ("effects", "each", "controls", "done")
_PATH_TEXTS = ("receivers", "control", "clean", "corrupted", "metric", "unit", "model_name")


@dataclass(frozen=True, eq=False)
class Cut:
    """The metric without some heads, and without others instead.

    Attributes:
        heads: which; they write what they wrote over the corrupted text.
        before, after: [pair], the metric with and without them.
        controls: [draw], the mean metric without as many other heads of the same layers; others:
            which these were.
    """

    heads: list[str]
    before: Float[Array, " pair"]
    after: Float[Array, " pair"]
    controls: Float[Array, " draw"]
    others: list[list[str]]

    @property
    def lost(self) -> float:
        """How much the metric falls, on average over the pairs."""
        return float((self.before - self.after).mean())

    @property
    def interval(self) -> float:
        """Half the width of the 95 % interval of `lost`."""
        sums = Running()
        for value in self.before - self.after:
            sums.add(value)
        return float(sums.interval())

    def __str__(self) -> str:
        low, high = (
            self.before.mean() - self.controls.max(),
            self.before.mean() - self.controls.min(),
        )
        return (
            f"{', '.join(self.heads)} cut: {self.lost:.2f} ± {self.interval:.2f} lost; others of "
            f"these layers {low:.2f} to {high:.2f} (n = {len(self.controls)})"
        )


@dataclass(frozen=True, eq=False)
class IndirectObjects:
    """The heads that say to whom something is given, after Wang et al. 2022.

    Attributes:
        n: how many pairs. right: the share of clean texts whose right name is likelier than the
            wrong one. clean, corrupted: the mean logit difference right − wrong.
        direct: [layer, head], what each head says straight for right − wrong, in logits.
        to_right, to_wrong: [layer, head], how much of its attention at the end goes to the right
            name, and to the wrong one wherever it stands.
        groups: "movers", heads that look at the right name (with at least a tenth of their
            attention, and more than at the wrong one) and say most for the answer; "negative",
            those that look there and say most against it; "suppressors", that look at the wrong
            name and say most for the answer, so against that name; "inhibitors", those that
            matter most to where the movers look.
        paths: who speaks to the movers' queries, by path patching, and to other heads' queries.
        cuts: what is lost without each group.
        backup: [layer, head], how much more each head says for the answer once the movers are
            cut; backup_controls: [draw, layer, head], once others of their layers are.
        looks: how much the movers look at the (right, wrong) name as they are; looks_cut: once the
            inhibitors are cut; looks_controls: [draw, 2], once others of their layers are.
    """

    model_name: str
    n: int
    right: float
    clean: float
    corrupted: float
    direct: Heads
    to_right: Heads
    to_wrong: Heads
    groups: dict[str, list[str]]
    paths: Paths
    cuts: dict[str, Cut]
    backup: Heads
    backup_controls: Float[Array, "draw layer head"]
    looks: Float[Array, " two"]
    looks_cut: Float[Array, " two"]
    looks_controls: Float[Array, "draw two"]

    def backups(self, count: int = 3) -> list[tuple[str, float, float]]:
        """The heads that step in most when the movers are cut: (head, gain, largest of controls).

        Only those that gain more than in any of the controls.
        """
        most = self.backup_controls.max(0)
        gain = np.where(self.backup > np.maximum(most, 0), self.backup, -np.inf)
        order = [divmod(int(i), gain.shape[1]) for i in np.argsort(-gain, axis=None)[:count]]
        return [
            (f"L{layer}H{head}", float(gain[layer, head]), float(most[layer, head]))
            for layer, head in order
            if np.isfinite(gain[layer, head])
        ]

    def save(self, path: str | Path) -> Path:
        """Write it as safetensors, whole or not at all."""
        arrays = {name: getattr(self, name) for name in _ARRAYS}
        arrays |= {f"paths.{name}": getattr(self.paths, name) for name in _PATHS}
        for name, cut in self.cuts.items():
            parts = {"before": cut.before, "after": cut.after, "controls": cut.controls}
            arrays |= {f"cuts.{name}.{part}": array for part, array in parts.items()}
        texts = {name: getattr(self, name) for name in _TEXTS}
        texts["paths"] = {name: getattr(self.paths, name) for name in _PATH_TEXTS}
        texts["cuts"] = {k: {"heads": c.heads, "others": c.others} for k, c in self.cuts.items()}
        return write_record(path, _KIND, arrays, texts)

    @classmethod
    def open(cls, path: str | Path) -> IndirectObjects:
        """A saved study, or a shipped one by name. Loads neither torch nor TransformerLens.

        Raises:
            FileNotFoundError: there is no such file.
            Refused: (a ValueError) the file is not a study, or not a whole one.

        >>> IndirectObjects.open("formicarium/indirect-smollm2").groups["movers"]  # doctest: +SKIP
        ['L23H0', 'L23H2', 'L23H1']
        """
        return read_record(path, _KIND, _made)

    def __str__(self) -> str:
        told = [f"{self.model_name}: {self.right:.0%} right of {self.n}, ahead by {self.clean:.2f} "
                f"logits; by {self.corrupted:.2f} where a third name gives"]  # fmt: skip
        told += [f"{name}: {cut}" for name, cut in self.cuts.items()]
        told += [f"steps in for movers: {head} {gain:+.2f} (others cut: at most {most:+.2f})"
                 for head, gain, most in self.backups()]  # fmt: skip
        (a, b), (c, d), (e, f) = self.looks, self.looks_cut, self.looks_controls.mean(0)
        told.append(
            f"movers look at right / wrong: {a:.2f} / {b:.2f}; inhibitors cut {c:.2f} / {d:.2f}; "
            f"others cut {e:.2f} / {f:.2f}"
        )
        return "\n".join(told)

    def __repr__(self) -> str:
        movers, last = ", ".join(self.groups["movers"]), ", ".join(self.groups["inhibitors"])
        return f"IndirectObjects({self.model_name}: movers {movers}; told by {last})"


def _made(arrays: dict[str, Array], texts: dict[str, Any]) -> IndirectObjects:
    fields: dict[str, Any] = {name: arrays[name] for name in _ARRAYS}
    fields |= {name: texts[name] for name in _TEXTS}
    paths: dict[str, Any] = {name: arrays[f"paths.{name}"] for name in _PATHS}
    fields["paths"] = Paths(**paths, **{name: texts["paths"][name] for name in _PATH_TEXTS})
    fields["cuts"] = {
        name: Cut(
            **{part: arrays[f"cuts.{name}.{part}"] for part in ("before", "after", "controls")},
            heads=said["heads"],
            others=said["others"],
        )
        for name, said in texts["cuts"].items()
    }
    grid = fields["direct"].shape
    for name in ("to_right", "to_wrong", "backup"):
        if len(grid) != 2 or fields[name].shape != grid:
            raise ValueError(f"{name} has shape {fields[name].shape}, not layers × heads {grid}")
    return IndirectObjects(**fields)

"""What came of looking for the circuit of indirect objects, each figure beside its control."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from lab.circuits.paths import Paths

Heads = Float[np.ndarray, "layer head"]


@dataclass(frozen=True, eq=False)
class Cut:
    """The metric without some heads, and without others instead.

    Attributes:
        heads: which; they write what they wrote over the corrupted text.
        before, after: the mean metric with and without them.
        controls: [draw], the mean metric without as many other heads of the same layers.
    """

    heads: list[str]
    before: float
    after: float
    controls: Float[np.ndarray, " draw"]

    def __str__(self) -> str:
        low, high = self.controls.min(), self.controls.max()
        return (
            f"without {', '.join(self.heads)}: {self.before:.2f} → {self.after:.2f} "
            f"(others of these layers: {low:.2f} to {high:.2f}, n = {len(self.controls)})"
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
        movers: heads that look at the right name rather than at the wrong one and say most for it.
        negative: heads that look there too and say most against it.
        paths: who speaks to the movers' queries, by path patching, and to other heads' queries.
        inhibitors: those who matter most there.
        cuts: what is lost without movers, negative ones, inhibitors.
        backup: [layer, head], how much more each head says for the answer once the movers are
            cut; backup_controls: [draw, layer, head], once others of their layers are.
        looks: how the movers' attention is shared (right, wrong) as they are; looks_cut: once the
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
    movers: list[str]
    negative: list[str]
    inhibitors: list[str]
    paths: Paths
    cuts: dict[str, Cut]
    backup: Heads
    backup_controls: Float[np.ndarray, "draw layer head"]
    looks: tuple[float, float]
    looks_cut: tuple[float, float]
    looks_controls: Float[np.ndarray, "draw two"]

    def backups(self, count: int = 3) -> list[tuple[str, float, float]]:
        """The heads that step in most when the movers are cut: (head, gain, largest of controls).

        Only those that gain more than they do in any of the controls.
        """
        least = self.backup_controls.max(0)
        gain = np.where(self.backup > np.maximum(least, 0), self.backup, -np.inf)
        width = gain.shape[1]
        order = [int(i) for i in np.argsort(-gain, axis=None, kind="stable")[:count]]
        return [
            (f"L{i // width}H{i % width}", float(gain.flat[i]), float(least.flat[i]))
            for i in order
            if np.isfinite(gain.flat[i])
        ]

    def __str__(self) -> str:
        told = [f"{self.model_name}: {self.right:.0%} right of {self.n}, {self.clean:.2f} logits"]
        told += [f"{name}: {cut}" for name, cut in self.cuts.items()]
        told += [f"backup: {h} {gain:+.2f} (others {most:+.2f})" for h, gain, most in self.backups()]
        (a, b), (c, d), e = self.looks, self.looks_cut, self.looks_controls.mean(0)
        told.append(
            f"movers look at right / wrong: {a:.2f} / {b:.2f}; without inhibitors {c:.2f} / "
            f"{d:.2f}; without others {e[0]:.2f} / {e[1]:.2f}"
        )
        return "\n".join(told)

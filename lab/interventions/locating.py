"""Where in the network a profession's pronoun comes from: by layer and piece, and by head."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int

from lab.attribution.sharing import contributions
from lab.hooks import full_name
from lab.interventions.leaning import leanings
from lab.interventions.passes import Joining, Passes
from lab.lenses.unembedding import target_id
from lab.traces.prompts import prompt_ids
from lab.traces.run import trace


@dataclass(frozen=True, eq=False)
class Located:
    """How far the lean follows when the stream is patched from another profession's text.

    Attributes:
        layers: behind which it was patched.
        at_profession, at_end: [layer, case], at the profession's last piece and at the last piece
            of the text: how far the lean moves towards the other kind's pronoun, nats; patched
            from a profession of the *other* kind in the same sentence.
        profession_controls, end_controls: the same from another profession of the *same* kind.
        whole: [case], how far it moves when the text itself names the other profession.
    """

    layers: Int[np.ndarray, " layer"]
    at_profession: Float[np.ndarray, "layer case"]
    at_end: Float[np.ndarray, "layer case"]
    profession_controls: Float[np.ndarray, "layer case"]
    end_controls: Float[np.ndarray, "layer case"]
    whole: Float[np.ndarray, " case"]


@dataclass(frozen=True, eq=False)
class HeadShares:
    """What each head itself adds to the gap, and the most that kinds dealt by chance would give.

    Attributes:
        shares: [layer, head], nats: its share of he − she after men's professions, less that after
            women's (direct shares, see `lab.contributions`).
        chance: [draw], the largest share of any head where the kinds are dealt out by chance.
    """

    shares: Float[np.ndarray, "layer head"]
    chance: Float[np.ndarray, " draw"]

    def largest(self, count: int = 5) -> list[tuple[int, int, float]]:
        """(layer, head, share) of the heads that add most, whichever way."""
        order = np.argsort(-np.abs(self.shares), axis=None)[:count]
        places = zip(*np.unravel_index(order, self.shares.shape), strict=True)
        return [(int(n), int(h), float(self.shares[n, h])) for n, h in places]


def located(
    model: Any,
    cases: Sequence[Any],
    *,
    layers: Sequence[int] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Located:
    """Patch the stream of each text from the same sentence about somebody of the other kind.

    The control patches from somebody of the *same* kind: as foreign, but with no other pronoun.

    Args:
        cases: of both kinds, at least two professions of each in every frame.
        layers: behind which to patch; all if left out.
    Raises:
        ValueError: a frame with fewer than two professions of a kind.

    >>> cases = lab.corpora.professions(frames=2)  # doctest: +SKIP
    >>> lab.interventions.located(model, cases).at_end.mean(1)  # doctest: +SKIP
    """
    rows = list(range(model.cfg.n_layers)) if layers is None else sorted(int(n) for n in layers)
    trios = _trios(cases)
    lean = dict(zip((case.text for case in cases), leanings(model, cases), strict=True))
    found = np.zeros((2, 2, len(rows), len(trios)))  # donor, place
    whole = np.zeros(len(trios))
    for number, (case, other, same) in enumerate(trios):
        sign = -1.0 if case.mostly == "men" else 1.0
        moved = _moved(model, case, (other, same), rows) - lean[case.text]
        found[..., number] = sign * moved
        whole[number] = sign * (lean[other.text] - lean[case.text])
        if progress is not None:
            progress(number + 1, len(trios))
    (profession, end), (profession_controls, end_controls) = found
    return Located(np.array(rows), profession, end, profession_controls, end_controls, whole)


def head_shares(model: Any, cases: Sequence[Any], *, draws: int = 200, seed: int = 0) -> HeadShares:
    """Each head's own share of the gap between men's and women's professions."""
    found = [contributions(model, case.text, case.he, case.she) for case in cases]
    shares = np.zeros((len(cases), model.cfg.n_layers, model.cfg.n_heads))
    for number, one in enumerate(found):
        heads = one.heads >= 0
        shares[number, one.layers[heads], one.heads[heads]] = one.values[heads]
    men = np.array([case.mostly == "men" for case in cases])
    rng = np.random.default_rng(seed)
    dealt = [_difference(shares, rng.permutation(men)) for _ in range(draws)]
    chance = np.array([np.abs(one).max() for one in dealt])
    return HeadShares(_difference(shares, men), chance)


def _difference(shares: np.ndarray, men: np.ndarray) -> np.ndarray:
    return shares[men].mean(0) - shares[~men].mean(0)


def _moved(model: Any, case: Any, donors: Sequence[Any], layers: list[int]) -> np.ndarray:
    """The lean of patched runs, [donor, place, layer]."""
    ids = prompt_ids(model, case.text)
    passes, joins = Passes(model, ids, len(ids) - 1), []
    places = (_place(model, case), len(ids) - 1)
    for donor in donors:
        given = trace(model, donor.text, keep=["resid_post"])
        sources = (_place(model, donor), len(given) - 1)
        for to, source in zip(places, sources, strict=True):
            joins += [_joining(model, n, to, given["resid_post", n][source]) for n in layers]
    logs = passes.run(joins).float().log_softmax(-1).cpu().numpy()
    he, she = target_id(model, case.he), target_id(model, case.she)
    return (logs[:, he] - logs[:, she]).reshape(len(donors), 2, len(layers))


def _joining(model: Any, layer: int, to: int, values: np.ndarray) -> Joining:
    vector = torch.from_numpy(values)

    def change(stream: Any, start: int) -> None:
        stream[to - start] = vector.to(stream)

    behind = layer + 1 < model.cfg.n_layers  # behind a layer is before the next one
    name = full_name("resid_pre", layer + 1) if behind else full_name("resid_post", layer)
    return Joining(layer + behind, to, name, change)


def _place(model: Any, case: Any) -> int:
    """The last piece of the profession."""
    end = case.text.index(case.profession) + len(case.profession)
    return len(prompt_ids(model, case.text[:end])) - 1


def _trios(cases: Sequence[Any]) -> list[tuple[Any, Any, Any]]:
    """Each case with the next of the other kind, and of its own kind, in the same frame."""
    found = []
    for frame in dict.fromkeys(case.frame for case in cases):
        kinds = [[c for c in cases if c.frame == frame and c.mostly == k] for k in ("women", "men")]
        if min(map(len, kinds)) < 2:
            raise ValueError(f"frame {frame!r} needs two professions of each kind")
        for own, other in (kinds, kinds[::-1]):
            for i, case in enumerate(own):
                found.append((case, other[i % len(other)], own[(i + 1) % len(own)]))
    return found

"""Vectors on a plane, to be looked at: PCA, or UMAP where it is installed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Float

from lab.embeddings.table import Vectors

WAYS = ("pca", "umap")


@dataclass(frozen=True, eq=False)
class Projection:
    """Places on a plane, a row for each vector, and how they were found.

    `share`: the share of the vectors' variance that the plane shows; not a number for UMAP, whose
    plane shows no share of anything.
    """

    places: Float[np.ndarray, "piece 2"]
    how: str
    share: float


def projection(
    table: Vectors | Float[np.ndarray, "piece d_model"],
    how: str = "pca",
    *,
    unit: bool = False,
    axes: tuple[int, int] = (0, 1),
    seed: int = 0,
    **settings: Any,
) -> Projection:
    """The vectors on a plane.

    `"pca"`: the two directions (or the two of `axes`, counted from 0) in which they vary most, by
    scikit-learn. `"umap"`: neighbours are kept together (McInnes et al. 2018); slower, not linear,
    and the distances between far groups mean nothing. It is an extra:
    `pip install "formicarium[umap]"`.

    Args:
        table: `Vectors`, or plain rows.
        how: `"pca"` or `"umap"`.
        unit: whether each row is first made 1 long, so that only directions count.
        axes: which principal directions, for PCA.
        seed: of UMAP.
        **settings: for UMAP, as `n_neighbors=15`.

    Raises:
        ValueError: another `how`, too few rows or columns, UMAP's settings with PCA.
        ImportError: UMAP is not installed.

    >>> cross = np.array([[3.0, 0, 0], [-3, 0, 0], [0, 1, 0], [0, -1, 0]])
    >>> plane = projection(cross)
    >>> np.abs(plane.places).round(3).tolist(), plane.share
    ([[3.0, 0.0], [3.0, 0.0], [0.0, 1.0], [0.0, 1.0]], 1.0)
    """
    rows = table.rows if isinstance(table, Vectors) else np.asarray(table, dtype=np.float32)
    if how not in WAYS:
        raise ValueError(f"how is {how!r}: {' or '.join(WAYS)}")
    if rows.ndim != 2 or min(rows.shape) <= max(axes):
        raise ValueError(
            f"rows have shape {rows.shape}: for axes {axes} at least {max(axes) + 1} rows of "
            f"{max(axes) + 1} numbers are wanted"
        )
    if unit:
        length = np.linalg.norm(rows, axis=1, keepdims=True)
        rows = rows / np.where(length > 0, length, 1)
    if how == "umap":
        return Projection(_umap(rows, seed, settings), "UMAP", float("nan"))
    if settings:
        raise ValueError(f"{', '.join(settings)}: settings of UMAP, not of PCA")
    return _pca(rows, axes)


def aligned(planes: Sequence[Projection]) -> list[Projection]:
    """The same planes, each turned (and mirrored, if need be) to lie as the one before it does.

    The axes of a projection may point anywhere: from layer to layer a whole map may turn or flip
    though nothing has moved. Turning changes no distance (orthogonal Procrustes, Schönemann 1966).

    Raises:
        ValueError: planes of other numbers of points.

    >>> one = projection(np.array([[3.0, 0], [-3, 0], [0, 1], [0, -1]]))
    >>> flipped = Projection(-one.places[:, ::-1], one.how, one.share)
    >>> np.allclose(aligned([one, flipped])[1].places, one.places, atol=1e-5)
    True
    """
    from scipy.linalg import orthogonal_procrustes

    if len({len(plane.places) for plane in planes}) > 1:
        raise ValueError(f"planes of {[len(plane.places) for plane in planes]} points")
    turned = [replace(plane, places=plane.places - plane.places.mean(axis=0)) for plane in planes]
    for at in range(1, len(turned)):
        turn = orthogonal_procrustes(turned[at].places, turned[at - 1].places)[0]
        places = (turned[at].places @ turn).astype(np.float32)
        turned[at] = replace(turned[at], places=places)
    return turned


def _pca(rows: np.ndarray, axes: tuple[int, int]) -> Projection:
    from sklearn.decomposition import PCA

    fitted = PCA(max(axes) + 1, svd_solver="full" if rows.shape[0] < 500 else "covariance_eigh")
    places = fitted.fit_transform(rows.astype(np.float64))[:, list(axes)]
    share = float(fitted.explained_variance_ratio_[list(axes)].sum())
    name = "PCA" if axes == (0, 1) else f"PCA, axes {axes[0] + 1} and {axes[1] + 1}"
    return Projection(places.astype(np.float32), name, round(share, 6))


def _umap(rows: np.ndarray, seed: int, settings: dict[str, Any]) -> np.ndarray:
    try:
        from umap import UMAP  # type: ignore[import-not-found]
    except ImportError:
        raise ImportError(
            'UMAP is not installed: pip install "formicarium[umap]", or how="pca"'
        ) from None
    chosen = {"metric": "cosine", "random_state": seed, "n_jobs": 1, **settings}
    return np.asarray(UMAP(n_components=2, **chosen).fit_transform(rows), dtype=np.float32)

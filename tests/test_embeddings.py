"""Embeddings: neighbours, analogies, planes, and a word in its contexts, against what is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness

import lab
from lab import embeddings
from lab.embeddings import Contexts, Vectors
from lab.embeddings.table import UnknownPiece

RNG = np.random.default_rng(0)


def table(rows, names=None) -> Vectors:
    rows = np.asarray(rows, dtype=np.float32)
    return Vectors(rows, names or [f" w{i}" for i in range(len(rows))])


def brute(rows, query: int, count: int) -> list[float]:
    """The cosines of the nearest rows, by the definition alone."""
    cosines = []
    for i, row in enumerate(rows):
        lengths = np.linalg.norm(row) * np.linalg.norm(rows[query])
        if i != query:
            cosines.append(float(row @ rows[query]) / lengths if lengths else 0.0)
    return sorted(cosines, reverse=True)[:count]


numbers = st.floats(-4, 4, width=16).filter(lambda x: x == 0 or abs(x) > 0.01)


@given(rows=arrays(np.float32, (9, 3), elements=numbers), count=st.integers(1, 12))
def test_neighbours_are_those_of_brute_force(rows, count):
    found = embeddings.neighbours(table(rows), range(9), count)
    assert found.ids.shape == (9, min(count, 8))
    for query in range(9):
        assert query not in found.ids[query]
        assert len(set(found.ids[query])) == len(found.ids[query])
        np.testing.assert_allclose(found.similarities[query], brute(rows, query, count), atol=2e-5)


def test_neighbours_in_blocks_are_the_same(monkeypatch):
    rows = RNG.normal(size=(60, 8))
    whole = embeddings.neighbours(table(rows), range(60), 5)
    monkeypatch.setattr("lab.embeddings.nearest.BLOCK", 200)
    blocks = embeddings.neighbours(table(rows), range(60), 5)
    np.testing.assert_array_equal(whole.ids, blocks.ids)


def test_equal_cosines_come_in_the_order_of_the_table_and_among_limits_them():
    rows = [[1, 0], [1, 1], [1, 1], [1, 1], [0, 1]]
    assert embeddings.neighbours(table(rows), 0, 3).ids.tolist() == [[1, 2, 3]]
    assert embeddings.neighbours(table(rows), 0, 3, among=[4, 3]).ids.tolist() == [[3, 4]]


def test_a_word_is_looked_up_as_inside_a_sentence_first():
    words = Vectors(np.eye(4), ["cat", " cat", "dog", " cats"])
    assert (words.place("cat"), words.place("cat", exact=True), words.place("dog")) == (1, 0, 2)
    assert "cat" in words and "cow" not in words
    with pytest.raises(UnknownPiece, match=r"'catt' is no single piece.*cat"):
        words.place("catt")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: Vectors(np.eye(3), ["a"]), r"\(3, 3\) for 1 names"),
        (lambda: Vectors(np.array([[np.nan, 1]]), ["a"]), "row 0 .* not finite"),
        (lambda: table(np.eye(3)).places([5]), "rows go from 0 to 2"),
        (lambda: embeddings.neighbours(table(np.eye(3)), 0, 0), "count 0"),
        (lambda: embeddings.projection(np.eye(3), "tsne"), "'pca'|pca or umap"),
        (lambda: embeddings.projection(np.eye(3), n_neighbors=3), "settings of UMAP"),
        (lambda: embeddings.projection(np.ones((1, 4))), "at least 2 rows"),
        (lambda: embeddings.how_honest(table(np.eye(9)), np.ones((2, 2))), r"\(9, 2\) is wanted"),
        (lambda: embeddings.how_honest(table(np.eye(9)), np.ones((9, 2)), 5), "from 1 to 4"),
        (lambda: embeddings.own_analogies(0), "at least 1"),
        (lambda: embeddings.read_analogies([": k", "a b c"]), "line 2 has 3 words"),
        (lambda: embeddings.analogies(table(np.eye(3)), [("a", "b", "c", "d")]), "none of the 1"),
    ],
)
def test_what_is_wrong_is_named(wrong, words):
    with pytest.raises(ValueError, match=words):
        wrong()


def test_pca_is_scikit_learns():
    rows = RNG.normal(size=(700, 12)) * np.arange(1, 13)
    oracle = PCA(4, svd_solver="full").fit(rows)
    own = embeddings.projection(table(rows), axes=(1, 3))
    want = oracle.transform(rows)[:, [1, 3]]
    np.testing.assert_allclose(np.abs(own.places), np.abs(want), atol=1e-3)
    assert own.share == pytest.approx(oracle.explained_variance_ratio_[[1, 3]].sum(), abs=1e-5)


def test_planes_are_turned_to_follow_one_another_and_keep_their_distances():
    first = embeddings.projection(RNG.normal(size=(20, 5)))
    c, s = np.cos(2.0), np.sin(2.0)
    mirrored = first.places @ np.array([[c, s], [-s, c]]) * np.array([1, -1]) + 7
    second = embeddings.Projection(mirrored.astype(np.float32), "PCA", 0.5)
    one, other = embeddings.aligned([first, second])
    np.testing.assert_allclose(one.places, other.places, atol=1e-4)
    assert other.share == 0.5
    with pytest.raises(ValueError, match=r"planes of \[20, 3\] points"):
        embeddings.aligned([first, embeddings.Projection(first.places[:3], "PCA", 1.0)])


def test_a_plane_of_a_plane_is_honest_and_one_of_noise_is_not():
    turn = np.linspace(0, 3, 80)
    flat = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    wide = table(np.concatenate([flat, np.zeros((80, 5))], axis=1))
    plane = embeddings.projection(wide)
    honest = embeddings.how_honest(wide, plane.places, 4)
    assert honest.mean > 0.95 and honest.trustworthiness > 0.99
    noise = RNG.normal(size=(80, 2))
    false = embeddings.how_honest(wide, noise, 4)
    assert false.mean == pytest.approx(false.chance, abs=0.06)
    oracle = trustworthiness(wide.rows, noise, n_neighbors=4, metric="cosine")
    assert false.trustworthiness == pytest.approx(oracle)
    some = embeddings.how_honest(wide, plane.places, 4, points=10)
    assert np.isfinite(some.over(80)).sum() == 10


def test_places_that_coincide_count_no_point_as_its_own_neighbour():
    rows = table(RNG.normal(size=(30, 4)))
    honest = embeddings.how_honest(rows, np.zeros((30, 2)), 3)
    assert honest.kept.max() <= 1 and np.isfinite(honest.kept).all()


def test_without_umap_it_is_said_how_to_have_it(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "umap", None)
    with pytest.raises(ImportError, match=r"formicarium\[umap\]"):
        embeddings.projection(np.eye(5), "umap")


def planted() -> tuple[Vectors, list]:
    """Words, for each another close by, and their plurals, all one direction apart."""
    letters = "abcdefghijkl"
    base = RNG.normal(size=(12, 40))
    close, step = base + 0.2 * RNG.normal(size=base.shape), RNG.normal(size=40)
    names = [f" {c}{end}" for end in ("", "x", "s") for c in letters]
    asked = [(c, f"{c}s", d, f"{d}s", "plural") for c in "abcdef" for d in "ghijkl"]
    return table(np.concatenate([base, close, base + step]), names), asked


def test_a_planted_analogy_is_found_and_its_controls_are_not():
    words, asked = planted()
    score = embeddings.analogies(words, asked)[-1]
    assert score.asked == 36 and score.skipped == 0
    assert score.excluding > 0.95 and score.low < score.excluding <= score.high <= 1
    assert score.including <= score.excluding
    assert score.neighbour == 0 and score.shuffled < score.excluding


def test_exclusions_matter_where_the_step_is_short():
    rows = [[1, 0, 0], [1, 0.05, 0], [0, 0, 1], [0, 0.05, 1]]
    words = table(rows, [" cat", " cats", " dog", " dogs"])
    score = embeddings.analogies(words, [("cat", "cats", "dog", "dogs")])[-1]
    assert (score.excluding, score.including, score.gives_c) == (1, 1, 0)
    rows[1] = [1, 0.0, 0.0]  # no step at all: c itself is nearest
    score = embeddings.analogies(table(rows, words.names), [("cat", "cats", "dog", "dogs")])[-1]
    assert (score.excluding, score.including, score.gives_c) == (1, 0, 1)


def test_questions_with_words_that_are_no_pieces_are_counted_not_answered():
    words, asked = planted()
    scores = embeddings.analogies(words, [*asked, ("a", "as", "zebra", "zebras", "rest")])
    assert [(s.kind, s.asked, s.skipped) for s in scores] == [
        ("plural", 36, 0), ("rest", 0, 1), ("all", 36, 1),
    ]  # fmt: skip


def test_the_lexicons_questions_are_right_and_a_file_reads_back(tmp_path):
    own = embeddings.own_analogies(30)
    kinds = {question.kind for question in own}
    assert kinds == {"plural", "past", "-ing", "he or she", "gender", "opposite"}
    assert all(len(set(q[:4])) == 4 or q.kind == "past" for q in own)
    assert own == embeddings.own_analogies(30)
    path = tmp_path / "questions.txt"
    lines = [line for q in own for line in (f": {q.kind}", " ".join(q[:4]))]
    path.write_text("\n".join(lines))
    assert embeddings.read_analogies(path) == own


def test_vectors_are_the_models_own(tiny):
    found = embeddings.vectors(tiny)
    ids = [3, 70, 9]
    run = lab.trace(tiny, ids, keep=["hook_embed"])
    np.testing.assert_allclose(found.rows[ids], run["hook_embed"], atol=1e-6)
    assert len(found) == len(tiny.tokenizer)
    assert found.special is not None and found.special.any()
    # A padding piece's row may be all zeros.
    np.testing.assert_allclose(np.linalg.norm(found.unit[:256], axis=1), 1, atol=1e-5)
    assert np.abs(found.centred().rows.mean(axis=0)).max() < 1e-5
    with pytest.raises(ValueError, match="which is 'both'"):
        embeddings.vectors(tiny, "both")


def test_contexts_are_the_traces_at_the_word(tiny):
    texts = ["a bank of sand", "the bank", "bank and bank"]
    found = embeddings.contexts(tiny, "bank", texts)
    assert found.vectors.shape == (tiny.cfg.n_layers + 1, 3, tiny.cfg.d_model)
    for number, text in enumerate(texts):
        run = lab.trace(tiny, text, keep=[("resid_pre", 0), "resid_post"])
        end = len(text[: text.rindex("bank") + 4].encode())
        at = int(np.flatnonzero(run.spans[:, 1] == end)[0])
        np.testing.assert_allclose(found.vectors[0, number], run["resid_pre", 0][at], atol=1e-5)
        np.testing.assert_allclose(found.vectors[-1, number], run["resid_post"][-1][at], atol=1e-4)
    with pytest.raises(ValueError, match=r"texts\[1\] has no word 'bank'"):
        embeddings.contexts(tiny, "bank", ["a bank", "banking"])
    with pytest.raises(ValueError, match=r"1 times; nth=3"):
        embeddings.contexts(tiny, "bank", ["a bank"], nth=3)
    with pytest.raises(ValueError, match="at least one text"):
        embeddings.contexts(tiny, "bank", "a bank")


@settings(max_examples=20)
@given(seed=st.integers(0, 999), apart=st.floats(0.0, 3.0))
def test_senses_part_as_far_as_they_were_planted(seed, apart):
    rng = np.random.default_rng(seed)
    sides = np.repeat([0, 1], 8)
    rows = rng.normal(size=(1, 16, 10)) * 0.3
    rows[0, :, 0] += 1
    rows[0, :, 1] += apart * sides
    found = Contexts("w", ["t"] * 16, rows, ["only"])
    parted = embeddings.separation(found, sides.astype(str).tolist(), shuffles=60)
    cosines = found.cosines()[0]
    same = [cosines[i, j] for i in range(16) for j in range(16) if i != j and sides[i] == sides[j]]
    assert parted.within[0] == pytest.approx(np.mean(same), abs=1e-6)
    low, middle, high = parted.shuffled[0]
    assert low <= middle <= high and abs(middle) < 0.1
    if apart > 2.5:
        assert parted.gap[0] > high and parted.nearest[0] > 0.8


def test_senses_that_cannot_be_compared_are_refused():
    found = Contexts("w", ["a", "b", "c"], np.ones((1, 3, 2)), ["only"])
    with pytest.raises(ValueError, match="2 senses for 3 texts"):
        embeddings.separation(found, ["x", "y"])
    with pytest.raises(ValueError, match="at least two texts"):
        embeddings.separation(found, ["x", "x", "y"])


def test_a_word_without_senses_is_said_to_have_none():
    with pytest.raises(ValueError, match="'ball' in 200 documents: no sense is told of it"):
        embeddings.with_sense("ball", most=200)

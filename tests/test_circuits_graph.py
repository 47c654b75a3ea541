"""Circuits as graphs: every edge once, prunings made of ways, random ones as large. No torch."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.circuits import Graph, Pairs, Trial, Wiring
from lab.circuits.ways import on_ways, random_ways, ranks

WIRINGS = [Wiring(2, 2), Wiring(3, 4, 2), Wiring(1, 3)]


def graph_of(wiring: Wiring, seed: int = 0) -> Graph:
    scores = np.random.default_rng(seed).normal(size=len(wiring.sources)).astype(np.float32)
    ids = np.arange(6).reshape(2, 3)
    texts = [("a b c", "a x c", " y", " z")] * 2
    pairs = Pairs(ids, ids + 1, np.array([3, 2]), np.array([1, 2]), np.array([3, 4]), texts)
    return Graph(
        wiring, scores, np.abs(scores), np.ones(len(scores), bool), pairs,
        "EAP", "logit difference", "logits", 0, 2.0, 0.5, "a model",
    )  # fmt: skip


def reachable(wiring: Wiring, kept: np.ndarray) -> np.ndarray:
    """The kept edges on ways, by walking back and forth until nothing changes."""
    ends = []
    for edge, node in enumerate(wiring.targets):
        width = wiring.shared if wiring.ports[edge] in ("k", "v") else 1
        ends.append(set(range(node, node + width)))
    fed, heard = {0}, {len(wiring.nodes) - 1}
    for _ in wiring.nodes:
        for edge in np.flatnonzero(kept):
            source = int(wiring.sources[edge])
            if source in fed:
                fed |= ends[edge]
            if heard & ends[edge]:
                heard.add(source)
    live = [s in fed and bool(heard & e) for s, e in zip(wiring.sources, ends, strict=True)]
    return kept & np.array(live)


@pytest.mark.parametrize("wiring", WIRINGS)
def test_every_writer_meets_every_later_reader_once(wiring):
    edges = list(zip(wiring.sources.tolist(), wiring.targets.tolist(), wiring.ports, strict=True))
    assert len(set(edges)) == len(edges) == int(wiring.starts[-1])
    wanted = set()
    for target, name in enumerate(wiring.nodes[1:], 1):
        layer, head = wiring.node_layers[target], wiring.node_heads[target]
        earlier = [
            s for s in range(target)
            if wiring.node_layers[s] < layer or (head < 0 and wiring.node_layers[s] == layer)
        ]  # fmt: skip
        ports = [""] if head < 0 else ["q"] if head % wiring.shared else ["q", "k", "v"]
        wanted |= {(s, target, port) for s in earlier for port in ports}
        assert head < 0 or name == f"L{layer}H{head}"
    assert set(edges) == wanted


@pytest.mark.parametrize("wiring", WIRINGS)
def test_slices_of_edges_are_those_of_their_readers(wiring):
    nodes = np.array(wiring.nodes)
    for layer in range(wiring.layers):
        inside = nodes[wiring.targets[wiring.attention(layer)]]
        assert all(name.startswith(f"L{layer}H") for name in inside)
        assert set(nodes[wiring.targets[wiring.mlp(layer)]]) == {f"L{layer} MLP"}
    assert set(nodes[wiring.targets[wiring.logits]]) == {"logits"}


@settings(max_examples=12)
@given(seed=st.integers(0, 10_000), which=st.sampled_from(WIRINGS))
def test_a_pruned_graph_is_the_most_of_the_strongest_edges_that_makes_ways(seed, which):
    graph = graph_of(which, seed)
    order = np.argsort(-np.abs(graph.scores), kind="stable")
    live = []
    for size in range(len(order) + 1):
        mask = np.zeros(len(order), bool)
        mask[order[:size]] = True
        live.append(reachable(which, mask))
    for count in (0, 1, 4, 9, len(order)):
        wanted = max((mask for mask in live if mask.sum() <= count), key=lambda mask: mask.sum())
        assert (graph.prune(count).kept == wanted).all()
        assert (on_ways(which, graph.prune(count).kept) == wanted).all()
    assert (on_ways(which, live[0] | (order < 7)) == reachable(which, order < 7)).all()


@settings(max_examples=12)
@given(seed=st.integers(0, 10_000), which=st.sampled_from(WIRINGS), share=st.floats(0, 1))
def test_a_random_circuit_is_as_large_and_made_of_ways(seed, which, share):
    count = int(share * len(which.sources))
    mask = random_ways(which, count, seed)
    assert mask.sum() == count
    assert (reachable(which, mask) == mask).all()
    assert (random_ways(which, count, seed) == mask).all()


def test_ranks_rise_with_what_is_kept():
    graph = graph_of(WIRINGS[1])
    assert (graph.rank == ranks(graph.wiring, np.abs(graph.scores))).all()
    sizes = [len(graph.prune(count)) for count in range(len(graph.scores) + 1)]
    assert sizes == sorted(sizes) and sizes[-1] == len(graph.scores)
    assert all(size <= count for count, size in enumerate(sizes))


def test_nodes_are_taken_out_with_all_their_edges():
    graph = graph_of(WIRINGS[0])
    less = graph.without("L0H1", "L1 MLP")
    told = {name for number in np.flatnonzero(less.kept) for name in less.edge(number)[:2]}
    assert not {"L0H1", "L1 MLP"} & told and "L0H0" in told
    assert "L0H1" not in less.inside() and "L1H1" in less.inside()
    with pytest.raises(ValueError, match="'L9H9' is no node"):
        graph.without("L9H9")


def test_edges_are_picked_by_number_or_by_mask():
    graph = graph_of(WIRINGS[0])
    best = graph.largest(2)
    numbers = np.argsort(-np.abs(graph.scores))[:2]
    assert graph.only(numbers).largest() == best
    assert (graph.only(graph.only(numbers).kept).kept == graph.only(numbers).kept).all()
    assert len(graph.only([])) == 0
    with pytest.raises(ValueError, match="kept has shape"):
        graph.only(np.ones(3, bool))
    with pytest.raises(ValueError, match="they go from 0 to"):
        graph.only([10_000])
    with pytest.raises(ValueError, match="count is -1"):
        graph.prune(-1)


def test_a_saved_graph_is_the_same_and_a_broken_one_is_refused(tmp_path):
    graph = graph_of(WIRINGS[1]).prune(12)
    again = Graph.open(graph.save(tmp_path / "g.safetensors"))
    assert (again.kept == graph.kept).all() and (again.scores == graph.scores).all()
    assert again.texts == graph.texts and again.wiring == graph.wiring
    assert (again.pairs.clean == graph.pairs.clean).all() and again.clean == 2.0
    short = dataclasses.replace(graph, scores=graph.scores[:5])
    with pytest.raises(ValueError, match="scores has shape"):
        Graph.open(short.save(tmp_path / "short.safetensors"))
    spoiled = graph.scores.copy()
    spoiled[3] = np.nan
    with pytest.raises(ValueError, match="holds what is no number"):
        Graph.open(dataclasses.replace(graph, scores=spoiled).save(tmp_path / "nan.safetensors"))
    with pytest.raises(ValueError, match="not a trial"):
        Trial.open(graph.save(tmp_path / "g.safetensors"))


def test_the_stored_circuit_says_what_its_card_says():
    graph = Graph.open("formicarium/two-names")
    trial = Trial.open("formicarium/two-names-trial")
    assert len(graph) == 3628 and graph.method == "EAP-IG" and graph.shared == 1
    at = trial.sizes.tolist().index(30)
    assert trial.faithful[at] > 0.9 and np.abs(trial.random[at]).max() < 0.01
    assert trial.needed(0.9) == 30 and trial.random.shape[1] == 10
    assert "30 edges" in str(trial) and trial.n == len(graph.pairs) == 16

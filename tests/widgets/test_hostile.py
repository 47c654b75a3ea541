"""Hostile text on its whole way: tokenizer, trace, views, saved pages, converted notebooks.

Text stays text: what is shown is what was given, and nothing in it runs. Saved pages are opened
without their security policy here, so that code which got into the page would run.
"""

from __future__ import annotations

import shutil
from contextlib import nullcontext
from itertools import pairwise

import nbformat
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from safetensors.numpy import load_file, save_file

import lab
import widgets
from lab import storage
from lab.tokenizers import byte_tokenizer
from tests.widgets.conftest import PAYLOADS
from tests.widgets.every import every_view
from tests.widgets.until import until
from widgets.glass.text import clean, visible

TEXT = st.text(st.characters(exclude_categories=["Cn"]), min_size=1, max_size=60)
HTMLISH = st.lists(st.sampled_from([*"<>&\"'/!=- \n\t", "script", "img", "&lt;", "\u2028"])).map(
    lambda parts: "x" + "".join(parts)
)


@pytest.fixture(scope="module")
def model():
    """A tiny model with the payloads among its pieces, and one for its name."""
    tokenizer = byte_tokenizer()
    tokenizer.add_tokens([clean(text) for text in PAYLOADS.values()])
    return lab.build(layers=2, heads=2, d_model=16, context=256, tokenizer=tokenizer, seed=1)


@pytest.fixture
def named(model, payload):
    """The model, called by the payload."""
    before, model.cfg.model_name = model.cfg.model_name, payload
    yield model
    model.cfg.model_name = before


@pytest.fixture
def bare(browser, tmp_path):
    """`bare(html)`: a page from disk, without any security policy."""
    contexts = []

    def opened(html: str):
        if "<meta http-equiv" in html:
            policy = html[html.index("<meta http-equiv") : html.index('<meta name="viewport"')]
            html = html.replace(policy, "")
        path = tmp_path / f"bare{len(contexts)}.html"
        path.write_text(html, encoding="utf-8")
        contexts.append(browser.new_context(offline=True, viewport={"width": 1000, "height": 800}))
        page = contexts[-1].new_page()
        page.goto(path.as_uri(), wait_until="domcontentloaded")
        return page

    yield opened
    for context in contexts:
        context.close()


def test_a_payload_comes_through_tokenizer_and_trace_as_it_is(named, payload):
    with_care = clean(payload)
    if with_care != payload:
        with pytest.warns(UserWarning):
            trace = lab.trace(named, f"a{payload}b")
    else:
        trace = lab.trace(named, f"a{payload}b")
    assert trace.pieces == ["a", with_care, "b"]
    assert trace.text == f"a{with_care}b"
    assert trace.model_name == payload


@pytest.mark.browser
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_nothing_in_any_view_runs(named, payload, bare):
    views = every_view(lab.trace(named, f"a{payload}b", keep=["pattern"]), payload)
    for view in views:
        view.failure = f"tensor {payload} holds NaN"
    page = bare(widgets.page(views, title=payload))
    page.wait_for_selector("html[data-ready]")
    page.locator(".circuitsvis-paper canvas").first.wait_for()
    assert page.evaluate("globalThis.hit ?? null") is None
    assert page.locator("img, iframe, object, embed, a[href]").count() == 0
    label = visible(clean(payload))
    assert page.locator(".tokens-piece").nth(1).text_content() == label
    shown = page.locator("body").inner_text()
    assert shown.count(label) >= len(views), "the text is cut or hidden somewhere"
    assert page.locator(".kit-frame").count() == len(views)


@pytest.fixture(scope="module")
def converted():
    """One notebook with every view of every payload, executed, as nbconvert's HTML: two ways."""
    cell = """
import numpy as np, widgets
from tests.widgets.conftest import PAYLOADS
for text in PAYLOADS.values():
    pieces, values = [text, "b"], np.array([1.0, 2.0])
    half = np.full((2, 2, 2, 2), 0.5)
    display(
        widgets.Tokens(pieces=pieces, values={text: values}, title=text),
        widgets.Attention(pieces=pieces, patterns=half, labels={(0, 0): text}, title=text),
        widgets.ColoredTokens(pieces, values, title=text),
        widgets.ColoredTokensMulti(pieces, half[0, 0], [text, "b"], title=text),
        widgets.AttentionHeads(half[0], pieces, [text, "b"], title=text),
    )
"""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)])
    NotebookClient(book, kernel_name="python3").execute()
    return {
        sanitize: HTMLExporter(sanitize_html=sanitize).from_notebook_node(book)[0]
        for sanitize in (False, True)
    }


@pytest.mark.browser
@pytest.mark.parametrize("sanitize", [False, True])
def test_nothing_runs_in_a_converted_notebook(converted, bare, sanitize):
    page = bare(converted[sanitize])
    page.wait_for_timeout(1500)
    assert page.evaluate("globalThis.hit ?? null") is None


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A sound model folder."""
    return storage.save(lab.build(layers=1, d_model=16), tmp_path_factory.mktemp("sound") / "model")


@pytest.mark.browser
def test_a_tensor_of_that_name_is_named_as_text(sound, payload, tmp_path, bare):
    folder, name = shutil.copytree(sound, tmp_path / "model"), clean(payload)
    weights = load_file(folder / "model.safetensors") | {name: np.ones(1, np.float32)}
    save_file(weights, folder / "model.safetensors")
    with pytest.raises((ValueError, OSError)) as caught:
        lab.load(folder)
    said = str(caught.value)
    assert name in said or repr(name)[1:-1] in said
    failed = nbformat.v4.new_output("error", ename="ValueError", evalue=said, traceback=[said])
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("", outputs=[failed])])
    page = bare(HTMLExporter().from_notebook_node(book)[0])
    page.wait_for_timeout(200)
    assert page.evaluate("globalThis.hit ?? null") is None


@pytest.mark.browser
def test_such_a_text_would_run_where_it_is_taken_for_html(bare):
    text = PAYLOADS["script end, script"]
    page = bare(f"<!doctype html><script>const piece = {text!r};</script>")
    until(page, "globalThis.hit === 1")


@settings(suppress_health_check=list(HealthCheck))
@given(text=TEXT | HTMLISH)
def test_any_text_comes_through_whole(model, text):
    with pytest.warns(UserWarning) if clean(text) != text else nullcontext():
        trace = lab.trace(model, text, keep=[], literal=True)
    assert trace.text == clean(text)
    assert all(before[1] == after[0] for before, after in pairwise(trace.spans))
    assert trace.spans[-1, 1] == len(trace.text.encode())
    widgets.Tokens(trace).get_state()["pieces"]  # a state that can be sent


@pytest.mark.browser
@settings(max_examples=5, suppress_health_check=list(HealthCheck))
@given(texts=st.lists(TEXT | HTMLISH, min_size=20, max_size=40))
def test_any_pieces_are_shown_as_they_are(bare, texts):
    page = bare(widgets.page([widgets.Tokens(pieces=texts)]))
    page.wait_for_selector("html[data-ready]")
    shown = page.eval_on_selector_all(".tokens-piece", "all => all.map((one) => one.textContent)")
    assert shown == [visible(clean(text)) for text in texts]

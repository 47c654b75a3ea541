"""CircuitsVis in our frame: every text is shown as that text, no text runs, nobody is asked."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import expect

from tests.widgets.conftest import PAYLOADS
from tests.widgets.until import until
from widgets.circuitsvis import AttentionHeads, ColoredTokens, ColoredTokensMulti
from widgets.circuitsvis.ranked import TextNeuronActivations, TokenLogProbs, TopkTokens
from widgets.glass import export
from widgets.glass.text import clean, visible

PLAIN = ["<s>", "<unk>", "<bos>", "a<b", "\n", " the", "&amp;", "two  words", "x\ty", "e\u0301", ""]
# CircuitsVis turns spaces into &nbsp;, so what is to run there must do without.
NO_SPACES = '<img/src="x"/onerror="globalThis.hit=1">'
HOSTILE = [*PAYLOADS.values(), NO_SPACES]
# Chart.js draws axis labels on a canvas: keep what it writes there.
SPY = """globalThis.written = [];
const write = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
    globalThis.written.push(text);
    return write.call(this, text, ...rest);
};"""
CHIPS = {
    "ColoredTokens": ".colored-tokens > span",
    "ColoredTokensMulti": ".colored-tokens > span",
    "TextNeuronActivations": ".colored-tokens > span",
    "TokenLogProbs": ".circuitsvis-paper > div > span",
    "TopkTokens": "td > span",
}


def view_of(name: str, tokens: list[str]):
    """One of the six, showing `tokens`."""
    count, rng = len(tokens), np.random.default_rng(0)
    spell = dict(enumerate(tokens)).__getitem__
    return {
        "ColoredTokens": lambda: ColoredTokens(tokens, rng.normal(size=count)),
        "ColoredTokensMulti": lambda: ColoredTokensMulti(tokens, rng.normal(size=(count, 2))),
        "TokenLogProbs": lambda: TokenLogProbs(
            np.arange(count), np.log(rng.dirichlet(np.ones(count), size=count)), spell, 3
        ),
        "TopkTokens": lambda: TopkTokens([tokens], [np.arange(count).reshape(1, count, 1)], count),
        "TextNeuronActivations": lambda: TextNeuronActivations(
            tokens, rng.normal(size=(count, 1, 1))
        ),
        "AttentionHeads": lambda: AttentionHeads(np.full((1, count, count), 0.5), tokens),
    }[name]()  # fmt: skip


def labels(tokens: list[str]) -> list[str]:
    return [visible(clean(token)) for token in tokens]


@pytest.fixture(scope="module")
def bare(browser, tmp_path_factory):
    """`bare(view)`: its page without the security policy, so that code which got in would run."""
    context = browser.new_context(viewport={"width": 1000, "height": 900})
    context.add_init_script(SPY)
    page = context.new_page()
    page.set_default_timeout(10_000)
    path = tmp_path_factory.mktemp("bare") / "page.html"

    def shown(view, ready: str, *more):
        html = export.page([view, *more])
        policy = html[html.index("<meta http-equiv") : html.index('<meta name="viewport"')]
        path.write_text(html.replace(policy, ""), encoding="utf-8")
        page.goto(path.as_uri())
        page.wait_for_selector(f".circuitsvis-paper {ready.removeprefix('.circuitsvis-paper')}")
        return page

    yield shown
    context.close()


def shown_texts(page, selector: str) -> list[str]:
    return page.eval_on_selector_all(selector, "all => all.map((one) => one.textContent)")


@pytest.mark.browser
@pytest.mark.parametrize("name", CHIPS)
def test_a_token_is_shown_as_it_is(bare, name: str) -> None:
    tokens = PLAIN + HOSTILE
    page = bare(view_of(name, tokens), CHIPS[name])
    wanted = labels(tokens[1:] if name == "TokenLogProbs" else tokens)
    seen = shown_texts(page, CHIPS[name])
    if name == "TopkTokens":  # a ranking: the last token is highest; shown from both ends
        wanted = wanted[::-1] * 2
    assert seen == wanted
    page.wait_for_timeout(100)
    assert page.evaluate("globalThis.hit ?? null") is None
    assert page.locator(".circuitsvis-paper :is(img, script, svg, a, iframe, s)").count() == 0


@pytest.mark.browser
@pytest.mark.parametrize("first", range(0, len(PLAIN + HOSTILE), 3))
def test_axis_labels_are_the_tokens(bare, first: int) -> None:
    tokens = (PLAIN + HOSTILE)[first : first + 3]  # more, and Chart.js leaves some labels out
    page = bare(view_of("AttentionHeads", tokens), "canvas")
    wanted = {f"{label} ({i})" for i, label in enumerate(labels(tokens))}
    until(page, "(wanted) => wanted.every((one) => written.includes(one))", [*wanted])
    assert page.evaluate("globalThis.hit ?? null") is None


@pytest.mark.browser
@pytest.mark.parametrize("name", ["ColoredTokens", "ColoredTokensMulti", "TokenLogProbs"])
def test_what_appears_beside_the_mouse_is_the_token(bare, name: str) -> None:
    tokens = ["first", *HOSTILE, "a<b", "\n"]
    page = bare(view_of(name, tokens), CHIPS[name])
    for i, label in list(enumerate(labels(tokens)))[1:]:
        at = i - 1 if name == "TokenLogProbs" else i
        page.mouse.move(0, 0)
        page.locator("[data-popper-interactive]").wait_for(state="detached")
        page.locator(CHIPS[name]).nth(at).hover()
        page.locator("[data-popper-interactive]").wait_for()
        assert label in shown_texts(page, "[data-popper-interactive]")[0]
    assert page.evaluate("globalThis.hit ?? null") is None
    assert page.locator(".circuitsvis-paper :is(img, script, svg)").count() == 0


def table_of(page) -> list[list[str]]:
    return page.eval_on_selector_all(
        ".kit-twin tr", "rows => rows.map((row) => [...row.cells].map((cell) => cell.textContent))"
    )


@pytest.mark.browser
def test_the_table_of_a_neuron_follows_its_choosers(bare) -> None:
    values = np.arange(12).reshape(2, 2, 3)
    view = TextNeuronActivations(["a", " b"], values, first_dimension_labels=["in", "out"])
    page = bare(view, ".colored-tokens > span")
    page.get_by_role("button", name="Table").click()
    assert table_of(page)[1:] == [["0", "0", "a", "0"], ["0", "1", "·b", "6.00"]]
    page.locator("[id=layer-selector]").select_option(index=1)
    page.locator("[id=neuron-selector]").select_option(index=2)
    expect(page.locator(".kit-twin")).to_contain_text("11.0")
    head, *rows = table_of(page)
    assert head[-1] == "Layer out, Neuron 2" and [row[-1] for row in rows] == ["5.00", "11.0"]


@pytest.mark.browser
def test_the_table_of_top_tokens_ranks_from_both_ends(bare) -> None:
    values = np.array([[[3.0, 0], [1, 0], [2, 0]], [[0, 7], [0, 9], [0, 8]]])
    page = bare(TopkTokens([["a", "b", "c"]], [values], max_k=2), "td > span")
    page.get_by_role("button", name="Table").click()
    rows = [row[:4] for row in table_of(page)[1:] if row[0] == "0"]
    ranks = ["highest 1", "highest 2", "lowest 2", "lowest 1"]
    wanted = [["0", rank, *at] for rank, at in zip(ranks, ["0a", "2c", "2c", "1b"], strict=True)]
    assert rows == wanted
    page.locator("[id=layer-selector]").select_option(index=1)
    expect(page.locator(".kit-twin")).to_contain_text("Layer 1")
    assert [row[3] for row in table_of(page)[1:] if row[0] == "1"] == ["b", "c", "c", "a"]


@pytest.mark.browser
@pytest.mark.parametrize("text", HOSTILE)
def test_labels_and_titles_stay_text(bare, text: str) -> None:
    activations = np.zeros((2, 2, 1))
    many = ColoredTokensMulti(["a", "b"], np.ones((2, 1)), labels=[text], title=text)
    top = TopkTokens([["a", "b"]], [activations], 1, text, text, [text], [text, text])
    text_view = TextNeuronActivations(["a", "b"], activations, text, text, [text, text], [text])
    heads = AttentionHeads(np.full((1, 2, 2), 0.5), ["a", "b"], [text])
    page = bare(many, "span", top, text_view, heads)
    page.wait_for_selector("canvas")
    papers = page.locator(".circuitsvis-paper")
    for i in range(4):
        assert visible(clean(text)) in papers.nth(i).inner_text()
    assert page.evaluate("globalThis.hit ?? null") is None


HTMLISH = st.lists(
    st.sampled_from(["<", ">", "&", '"', "'", "/", "!", "s", "img", " ", "\n", "&lt;", "<!--", "="])
).map("".join)
TEXT = st.text(st.characters(exclude_categories=["Cn"]))


@pytest.mark.browser
@pytest.mark.parametrize("name", ["ColoredTokens", "TokenLogProbs", "TopkTokens"])
@settings(max_examples=5, suppress_health_check=list(HealthCheck))
@given(tokens=st.lists(HTMLISH | TEXT, min_size=40, max_size=80))
def test_any_text_is_shown_as_its_label(bare, name: str, tokens: list[str]) -> None:
    page = bare(view_of(name, tokens), CHIPS[name])
    wanted = labels(tokens[1:] if name == "TokenLogProbs" else tokens)
    seen = shown_texts(page, CHIPS[name])
    assert seen[: len(wanted)] == (wanted[::-1] if name == "TopkTokens" else wanted)


@pytest.mark.browser
def test_without_the_care_these_tests_would_fail(bare) -> None:
    page = bare(ColoredTokens(["a"], [1.0]), ".colored-tokens > span")
    page.evaluate(
        """async (tokens) => {
            const packed = Object.values(formicarium.models).map((model) => model.get("packed"));
            const unpack = (bytes) => new Response(
                new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
            const sources = await Promise.all(packed.filter(Boolean).map(unpack));
            const source = sources.find((text) => text.includes("default CircuitsVis"));
            const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
            document.body.append(Object.assign(document.createElement("div"), { id: "raw" }));
            const { default: all } = await import(url);
            all.render("raw", all.ColoredTokens, { tokens, values: [1, 1] });
        }""",
        ["<s>", NO_SPACES],
    )
    until(page, "globalThis.hit === 1")
    assert shown_texts(page, "#raw .colored-tokens > span")[0] == ""


@pytest.mark.browser
def test_a_view_that_goes_takes_its_component_along(bare) -> None:
    view = ColoredTokens(["a"], [1.0])
    page = bare(view, ".colored-tokens > span")
    left = page.evaluate(
        """async ([id, digest]) => {
            const modules = await globalThis[Symbol.for("formicarium")].get(digest);
            const { default: module } = await import(modules["circuitsvis.js"]);
            const end = new AbortController();
            const el = document.body.appendChild(document.createElement("div"));
            await module.render({ model: formicarium.models[id], el, signal: end.signal });
            const tokens = () => el.querySelectorAll(".colored-tokens").length;
            while (!tokens()) await new Promise((resolve) => setTimeout(resolve, 10));
            end.abort();
            await new Promise((resolve) => setTimeout(resolve, 100));
            return tokens();
        }""",
        [view.model_id, view._room.digest],
    )
    assert left == 0


@pytest.mark.browser
@pytest.mark.parametrize("dark", [False, True])
def test_text_can_be_read_in_both_themes(open_views, dark: bool) -> None:
    values = np.array([np.nan, *np.linspace(-1, 1, 40)])
    opened = open_views(ColoredTokens([f"t{i}" for i in range(41)], values), dark=dark)
    opened.page.wait_for_selector(".colored-tokens > span")
    opened.page.wait_for_timeout(100)
    ratios = opened.page.evaluate(CONTRASTS)
    assert len(ratios) == 41
    assert min(ratios) >= 4.5
    opened.quiet()


CONTRASTS = """() => {
    const light = (text) => {
        const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number);
        const part = (c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
        return a === 0 ? 1 : 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
    };
    return [...document.querySelectorAll(".colored-tokens > span > span")].map((span) => {
        const style = getComputedStyle(span);
        const [a, b] = [light(style.color), light(style.backgroundColor)];
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    });
}"""


@pytest.mark.browser
def test_pages_work_without_network_or_complaint(open_views) -> None:
    names = [*CHIPS, "AttentionHeads"]
    opened = open_views(*(view_of(name, ["a", " b", "c"]) for name in names))
    opened.page.wait_for_selector("canvas")
    assert opened.page.locator(".circuitsvis-paper > div").count() == len(names)
    assert 0.3e6 < len(opened.html) < 0.9e6  # 1.3 MB packed, once for six views
    opened.quiet()


@pytest.mark.browser
def test_the_numbers_are_there_as_a_table(open_views) -> None:
    opened = open_views(ColoredTokens(["a<b", "\n"], [1.5, -0.25]))
    opened.page.get_by_role("button", name="Table").click()
    assert opened.page.locator("td").all_inner_texts() == ["0", "a<b", "1.50", "1", "⏎", "−0.250"]


def test_the_bundle_is_found_without_importing_circuitsvis() -> None:
    code = (
        "import sys, widgets.circuitsvis.bundle as b; t = b.source();"
        "assert t.endswith('export default CircuitsVis;\\n') and 'sourceMappingURL' not in t;"
        "assert not {'circuitsvis', 'torch'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_another_bundle_is_refused(monkeypatch, tmp_path) -> None:
    from widgets.circuitsvis import bundle

    monkeypatch.setattr(bundle, "SHA256", "0" * 64)
    with pytest.raises(ImportError, match=r"pip install circuitsvis==1\.43\.3"):
        bundle.found()

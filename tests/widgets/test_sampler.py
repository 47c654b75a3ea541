"""The sampler: its numbers are the lab's, every rule can be moved, typed, reset and compared."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from playwright.sync_api import expect
from traitlets import TraitError

import widgets
from lab.sampling import Rules, draws, entropy, softmax
from tests.widgets.kernel import connect
from tests.widgets.until import until

ROOM = Path(widgets.__file__).parent / "sampler"
browser_only = pytest.mark.browser
rng = np.random.default_rng(5)
LOGITS = rng.normal(0, 3, 300).astype(np.float32)
WORDS = [f" w{i}" for i in range(300)]


def a_trace(pieces=4, vocab=300, **more):
    ids = np.arange(10, 10 + pieces)
    logits = np.random.default_rng(1).normal(0, 3, (pieces, vocab)).astype(np.float32)
    texts = [f" p{i}" for i in range(pieces)]
    given = {"pieces": texts, "ids": ids, "logits": logits, "text": "".join(texts)}
    return SimpleNamespace(**{**given, "model_name": "tiny", "prepend_bos": False, **more})


def test_a_trace_gives_the_chances_after_the_sessions_token_or_the_last():
    trace = a_trace()
    assert widgets.Sampler(trace).position == 3
    view = widgets.Sampler(trace, session=widgets.Session(token=1))
    assert view.position == 1 and view.token == 1
    np.testing.assert_array_equal(np.frombuffer(view.logits, "<f4"), trace.logits[1])
    assert np.frombuffer(view._said, "<i4").tolist() == [10, 11]
    assert view._code[0] == "lab.continuation(model, [10, 11], pieces=1, "
    assert widgets.Sampler(trace, session=widgets.Session(token=99)).position == 3
    bos = widgets.Sampler(a_trace(prepend_bos=True))
    assert "".join(bos._code).endswith("' p0 p1 p2 p3', pieces=1, , seed=, prepend_bos=True)")


def test_probabilities_are_known_by_their_sum_and_logits_travel_as_they_are():
    probs = softmax(LOGITS)
    sent = np.frombuffer(widgets.Sampler(probs)._first, "<i4")
    assert sent[0] == LOGITS.argmax()
    np.testing.assert_allclose(
        softmax(np.frombuffer(widgets.Sampler(probs).logits, "<f4")), probs, rtol=1e-5
    )
    view = widgets.Sampler(LOGITS, names=WORDS, ids=[3, 3, 7])
    assert view.logits == LOGITS.tobytes() and np.frombuffer(view._said, "<i4").tolist() == [3, 7]
    assert view.summary.startswith(f"300 pieces, entropy {entropy(probs):.2f} nats; likeliest: ·w")
    impossible = widgets.Sampler([0.0, -np.inf, 1.0])
    assert np.frombuffer(impossible.logits, "<f4")[1] == -np.inf


def test_smollm2s_vocabulary_is_sent_in_200_kB():
    view = widgets.Sampler(rng.normal(0, 3, 49_152), names=lambda ids: [f" piece{i}" for i in ids])
    state = view.get_state()
    raw = sum(len(value) for value in state.values() if isinstance(value, bytes))
    texts = sum(len(name.encode()) + 4 for name in state["_names"])
    assert raw + texts < 200_000


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ((np.zeros((2, 3)),), r"logits has shape \(2, 3\): give one row"),
        (([1.0, np.nan],), "NaN or infinity"),
        (([1.0, np.inf],), "NaN or infinity"),
        (([-np.inf],), "at least one piece must be possible"),
        (("text",), "no array of numbers"),
        ((a_trace(logits=None),), "the trace keeps no logits"),
        ((a_trace(logits=np.zeros((2, 300))),), r"shape \(2, 300\): give one row for 4 pieces"),
        ((np.zeros(600_000),), "600,000 pieces: 2.4 MB is more"),
    ],
)
def test_what_is_no_expectation_is_refused(given, says):
    with pytest.raises(ValueError, match=says):
        widgets.Sampler(*given)


def test_names_ids_and_rules_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="names has 2 entries for 300 logits"):
        widgets.Sampler(LOGITS, names=["a", "b"])
    with pytest.raises(ValueError, match="names gave 1 texts for 150 ids"):
        widgets.Sampler(LOGITS, names=lambda ids: ["a"])
    with pytest.raises(ValueError, match="ids holds 300: with 300 logits"):
        widgets.Sampler(LOGITS, ids=[300])
    with pytest.raises(TraitError, match=r"top_p=1.5: a probability from 0 to 1"):
        widgets.Sampler(LOGITS, top_p=1.5)
    with pytest.raises(TraitError, match=r"other has 'topk'"):
        widgets.Sampler(LOGITS, other={"topk": 3})
    with pytest.raises(TypeError, match="topk"):
        widgets.Sampler(LOGITS, topk=3)


def test_another_text_comes_under_the_same_rules_and_names():
    view = widgets.Sampler(LOGITS, names=WORDS, top_p=0.8)
    view.show(a_trace())
    assert view.top_p == 0.8 and view._names[0].startswith(" w") and view.position == 3
    with pytest.raises(ValueError, match="no array"):
        view.show("text")
    assert view.position == 3


def test_questions_are_answered_names_by_id_and_chances_elsewhere():
    view = widgets.Sampler(a_trace(), names=WORDS)
    content, _ = view.answer("names", {"ids": [299, 3, 999]})
    assert content == {"ids": [299, 3], "names": [" w299", " w3"]}
    view.answer("at", {"token": 0})
    assert view.position == 0
    view.answer("at", {"token": 17})
    assert view.position == 0


SETTINGS = [
    {},
    {"temperature": 0.0},
    {"temperature": 0.6, "top_p": 0.9},
    {"temperature": 2.5, "top_k": 40, "min_p": 0.02},
    {"typical": 0.4, "repetition_penalty": 1.4},
    {"top_k": 60, "top_p": 0.95, "min_p": 0.001, "typical": 0.9, "repetition_penalty": 0.8},
]

MODULES = """async ([sources, cases]) => {
  const load = (text) => import(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
  const [rules, draws] = await Promise.all(sources.map(load));
  return cases.map(([logits, ids, settings, seed]) => {
    const base = rules.ranked(Float32Array.from(logits, (x) => x ?? -Infinity));
    const state = rules.ruled(base, settings, [...new Set(ids)]);
    const probs = new Array(logits.length).fill(0);
    for (let i = state.low; i < state.high; i++) probs[state.order[i]] = rules.chance(state, i);
    const cuts = state.cuts.map(({ rule, pieces, chance }) => [rule, pieces, chance]);
    const drawn = Array.from({ length: 40 }, (_, i) => draws.drawn(state, seed, i));
    return { probs, cuts, drawn, entropy: state.entropy };
  });
}"""


def random_case(chance):
    """Logits (with ties and impossible pieces in turn), a text, rules, a seed."""
    n = int(chance.choice([2, 30, 400, 4096]))
    logits = chance.normal(0, chance.choice([1, 4, 9]), n).astype(np.float32)
    logits = np.round(logits) if chance.random() < 0.3 else logits
    if chance.random() < 0.2:
        logits[chance.integers(1, n, n // 3)] = -np.inf
    rules = {
        "temperature": float(chance.choice([0, 0.3, 0.8, 1, 1.7, 4])),
        "repetition_penalty": float(chance.choice([1, 1, 1.3, 0.7])),
    }
    for name, top in [("top_k", n + 2), ("top_p", 1), ("min_p", 0.4), ("typical", 1)]:
        if chance.random() < 0.5:
            value = chance.uniform(0.02, 1) * top
            rules[name] = max(1, int(value)) if name == "top_k" else float(value)
    return logits, chance.integers(0, n, 6).tolist(), rules, int(chance.integers(0, 2**32))


@browser_only
def test_the_browsers_rules_and_draws_are_the_labs(browser):
    cases = [random_case(np.random.default_rng(i)) for i in range(40)]
    sent = [[[None if x == -np.inf else float(x) for x in c[0]], *c[1:]] for c in cases]
    page = browser.new_page()
    sources = [(ROOM / name).read_text(encoding="utf-8") for name in ("rules.js", "draws.js")]
    for (logits, ids, how, seed), found in zip(
        cases, page.evaluate(MODULES, [sources, sent]), strict=True
    ):
        rules = Rules(**how)
        probs = rules.probs(logits, ids)
        np.testing.assert_allclose(found["probs"], probs, atol=1e-9)
        assert found["entropy"] == pytest.approx(entropy(probs), abs=1e-9)
        cuts = [(cut.rule, int(cut.out.sum())) for cut in rules.cuts(logits, ids)]
        assert [(rule, pieces) for rule, pieces, _ in found["cuts"]] == cuts
        chances = [cut.chance for cut in rules.cuts(logits, ids)]
        np.testing.assert_allclose([c for *_, c in found["cuts"]], chances, atol=1e-9)
        assert found["drawn"] == draws(probs, seed, 40).tolist()
    page.close()


def settle(opened, view):
    """What the page says it found, once it has."""
    opened.drawn()
    opened.page.wait_for_timeout(350)
    return opened.state(view, "found")


def agrees(found, rules, logits, ids):
    """The numbers of the picture are those of the lab."""
    probs = rules.probs(logits, ids)
    assert found["left"] == (probs > 0).sum()
    assert found["entropy"] == pytest.approx(entropy(probs), abs=1e-6)
    assert found["cut"] == pytest.approx(sum(c.chance for c in rules.cuts(logits, ids)), abs=1e-6)
    for token, share in found["top"]:
        assert share == pytest.approx(probs[token], abs=1e-6)


@browser_only
def test_every_slider_moves_by_key_and_number_and_the_page_agrees_with_python(open_views):
    trace = a_trace()
    view = widgets.Sampler(trace, names=WORDS)
    opened = open_views(view, width=1100)
    logits, ids = trace.logits[-1], trace.ids.tolist()
    for how in SETTINGS:
        names = ("temperature", "top_k", "top_p", "min_p", "typical", "repetition_penalty")
        for name in names:
            start = 1.0 if name in ("temperature", "repetition_penalty") else None
            opened.put(view, name, how.get(name, start))
        agrees(settle(opened, view), Rules(**how), logits, ids)
    page = opened.page
    page.get_by_role("button", name="Reset").click()
    agrees(settle(opened, view), Rules(), logits, ids)
    # By key: the slider of top-p, one step from its end.
    page.get_by_role("slider", name="top-p").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert opened.state(view, "top_p") == pytest.approx(0.98)
    page.get_by_role("slider", name="temperature").focus()
    page.keyboard.press("Home")
    assert opened.state(view, "temperature") == 0
    assert settle(opened, view)["left"] == 1
    assert (
        page.locator(".sampler-row.sampler-first .sampler-says").first.inner_text() == "1.00 greedy"
    )
    # By number, a comma too; what cannot be is told, and the last good one stays.
    typed = page.get_by_role("textbox", name="temperature, typed")
    typed.fill("0,75")
    typed.press("Enter")
    assert opened.state(view, "temperature") == 0.75
    top_k = page.get_by_role("textbox", name="top-k, typed")
    top_k.fill("2.5")
    top_k.press("Enter")
    assert top_k.get_attribute("aria-invalid") == "true"
    assert (
        "top-k 2.5: a whole number from 1 up is needed, or off."
        in page.locator(".kit-detail").inner_text()
    )
    assert opened.state(view, "top_k") is None
    top_k.fill("20")
    top_k.press("Enter")
    assert top_k.get_attribute("aria-invalid") is None
    agrees(settle(opened, view), Rules(temperature=0.75, top_k=20, top_p=0.98), logits, ids)
    code = page.locator(".sampler-code").inner_text()
    assert code == (
        "lab.continuation(model, ' p0 p1 p2 p3', pieces=1, "
        "temperature=0.75, top_k=20, top_p=0.98, seed=0)"
    )
    assert "cut 280" in page.locator(".sampler-rule", has_text="top-k").inner_text()
    assert opened.axe() == []
    opened.quiet()


@browser_only
def test_pieces_and_ranks_are_told_and_the_table_says_the_picture(open_views):
    view = widgets.Sampler(LOGITS, names=WORDS, top_k=3, log=True)
    opened = open_views(view, dark=True, width=1100)
    page, order = opened.page, np.argsort(-LOGITS, kind="stable")
    page.locator(".sampler-row").nth(4).hover()
    detail = page.locator(".kit-detail")
    assert f"·w{order[4]} id {order[4]} · 5. of 300" in detail.inner_text()
    assert "cut by top-k" in detail.inner_text()
    page.locator(".sampler-row").first.focus()
    page.keyboard.press("ArrowDown")
    assert f"·w{order[1]} id" in detail.inner_text()
    page.get_by_role("application").focus()
    page.keyboard.press("Home")
    page.keyboard.press("PageDown")
    page.keyboard.press("PageDown")
    assert f"·w{order[3]} id" in detail.inner_text()
    page.get_by_role("button", name="Table").click()
    cells = page.locator(".kit-twin tbody tr").nth(1).locator("td").all_inner_texts()
    assert cells[:3] == ["2", f"·w{order[1]}", str(order[1])]
    probs = Rules(top_k=3).probs(LOGITS)
    assert float(cells[5]) == pytest.approx(probs[order[1]], rel=5e-3)
    page.get_by_role("button", name="linear").click()
    assert opened.state(view, "log") is False
    assert min(opened.contrasts().values()) >= 4.5
    opened.quiet()


@browser_only
def test_draws_are_pythons_and_a_and_b_share_their_chance(open_views):
    view = widgets.Sampler(LOGITS, names=WORDS, temperature=1.4, seed=3, panel="pairs")
    opened = open_views(view, width=1100)
    page = opened.page
    page.get_by_role("button", name="Keep as B").click()
    assert opened.state(view, "other")["temperature"] == 1.4
    for name, value in (("temperature", 1.0), ("top_p", 0.7)):
        opened.put(view, name, value)
    page.locator(".sampler-pairs .sampler-says", has_text="first").wait_for()
    a = draws(Rules(top_p=0.7).probs(LOGITS), 3, 1000)
    b = draws(Rules(temperature=1.4).probs(LOGITS), 3, 1000)
    says = page.locator(".sampler-pairs .sampler-says")
    expect(says).to_contain_text(f"in {(a == b).sum():,} of the first 1,000")
    shown = page.locator(".sampler-pair").all_inner_texts()
    for i, text in enumerate(shown):
        sign = "=" if a[i] == b[i] else "≠"
        assert text.split() == [str(i), f"·w{a[i]}", sign, f"·w{b[i]}"]
    page.get_by_role("button", name="Swap A, B").click()
    opened.drawn()
    assert opened.state(view, "temperature") == 1.4 and opened.state(view, "top_p") is None
    page.get_by_role("button", name="1,000 draws").click()
    page.locator(".sampler-counts .sampler-says", has_text="rows lie").wait_for()
    order = np.argsort(-LOGITS, kind="stable")
    row = page.locator(".sampler-counts .sampler-row").first.inner_text()
    mean = 1000 * Rules(temperature=1.4).probs(LOGITS)[order[0]]
    assert f"·w{order[0]}" in row and f"{(b == order[0]).sum()} ({mean:.0f}" in row
    assert page.evaluate("document.activeElement.innerText") == "1,000 draws"
    assert opened.axe() == []
    opened.quiet()


@browser_only
def test_names_are_asked_the_token_is_followed_and_a_raising_callable_is_told(open_views):
    calm = True

    def names(ids):
        if not calm:
            raise RuntimeError("the tokenizer is gone")
        return [WORDS[i] for i in ids]

    trace, session = a_trace(), widgets.Session()
    view = widgets.Sampler(trace, names=names, session=session)
    opened = open_views(view, widgets.Tokens(trace, session=session), width=1000)
    questions = connect(opened, view)
    opened.page.locator(".tokens-piece").nth(1).click()
    until(opened.page, lambda: questions)
    assert [q["what"] for q in questions] == ["at"] and view.position == 1
    opened.catch_up(view, "logits", "_said", "_first", "_names", "position", "_text", "_code")
    expect(opened.page.locator(".sampler .kit-headline")).to_contain_text("after “ p0 p1”")
    opened.drawn()
    agrees(opened.state(view, "found"), Rules(), trace.logits[1], [])
    last = int(np.argsort(-trace.logits[1], kind="stable")[-1])
    opened.page.get_by_role("application").focus()
    opened.page.keyboard.press("End")
    expect(opened.page.locator(".sampler .kit-detail")).to_contain_text(f"·w{last} id {last}")
    calm = False
    opened.page.keyboard.press("ArrowLeft")
    expect(opened.page.locator(".sampler .kit-foot")).to_contain_text("the tokenizer is gone")


@browser_only
def test_a_saved_page_says_what_it_lacks_and_one_piece_is_no_trouble(open_views):
    trace, session = a_trace(), widgets.Session()
    view = widgets.Sampler(trace, session=session)
    small = widgets.Sampler([0.3], names=["only"], panel="counts", typical=0.5)
    opened = open_views(view, small, width=720)
    opened.put(session, "token", 0)
    said = opened.page.locator(".kit-detail").first.inner_text()
    assert "This page holds the chances after piece 3 alone." in said
    assert settle(opened, small)["left"] == 1
    assert "1000 (1000 ± 0)" in opened.page.locator(".sampler-counts").nth(1).inner_text()
    disabled = opened.page.get_by_role("slider", name="repetition").nth(1)
    assert disabled.is_disabled()
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= 720
    opened.quiet()


@browser_only
def test_three_hundred_moves_end_at_the_last_one(open_views):
    view = widgets.Sampler(LOGITS, names=WORDS)
    twin = "const s = formicarium.models[id];"
    opened = open_views(view, width=1000)
    opened.page.evaluate(
        f"""async (id) => {{ {twin}
          for (let i = 0; i < 300; i++) {{
            s.set("temperature", 0.1 + i / 100);
            if (i % 10 === 0) await new Promise((done) => setTimeout(done, 10));
          }} }}""",
        view.model_id,
    )
    agrees(settle(opened, view), Rules(temperature=0.1 + 299 / 100), LOGITS, [])
    opened.quiet()

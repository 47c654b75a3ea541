"""A Chromium page that opens views from disk, refuses every request and records what went wrong."""

import base64
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, sync_playwright

from tests.browser import FLAGS
from widgets.glass import export

AXE_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
PAYLOADS = {
    "img": "<img/src=x onerror=globalThis.hit=1>",
    "script end, img": "</script><img src=x onerror=globalThis.hit=1>",
    "script end, script": "</script><script>globalThis.hit=1</script>",
    "quotes": "\"';globalThis.hit=1;//`${globalThis.hit=1}`",
    "link": "javascript:globalThis.hit=1",
    "svg": "<svg onload=globalThis.hit=1>",
    "separators": "a\u2028globalThis.hit=1\u2029b\0c",
    "lone surrogate": "a\ud800b",
    "comment": "<!--<script>globalThis.hit=1",
}

CONTRASTS = """() => {
  const parse = (text) => {
    const parts = text.match(/[\\d.]+/g).map(Number);
    return parts[3] === 0 ? null : parts.slice(0, 3);
  };
  const luminance = (colour) => colour.map((part) => part / 255)
    .map((share) => (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4))
    .reduce((sum, share, i) => sum + share * [0.2126, 0.7152, 0.0722][i], 0);
  const says = (part) => [...part.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
  const texts = [...document.querySelectorAll('.kit-frame *')]
    .filter((part) => part.checkVisibility() && says(part));
  return texts.map((part) => {
    let [ground, at] = [null, part];
    for (; at && !ground; at = at.parentElement)
      ground = parse(getComputedStyle(at).backgroundColor);
    const pair = [parse(getComputedStyle(part).color), ground].map(luminance).sort((a, b) => a - b);
    return [`${part.className}: ${part.textContent}`, (pair[1] + 0.05) / (pair[0] + 0.05)];
  });
}"""


LATE = """(() => {
  const soon = requestAnimationFrame;
  globalThis.requestAnimationFrame = (call) => soon(() => setTimeout(() => soon(call), %d));
})()"""
"""Every frame so many milliseconds late, as on a machine with more to do than it can."""


LATE_BY = int(os.environ.get("FORMICARIUM_LATE", "0"))
FRAMES = """() => new Promise((done) => requestAnimationFrame(() =>
  requestAnimationFrame(() => setTimeout(done, 20))))"""


@dataclass
class Opened:
    """A page with views, and everything it complained about."""

    page: Page
    html: str
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def state(self, model, name: str):
        """The trait `name` of a widget's model in the page."""
        return self.page.evaluate(
            "([id, name]) => formicarium.models[id].get(name)", [model.model_id, name]
        )

    def put(self, model, name: str, value) -> None:
        """Set a trait of a widget's model in the page, as the kernel would."""
        self.page.evaluate(
            "([id, name, value]) => formicarium.models[id].set(name, value)",
            [model.model_id, name, value],
        )

    def catch_up(self, view, *names: str) -> None:
        """Bring these traits of a view in the page up to date, as one message of the kernel."""
        values = {name: getattr(view, name) for name in names}
        coded = {name: base64.b64encode(v).decode() for name, v in values.items() if _raw(v)}
        plain = {name: value for name, value in values.items() if name not in coded}
        self.page.evaluate(
            """([id, plain, coded]) => {
              const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;
              const raw = (text) => new DataView(bytes(text));
              const binary = Object.entries(coded).map(([name, text]) => [name, raw(text)]);
              formicarium.models[id].set({ ...plain, ...Object.fromEntries(binary) });
            }""",
            [view.model_id, plain, coded],
        )

    def tell(self, model, content: dict) -> None:
        """Deliver a custom message to a widget's model in the page, as the kernel would."""
        self.page.evaluate(
            "([id, content]) => formicarium.models[id].trigger('msg:custom', content, [])",
            [model.model_id, content],
        )

    def drawn(self) -> None:
        """Let the page draw what is due, and ask what it wants to know of it.

        Most of what changes a picture is drawn in the next frame; on a busy machine that may be
        long after the key or the message that asked for it.
        """
        self.page.evaluate(FRAMES)

    def contrasts(self) -> dict[str, float]:
        """The contrast of every text in the views with what is behind it, by WCAG 2."""
        return dict(self.page.evaluate(CONTRASTS))

    def axe(self) -> list[str]:
        """What axe-core finds wrong with the views: rule, what it says, and where."""
        judged = Axe().run(self.page, ".kit-frame", {"runOnly": list(AXE_TAGS)})
        return [
            f"{each['id']}: {each['help']}: {node['html'][:200]} {node['failureSummary'][:300]}"
            for each in judged.response["violations"]
            for node in each["nodes"]
        ]

    def quiet(self) -> None:
        """Nothing ran that should not, nothing was asked of a network, nothing broke."""
        assert self.page.evaluate("globalThis.hit ?? null") is None
        assert self.requests == []
        assert self.errors == []


def _raw(value) -> bool:
    return isinstance(value, bytes)


@pytest.fixture(scope="package")  # Playwright runs once at a time, and other tests have theirs
def browser(chromium: str):
    """One Chromium for the tests of views."""
    with sync_playwright() as play:
        running = play.chromium.launch(executable_path=chromium, headless=True, args=[*FLAGS])
        yield running
        running.close()


@pytest.fixture
def open_views(browser, tmp_path):
    """`open_views(view, …, dark=False, width=1000)`: the views' saved page, opened from disk.

    With `late`, or $FORMICARIUM_LATE, every frame comes so many milliseconds late.
    """
    contexts = []

    def opened(*views, dark=False, width=1000, height=800, title="test", late=LATE_BY) -> Opened:
        path = export.page(views, tmp_path / f"{len(contexts)}.html", title=title)
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
        contexts.append(context)
        if late:
            context.add_init_script(LATE % late)
        result = Opened(context.new_page(), path.read_text(encoding="utf-8"))
        _listen(context, result, path)
        result.page.goto(path.as_uri())
        result.page.wait_for_selector("html[data-ready]", timeout=20_000)
        return result

    yield opened
    for context in contexts:
        context.close()


def _listen(context, result: Opened, path: Path) -> None:
    def asked(request):
        if not request.url.startswith(("data:", "blob:", path.as_uri())):
            result.requests.append(request.url)

    def said(message):
        if message.type in ("error", "warning"):
            result.errors.append(message.text)

    context.route(re.compile(r"^(https?|wss?|ftp):"), lambda route: route.abort())
    result.page.on("request", asked)
    result.page.on("console", said)
    result.page.on("pageerror", lambda error: result.errors.append(str(error)))


@pytest.fixture(params=PAYLOADS.values(), ids=PAYLOADS.keys())
def payload(request) -> str:
    """One of nine texts that have broken out of other views."""
    return request.param

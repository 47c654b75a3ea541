"""Modules travel once, linked and named by their content; the package itself is light."""

import json
import re
import subprocess
import sys

import pytest
from ipywidgets.widgets.widget import _instances

import widgets
from tests.widgets.traces import a_trace
from widgets.glass.assets import HERE, LOADER, Carrier, bare, carry, room

NOTEBOOKS = sorted((HERE.parents[1] / "notebooks").glob("*.ipynb"))

LIGHT = """
import resource, sys, time
import widgets
cpu = time.process_time()
assert not {"torch", "transformers", "lab", "plotly", "ipywidgets"} & set(sys.modules)
widgets.Session, widgets.Tokens, widgets.page
assert not {"torch", "transformers", "lab"} & set(sys.modules)
assert cpu < 1, cpu
"""


def test_importing_the_package_loads_nothing_heavy():
    subprocess.run([sys.executable, "-c", LIGHT], check=True, timeout=120)


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(AttributeError, match=r"no 'Atention'; it has .*Tokens"):
        _ = widgets.Atention
    assert {"Tokens", "Session", "page"} <= set(dir(widgets))


def test_a_second_view_brings_no_second_copy():
    first = widgets.Tokens(a_trace())
    before = set(_instances)
    second = widgets.Tokens(a_trace())
    assert second._room is first._room
    kinds = {type(_instances[name]).__name__ for name in set(_instances) - before}
    assert kinds == {"Tokens", "Session", "Layout"}
    assert second._esm == LOADER


def test_closed_carriers_are_replaced():
    old = carry("replaced", lambda: "export default 1")
    assert carry("replaced", lambda: "never read") is old
    old.close()
    assert carry("replaced", lambda: "export default 2").source == "export default 2"


def test_a_room_is_carried_with_what_it_stands_on_and_named_by_its_content(tmp_path):
    for name in ("low", "high"):
        (tmp_path / name).mkdir()
    low = tmp_path / "low" / "low.js"
    low.write_text("// one\n  export const a = 1;")
    (tmp_path / "high" / "high.js").write_text(
        'import { a } from "../low/low.js";\nexport default a;'
    )
    (tmp_path / "high" / "high.css").write_text(".high { color: red; }")
    high = room(tmp_path / "high")
    assert high.imports == {"low": room(low.parent)}
    assert high.css == ".high { color: red; }"
    assert json.loads(room(low.parent).source) == {"low.js": "export const a = 1;"}
    for carrier in (high, room(low.parent)):
        carrier.close()
    low.write_text("export const a = 2;")
    assert room(tmp_path / "high").digest != high.digest


def test_no_template_reaches_over_a_line():
    """Else its indentation, which is left out on the way, would be part of a text."""
    for path in HERE.parent.rglob("*.js"):
        for line in bare(path.read_text(encoding="utf-8")).splitlines():
            code = line.split(" // ")[0].replace('"`"', "")
            assert code.count("`") % 2 == 0, f"{path.name}: {line}"


def test_all_our_javascript_together_is_small():
    rooms = {path.parent for path in HERE.parent.rglob("*.js")}
    assert 0 < sum(len(room(folder).packed) for folder in rooms) < 190_000


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_what_one_notebook_brings_is_smaller(path):
    """Each view's room once, and what it stands on."""
    named = set(re.findall(r"widgets\.([A-Z]\w+)\(", path.read_text(encoding="utf-8")))
    views = [getattr(widgets, name) for name in named & {*widgets.__all__} - {"Session"}]
    carried = {each.digest: each for view in views for each in _rooms(room(view._script().parent))}
    assert sum(len(each.packed) for each in carried.values()) < 90_000


def test_no_module_makes_markup_of_text_or_asks_a_host():
    for path in HERE.parent.rglob("*.js"):
        source = path.read_text(encoding="utf-8")
        for word in (
            "innerHTML",
            "outerHTML",
            "insertAdjacent",
            "document.write",
            "eval(",
            "fetch(",
        ):
            assert word not in source, f"{path.name}: {word}"
        assert "://" not in source.replace("http://www.w3.org/2000/svg", ""), path.name


@pytest.mark.browser
def test_a_page_links_each_room_once_and_keeps_one_style_each(open_views):
    opened = open_views(*(widgets.Tokens(a_trace()) for _ in range(3)))
    count = opened.page.evaluate("globalThis[Symbol.for('formicarium')].size")
    assert count == len(_rooms(widgets.Tokens(a_trace())._room))
    styles = opened.page.evaluate(
        "[...document.querySelectorAll('style')].map((s) => s.textContent)"
    )
    assert sum(".kit-frame {" in style for style in styles) == 1
    opened.quiet()


@pytest.mark.browser
def test_a_module_that_does_not_load_says_so_in_its_place(open_views, tmp_path):
    (tmp_path / "broken.js").write_text("export default {")
    good, bad = widgets.Tokens(a_trace()), widgets.Tokens(a_trace())
    bad._room, bad._entry = room(tmp_path), "broken.js"
    opened = open_views(bad, good)
    assert "could not be drawn" in opened.page.locator("main > div").nth(0).inner_text()
    assert opened.page.locator(".tokens-piece").count() == len(good.pieces)
    assert opened.requests == []


def _rooms(carrier: Carrier) -> list[Carrier]:
    """A carrier and all that it stands on."""
    found = {carrier.digest: carrier}
    for imported in carrier.imports.values():
        found |= {each.digest: each for each in _rooms(imported)}
    return list(found.values())

"""The map of a vocabulary: what travels and is refused, and what a reader can do with it."""

import zlib

import numpy as np
import pytest
from traitlets import TraitError

from tests.widgets.kernel import connect
from widgets.embedding_map import EmbeddingMap
from widgets.embedding_map.packing import unpacked_places
from widgets.glass.session import Session

GRID = np.array([[x, y] for y in range(3) for x in range(3)], dtype=float)
NAMES = [" ant", " bee", " cat", " dog", " eel", " fly", " gnu", " hen", " ibis"]
ROUND = np.array([[(i + 4) % 9 // 3, (i + 4) % 3] for i in range(9)], dtype=float)
KINDS = ["insect", "insect", "mammal", "mammal", "fish", "insect", "mammal", "bird", "bird"]


def near(point: int):
    """Three neighbours a step apart, whatever the picture says."""
    return [(point + step) % 9 for step in (4, 1, 2)], [0.9, 0.5, 0.25]


def a_map(places=None, **more) -> EmbeddingMap:
    given = {"properties": {"kind": KINDS, "size": np.arange(9.0)}, "neighbours": near, **more}
    return EmbeddingMap(GRID if places is None else places, NAMES, **given)


def test_fifty_thousand_points_with_names_and_a_property_travel_in_half_a_megabyte():
    rng = np.random.default_rng(0)
    count = 50_000
    names = [f" word{i}" for i in range(count)]
    kinds = rng.choice(["noun", "verb"], count)
    places = rng.normal(size=(count, 2))
    view = EmbeddingMap(places, names, properties={"kind": kinds})
    assert sum(map(len, view._data.values())) < 500_000
    back = unpacked_places(view._data["map 0"], view.frames[0])
    assert np.abs(back - places).max() <= view.frames[0][2] / 65_534
    raw = zlib.decompress(view._data["names"])
    assert [name.decode() for name in raw.split(b"\xff")] == names


def test_names_of_any_text_come_back_one_by_one():
    names = ["", "\0", "a\nb", "é" * 3, "\u202e", "<b>", "\ud800"]
    raw = zlib.decompress(EmbeddingMap(np.eye(7)[:, :2], names)._data["names"])
    assert [name.decode() for name in raw.split(b"\xff")] == [*names[:-1], "\ufffd"]


def test_what_is_lassoed_and_picked_goes_both_ways_and_is_checked():
    view = a_map()
    seen = []
    view.observe(lambda change: seen.append(change["new"]), "lassoed")
    view.set_state({"picked": 4})
    view._chosen = np.array([7, 2], dtype="<i4").tobytes()  # as the browser's bytes arrive
    assert (view.picked, view.lassoed) == (4, [2, 7])
    view.lassoed = [8, 1, 1]
    assert view.lassoed == [1, 8] and seen == [[2, 7], [1, 8]]
    assert np.frombuffer(view._chosen, "<i4").tolist() == [1, 8]
    for name, wrong in (("picked", 9), ("lassoed", [9]), ("colour", "mood"), ("beside", "x")):
        with pytest.raises(TraitError, match=name):
            setattr(view, name, wrong)
    view.at = 7
    assert view.at == 0  # one map: there is none between


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"places": np.ones((9, 3))}, r"places has shape \(9, 3\); \(9, 2\) is wanted"),
        ({"places": {"a": GRID, "b": GRID[:4]}}, r"places\['b'\] has shape \(4, 2\)"),
        ({"places": {}}, "places is empty"),
        ({"places": GRID * np.nan}, "only finite numbers"),
        ({"names": ["a"]}, "1 names for 9 points"),
        ({"properties": {"kind": ["a"]}}, r"properties\['kind'\] has shape \(1,\); \(9,\)"),
        ({"properties": {"size": np.full(9, np.inf)}}, r"properties\['size'\] is infinite"),
        ({"honesty": np.full(9, 2.0)}, "shares of 1 are wanted"),
        ({"honesty": {"b": np.ones(9)}}, "honesty is 'b'; there are 'map'"),
        ({"neighbours": (np.zeros((9, 2), int), np.zeros((9, 3)))}, r"\(9, 2\) ids but \(9, 3\)"),
        ({"neighbours": (np.full((9, 1), 12), np.zeros((9, 1)))}, "names point 12"),
        ({"importance": [0, 44]}, "importance names point 44"),
        ({"tokens": [9]}, "tokens name point 9"),
        ({"colour": "mood"}, "colour is 'mood'; there are '', 'kept neighbours'"),
    ],
)
def test_what_it_cannot_show_is_named(given, says):
    with pytest.raises(ValueError, match=says):
        EmbeddingMap(**{"places": GRID, **given})


def test_too_much_is_refused_with_a_way_out():
    many = np.random.default_rng(0).normal(size=(300_000, 2))
    with pytest.raises(ValueError, match=r"300,000 points: 2.4 MB .* fewer maps"):
        EmbeddingMap({"a": many, "b": many})


def test_more_groups_than_colours_share_a_gray_and_numbers_keep_what_is_missing():
    view = EmbeddingMap(GRID, properties={"letter": list("aabcdefgh"), "n": [1, np.nan] + [3] * 7})
    letter, number = view.properties
    assert letter["groups"] == ["a", "b", "c", "d", "e", "f", "2 others"]
    assert letter["sizes"] == [2, 1, 1, 1, 1, 1, 2]
    assert (number["low"], number["high"]) == (1, 3)
    steps = np.frombuffer(view._data["property 1"], "<u2")
    assert steps[:3].tolist() == [0, 65_535, 65_534]


def test_a_callable_that_answers_nonsense_is_told():
    for wrong, says in (
        (lambda point: ([1, 2], [0.5]), "2 points but 1 similarities"),
        (lambda point: ([99], [0.5]), "gave point 99"),
    ):
        with pytest.raises(ValueError, match=says):
            a_map(neighbours=wrong).answer("neighbours", {"points": [1]})
    assert a_map(neighbours=None).answer("neighbours", {"points": [1]})[0]["near"] == [[], []]


# In the page: the grid's points lie 0.46 of the board's height from its middle.


def spot(opened, point: int, board: int = 0) -> tuple[float, float]:
    box = opened.page.locator(".embedding-map-board").nth(board).bounding_box()
    reach = 0.46 * min(box["width"], box["height"])
    x, y = GRID[point] - 1
    return box["x"] + box["width"] / 2 + reach * x, box["y"] + box["height"] / 2 - reach * y


def settle(opened) -> None:
    """Questions are answered, and what is due is drawn."""
    opened.drawn()
    opened.page.wait_for_timeout(30)
    opened.drawn()


def detail(opened) -> str:
    return opened.page.locator(".kit-detail").first.inner_text()


@pytest.mark.browser
def test_hover_pick_neighbours_search_lasso_and_keys(open_views):
    session = Session()
    view = a_map(session=session, tokens=[3, 8, 3], importance=[4])
    opened = open_views(view, height=900)
    page, asked = opened.page, connect(opened, view)
    # hover says the point, a click picks it and asks for its true neighbours
    page.mouse.move(*spot(opened, 5))
    settle(opened)
    assert "·fly point 5" in detail(opened) and "kind: insect · size: 5.00" in detail(opened)
    page.mouse.click(*spot(opened, 0))
    page.locator("button.embedding-map-row").nth(2).wait_for()
    assert opened.state(view, "picked") == 0 and [q["args"] for q in asked] == [{"points": [0]}]
    rows = page.locator("button.embedding-map-row").all_inner_texts()
    assert [row.split("\n")[0] for row in rows] == ["·eel", "·bee", "·cat"]
    assert "0.900" in rows[0]
    # the diagonal neighbour is the third nearest in the picture: two are nearer
    ranks = [
        page.locator("button.embedding-map-row").nth(i).locator(".embedding-map-place")
        for i in range(3)
    ]
    assert [rank.inner_text() for rank in ranks] == ["3", "1", "4"]
    assert "2 of 3 are among the 3 nearest" in page.locator(".embedding-map-verdict").inner_text()
    # a neighbour is followed; what is asked for once is not asked again
    page.locator("button.embedding-map-row").nth(0).click()
    settle(opened)
    assert opened.state(view, "picked") == 4
    page.mouse.click(*spot(opened, 0))
    settle(opened)
    assert len(asked) == 2
    # search: found points are listed; Enter picks, Select takes all of them
    page.keyboard.press("/")
    page.keyboard.type("e")
    settle(opened)
    assert "Found: 3" in page.locator(".embedding-map-count").inner_text()
    page.keyboard.press("Enter")
    assert opened.state(view, "picked") == 4  # eel begins with it
    page.get_by_role("button", name="Select 3").click()
    assert lassoed(opened, view) == [1, 4, 7]
    page.locator(".embedding-map-find").fill("")
    page.get_by_role("button", name="Clear").click()
    assert lassoed(opened, view) == []
    # lasso with the mouse: around the left column
    page.get_by_role("button", name="lasso").click()
    corners = [spot(opened, 6), spot(opened, 0)]
    (x, top), (_, bottom) = corners
    page.mouse.move(x - 30, top - 8)
    page.mouse.down()
    for corner in ((x + 40, top - 8), (x + 40, bottom + 8), (x - 30, bottom + 8)):
        page.mouse.move(*corner, steps=2)
    page.mouse.up()
    assert lassoed(opened, view) == [0, 3, 6]
    opened.quiet()


def lassoed(opened, view) -> list[int]:
    """What the page's model holds as selected."""
    return opened.page.evaluate(
        "(id) => { const raw = formicarium.models[id].get('_chosen');"
        " return raw.byteLength ? [...new Int32Array(raw.buffer.slice(raw.byteOffset,"
        " raw.byteOffset + raw.byteLength))] : []; }",
        view.model_id,
    )


@pytest.mark.browser
def test_the_keyboard_does_what_the_mouse_does_and_axe_finds_nothing(open_views):
    session = Session()
    view = a_map({"grid": GRID, "round": ROUND}, session=session, tokens=[3, 8], honesty=np.ones(9))
    opened = open_views(view, height=900)
    page = opened.page
    board = page.locator(".embedding-map-board").first
    board.focus()
    page.keyboard.press("ArrowRight")  # nothing picked yet: the middle
    assert opened.state(view, "picked") == 4
    for key, point in (("ArrowRight", 5), ("ArrowUp", 8), ("ArrowLeft", 7), ("ArrowDown", 4)):
        page.keyboard.press(key)
        assert opened.state(view, "picked") == point, key
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    assert opened.state(session, "token") == 1  # the second piece of the text is point 8
    opened.put(session, "token", 0)
    assert opened.state(view, "picked") == 3
    # a frame by keys: begun in the middle, grown to the right, taken
    board.focus()
    page.keyboard.press("r")
    for _ in range(14):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")
    assert lassoed(opened, view) == [4, 5]
    for _ in range(2):
        page.keyboard.press("Escape")
    assert opened.state(view, "picked") is None and lassoed(opened, view) == []
    # the points move to the next map, at once where motion is not wanted
    page.keyboard.press("]")
    settle(opened)
    assert opened.state(view, "at") == 1
    assert page.locator(".embedding-map-name").first.inner_text() == "round"
    opened.put(view, "at", 0.5)
    settle(opened)
    assert "mean nothing" in detail(opened)
    page.get_by_label("beside it").select_option("grid")
    settle(opened)
    assert page.locator(".embedding-map-board").count() == 2
    page.get_by_role("button", name="Table").click()
    table = page.locator(".kit-twin").inner_text()
    assert "·ibis" in table and "kind" in table
    assert opened.axe() == []
    for text, contrast in opened.contrasts().items():
        assert contrast >= 4.5 or "Select" in text, text
    opened.quiet()


@pytest.mark.browser
def test_an_analogy_is_asked_by_words_or_keys_and_the_given_words_keep_their_ranks(open_views):
    asked = []

    def analogy(a, b, c):
        asked.append((a, b, c))
        return [c, 7, b], [0.9, 0.6, 0.5]

    view = a_map(analogy=analogy)
    opened = open_views(view, height=900)
    connect(opened, view)
    page = opened.page
    page.locator(".embedding-map-board").first.focus()
    page.keyboard.press("a")
    for word in ("ant", "bee", "zebra"):
        page.keyboard.type(word)
        page.keyboard.press("Enter")
    assert "“zebra” is no piece here" in page.locator(".embedding-map-analogy").inner_text()
    page.get_by_label("analogy: c").fill("dog")
    page.keyboard.press("Enter")
    rows = page.locator("button.embedding-map-row")
    rows.nth(2).wait_for()
    assert asked == [(0, 1, 3)] and opened.state(view, "compared") == [0, 1, 3]
    assert [row.split("\n")[0] for row in rows.all_inner_texts()] == ["·dog", "·hen", "·bee"]
    assert page.locator(".embedding-map-given").count() == 2
    verdict = page.locator(".embedding-map-verdict").inner_text()
    assert verdict == "·hen once the given words are left out; with them, ·dog comes first."
    page.mouse.click(*spot(opened, 5))  # a picked point goes into a slot by its number
    page.keyboard.press("1")
    settle(opened)
    assert asked[-1] == (5, 1, 3) and opened.state(view, "picked") is None
    assert opened.axe() == []
    page.locator(".embedding-map-board").first.focus()
    page.keyboard.press("Escape")
    assert opened.state(view, "compared") == []
    opened.quiet()
    # the saved page shows what was asked last
    view.compared = [5, 1, 3]
    later = open_views(view, height=900)
    assert later.page.locator("button.embedding-map-row").count() == 3
    with pytest.raises(TraitError, match="compared is"):
        view.compared = [1, 2]


@pytest.mark.browser
@pytest.mark.parametrize("dark", [False, True])
def test_points_are_painted_where_they_are_and_a_group_stands_out(open_views, dark):
    view = a_map()
    opened = open_views(view, dark=dark, height=900)
    blue = (86, 180, 233) if dark else (0, 114, 178)
    assert distance(pixel(opened, 0), blue) < 90  # an insect: the first group
    far = pixel(opened, 4)
    opened.page.locator(".embedding-map-group").first.click()
    settle(opened)
    assert distance(pixel(opened, 0), blue) < 60
    assert distance(pixel(opened, 4), pixel(opened, None)) < distance(far, pixel(opened, None))
    opened.page.get_by_label("colour by").select_option("size")
    settle(opened)
    assert "size" in opened.page.locator(".kit-legend").inner_text()
    opened.quiet()


def pixel(opened, point: int | None) -> list[int]:
    """The colour where a point is painted; None: of the paper."""
    x, y = spot(opened, point or 0)
    box = opened.page.locator(".embedding-map-board").first.bounding_box()
    at = [3, 200] if point is None else [round(x - box["x"]), round(y - box["y"])]
    return opened.page.evaluate(
        "([x, y]) => [...document.querySelector('.embedding-map-board canvas')"
        ".getContext('2d').getImageData(x, y, 1, 1).data].slice(0, 3)",
        at,
    )


def distance(one, other) -> float:
    return float(np.abs(np.subtract(one, other)).sum())


@pytest.mark.browser
def test_a_saved_page_keeps_what_was_asked_for_and_says_what_it_cannot(open_views):
    asked = a_map()
    asked.picked = 2  # nobody has asked for its neighbours yet
    carried = EmbeddingMap(
        GRID, NAMES, neighbours=(np.roll(np.arange(9), -1)[:, None], np.full((9, 1), 0.5))
    )
    opened = open_views(asked, carried, height=1600)
    for view, point in ((asked, 2), (carried, 3)):
        opened.put(view, "picked", point)
    settle(opened)
    rows = opened.page.locator("button.embedding-map-row")
    assert rows.count() == 4 and "·gnu" in rows.first.inner_text()
    assert "·eel" in rows.nth(3).inner_text()
    opened.put(asked, "picked", 5)
    settle(opened)
    assert "before it was saved" in opened.page.locator(".embedding-map-verdict").first.inner_text()
    opened.quiet()


@pytest.mark.browser
def test_a_callable_that_raises_is_told_and_the_picture_stays(open_views):
    def broken(point):
        raise RuntimeError("no such table")

    view = a_map(neighbours=broken)
    opened = open_views(view)
    connect(opened, view)
    opened.put(view, "picked", 1)
    opened.page.get_by_text("no such table").wait_for()
    assert opened.page.locator(".kit-stale").count() == 1
    opened.put(view, "picked", None)
    assert opened.state(view, "picked") is None


@pytest.mark.browser
@pytest.mark.parametrize("count", [1, 2])
def test_the_smallest_maps_are_shown_and_nothing_scrolls_sideways(open_views, count):
    view = EmbeddingMap(np.zeros((count, 2)), ["\u05d0\u202e"] * count)
    opened = open_views(view, width=700)
    opened.page.mouse.click(*spot(opened, 4))
    assert opened.state(view, "picked") == 0
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= 700
    opened.quiet()

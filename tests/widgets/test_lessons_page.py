"""Lessons in a browser: guesses and graded questions by mouse and by keyboard, with and without
a kernel behind the page."""

import pytest
from playwright.sync_api import expect

import widgets
from tests.widgets.kernel import connect
from tests.widgets.until import until

pytestmark = pytest.mark.browser
CHOICES = [" Mary", " to", " store"]


def texts(opened, selector):
    return opened.page.locator(selector).all_inner_texts()


def press(opened, *keys):
    for key in keys:
        opened.page.keyboard.press(key)


def button(opened, name):
    return opened.page.get_by_role("button", name=name, exact=True)


def test_a_guess_is_committed_changed_and_put_beside_the_truth(open_views):
    guess = widgets.Predict("Which comes next?", choices=CHOICES, truth=" Mary", explain="So.")
    opened = open_views(guess)
    questions = connect(opened, guess, held=True)
    page = opened.page
    assert texts(opened, ".card-label") == ["·Mary", "·to", "·store"]
    assert button(opened, "Commit").is_disabled()
    page.get_by_text("·store").click()
    button(opened, "Commit").click()
    assert (opened.state(guess, "_given"), opened.state(guess, "_first")) == (2, 2)
    assert page.locator("input").nth(0).is_disabled(), "a guess is locked"
    assert "Mary" not in page.locator(".card-row").inner_text(), "the truth has not come yet"
    button(opened, "Change my mind").click()
    page.get_by_text("·to").click()
    button(opened, "Commit").click()
    assert (opened.state(guess, "_given"), opened.state(guess, "_first")) == (1, 2)
    guess.set_state({"_given": 1, "_first": 2})
    until(page, "asked.length > 0")
    page.evaluate("answerNext()")
    opened.catch_up(guess, "_truth")
    assert questions[0]["what"] == "truth"
    said = page.locator(".card-said").inner_text()
    assert said == "You said ·to. It is ·Mary. (First you said ·store.)"
    assert page.locator(".card-true").inner_text().startswith("·Mary")
    assert page.locator(".card-given").inner_text().startswith("·to")
    assert page.locator(".card-more").inner_text() == "So."
    assert page.get_by_role("button").count() == 0
    opened.quiet()


def test_a_truth_that_comes_later_can_be_looked_at_without_a_guess(open_views):
    guess = widgets.Predict("How much?", number=(0, 1))
    opened = open_views(guess)
    questions = connect(opened, guess)
    assert opened.page.get_by_role("button", name="Show me").count() == 0
    guess.reveal(0.5)
    opened.catch_up(guess, "_ready")
    button(opened, "Show me").click()
    until(opened.page, lambda: questions)
    opened.catch_up(guess, "_truth")
    expect(opened.page.locator(".card-said")).to_have_text("It is 0.500.")
    assert (guess.value, len(questions)) == (None, 1)
    opened.quiet()


def test_a_guess_by_keyboard_alone(open_views):
    guess = widgets.Predict("Which comes next?", choices=CHOICES)
    other = widgets.Predict("How likely?", number=(0, 1), unit="probability")
    opened = open_views(guess, other)
    press(opened, "Tab", "ArrowDown", "ArrowDown", "Enter")
    assert opened.state(guess, "_given") == 2
    assert opened.page.evaluate("document.activeElement.textContent") == "Change my mind"
    press(opened, "Enter", "Shift+Tab", "1", "Enter")
    assert (opened.state(guess, "_given"), opened.state(guess, "_first")) == (0, 2)
    opened.page.get_by_role("slider").focus()
    press(opened, "ArrowRight", "PageUp", "Enter")
    assert opened.state(other, "_given") == 0.61
    assert opened.page.locator(".card-said").nth(1).inner_text().startswith("Committed: 0.610")
    opened.quiet()


def test_the_notebooks_shortcuts_stay_out_of_a_card(open_views):
    opened = open_views(widgets.Predict("?", choices=CHOICES))
    marked = "document.activeElement.hasAttribute('data-lm-suppress-shortcuts')"
    opened.page.locator("input").first.focus()
    press(opened, "m")
    assert opened.page.evaluate(marked)
    press(opened, "Control+s")
    assert not opened.page.evaluate(marked)


def test_a_number_stands_beside_the_truth_at_its_distance(open_views):
    guess = widgets.Predict("How likely?", number=(0, 1), unit="probability")
    guess.commit(0.25)
    guess.reveal(0.75)
    whole = widgets.Predict("How many?", number=range(1, 1001), log=True, unit="heads")
    whole.commit(10)
    whole.reveal(100)
    shown = widgets.Predict("Unanswered?", number=(0, 10))
    shown.reveal(12)
    shown._show()
    opened = open_views(guess, whole, shown)
    said = texts(opened, ".card-said")
    assert said[0] == "You said 0.250 probability: 0.500 too low. It is 0.750 probability."
    assert said[1] == "You said 10 heads: 10.0 times too low. It is 100 heads."
    assert said[2] == "It is 12.0."
    lines = opened.page.locator(".predict-line").all()
    for line, places in zip(lines, [(0.25, 0.75), (1 / 3, 2 / 3), (1,)], strict=True):
        box = line.bounding_box()
        marks = [mark.bounding_box()["x"] for mark in line.locator(".predict-at").all()]
        found = [(x - box["x"]) / box["width"] for x in marks]
        assert found == pytest.approx(places, abs=0.01)
    opened.quiet()


def test_what_is_picked_elsewhere_is_the_answer_and_the_truth_can_be_picked(open_views):
    session = widgets.Session()
    tokens = widgets.Tokens(pieces=["The", " cat", " sat"], session=session)
    guess = widgets.Predict("Which?", pick="token", session=session, pieces=["The", " cat", " sat"])
    opened = open_views(tokens, guess)
    assert button(opened, "Commit").is_disabled()
    opened.page.locator(".tokens-piece").nth(1).click()
    assert opened.page.locator(".card-pick").inner_text() == "·cat at 1"
    button(opened, "Commit").click()
    opened.page.locator(".tokens-piece").nth(0).click()
    assert opened.page.locator(".card-pick").inner_text() == "·cat at 1", "locked"
    opened.put(guess, "_truth", {"raw": 2, "label": "·sat at 2", "explain": ""})
    button(opened, "·sat at 2").click()
    assert opened.state(session, "token") == 2
    opened.quiet()


def test_a_check_is_graded_with_hints_and_a_way_past(open_views):
    check = widgets.Check(
        "Which `piece` of 2 * 3 * 4, *please*?",
        answer=lambda: " to", choices=CHOICES, progress=None,
        hints=["look left", "look right"], explain="Here.",
    )  # fmt: skip
    opened = open_views(check)
    page, questions = opened.page, connect(opened, check)
    assert page.locator(".card-question code").inner_text() == "piece"
    assert texts(opened, ".card-question em") == ["please"]
    assert button(opened, "Check").is_disabled()
    press(opened, "Tab", "ArrowDown", "Enter")
    page.wait_for_selector(".card-right")
    assert page.locator(".card-said").inner_text() == "Right."
    assert page.locator(".card-more").inner_text() == "Here."
    page.get_by_text("·store").click()
    button(opened, "Check").click()
    page.wait_for_selector(".card-wrong")
    assert page.locator(".card-said").inner_text() == "Not yet. A hint may help."
    assert page.locator(".card-more").inner_text() == ""
    button(opened, "Hint 1 of 2").click()
    assert opened.state(check, "hinted") == 1
    button(opened, "Hint 2 of 2").click()
    assert texts(opened, ".check-hints li") == ["look left", "look right"]
    assert page.get_by_role("button", name="Hint").count() == 0
    button(opened, "Skip").click()
    expect(page.locator(".card-said")).to_have_text("Skipped. The answer: ·to.")
    assert [question["what"] for question in questions] == ["grade", "grade", "skip"]
    opened.quiet()


def test_a_saved_page_grades_by_the_seal_and_says_what_it_cannot(open_views):
    given = {"progress": None, "hints": ["h"]}
    views = [
        widgets.Check("?", answer=widgets.sealed(" to"), choices=CHOICES, **given),
        widgets.Check("?", answer=widgets.sealed(0.42, tolerance=0.02), number=True, **given),
        widgets.Check("?", answer="The cat", text=True, **given),
        widgets.Check("?", answer=(5, 1), pick="head", session=widgets.Session(5, 5, 1), **given),
        widgets.Check("?", answer=lambda: 3, number=True, **given),
        widgets.Predict("?", choices=CHOICES, truth=" to"),
    ]
    opened = open_views(*views)
    page = opened.page
    page.get_by_text("·to").first.click()
    fields = page.locator(".card-field")
    for at, text in enumerate(["0.44", "the  CAT", "3"]):
        fields.nth(at).fill(text)
    for check in page.get_by_role("button", name="Check").all():
        check.click()
    expect(page.locator(".card-right")).to_have_count(4)
    kernel = "Grading needs a running kernel."
    assert texts(opened, ".card-mark") == ["", "", "", "", kernel, ""]
    fields.nth(0).fill("0.45")
    page.get_by_role("button", name="Check").nth(1).click()
    page.wait_for_selector(".card-wrong")
    page.get_by_text("·store").nth(1).click()
    button(opened, "Commit").click()
    assert texts(opened, ".card-mark")[-1] == "The truth needs a running kernel."
    assert opened.state(views[-1], "_given") == 2
    opened.quiet()


def test_a_failure_and_a_dead_kernel_are_said_and_the_question_stays(open_views):
    check = widgets.Check("?", answer=lambda: 1 / 0, number=True, progress=None)
    opened = open_views(check)
    connect(opened, check)
    opened.page.locator(".card-field").fill("3")
    press(opened, "Enter")
    expect(opened.page.locator(".card-mark")).to_have_text(["ZeroDivisionError: division by zero"])
    opened.page.evaluate(
        "(id) => { const m = formicarium.models[id]; m.comm_live = false;"
        " m.trigger('comm_live_update'); }",
        check.session.model_id,
    )
    assert texts(opened, ".card-mark") == ["Disconnected: run the cell again."]
    assert opened.page.locator(".card-field").input_value() == "3"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_card_is_read_by_everybody_and_never_wider_than_the_page(open_views, dark):
    session = widgets.Session(layer=3, head=2)
    done = widgets.Predict("Guess?", choices=CHOICES)
    done.commit(" to")
    done.reveal(" Mary", "Because of `this`.")
    number = widgets.Predict("How much?", number=(0, 1), unit="nats")
    number.commit(0.3)
    number.reveal(0.7)
    wrong = widgets.Check("Text?", answer="a", text=True, progress=None, hints=["h"], explain="e")
    wrong.grade("b")
    wrong.hinted = 1
    long = widgets.Predict("w" * 300, choices=["c" * 200, "d" * 200])
    head = widgets.Check("Head?", answer=(3, 2), pick="head", session=session, progress=None)
    head.grade((3, 2))
    function = widgets.Check("Function?", test=[((1,), 1)], progress=None)
    open_number = widgets.Predict("Open?", number=(0, 1))
    views = [done, number, wrong, long, head, function, open_number]
    opened = open_views(*views, dark=dark, width=700)
    assert opened.axe() == []
    low = {text: c for text, c in opened.contrasts().items() if c < 4.5}
    assert {text for text in low if "Commit" not in text} == set(), "disabled buttons may be faint"
    wide = opened.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 700
    heights = [box.bounding_box()["height"] for box in opened.page.locator(".card").all()]
    assert max(heights) < 480
    opened.quiet()


def test_hostile_text_stays_text(open_views, payload):
    session = widgets.Session(token=0)
    guess = widgets.Predict(payload, choices=[payload, "b"], unit=payload)
    guess.commit("b")
    guess.reveal("b", payload)
    check = widgets.Check(
        payload, answer=0, pick="token", pieces=[payload], session=session, hints=[payload],
        explain=payload, progress=None,
    )  # fmt: skip
    check.hinted = 1
    check.grade(0)
    check.failure = payload
    opened = open_views(guess, check)
    shown = opened.page.locator(".card").all_inner_texts()
    assert all(text.strip() for text in shown)
    assert opened.page.locator("img, iframe, a").count() == 0
    opened.quiet()

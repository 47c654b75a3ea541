"""The prompt: what is typed reaches the callable and the views; errors keep pictures."""

import time

import pytest

from tests.widgets.until import until
from widgets.prompt import Prompt
from widgets.tokens import Tokens


class Made:
    """The least a view shows."""

    def __init__(self, text):
        self.pieces = text.split()
        self.note = f"{len(self.pieces)} words"


def asked(prompt, text, number=1):
    """The browser's question, and what came back."""
    sent = []
    prompt._answers._send = lambda content, buffers: sent.append(content)
    prompt._handle_custom_msg(
        {"kind": "ask", "what": "run", "client": "a", "id": number, "args": {"text": text}}, []
    )
    prompt._answers.settle()
    return sent


def test_what_is_typed_reaches_the_views():
    view = Tokens(pieces=["old"])
    prompt = Prompt(Made, views=[view])
    (answer,) = asked(prompt, "two words")
    assert view.pieces == ["two", "words"] and prompt.text == "two words"
    assert answer["content"]["note"] == "2 words"


def test_an_error_is_told_and_the_last_picture_stays():
    def refuse(text):
        raise ValueError("prompt is empty")

    view = Tokens(pieces=["old"])
    (answer,) = asked(Prompt(refuse, views=[view]), "")
    assert answer["error"] == "ValueError: prompt is empty" == view.failure
    assert view.pieces == ["old"]


def test_a_good_text_after_a_bad_one_clears_the_mark():
    def some(text):
        if text == "bad":
            raise ValueError("no")
        return Made(text)

    view = Tokens(pieces=["old"])
    prompt = Prompt(some, views=[view])
    with pytest.raises(ValueError, match="no"):
        prompt.run("bad")
    assert view.failure
    prompt.run("good one")
    assert view.failure == "" and view.pieces == ["good", "one"]


def test_only_the_first_and_the_newest_of_a_burst_are_asked():
    heard = []

    def slow(text):
        heard.append(text)
        time.sleep(0.05)
        return Made(text)

    prompt = Prompt(slow)
    prompt._answers._send = lambda content, buffers: None
    for number in range(20):
        question = {"what": "run", "client": "a", "id": number, "args": {"text": f"t{number}"}}
        prompt._handle_custom_msg({"kind": "ask", **question}, [])
    prompt._answers.settle()
    assert heard[-1] == "t19" and len(heard) <= 3


def test_lone_surrogates_and_long_texts_are_met_at_the_door():
    prompt = Prompt(Made)
    assert prompt.run("a\ud800 b").pieces == ["a\ufffd", "b"]
    with pytest.raises(ValueError, match="100001 characters"):
        prompt.run("x" * 100_001)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(("text",), "give a function"), ((Made, [3]), "views holds a int")],
)
def test_a_callable_and_views_are_needed(arguments, says):
    ask, *views = arguments
    with pytest.raises(TypeError, match=says):
        Prompt(ask, views=views[0] if views else ())


@pytest.mark.browser
def test_a_saved_page_says_that_it_cannot_ask(open_views):
    prompt = Prompt(Made, text="as it was")
    opened = open_views(prompt)
    assert opened.page.locator(".prompt-text").input_value() == "as it was"
    assert opened.page.locator(".prompt-text").get_attribute("readonly") is not None
    assert "saved page" in opened.page.locator(".prompt-state").inner_text()
    opened.quiet()


@pytest.mark.browser
def test_an_error_stands_under_the_text_and_moves_nothing(open_views):
    prompt = Prompt(Made, text="as it was")
    opened = open_views(prompt, Tokens(pieces=["a"]))
    text, below = opened.page.locator(".prompt-text"), opened.page.locator(".kit-frame.tokens")
    opened.page.evaluate("formicarium.models[formicarium.views[0]].widget_manager.offline = false")
    opened.put(prompt.session, "comm_live", True)
    opened.page.evaluate(
        """id => {
          globalThis.asked = [];
          const model = formicarium.models[id];
          model.send = (question) => asked.push(question);
          formicarium.models[model.get('session').slice(10)].trigger('comm_live_update');
        }""",
        prompt.model_id,
    )
    opened.drawn()  # the box is as high as its text
    before = [text.bounding_box(), below.bounding_box()]
    text.evaluate("box => { box.readOnly = false; box.focus(); }")
    opened.page.keyboard.type("!")
    until(opened.page, "asked.length > 0")  # what is typed is asked after a short rest
    question = opened.page.evaluate("asked[0]")
    opened.tell(prompt, {**question, "kind": "answer", "error": "ValueError: no"})
    state = opened.page.locator(".prompt-state")
    assert state.inner_text() == "ValueError: no"
    assert state.bounding_box()["y"] >= before[0]["y"] + before[0]["height"]
    assert [text.bounding_box(), below.bounding_box()] == before


@pytest.mark.browser
def test_enter_is_left_to_an_input_method_that_composes(open_views):
    opened = open_views(Prompt(Made, text="as it was"))
    handled = """(box, isComposing) => {
      const about = { key: "Enter", isComposing, bubbles: true, cancelable: true };
      return !box.dispatchEvent(new KeyboardEvent("keydown", about));
    }"""
    text = opened.page.locator(".prompt-text")
    assert text.evaluate(handled, False) and not text.evaluate(handled, True)


@pytest.mark.browser
def test_a_hostile_text_stays_text(open_views, payload):
    opened = open_views(Prompt(Made, text=payload, title=payload))
    opened.page.locator(".prompt-text").wait_for()
    opened.quiet()


@pytest.mark.browser
def test_a_pasted_book_is_cut_before_it_is_sent(open_views):
    """Ten mebibytes in one message would drop the connection to the kernel."""
    opened = open_views(Prompt(Made))
    opened.page.evaluate(
        """() => {
            const text = document.querySelector(".prompt-text");
            text.readOnly = false;  // as it is with a kernel
            text.focus();
            document.execCommand("insertText", false, "x".repeat(1_000_000));
        }"""
    )
    assert len(opened.page.locator(".prompt-text").input_value()) == 100_000

"""What the browser asks is answered: the newest wins, errors are said, a cell may run meanwhile."""

import threading
import time

import widgets
from tests.widgets.traces import a_trace
from widgets.glass.answers import Answers, said


def question(number, what="exact", client="c"):
    return {"kind": "ask", "what": what, "client": client, "id": number, "args": {"n": number}}


def test_of_many_questions_one_runs_one_waits_and_the_newest_is_answered():
    going, sent, ran = threading.Event(), [], []

    def slow(what, args):
        ran.append(args["n"])
        going.wait(5)
        return {"n": args["n"]}, [b"x"]

    answers = Answers(slow, lambda content, buffers: sent.append((content, buffers)))
    answers.ask(question(1))
    while not ran:
        time.sleep(0.001)
    for number in range(2, 201):
        answers.ask(question(number))
    going.set()
    answers.settle()
    assert ran == [1, 200]
    assert [content["id"] for content, _ in sent] == [1, 200]
    assert sent[-1][0]["content"] == {"n": 200}
    assert sent[-1][1] == [b"x"]


def test_questions_of_other_kinds_and_clients_are_not_forgotten():
    sent = []
    answers = Answers(lambda what, args: ({}, []), lambda content, _: sent.append(content))
    for what in ("exact", "page"):
        for client in ("a", "b"):
            answers.ask(question(1, what, client))
    answers.settle()
    assert {(c["what"], c["client"]) for c in sent} == {
        (what, client) for what in ("exact", "page") for client in ("a", "b")
    }


def test_what_raises_is_said_and_the_next_question_is_answered():
    sent = []

    def picky(what, args):
        if args["n"] == 1:
            raise ValueError("3 pieces\nbut 2 values")
        return {}, []

    answers = Answers(picky, lambda content, _: sent.append(content))
    answers.ask(question(1))
    answers.settle()
    answers.ask(question(2))
    answers.settle()
    assert sent[0]["error"] == "ValueError: 3 pieces but 2 values"
    assert "error" not in sent[1]


def test_a_message_from_the_browser_reaches_the_view_and_its_answer_goes_back():
    view, sent = widgets.Tokens(a_trace()), []
    view._answers._send = lambda content, buffers: sent.append(content)
    view._handle_custom_msg(question(1, "page"), [])
    view._handle_custom_msg(question(2, "nothing of ours"), [])
    view._handle_custom_msg("no question at all", [])
    view._answers.settle()
    assert sent[0]["content"]["html"].startswith("<!doctype html>")
    assert "no answer to 'nothing of ours'" in sent[1]["error"]


def test_a_callable_that_raises_leaves_its_message_in_the_view():
    view = widgets.Tokens(a_trace())
    with view._trying():
        raise RuntimeError("the model is gone")
    assert view.failure == "RuntimeError: the model is gone"
    with view._trying():
        pass
    assert view.failure == ""


def test_a_long_message_is_cut():
    assert len(said(ValueError("x" * 10_000))) == 500

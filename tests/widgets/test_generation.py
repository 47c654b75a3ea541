"""Generation from Python: what is written, branched, stopped, searched, measured, refused."""

from __future__ import annotations

import json
import math
import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest

import lab
import widgets
from widgets.generation.beams import Search, Winners
from widgets.generation.steps import taken
from widgets.generation.working import Job, Worker

LETTERS = "abcdefgh"


def letters(ids, pause=0.0):
    """A text that goes on through the alphabet; after a letter the next is likeliest."""
    at = ids[-1]
    while True:
        at = (at + 1) % 8
        time.sleep(pause)
        others = [(at, LETTERS[at], 0.5), ((at + 1) % 8, LETTERS[(at + 1) % 8], 0.25)]
        yield {"id": at, "piece": LETTERS[at], "probability": 0.5, "alternatives": others}


def begun(grow=letters, **more):
    return widgets.Generation(grow, ids=[0, 1], pieces=["a", "b"], **more)


def test_it_writes_steps_runs_and_branches():
    view = begun(write=3)
    seen = []
    view.observe(lambda change: seen.append(change.new), "text")
    assert view.step().text == "abc" and view.ids == [0, 1, 2]
    assert view.run().wait().text == "abcdef"
    view.take(3, 4, pieces=2).wait()
    assert view.text == "abcefg" == seen[-1]
    chosen, other = view.branches
    assert (chosen.text, other.text) == ("abcefg", "abcdef")
    assert chosen.logp == pytest.approx(math.log(0.5 * 0.25 * 0.5 * 0.5))
    assert chosen.per_piece == pytest.approx(chosen.logp / chosen.written) and chosen.written == 4
    assert other.logp == pytest.approx(4 * math.log(0.5))
    assert view.summary.startswith("4 pieces written: −3.47 nats, −0.866 a piece; 2 branches")
    view.choose(3)
    assert view.text == "abcdef"
    view.take(3, 4, pieces=1).wait()  # the way that was gone before, a piece longer
    assert view.text == "abcefgh" and len(view.branches) == 2


def test_steps_asked_for_one_by_one_are_those_of_one_run():
    calls = []

    def grow(ids):
        calls.append(list(ids))
        chance = np.random.default_rng(5)
        while True:
            token = int(chance.integers(8))
            yield {"id": token, "piece": LETTERS[token], "probability": 0.125}

    view = begun(grow)
    for _ in range(5):
        view.step()
    assert view.text == begun(grow).run(5).wait().text
    assert calls == [[0, 1], [0, 1]]


def test_the_labs_growers_write_what_a_stream_writes(tiny):
    trace = lab.trace(tiny, "Tom ran", keep=[])
    grow = lab.grower(tiny, rule={"temperature": 0})
    view = widgets.Generation(grow, trace, decode=tiny.tokenizer.decode)
    begins = widgets.Generation(grow, lab.trace(tiny, [256, 84], keep=[]))
    assert [node["special"] for node in begins.tree] == [True, False]
    ids = [
        *trace.ids.tolist(),
        *(step.id for step in lab.stream(tiny, "Tom ran", pieces=6, rule={"temperature": 0})),
    ]
    assert view.step(6).ids == ids and view.text == tiny.tokenizer.decode(ids)
    nodes = view.tree
    assert [node["given"] for node in nodes] == [True] * 7 + [False] * 6
    assert nodes[3]["probability"] == pytest.approx(math.exp(-trace.surprisal[3]), rel=1e-4)
    other = trace.top_ids[1, 2]
    view.take(2, int(other), pieces=4).wait()  # inside what was given
    fresh = [*trace.ids[:2].tolist(), int(other)]
    more = lab.stream(tiny, fresh, pieces=4, rule={"temperature": 0})
    assert view.ids == [*fresh, *(step.id for step in more)]


def test_a_stop_comes_after_the_piece_in_hand_and_a_newer_wish_ends_the_older():
    view = begun(lambda ids: letters(ids, pause=0.02))
    view.run(1000)
    while len(view.ids) < 3:
        time.sleep(0.005)
    view.stop()
    written = len(view.ids)
    time.sleep(0.08)
    assert 3 <= written == len(view.ids) < 1000
    view.run(1000)
    view.take(2, 3, pieces=2).wait()
    assert view.text == "abdef" and not view._worker.busy
    view.close()
    with pytest.raises(RuntimeError, match="closed"):
        view.run()


def test_many_pieces_make_few_messages_and_the_last_is_told():
    view, told = begun(lambda ids: letters(ids, pause=0.001)), []
    view.send = lambda content, buffers=None: told.append((time.monotonic(), content))
    view.run(300).wait()
    took = told[-1][0] - told[0][0]
    assert len(told) <= 10 * took + 3
    assert sum(len(content["nodes"]) for _, content in told) == 300
    assert told[-1][1]["work"] is None and told[-1][1]["tip"] == 301


def test_what_grow_raises_is_shown_and_what_was_written_stays():
    def breaks(ids):
        yield from list(zip_steps(ids, 2))
        raise RuntimeError("the model is gone")

    view = begun(breaks)
    with pytest.raises(RuntimeError, match="the model is gone"):
        view.step(5)
    assert view.text == "abcd" and view.failure == "RuntimeError: the model is gone"
    view._growth.grow = letters
    assert view.step().text == "abcde" and not view.failure


def zip_steps(ids, count):
    going = letters(ids)
    return (next(going) for _ in range(count))


def test_grow_that_ends_or_an_end_of_text_ends_the_run():
    assert begun(lambda ids: zip_steps(ids, 2)).step(9).text == "abcd"
    end = {"id": 9, "piece": "⟨end⟩", "probability": 0.9, "ended": True}
    view = begun(lambda ids: [end, end])
    assert view.step(5).ids == [0, 1, 9] and view.step().ids == [0, 1, 9]


@pytest.mark.parametrize(
    ("step", "says"),
    [
        ("text", "grow gave 'text': a step needs id, piece and probability"),
        ({"id": 1}, "a step needs id, piece"),
        ({"id": 1, "piece": "a", "probability": 1.5}, "probability=1.5: a number from 0 to 1"),
    ],
)
def test_steps_that_are_none_are_named(step, says):
    with pytest.raises((TypeError, ValueError), match=says):
        taken(step, 0)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: widgets.Generation(3, ids=[1], pieces=["a"]), "grow is a int; give a function"),
        (lambda: widgets.Generation(letters), "give a trace .* or ids and pieces"),
        (lambda: widgets.Generation(letters, ids=[1], pieces=[]), "1 ids but 0 pieces"),
        (lambda: begun(write=0), "write=0: a whole number"),
        (lambda: begun().take(9, 1), "at=9: the text has 2 pieces"),
        (lambda: begun().step().take(2, 7), "token=7 is none of the alternatives"),
        (lambda: begun().choose(99), "number=99: the tree has 2 nodes"),
        (lambda: begun(None).run(), "was given no grow"),
        (lambda: begun().search(), "was given no beams"),
        (lambda: begun(timing=SimpleNamespace(length=[1])), "without kept, anew"),
        (lambda: begun(timing=SimpleNamespace(length=[1], kept=[1], anew=[])), "different lengths"),
    ],
)
def test_what_cannot_be_is_refused_by_name(call, says):
    with pytest.raises((TypeError, ValueError, RuntimeError), match=says):
        call()


def test_hostile_and_odd_pieces_travel(payload):
    step = {"id": 5, "piece": payload, "probability": 0, "alternatives": [(5, payload, None)]}
    view = widgets.Generation(lambda ids: [step], ids=[1], pieces=[payload], title=payload)
    view.step()
    state = view.get_state()
    assert state["_tree"]["nodes"][1][2] == view.text[len(view.text) // 2 :]
    state["_tree"]["nodes"][1][2].encode()  # no lone surrogate


def test_a_search_starts_where_the_reader_points_and_knows_a_better_text(gpt2):
    trace = lab.trace(gpt2, "Tom r", keep=[])
    view = widgets.Generation(
        lab.grower(gpt2), trace, beams=lambda ids, width: lab.beams(gpt2, ids, width, 5)
    )
    view.search(3)
    *_, last = lab.beams(gpt2, "Tom r", 3, 5)
    found = view._beams
    assert found["best"]["ids"] == list(last.best.ids) and found["ids"] == trace.ids.tolist()
    assert len(found["steps"]) == 5 and found["rival"] is None
    view.token = 1
    view.search(2)
    assert view._beams["ids"] == trace.ids[:2].tolist()
    shown = widgets.Generation(None, trace, beams=lab.beams(gpt2, "Tom r", 2, 4))
    assert len(shown._beams["steps"]) == 4
    shown.show_beams(lab.beams(gpt2, "Tom r", 2, 4), rival=[1, 2])
    assert shown._beams["rival"] == {"ids": [1, 2]}


def test_of_two_searches_the_worse_is_told_its_better():
    winners, narrow, wide = Winners(), Search([1], ["a"], 1), Search([1], ["a"], 4)
    narrow.best, wide.best = {"logp": -3.0}, {"logp": -2.0}
    for search in (wide, narrow):
        winners.judge(search)
    assert narrow.rival == wide.best and wide.rival is None


def test_timing_is_measured_on_what_was_given(gpt2):
    asked = []

    def timing(ids):
        asked.append(ids)
        return lab.timed(gpt2, ids, 4)

    view = widgets.Generation(letters, lab.trace(gpt2, "Tom", keep=[]), timing=timing)
    view.answer("act", {"do": "measure"})
    view.wait()
    assert asked == [[84, 111, 109]] and view._timing["positions_anew"] == [3, 4, 5, 6]


def test_a_worker_runs_one_job_at_a_time_in_one_thread():
    threads, ended = [], []

    def work(job):
        threads.append(threading.current_thread())
        while not job.stopped and job.done < 3:
            job.done += 1
            time.sleep(0.01)

    worker = Worker(lambda job, error: ended.append((job.kind, job.done, error)))
    for kind in "abc":
        worker.do(Job(kind, work))
        time.sleep(0.005)
    assert worker.wait(5) and len(set(threads)) == 1
    assert ended[-1] == ("c", 3, None) and all(done < 3 for _, done, _ in ended[:-1])
    worker.do(Job("fails", lambda job: 1 / 0))
    assert worker.wait(5) and isinstance(ended[-1][2], ZeroDivisionError)
    worker.close()


def test_a_full_tree_is_light_enough_to_send_and_says_that_it_is_full():
    wide = [(i, f" piece{i}", 0.1 / 3) for i in range(10)]
    step = {"piece": " word", "probability": 1 / 3, "alternatives": wide, "seconds": 1 / 30}
    view = begun(lambda ids: ({**step, "id": i} for i in range(9_999)))
    with pytest.raises(ValueError, match="the tree is full: it holds 5,000 pieces"):
        view.step(9_999)
    assert len(json.dumps(view.get_state()["_tree"])) < 2_000_000
    assert "the tree is full" in view.failure and len(view.ids) == 5_000


def test_a_search_that_is_shown_tells_how_many_texts_it_held(gpt2):
    view = begun(beams=lab.beams(gpt2, "Tom", 3, 4))
    assert view._beams["width"] == 3 == view._beams["best"]["width"]

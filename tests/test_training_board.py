"""The training board in Python: its thread, what it keeps, and how little it sends."""

from __future__ import annotations

import _thread
import math
import re
import threading
import time
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training_runs import steps
from widgets.training.history import entry
from widgets.training.running import Running
from widgets.training.stored import stored
from widgets.training.thinning import MOST, bucket, extremes, means
from widgets.training.training import INTERVAL, Training
from widgets.training.turns import fastest

NUMBERS = st.floats(-1e6, 1e6) | st.just(math.nan)


@pytest.fixture
def board():
    """A board whose messages are kept in `board.sent`."""
    made = Training()
    made.sent = []
    made.send = lambda content, buffers=None: made.sent.append((content, buffers))
    yield made
    made.close()


def held(sent):
    """The curves as a browser has them after these messages."""
    curves, run, samples = {}, None, []
    for content, buffers in sent:
        if content["run"] != run or content["before"] is None:
            curves, run, samples = {}, content["run"], []
        for (name, start, count), raw in zip(content["curves"], buffers, strict=True):
            told = np.frombuffer(raw, "<f4")
            x, y = told[:count], told[count:].reshape(count, -1)
            old = curves.get(name, (x[:0], y[:0]))
            curves[name] = (np.append(old[0][:start], x), np.vstack([old[1][:start], y]))
        start, more = content["samples"]
        samples = [*samples[:start], *more]
    return curves, samples


def test_a_watched_training_runs_beside_and_is_kept_whole(board):
    go = threading.Event()

    def held():
        go.wait(20)
        yield from steps(100)

    assert board.watch(held()) is board and board.running  # it came back with the run unfinished
    go.set()
    assert board.wait(30) and board.done and not board.running
    assert board.step.step == 100
    history = board.history
    assert history["step"].tolist() == list(range(1, 101))
    assert history["layer_grads"].shape == (100, 2)
    measured = ~np.isnan(history["induction"])
    assert measured.sum() == 20 and np.isnan(history["valid"]).sum() == 95
    assert [step for step, _ in board.samples] == [50, 100]


def test_stop_ends_after_the_step_in_hand_and_resume_goes_on_exactly_there(board):
    threads = set()

    def watched():
        for step in steps(60, pause=0.01):
            threads.add(threading.get_ident())
            begun.set()
            yield step

    begun = threading.Event()
    board.watch(watched())
    assert begun.wait(10)
    board.stop()
    at = board.step.step
    assert 0 < at < 60 and not board.running and not board.done
    time.sleep(0.15)
    assert board.step.step == at, "it stands still"
    assert board.wait(1) is False
    board.resume()
    assert board.running
    assert board.wait(30)
    assert board.history["step"].tolist() == list(range(1, 61)), "no step twice and none left out"
    assert len(threads) == 1 and threading.get_ident() not in threads


def test_the_browser_can_stop_and_resume(board):
    board.watch(steps(500, pause=0.005))
    board.answer("stop", {})
    assert board._runner.wait(5)
    board.answer("resume", {})
    assert board.running
    board.stop()
    board.stop()  # nothing more happens
    phases = [content["phase"] for content, _ in board.sent]
    wanted = ["running", "stopping", "stopped", "running", "stopping", "stopped"]
    assert [p for i, p in enumerate(phases) if i == 0 or phases[i - 1] != p] == wanted


def test_an_error_of_the_training_is_told_and_raised_where_one_waits(board):
    def breaks():
        yield from steps(10)
        raise FloatingPointError("loss is NaN at step 11")

    board.watch(breaks())
    with pytest.raises(FloatingPointError, match="at step 11"):
        board.wait(10)
    assert board.failure == "FloatingPointError: loss is NaN at step 11"
    assert len(board.history["loss"]) == 10 and not board.running and not board.done
    board.watch(steps(3))
    assert board.wait(10) and board.failure == ""


@pytest.mark.parametrize(
    ("bad", "error", "says"),
    [
        (SimpleNamespace(loss=1.0), TypeError, "it needs at least step and loss"),
        (SimpleNamespace(step=2, loss="low"), ValueError, "loss is 'low', not a number"),
        (SimpleNamespace(step=1, loss=1.0), ValueError, "step 1 comes after step 1"),
        (SimpleNamespace(step=2, loss=1.0, metrics={"a": "b"}), ValueError, "a is 'b', not a"),
        (7, TypeError, "a int is no step"),
    ],
)
def test_what_is_no_step_ends_the_run_with_a_word_and_closes_it(board, bad, error, says):
    ended = threading.Event()

    def run():
        try:
            yield SimpleNamespace(step=1, loss=2.0)
            yield bad
            yield SimpleNamespace(step=3, loss=2.0)
        finally:
            ended.set()

    board.watch(run())
    with pytest.raises(error, match=says):
        board.wait(10)
    assert ended.is_set() and says in board.failure


def test_layers_that_come_and_go_are_named(board):
    board.watch([{"step": 1, "loss": 1.0, "layer_grads": [1, 2]}, {"step": 2, "loss": 1.0}])
    assert board.wait(10)
    assert np.isnan(board.history["layer_grads"][1]).all()
    with pytest.raises(ValueError, match="layer_grads has 3 numbers, before it had 2"):
        board.show([{"step": i, "loss": 1.0, "layer_grads": [1] * (1 + i)} for i in (1, 2)])


def test_a_second_run_is_refused_while_one_is_at_work_and_else_leaves_the_first_in_sight(board):
    board.watch(steps(400, pause=0.01))
    with pytest.raises(RuntimeError, match="at work on this board; stop"):
        board.watch(steps(3))
    with pytest.raises(RuntimeError, match="at work"):
        board.show({"step": [1], "loss": [1.0]})
    while len(board.history["step"]) < 20:
        time.sleep(0.01)
    board.stop()
    before = board.history["step"]
    board.watch(steps(30))
    assert board.wait(10)
    curves, _ = held(board.sent)
    assert curves["loss"][0].tolist() == list(range(1, 31))
    assert curves["earlier mean"][0].tolist() == before.tolist()


@pytest.mark.parametrize("when", ["at work", "stopped"])
def test_closing_the_board_closes_the_training_in_its_own_thread(when):
    closed = []

    def run():
        try:
            yield from steps(1000, pause=0.01)
        finally:
            closed.append(threading.current_thread().name)

    board = Training().watch(run())
    time.sleep(0.05)
    if when == "stopped":
        board.stop()
    board.close()
    assert closed == ["training board"]


def test_a_stopped_run_is_closed_when_another_begins(board):
    closed = threading.Event()

    def run():
        try:
            yield from steps(1000, pause=0.01)
        finally:
            closed.set()

    board.watch(run())
    board.stop()
    assert not closed.is_set()
    board.watch(steps(2))
    assert closed.is_set() and board.wait(10)


def test_stopping_from_within_the_training_does_not_wait_for_itself(board):
    def run():
        for step in steps(50):
            if step.step == 7:
                board.stop()
            yield step

    board.watch(run())
    assert board.wait(10) is False
    assert board.step.step == 7
    board.resume()
    assert board.wait(10)


def test_an_interrupt_while_waiting_stops_the_run(board):
    board.watch(steps(100_000, pause=0.005))
    threading.Timer(0.3, _thread.interrupt_main).start()
    with pytest.raises(KeyboardInterrupt):
        board.wait()
    board.stop()
    assert not board.running and board.step.step < 10_000


def test_a_closed_board_watches_nothing_more():
    board = Training().watch(steps(3))
    board.close()
    with pytest.raises(RuntimeError, match="this board is closed; make another"):
        board.watch(steps(3))


def test_what_the_board_sends_does_not_claim_the_browsers_replies():
    board = Training()
    board.comm._reply_subshell_id = "a subshell that is gone"
    board.show({"step": [1], "loss": [2.0]})
    assert not hasattr(board.comm, "_reply_subshell_id")
    board.close()


def test_there_is_nothing_to_wait_for_or_resume_before_a_training_or_after_its_end(board):
    with pytest.raises(RuntimeError, match="no training is watched"):
        board.wait()
    board.stop()
    with pytest.raises(TypeError, match="not iterable"):
        board.watch(3)
    board.watch(steps(3))
    board.wait(10)
    with pytest.raises(RuntimeError, match="nothing to resume: the run is done"):
        board.resume()


def test_thousands_of_fast_steps_make_few_messages_and_the_last_is_among_them(board):
    begun = time.monotonic()
    board.watch(steps(5000))
    assert board.wait(60)
    took = time.monotonic() - begun
    assert len(board.sent) <= took / INTERVAL + 3
    curves, samples = held(board.sent)
    assert board.sent[-1][0]["phase"] == "done"
    assert curves["loss"][0][-1] == 5000 == samples[-1][0]
    assert curves["loss"][1][-1, 0] == np.float32(board.history["loss"][-1])


def test_a_slow_step_is_told_without_waiting_for_the_next(board):
    go = threading.Event()

    def run():
        yield from steps(5)
        go.wait(20)

    board.watch(run())
    for _ in range(100):
        curves, _ = held(board.sent)
        if "loss" in curves and curves["loss"][0][-1:] == 5:
            break
        time.sleep(0.05)
    assert curves["loss"][0][-1] == 5 and board.running
    go.set()


@pytest.mark.parametrize("count", [3, 700, 1499, 1501, 1502, 3010, 6000])
def test_tails_told_at_any_time_join_to_the_whole(board, count):
    ledger, random = board._ledger, np.random.default_rng(count)
    sent, ahead = [], list(steps(count, layers=3))
    while ahead:
        for _ in range(min(len(ahead), int(random.integers(1, count // 3 + 2)))):
            ledger.add(entry(ahead.pop(0)))
        sent.append(ledger.news("running"))
    (wanted, samples), (found, heard) = held([ledger.whole("done")]), held(sent)
    assert wanted.keys() == found.keys() and samples == heard
    for name, (x, y) in wanted.items():
        np.testing.assert_array_equal(found[name][0], x, err_msg=name)
        np.testing.assert_array_equal(found[name][1], y, err_msg=name)
        assert len(x) <= MOST and (np.diff(x) >= 0).all()


def test_revisions_follow_each_other_so_that_a_gap_is_seen(board):
    board.watch(steps(300, pause=0.002))
    board.wait(30)
    said = [(content["before"], content["revision"]) for content, _ in board.sent]
    assert all(after[0] in (None, before[1]) for before, after in pairwise(said))
    assert said[0][0] is None is said[-1][0], "a new phase is told whole"
    whole, buffers = board.answer("whole", {"revision": 0})
    assert whole["revision"] == said[-1][1] and buffers
    assert board.answer("whole", {"revision": whole["revision"]}) == ({"kind": "same"}, [])


def test_the_state_a_page_is_loaded_with_is_all_there_is(board):
    board.watch(steps(100))
    board.wait(10)
    state = board.get_state()["_board"]
    curves, samples = held([(state["content"], state["buffers"])])
    assert curves["loss"][0][-1] == 100 and samples[-1][0] == 100
    assert sum(map(len, state["buffers"])) < 100_000


@given(st.lists(NUMBERS, min_size=1, max_size=300), st.integers(4, 40))
def test_a_thinned_curve_keeps_first_last_lowest_and_highest(values, most):
    y = np.array(values)
    x = np.arange(len(y), dtype=float)
    _, kept, shown = extremes(x, y, most=most)
    assert len(kept) <= most and (np.diff(kept) >= 0).all()
    assert kept[0] == 0 and kept[-1] == len(y) - 1
    np.testing.assert_array_equal(shown, y[kept.astype(int)])
    if np.isfinite(y).any():
        assert np.nanmin(shown) == np.nanmin(y) and np.nanmax(shown) == np.nanmax(y)


@given(st.lists(NUMBERS, min_size=1, max_size=200), st.integers(1, 30), st.integers(0, 200))
def test_a_tail_of_means_continues_what_was_told(values, most, told):
    y = np.array(values)
    x, told = np.arange(len(y), dtype=float), min(told, len(y))
    whole, before = means(x, y, most=most), means(x[:told], y[:told], most=most)
    tail = means(x, y, told, most)
    np.testing.assert_array_equal(np.append(before.x[: tail.start], tail.x), whole.x)
    np.testing.assert_array_equal(np.append(before.y[: tail.start], tail.y), whole.y)
    assert len(whole.x) <= most
    size = bucket(len(y), most)
    known = y[:size][~np.isnan(y[:size])]
    assert whole.y[0] == pytest.approx(known.mean() if len(known) else math.nan, nan_ok=True)


@pytest.mark.parametrize("turn", [0.15, 0.4, 0.7])
@pytest.mark.parametrize("every", [1, 20])
def test_the_fastest_change_is_found_where_it_was_put(turn, every):
    x = np.arange(every, 2001, every, dtype=float)
    noise = np.random.default_rng(0).normal(size=len(x)) * 0.01
    rise = 1 / (1 + np.exp(-(x - turn * 2000) / 40)) + noise
    found = fastest(x, rise)
    assert found and abs(found.step / (turn * 2000) - 1) < 0.12 and found.change > 0.8
    assert fastest(x, -rise).change < -0.8
    assert fastest(x, noise) is None


def test_exponential_decay_is_fastest_at_its_time_constant():
    x = np.arange(1.0, 4001.0)
    assert abs(fastest(x, 2 + 6 * np.exp(-x / 300)).step / 300 - 1) < 0.2


def test_the_summary_says_where_it_stands_and_where_it_turned(board):
    board.watch(steps(1000))
    board.wait(30)
    said = re.fullmatch(
        r"step 1,000 of 1,000, done: loss (1.99|2.00) \(from 7\.\d\d\), fastest fall around step "
        r"(\d+); validation 2\.10; induction 1\.00 \(fastest rise around step (\d+)\)",
        board.summary,
    )
    assert said and all(abs(int(step) - 400) < 20 for step in said.groups()[1:])
    assert "Training: step 1,000 of 1,000, done" in board._repr_mimebundle_()[0]["text/plain"]


def test_a_history_shown_again_is_the_same_history(board):
    board.watch(steps(120))
    board.wait(10)
    again = Training.of(board.history)
    for name, values in board.history.items():
        np.testing.assert_array_equal(again.history[name], values, err_msg=name)
    assert "stored" in again.summary and not again.done and not again.running
    columns = {"step": [0, 1], "loss": [8.0, 7.5], "of": [9, 9], "valid": [None, 7.0]}
    columns |= {"metrics": [{"a": 0.1}, {}], "samples": [{"b": "x"}, {}], "layer_grads": [[], [1]]}
    board.show(columns)
    assert board.history["a"].tolist()[0] == 0.1 and board.samples == [(0, {"b": "x"})]
    assert board.summary.startswith("step 1 of 9, stored: loss 7.50 (from 8.00)")


@pytest.mark.parametrize(
    ("history", "says"),
    [
        ({"loss": [1.0]}, "history has no step"),
        ({"step": [1, 2], "loss": [1.0]}, "2 steps but 1 values of loss"),
        ({"step": [1, 1], "loss": [1.0, 1.0]}, "step 1 comes after step 1"),
    ],
)
def test_a_history_that_cannot_be_shown_is_refused_and_the_last_one_stays(board, history, says):
    board.show({"step": [1, 2], "loss": [2.0, 1.0]})
    with pytest.raises(ValueError, match=says):
        board.show(history)
    assert board.history["loss"].tolist() == [2.0, 1.0]


def test_a_metric_called_like_a_field_and_hostile_names_are_told_apart():
    step = {"step": 1, "loss": 1.0, "metrics": {"loss": 0.5, "valid": 0.25, "a\ud800": 1, "": 2}}
    found = stored([step]).arrays()
    assert found["loss"].tolist() == [1.0]
    assert found["metric loss"].tolist() == [0.5] and found["metric valid"].tolist() == [0.25]
    assert found["a\ufffd"].tolist() == [1.0] and found[""].tolist() == [2.0]


def test_a_loss_that_is_no_number_any_more_is_kept_and_said(board):
    board.show([{"step": i, "loss": math.nan if i > 20 else 3.0} for i in range(1, 60)])
    assert "loss –" in board.summary and "(from 3.00)" in board.summary
    assert board._ledger.whole("done")[0]["facts"]["loss"] is None


def test_seconds_are_counted_without_the_pauses():
    taken = []
    running = Running(iter(range(4)), lambda item, seconds: taken.append(seconds))
    running.stop()
    running.start()
    running.wait(5)
    time.sleep(1)
    running.resume()
    running.wait(5)
    assert len(taken) == 4 and taken[-1] < 0.9


def test_many_boards_opened_and_closed_leave_no_thread():
    Training().close()
    before = threading.active_count()
    for _ in range(10):
        board = Training().watch(steps(20))
        board.wait(10)
        board.close()
    for _ in range(100):
        if threading.active_count() <= before:
            break
        time.sleep(0.05)
    assert threading.active_count() <= before

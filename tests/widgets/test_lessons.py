"""Lessons without a browser: guesses, seals, grades, functions on trial, the reader's own file."""

import json
import runpy
import threading
import time

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import widgets
from widgets.lessons import progress as progress_module
from widgets.lessons.progress import Progress
from widgets.lessons.sealing import opens, sealed
from widgets.lessons.trials import fault, same

CHOICES = [" Mary", " to", " store"]
SESSION = widgets.Session()
NUMBERS = st.floats(-1e6, 1e6)
OFF = st.floats(1e-3, 1e3)


def a_check(**given):
    return widgets.Check(**{"question": "2 + 2?", "progress": None} | given)


class TestPredict:
    def test_a_guess_is_none_until_committed_and_the_first_is_kept(self):
        guess = widgets.Predict("Which?", choices=CHOICES)
        assert guess.value is None
        seen = []
        guess.observe(lambda change: seen.append(change.new), "value")
        guess.set_state({"_given": 1, "_first": 1})  # the browser commits
        guess.set_state({"_given": 0})  # … and thinks again
        assert (guess.value, guess.first, seen) == (" Mary", " to", [" to", " Mary"])

    def test_the_truth_waits_for_the_guess(self):
        guess = widgets.Predict("Which?", choices=CHOICES)
        guess.reveal(" Mary", "Because.")
        assert guess._ready and guess._truth == {}
        assert "Mary" not in json.dumps(guess.get_state(["_truth", "summary"]))
        guess.set_state({"_given": 1})
        guess.answer("truth", {})
        assert guess._truth == {"raw": 0, "label": "·Mary", "explain": "Because."}
        assert guess.summary == "Which? Guess: ·to. Truth: ·Mary."
        with pytest.raises(RuntimeError, match="the truth is out"):
            guess.commit(" store")

    def test_a_truth_that_must_be_worked_out_is_asked_for_once_committed(self):
        asked = []
        guess = widgets.Predict("How much?", number=(0, 10), truth=lambda: asked.append(1) or 7)
        assert asked == []
        guess.commit(3)
        assert (asked, guess.value, guess._truth["raw"]) == ([1], 3, 7)

    def test_a_truth_that_fails_says_so_and_can_be_asked_for_again(self):
        guess = widgets.Predict("How much?", number=(0, 1), truth=lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            guess.commit(0.5)
        assert guess.failure == "ZeroDivisionError: division by zero"
        assert (guess._truth, guess.value) == ({}, 0.5)
        guess.reveal(0.25)
        assert (guess._truth["raw"], guess.failure) == (0.25, "")

    @pytest.mark.parametrize(
        ("given", "value", "label"),
        [
            ({"choices": [1, 2, 4]}, 2, "2"),
            ({"choices": [np.int64(3), np.int64(5)]}, 5, "5"),
            ({"number": range(1, 101), "unit": "heads"}, 50, "50 heads"),
            ({"number": (0, 1)}, 0.5, "0.500"),
            ({"number": (0.0, 1.0)}, 0.25, "0.250"),
            ({"pick": "token", "session": SESSION, "pieces": ["a", " b"]}, 1, "·b at 1"),
            ({"pick": "head", "session": SESSION}, (5, 1), "L5H1"),
            ({"pick": "layer", "session": SESSION}, 5, "L5"),
        ],
    )
    def test_every_way_to_answer_gives_a_plain_value_and_reads_well(self, given, value, label):
        guess = widgets.Predict("?", **given)
        guess.commit(value)
        assert guess.value == value and type(guess.value) is type(value)
        guess.reveal(value)
        assert guess._truth["label"] == label
        json.dumps([guess._given, guess._truth, guess._asked])

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            ({}, "a way to answer is missing"),
            ({"choices": ["a"]}, "choices has 1 entries; at least two"),
            ({"choices": "ab"}, "one string"),
            ({"choices": ["a", "a"]}, "'a' twice"),
            ({"choices": ["a", "b"], "number": (0, 1)}, "choices and number are several ways"),
            ({"number": (1, 0)}, r"number=\(1, 0\)"),
            ({"number": (0, 1), "log": True}, "above 0, for log"),
            ({"pick": "head"}, "needs session="),
            ({"pick": "neuron", "session": SESSION}, "'token', 'head', 'layer'"),
            ({"choices": CHOICES, "truth": "Mary"}, "'Mary' is none of the choices: ' Mary'"),
        ],
    )
    def test_what_cannot_be_asked_is_refused(self, given, message):
        with pytest.raises(ValueError, match=message):
            widgets.Predict("?", **given)

    @pytest.mark.parametrize("raw", [7, -1, "x", True, [1], {"a": 1}, float("nan")])
    def test_a_browser_that_sends_nonsense_commits_to_nothing(self, raw):
        guess = widgets.Predict("?", choices=CHOICES)
        guess.set_state({"_given": raw})
        assert (guess.value, guess._given) == (None, None)
        assert "is no answer" in guess.failure

    def test_unknown_keywords_and_closed_views(self):
        with pytest.raises(TypeError, match="chioces"):
            widgets.Predict("?", chioces=CHOICES)
        widgets.Predict("?", choices=CHOICES).close()


class TestSeals:
    @given(answer=NUMBERS, tolerance=OFF, way=st.floats(-3, 3))
    def test_a_number_opens_within_its_tolerance_and_not_beyond(self, answer, tolerance, way):
        seal, value = sealed(answer, tolerance=tolerance), answer + way * tolerance
        off = abs(value - answer) / tolerance
        assume(abs(off - 1) > 1e-6)  # the end itself: binary fractions decide
        assert opens(seal, value) == (off < 1)

    @pytest.mark.parametrize(("answer", "tolerance"), [(0.3, 0.05), (42, 1), (-7, 2), (0.0, 0.1)])
    def test_both_ends_of_the_tolerance_open(self, answer, tolerance):
        seal = sealed(answer, tolerance=tolerance)
        assert opens(seal, answer - tolerance) and opens(seal, answer + tolerance)
        assert not opens(seal, answer + 1.001 * tolerance)

    @given(text=st.text(max_size=30), other=st.text(max_size=30))
    def test_a_text_opens_its_own_seal_alone(self, text, other):
        assert opens(sealed(text), text)
        assume(other.encode(errors="replace") != text.encode(errors="replace"))
        assert not opens(sealed(text), other)

    def test_what_counts_as_the_same(self):
        assert opens(sealed((5, 1)), [5, 1]) and opens(sealed((5, 1)), (np.int64(5), 1))
        assert not opens(sealed((5, 1)), (1, 5))
        assert opens(sealed(7), 7.0) and opens(sealed(7), np.int32(7)) and not opens(sealed(7), 8)
        assert opens(sealed("a", "b"), "b") and not opens(sealed("a", "b"), "c")
        assert opens(sealed("The cat"), " the  CAT", loose=True) and not opens(sealed(" to"), "to")
        assert not opens(sealed(0.5), "0.5") and not opens(sealed(0.5), True)

    def test_a_seal_tells_nothing_of_its_answer_and_is_never_the_same_twice(self):
        assert len({sealed("Mary") for _ in range(5)}) == 5
        for answer in ("Mary", 1234.5, (31, 17)):
            assert str(answer) not in sealed(answer)
        # What a number's seal says in clear is its place within a bin, the same for every bin.
        *_, start, width = sealed(1234.5, tolerance=0.5).split(":")
        assert 0 <= float(start) < float(width) == pytest.approx(1)

    @pytest.mark.parametrize(
        ("answers", "tolerance", "message"),
        [
            ((), None, "no answer given"),
            (([0.5, 1.5],), None, "cannot be sealed"),
            ((float("nan"),), None, "finite"),
            (("a",), 0.1, "is for numbers"),
            ((1.0,), 0, "above 0"),
        ],
    )
    def test_what_cannot_be_sealed_is_named(self, answers, tolerance, message):
        with pytest.raises(ValueError, match=message):
            sealed(*answers, tolerance=tolerance)


class TestCheck:
    def test_an_answer_is_graded_counted_and_explained_when_right(self):
        check = a_check(answer=sealed(4), number=True, explain="Two pairs.")
        assert "Two pairs" not in json.dumps(check.get_state(["_explain", "_said"]))
        wrong = check.grade(5)
        assert (bool(wrong), repr(wrong), check.status) == (False, "Not yet.", "wrong")
        assert check.grade(np.float32(4))
        assert (check.status, check.tries, check._explain) == ("right", 2, "Two pairs.")
        assert check.summary == "2 + 2? (right)"

    def test_the_answer_is_nowhere_in_what_is_kept_or_sent(self):
        check = a_check(answer="xylophone", text=True)
        assert "xylophone" not in repr(check.get_state()) + repr(vars(check))
        assert check.grade(" Xylophone")

    def test_an_answer_can_come_from_the_models_state_at_that_moment(self):
        best = {"head": (1, 2)}
        check = a_check(answer=lambda: best["head"], pick="head", session=widgets.Session())
        assert check.grade([1, 2])
        best["head"] = (np.int64(3), np.int64(0))
        assert not check.grade((1, 2))
        check.skip()
        assert (check.status, check._said) == ("skipped", "Skipped. The answer: L3H0.")

    def test_an_answer_that_cannot_be_worked_out_is_no_try(self):
        check = a_check(answer=lambda: 1 / 0, number=True)
        reply = check._answers._answered({"what": "grade", "args": {"given": 3}})[0]
        assert reply["error"] == "ZeroDivisionError: division by zero"
        assert (check.tries, check.status) == (0, "open")

    def test_the_browser_answers_skips_and_takes_hints(self):
        check = a_check(answer=sealed(" to"), choices=CHOICES, hints=["one", "two", "three"])
        assert check.answer("grade", {"given": 0})[0]["status"] == "wrong"
        check.set_state({"hinted": 1})
        assert check.answer("skip", {})[0]["status"] == "skipped"
        assert check.answer("grade", {"given": 1})[0]["_said"] == "Right."
        assert (check.tries, check.hinted, check._given) == (2, 1, 1)
        for nonsense in (9, None, "to", [1]):
            with pytest.raises(ValueError, match="is no answer"):
                check.answer("grade", {"given": nonsense})

    def test_a_hint_is_offered_once_and_never_again(self):
        check = a_check(answer=4, hints=["count"])
        said = [repr(check.grade(n)) for n in (1, 2, 3)]
        assert said == ["Not yet.", "Not yet. A hint may help.", "Not yet."]
        assert "hint" not in repr([a_check(answer=4).grade(n) for n in (1, 2, 3)])

    @pytest.mark.parametrize(
        ("given", "right", "wrong"),
        [
            ({"answer": 0.42, "tolerance": 0.02}, 0.44, 0.45),
            ({"answer": lambda: 0.42, "tolerance": 0.02}, 0.44, 0.45),
            ({"answer": lambda: 3}, 3, 2),
            ({"answer": lambda: np.eye(2)}, [[1, 0], [0, 1]], [1, 0]),
            ({"answer": lambda: "A  b", "text": True}, "a b", "ab"),
            ({"answer": sealed("a", "b"), "choices": ["a", "b", "c"]}, "b", "c"),
        ],
    )
    def test_values_are_compared_as_what_they_are(self, given, right, wrong):
        check = a_check(**given)
        assert not check.grade(wrong)
        assert check.grade(right)

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            ({}, "give answer="),
            ({"answer": 1, "test": [((1,), 1)]}, "give answer="),
            ({"test": [((1,), 1)], "number": True}, "without number"),
            ({"answer": "x", "choices": CHOICES}, "none of the choices"),
            ({"answer": sealed(4.0), "number": True, "tolerance": 0.1}, "into the seal"),
            ({"answer": "sealed:cut", "number": True}, "is no seal"),
            ({"answer": sealed(4) + "3", "number": range(9)}, "is no seal"),
            ({"answer": 1, "hints": ["a"] * 4}, "a list of up to 3"),
            ({"answer": 1, "hints": "look"}, "a list of up to 3"),
        ],
    )
    def test_what_cannot_be_graded_is_refused_when_it_is_asked(self, given, message):
        with pytest.raises(ValueError, match=message):
            a_check(**given)


class TestFunctions:
    def test_the_failing_example_is_shown(self):
        check = a_check(test=[((2,), 4), ((3,), 9)])
        assert repr(check.grade(lambda x: x + x)) == "Not yet: f(3) gave 6; wanted was 9."
        assert repr(check.grade(lambda x: x / 0)).startswith("Not yet: f(2) raised ZeroDivision")
        assert repr(check.grade(4)) == "Not yet: that is a int; a function is wanted."
        assert check.grade(lambda x: x * x)

    def test_a_test_may_be_a_function_that_asserts(self, tmp_path):
        source = "def test(f):\n    assert f(2) == 4\n    assert f(3) == 9, 'three gives nine'\n"
        (tmp_path / "given.py").write_text(source)
        test = runpy.run_path(str(tmp_path / "given.py"))["test"]
        assert fault(lambda x: x + x, test) == "three gives nine"
        assert fault(lambda x: x, test) == "this does not hold: assert f(2) == 4"
        assert fault(lambda x: x * x, test) == ""

    @pytest.mark.parametrize("stubborn", [False, True])
    def test_a_function_that_never_ends_is_stopped(self, stubborn):
        steps = [0]

        def forever(x):
            while True:
                try:
                    steps[0] += 1
                except Exception:
                    if not stubborn:
                        raise

        assert fault(forever, [((1,), 1)], seconds=0.2) == "no answer within 0.2 seconds"
        time.sleep(0.1)
        before = steps[0]
        time.sleep(0.1)
        assert steps[0] == before, "it still runs"

    def test_arrays_are_shown_small_and_compared_by_value(self):
        found = fault(lambda n: np.ones(n), [((3,), [1, 1, 2])])
        assert found == "f(3) gave [1.0, 1.0, 1.0]; wanted was (1, 1, 2)"
        assert "an array of shape (50,)" in fault(np.ones, [((50,), np.zeros(50))])
        assert same(np.array([1.0, np.nan]), [1, np.nan]) and not same([1, 2], [1, 2, 3])
        assert same("a", "a") and not same(None, 1) and same(0.3333, 1 / 3) and not same(4, 5)


class TestProgress:
    def test_the_file_comes_with_the_first_answer_and_holds_no_answer(self, tmp_path):
        path = tmp_path / "progress.json"
        check = a_check(answer="secret", text=True, progress=path, hints=["h"])
        assert not path.exists()
        check.grade("my own words")
        check.set_state({"hinted": 1})
        kept = json.loads(path.read_text())
        entry = {"status": "wrong", "tries": 1, "hints": 1}
        assert kept == {"formicarium": {"checks": {"2 + 2?": entry}}}
        assert [file.name for file in tmp_path.iterdir()] == ["progress.json"]

    def test_a_notebook_run_again_stands_as_it_was_left(self, tmp_path):
        given = {"answer": 4, "progress": tmp_path / "p.json", "explain": "Two pairs.", "name": "q"}
        first = a_check(**given)
        first.grade(5)
        first.grade(4)
        again = a_check(**given)
        assert (again.status, again.tries, again._explain) == ("right", 2, "Two pairs.")
        assert "before" in again._said
        assert a_check(**given | {"name": "another"}).status == "open"
        (tmp_path / "p.json").unlink()
        assert a_check(**given).status == "open"

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "{",
            "[]",
            '{"other": 1}',
            '{"formicarium": {"checks": 5}}',
            "[" * 100_000,
            "x" * 2_000_000,
        ],
        ids=["empty", "cut", "list", "another's", "no checks", "deep", "large"],
    )
    def test_a_file_that_is_something_else_is_left_alone(self, tmp_path, text):
        path = tmp_path / "progress.json"
        path.write_text(text)
        check = a_check(answer=4, progress=path)
        assert "Progress is not kept" in check._note
        assert check.grade(4)
        assert path.read_text() == text
        assert "Progress is not kept" in check._note

    def test_an_entry_that_makes_no_sense_is_an_open_question(self, tmp_path):
        path = tmp_path / "progress.json"
        path.write_text('{"formicarium": {"checks": {"2 + 2?": {"status": "won", "tries": 1}}}}')
        assert a_check(answer=4, progress=path).status == "open"

    def test_where_nothing_can_be_written_grading_goes_on(self, tmp_path):
        check = a_check(answer=4, progress=tmp_path / "missing" / "progress.json")
        assert check.grade(4)
        assert "there is no folder" in check._note

    def test_two_notebooks_at_once_lose_nothing(self, tmp_path, monkeypatch):
        monkeypatch.setattr("widgets.glass.export.os.fsync", lambda _: None)
        path = tmp_path / "progress.json"

        def fill(who):
            for i in range(20):
                Progress(path).keep(f"{who}{i}", {"status": "right", "tries": 1, "hints": 0})

        threads = [threading.Thread(target=fill, args=(who,)) for who in "ab"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(Progress(path).read()) == 40

    def test_a_relative_path_stays_where_the_notebook_began(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        kept = progress_module.Progress("progress.json")
        monkeypatch.chdir("/")
        assert kept.path == tmp_path / "progress.json"

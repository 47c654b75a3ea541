"""What probes are asked: tables, words, treebanks, statements; and one old result."""

import csv
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lab
from lab import probes
from lab.corpora import statements
from lab.probes.dataset import natural, prepared
from lab.probes.splitting import control_task, held_out, luck, shuffled

SAID = ["a", "bb", "cc", "d"]
ROWS = [{"text": f"Say {word}.", "label": len(word) % 2, "who": word[0]} for word in SAID]
TREE = """\
# text = Dogs can't run.
1\tDogs\tdog\tNOUN\tNNS\tNumber=Plur\t3\tnsubj\t_\t_
2-3\tcan't\t_\t_\t_\t_\t_\t_\t_\t_
2\tca\tcan\tAUX\tMD\tVerbForm=Fin\t4\taux\t_\t_
3\tn't\tnot\tPART\tRB\t_\t4\tadvmod\t_\t_
4\trun\trun\tVERB\tVB\tVerbForm=Inf\t0\troot\t_\t_
5\t.\t.\tPUNCT\t.\t_\t4\tpunct\t_\t_

# text = A dog.
1\tA\ta\tDET\tDT\t_\t2\tdet\t_\t_
2\tdog\tdog\tNOUN\tNN\tNumber=Sing\t0\troot\t_\t_
"""


@pytest.mark.parametrize("form", ["rows", "frame", "csv"])
def test_a_table_is_read_alike_from_rows_a_frame_and_a_file(form, tmp_path):
    source = ROWS
    if form == "frame":
        source = pd.DataFrame(ROWS)
    if form == "csv":
        source = tmp_path / "mine.csv"
        with source.open("w", newline="") as file:
            writer = csv.DictWriter(file, ROWS[0])
            writer.writeheader()
            writer.writerows(ROWS)
    data = probes.table(source, group="who")
    found = data.tasks["label"]
    assert data.texts == ["Say a.", "Say bb.", "Say cc.", "Say d."]
    assert found.labels == ["1", "0", "0", "1"] and found.groups == ["a", "b", "c", "d"]
    assert found.types == ["a", "bb", "cc", "d"], "the last word, for the control task"
    assert found.stop.tolist() == [6, 7, 7, 6] and found.whole


def test_what_is_no_table_is_refused_by_name():
    with pytest.raises(ValueError, match="no column 'labels'; it has text, label, who"):
        probes.table(ROWS, label="labels")
    with pytest.raises(ValueError, match="row 1 of source has an empty 'text'"):
        probes.table([ROWS[0], {"text": " ", "label": 1}])
    with pytest.raises(ValueError, match="no rows"):
        probes.table([])
    with pytest.raises(TypeError, match="source is a int"):
        probes.table(3)
    with pytest.raises(TypeError, match="source holds a str"):
        probes.table(["Good."])


def test_a_hub_table_without_a_network_says_so():
    with pytest.raises(lab.corpora.Unreachable, match="owner/name"):
        probes.table("hub:owner/name")


def test_words_bear_the_truth_of_their_document():
    corpus = lab.corpora.stories()
    data = probes.words(corpus, ["pos", "number", "referent", "position"], texts=8)
    for number, document in enumerate(corpus.first(8)):
        for name, told in (
            ("pos", [word.pos for word in document.words]),
            ("number", [word.number for word in document.words if word.number]),
        ):
            found = data.tasks[name]
            own = np.flatnonzero(found.text == number)
            assert [found.labels[at] for at in own] == told
        found = data.tasks["pos"]
        own = np.flatnonzero(found.text == number)
        spelled = [document.text[found.start[at] : found.stop[at]].casefold() for at in own]
        assert spelled == [found.types[at] for at in own]
    places = data.tasks["position"]
    first = [places.labels[at] for at in np.flatnonzero(places.text == 0)]
    assert first[:16] == ["1–16"] * 16 and first[16] == "17–32"
    assert "animal" in data.tasks["referent"].classes


def test_a_label_of_ones_own():
    data = probes.words(lab.corpora.stories(), lambda _, word: word.stop - word.start, texts=2)
    (name,) = data.tasks
    assert data.tasks[name].classes[:3] == ["1", "2", "3"], "numbers in their order"
    with pytest.raises(ValueError, match="label is 'colour'"):
        probes.words(lab.corpora.stories(), "colour")
    with pytest.raises(ValueError, match="no word has a label"):
        probes.words([lab.corpora.Document("Plain.")])


def test_a_treebank_gives_words_where_they_stand(tmp_path):
    file = tmp_path / "two.conllu"
    file.write_text(TREE)
    found = probes.treebank(file).tasks["upos"]
    assert found.labels == ["NOUN", "AUX", "PART", "VERB", "PUNCT", "DET", "NOUN"]
    assert list(zip(found.start.tolist(), found.stop.tolist(), strict=True))[:4] == [
        (0, 4), (5, 7), (7, 10), (11, 14),
    ]  # fmt: skip
    assert probes.treebank(file, "Number").tasks["Number"].labels == ["Plur", "Sing"]
    with pytest.raises(ValueError, match="no word has 'Colour'"):
        probes.treebank(file, "Colour")


@given(st.lists(st.integers(0, 12), min_size=2, max_size=60), st.integers(0, 9))
@settings(max_examples=40)
def test_a_group_is_held_out_whole_and_by_its_name_alone(groups, seed):
    rows = [{"text": f"t{at}", "label": at, "who": who} for at, who in enumerate(groups)]
    found = probes.table(rows, group="who").tasks["label"]
    if len(set(groups)) < 2:
        with pytest.raises(ValueError, match="one group"):
            held_out(found, seed, 0.25)
        return
    held, cut = held_out(found, seed, 0.25)
    assert held.any() and not held.all()
    assert not set(np.array(groups)[held]) & set(np.array(groups)[~held])
    np.testing.assert_array_equal(held, luck(found.groups, seed) < cut)


def test_control_labels_belong_to_words_and_are_as_often_as_the_tasks():
    data = probes.words(lab.corpora.stories(), "pos", texts=60)
    found, _ = prepared(data, 4_000, 20)
    found = found.tasks["pos"]
    targets = np.array([found.classes.index(label) for label in found.labels])
    size = len(found.classes)
    control = control_task(found, targets, size, 0)
    own = {}
    assert all(own.setdefault(kind, c) == c for kind, c in zip(found.types, control, strict=True))
    assert (control != control_task(found, targets, size, 1)).any()
    assert Counter(shuffled(targets, 0).tolist()) == Counter(targets.tolist())
    kinds = Counter(own.values())
    assert set(kinds) == set(range(size)), "each label is some word's"


@given(st.sampled_from(["cities", "kinds"]), st.integers(2, 95), st.integers(0, 50))
def test_statements_are_balanced_and_negations_turn_the_truth_about(topic, count, seed):
    plain = statements(topic, count=count, seed=seed)
    turned = statements(topic, True, count=count, seed=seed)
    assert Counter(s.answer for s in plain if s.true) == Counter(
        s.answer for s in plain if not s.true
    )
    assert len({s.text for s in plain}) == 2 * count
    for one, no in zip(plain, turned, strict=True):
        assert one.true != no.true and one.subject == no.subject and one.answer == no.answer
        assert no.text.replace(" not ", " ", 1) == one.text
    both = statements(topic, None, count=count, seed=seed)
    assert {s.text for s in both} == {s.text for s in plain + turned}


def test_no_city_is_named_twice_and_what_is_no_topic_is_refused():
    subjects = [s.subject for s in statements("cities")]
    assert set(Counter(subjects).values()) == {2}
    with pytest.raises(ValueError, match="topic is 'stars'"):
        statements("stars")
    with pytest.raises(ValueError, match="from 2 to 181"):
        statements(count=1)


def test_numbers_come_in_their_order():
    assert sorted(["10", "9", "b", "a", "2.5"], key=natural) == ["2.5", "9", "10", "a", "b"]


@pytest.mark.smollm2
def test_a_probe_of_truth_is_upside_down_on_negations(smollm2):
    """Levinstein & Herrmann 2024: what was fitted on plain statements does not read truth."""
    found = probes.Probes.open("formicarium/cities")
    row = found.row(12)
    assert found.mean()[row] > 0.9 and found.mean("untrained")[row] < 0.55
    assert found.interval("shuffled")[row, 0] < 0.5 < found.interval("shuffled")[row, 1]

    def asked(negated):
        rows = statements("cities", negated, count=24)
        data = probes.table(rows, label="true", group="subject")
        return probes.transfer(found, smollm2, data)

    assert asked(False).mean("auc")[row] > 0.9
    denied = asked(True)
    assert denied.mean("auc")[row] < 0.1 and denied.mean()[row] < 0.55

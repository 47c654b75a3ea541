"""The benchmark of shipped models runs on any folder, and says what it lacks."""

import json

import pytest

import lab
from benchmarks import shipped
from lab import tokenizers
from lab.storage import save

STORIES = ["Tom and Lily went to the park. They were happy.", "A dog ran. Its ball was red."] * 20


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    tokenizer = tokenizers.train_bpe(STORIES, pieces=300)
    model = lab.build(layers=1, d_model=32, tokenizer=tokenizer)
    return save(model, tmp_path_factory.mktemp("models") / "candidate")


@pytest.fixture
def stories(tmp_path):
    path = tmp_path / "stories.txt"
    path.write_text("\n<|endoftext|>\n".join(STORIES))
    return path


def test_a_folder_is_measured_and_written_down(folder, stories, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(
        shipped, "QUICK", {"characters": 300, "choices": 6, "sequences": 4, "pieces": 5}
    )
    words = [str(folder), "--stories", str(stories), "--quick", "--out", str(tmp_path / "out")]
    assert shipped.main(words) == 0
    found = json.loads((tmp_path / "out" / "shipped-candidate.json").read_text())
    assert [row["what"].split(",")[0] for row in found["rows"]] == [
        "bits a character",
        "induction",
        *shipped.KINDS,
    ]
    assert all(row["value"] and row["control"] for row in found["rows"])
    assert found["pieces"] == 300 and len(found["stories"]) == len(shipped.PROMPTS)
    assert found["rows"][0]["value"] in capsys.readouterr().out


def test_missing_stories_and_models_are_named(folder, stories, tmp_path, capsys):
    assert shipped.main([str(folder), "--stories", str(tmp_path / "none.txt")]) == 1
    assert "none.txt: no such file" in capsys.readouterr().err
    assert shipped.main([str(tmp_path / "nowhere"), "--stories", str(stories)]) == 1
    assert "nowhere: no such folder" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        shipped.main([str(folder)])
    assert "--stories" in capsys.readouterr().err

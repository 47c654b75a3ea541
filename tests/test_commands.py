"""`python -m lab`: what it says, and how it ends."""

import pytest

import lab
from lab import storage
from lab.__main__ import main


def test_models_are_listed_a_line_each(tmp_path, monkeypatch, gpt2, capsys):
    monkeypatch.setattr("lab.bridges.sources.DATA", tmp_path)
    storage.save(gpt2, tmp_path / "models" / "stories")
    assert main(["models"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(lab.models())
    assert lines[0].startswith("formicarium/stories: gpt2, ") and "parameters, shipped" in lines[0]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("nonsense", "nonsense: not in the local cache"),
        ("formicarium/nonsense", "no such shipped model"),
        ("./nowhere", "no such folder or file"),
    ],
)
def test_a_name_that_cannot_be_prepared_is_one_sentence_and_status_1(name, says, capsys):
    assert main(["prepare", name]) == 1
    told = capsys.readouterr()
    assert told.out == "" and told.err.count("\n") == 1
    assert told.err.startswith("python -m lab: ") and says in told.err


def test_only_a_folder_that_would_load_is_called_ready(tmp_path, gpt2, capsys):
    folder = storage.save(gpt2, tmp_path / "mine")
    assert main(["prepare", str(folder)]) == 0
    assert f"ready in {folder}" in capsys.readouterr().out
    (folder / "model.safetensors").write_bytes(b"cut off")
    assert main(["prepare", str(folder)]) == 1
    assert "model.safetensors" in capsys.readouterr().err


def test_a_word_that_is_no_command_shows_the_commands(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["frob"])
    assert ended.value.code == 2
    assert "prepare" in capsys.readouterr().err

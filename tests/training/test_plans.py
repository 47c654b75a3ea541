"""Trainings described in files, and run from a shell."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import lab
from lab.__main__ import main
from lab.training import last_history
from lab.training.plans import plan

ROOT = Path(__file__).resolve().parents[2]
MODEL = '[model]\nfolder = "formicarium/stories"\n\n'
SMALL = """
[model]
kind = "llama"
layers = 1
heads = 2
d_model = 16
context = 32
tied = true

[tokenizer]
kind = "bpe"
pieces = 300
characters = 60_000

[[corpus]]
kind = "text"
path = "$WORDS/mine.txt"
share = 0.5
again = true

[[corpus]]
kind = "stories"
share = 0.5

[recipe]
steps = 8
batch = 4
keep = 3
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "mine.txt").write_text("one two three four five\n\nsix seven eight nine ten\n" * 9)
    monkeypatch.setenv("WORDS", str(tmp_path))
    path = tmp_path / "small.toml"
    path.write_text(SMALL)
    return path


def test_a_plan_is_what_the_file_says(config: Path) -> None:
    made = plan(config)
    assert made.recipe == lab.Recipe(steps=8, batch=4, keep=3)
    assert (made.model.cfg.n_layers, made.model.cfg.n_heads, made.model.cfg.n_ctx) == (1, 2, 32)
    assert len(made.model.tokenizer) == 300
    assert made.model.original_model.config.tie_word_embeddings
    kinds = {document.kind for document, _ in zip(made.corpus, range(40), strict=False)}
    assert "text" in kinds and len(kinds) > 1


def test_from_a_shell_a_training_stops_goes_on_and_equals_the_one_without_a_stop(
    config: Path, tmp_path: Path
) -> None:
    once, twice = str(tmp_path / "once"), str(tmp_path / "twice")
    assert main(["train", "--config", str(config), "--folder", once]) == 0
    command = ["train", "--config", str(config), "--folder", twice]
    assert main([*command, "--until", "5"]) == 0
    assert main([*command, "--resume"]) == 0
    curves = [[step.loss for step in last_history(folder)] for folder in (once, twice)]
    assert len(curves[0]) == 9 and curves[0] == curves[1]


def test_a_plan_may_go_on_from_a_model(config: Path, tmp_path: Path) -> None:
    from lab.storage import save

    save(plan(config).model, tmp_path / "grown")
    part = SMALL[SMALL.index("[[corpus]]") :]
    config.write_text('[model]\nfolder = "$WORDS/grown"\n' + part)
    again = plan(config).model
    ids = again.to_tokens("one two")
    assert (again(ids) == lab.load(tmp_path / "grown")(ids)).all()


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ("[recipe]", "[recipes]", r"\[recipes\] is unknown; the parts are model, tokenizer"),
        ("steps = 8", "stepz = 8", "stepz"),
        ('kind = "bpe"', 'kind = "bpo"', "'bpo': bytes, bpe, words or characters"),
        ('kind = "stories"', 'kind = "storys"', "'storys' is none of lab.corpora"),
        ("$WORDS/", "$NOWHERE/", "environment variable NOWHERE is not set"),
        ("layers = 1", "layers = 0", "layers is 0"),
        ("steps = 8", "steps = = 8", "not TOML"),
    ],
)
def test_what_is_wrong_in_a_file_is_said(
    config: Path, wrong: str, right: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text(SMALL.replace(wrong, right))
    with pytest.raises(ValueError, match=said):
        plan(config)
    assert main(["train", "--config", str(config)]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize("name", ["induction", "one-layer", "modular"])
def test_the_shipped_recipes_can_be_read(name: str) -> None:
    assert plan(ROOT / "data" / "recipes" / f"{name}.toml").recipe.steps > 100


@pytest.mark.parametrize("path", sorted((ROOT / "data" / "recipes").glob("stories-*.toml")))
def test_the_default_models_recipes_fit_the_corpora_and_settings_there_are(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for part in ("train", "valid"):
        (tmp_path / f"tinystories_{part}.txt").write_text("Once upon a time there was a dog.\n" * 9)
    monkeypatch.setenv("STORIES", str(tmp_path))
    told = tomllib.loads(path.read_text())
    small = tmp_path / path.name  # the model a part goes on from is not here: the shipped one is
    small.write_text(MODEL + path.read_text()[path.read_text().index("[[corpus]]") :])
    made = plan(small)
    assert made.recipe == lab.Recipe(**told["recipe"])
    kinds = {document.kind for document, _ in zip(made.corpus, range(200), strict=False)}
    assert {"text", "tale"} < kinds

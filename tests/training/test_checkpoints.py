"""Stopped and gone on with is the same as never stopped, and what is kept is always whole."""

import json
import math
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import lab
from lab.storage import Refused
from lab.training import Recipe, last_history, moments
from lab.training.checkpoints import step_of, thin
from tests.training.tiny import TEXTS, contents, losses, same_weights, tiny_model, trained

SETTINGS = {"steps": 12, "batch": 4, "dropout": 0.1, "keep": 4}


@pytest.mark.parametrize("optimiser", ["adamw", "muon"])
@pytest.mark.parametrize("kind", ["gpt2", "llama"])
def test_resumed_equals_uninterrupted_bit_for_bit(kind, optimiser, tmp_path):
    folder, settings = tmp_path / "run", {**SETTINGS, "optimiser": optimiser}
    whole = tiny_model(kind)
    curve = losses(trained(whole, **settings))
    parts = []
    for stop in (2, 7, 12):  # not on the plan: 0, 1, 5, 12
        model = tiny_model(kind)
        for step in lab.train(model, TEXTS, folder=folder, resume=True, warmup=2, **settings):
            parts.append(step)
            if step.step == stop:
                break
    assert losses(parts) == curve and same_weights(model, whole)
    assert losses(last_history(folder)) == curve
    assert [s.tokens for s in parts] == [s.tokens for s in last_history(folder)]


def test_a_checkpoint_is_a_model_with_its_measurements(tmp_path):
    model = tiny_model()
    steps = trained(model, folder=tmp_path, valid=TEXTS[:4], metrics={"say": str}, every=1)
    last = moments(tmp_path)[-1]
    assert same_weights(lab.load(last), model)
    told = json.loads((last / "moment.json").read_text())
    assert (told["step"], told["loss"], told["valid"]) == (8, steps[-1].loss, steps[-1].valid)
    assert told["samples"]["say"] == steps[-1].samples["say"]
    assert last_history(tmp_path) == steps


def test_the_moments_of_the_plan_are_kept_and_only_the_newest_can_be_gone_on_from(tmp_path):
    trained(folder=tmp_path, **SETTINGS)
    names = [step_of(path) for path in moments(tmp_path)]
    assert names == Recipe(**SETTINGS).moments() == [0, 1, 5, 12]
    assert [(path / "state.safetensors").exists() for path in moments(tmp_path)] == [0, 0, 0, 1]
    assert [(path / "history.json").exists() for path in moments(tmp_path)] == [0, 0, 0, 1]


def test_gone_on_with_from_the_checkpoint_s_own_model(tmp_path):
    whole = trained(**SETTINGS)
    steps = lab.train(tiny_model(), TEXTS, folder=tmp_path, warmup=2, **SETTINGS)
    first = [next(steps) for _ in range(6)]
    steps.close()
    model = lab.load(moments(tmp_path)[-1])
    rest = trained(model, folder=tmp_path, resume=True, **SETTINGS)
    assert losses(first + rest) == losses(whole)


def test_a_finished_training_resumed_gives_nothing_and_the_model_its_weights(tmp_path):
    model, again = tiny_model(), tiny_model(seed=4)
    trained(model, folder=tmp_path)
    assert trained(again, folder=tmp_path, resume=True) == []
    assert same_weights(model, again)


def test_the_end_of_a_constant_training_can_be_put_off(tmp_path):
    longer = trained(steps=9, schedule="constant")
    trained(steps=5, schedule="constant", folder=tmp_path)
    rest = trained(steps=9, schedule="constant", folder=tmp_path, resume=True)
    assert losses(longer)[6:] == losses(rest)
    with pytest.raises(Refused, match=r"lr was 0\.001, is 0\.1"):
        trained(steps=9, lr=0.1, schedule="constant", folder=tmp_path, resume=True)


def test_stopped_by_an_exception_in_the_loop_nothing_is_lost(tmp_path):
    def watched():
        for step in lab.train(tiny_model(), TEXTS, folder=tmp_path, warmup=2, **SETTINGS):
            if step.step == 7:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        watched()
    assert step_of(moments(tmp_path)[-1]) == 7
    rest = trained(folder=tmp_path, resume=True, **SETTINGS)
    assert losses(rest) == losses(trained(**SETTINGS))[8:]


@pytest.mark.parametrize("fault", [ZeroDivisionError, KeyboardInterrupt])
def test_a_metric_that_raises_costs_no_step(fault, tmp_path):
    def metric(model):
        if sum(1 for _ in seen) == 3:
            raise fault("mine")
        seen.append(1)
        return 1.0

    seen: list[int] = []
    with pytest.raises(fault, match="mine"):
        trained(folder=tmp_path, metrics={"mine": metric}, every=2, **SETTINGS)
    assert step_of(moments(tmp_path)[-1]) == 6
    rest = trained(folder=tmp_path, resume=True, **SETTINGS)
    assert losses(rest) == losses(trained(**SETTINGS))[7:]


def test_a_metric_that_gives_neither_number_nor_text_is_named():
    with pytest.raises(TypeError, match="metric 'mine' gave a list"):
        trained(metrics={"mine": lambda model: []})
    with pytest.raises(TypeError, match="metric 'mine' is a float"):
        lab.train(tiny_model(), TEXTS, metrics={"mine": 0.5})


def test_a_loss_that_is_no_number_leaves_the_last_checkpoint(tmp_path):
    with pytest.raises(FloatingPointError):
        trained(folder=tmp_path, steps=500, lr=1e12, clip=0, decay=0, warmup=0, keep=100)
    sound = [lab.load(path) for path in moments(tmp_path)]
    assert sound and not list(tmp_path.glob(".step*"))


def test_a_folder_that_holds_a_training_is_not_begun_anew(tmp_path):
    trained(folder=tmp_path)
    before = contents(tmp_path)
    with pytest.raises(ValueError, match=r"step-000008 is its last checkpoint.*resume=True"):
        lab.train(tiny_model(), TEXTS, folder=tmp_path)
    with pytest.raises(ValueError, match="is a file"):
        lab.train(tiny_model(), TEXTS, folder=moments(tmp_path)[-1] / "config.json")
    with pytest.raises(ValueError, match="needs the folder"):
        lab.train(tiny_model(), TEXTS, resume=True)
    assert contents(tmp_path) == before


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("finished") / "run"
    trained(folder=folder)
    return folder


OTHERS = {
    "width": (lambda: tiny_model(d_model=32), TEXTS, {}, "n_embd was 16, is 32"),
    "heads": (lambda: tiny_model(heads=4), TEXTS, {}, "n_head was 2, is 4"),
    "kind": (lambda: tiny_model("llama"), TEXTS, {}, "model_type was 'gpt2', is 'llama'"),
    "seed": (tiny_model, TEXTS, {"seed": 9}, "seed was 0, is 9"),
    "batch": (tiny_model, TEXTS, {"batch": 8}, "batch was 4, is 8"),
    "text": (tiny_model, TEXTS[1:], {}, "begins with other documents"),
    "corpus": (tiny_model, tuple(TEXTS), {}, "corpus was list, is tuple"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_a_checkpoint_of_another_training_is_refused_and_left_alone(name, finished):
    model, texts, settings, message = OTHERS[name]
    before = contents(finished)
    with pytest.raises(Refused, match=message):
        lab.train(model(), texts, **{"steps": 8, "batch": 4, "warmup": 2, **settings},
                  folder=finished, resume=True)  # fmt: skip
    assert contents(finished) == before


def test_a_checkpoint_of_another_tokenizer_is_refused(finished):
    from tokenizers.normalizers import Lowercase

    tokenizer = lab.tokenizers.byte_tokenizer()
    tokenizer.backend_tokenizer.normalizer = Lowercase()
    model = tiny_model(tokenizer=tokenizer)
    with pytest.raises(Refused, match="tokenizer is another"):
        trained(model, folder=finished, resume=True)


DAMAGES = {
    "cut off": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "garbage": lambda path: path.write_bytes(b"garbage" * 40),
    "empty": lambda path: path.write_bytes(b""),
    "missing": lambda path: path.unlink(),
    "another's": lambda path: path.write_bytes(
        (path.parent / "tokenizer_config.json").read_bytes()
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize(
    "name", ["state.safetensors", "model.safetensors", "training.json", "history.json"]
)
def test_a_damaged_checkpoint_is_refused_by_the_file_s_name(name, damage, finished, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(finished, folder)
    DAMAGES[damage](moments(folder)[-1] / name)
    before = contents(folder)
    model = tiny_model()
    with pytest.raises(Refused, match=r"(state|safetensors)" if name[0] == "s" else name):
        lab.train(model, TEXTS, steps=8, batch=4, warmup=2, folder=folder, resume=True)
    assert contents(folder) == before and same_weights(model, tiny_model())


def test_a_state_of_other_weights_is_refused_before_anything_is_taken(finished, tmp_path):
    from safetensors.torch import load_file, save_file

    folder, settings = tmp_path / "run", {"steps": 20, "batch": 4, "schedule": "constant"}
    trained(folder=folder, **{**settings, "steps": 3})
    path = moments(folder)[-1] / "state.safetensors"
    for change in (lambda x: x[:1], lambda x: x * float("nan")):
        state = load_file(path)
        name = next(n for n in state if state[n].ndim == 2)
        save_file({**state, name: change(state[name]).contiguous()}, path)
        model = tiny_model()
        with pytest.raises(Refused, match=r"state\.safetensors"):
            trained(model, folder=folder, resume=True, **settings)
        assert same_weights(model, tiny_model())


@given(steps=st.sets(st.integers(0, 3000), min_size=1, max_size=60), keep=st.integers(1, 20))
def test_thinning_keeps_the_ends_and_leaves_no_gap_over_its_rule(steps, keep, tmp_path_factory):
    folder = tmp_path_factory.mktemp("life")
    for step in steps:
        (folder / f"step-{step:06d}").mkdir()
    before = sorted(steps)
    removed = thin(folder, keep)
    left = [step_of(path) for path in moments(folder)]
    assert len(left) == min(len(before), max(2, keep))
    assert left[0] == before[0] and left[-1] == before[-1]
    assert sorted([*left, *map(step_of, removed)]) == before
    assert sorted(path.name for path in folder.iterdir()) == [f"step-{n:06d}" for n in left]
    roots = [math.sqrt(step) for step in left]
    widest = 2 * (roots[-1] - roots[0]) / max(1, max(2, keep) - 1)
    for low, high in pairwise(left):
        untouched = before.index(high) == before.index(low) + 1
        assert untouched or math.sqrt(high) - math.sqrt(low) <= widest + 1e-9


def test_leftovers_of_a_killed_training_are_cleaned_and_others_files_kept(tmp_path):
    trained(folder=tmp_path)
    for name in (".step-000002.gone", ".step-000003.formicarium-partial-1-ab"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "half").touch()
    (tmp_path / "notes.txt").write_text("mine")
    trained(folder=tmp_path, resume=True)
    assert not list(tmp_path.glob(".*")) and (tmp_path / "notes.txt").read_text() == "mine"


def test_a_second_training_in_a_folder_is_refused_and_told_of_the_first(tmp_path):
    first = lab.train(tiny_model(), TEXTS, steps=9, batch=4, folder=tmp_path)
    next(first)
    second = lab.train(tiny_model(), TEXTS, steps=9, batch=4, folder=tmp_path, resume=True)
    with pytest.raises(Refused, match="another training of this same process"):
        next(second)
    holder = "from lab.storage import lease; import sys, time\nwith lease(sys.argv[1]):\n" \
        " print('held', flush=True)\n time.sleep(60)"  # fmt: skip
    other = tmp_path / "other"
    path = str(other / "training")
    child = subprocess.Popen([sys.executable, "-c", holder, path], stdout=subprocess.PIPE)
    try:
        assert child.stdout and child.stdout.readline()
        with pytest.raises(Refused, match=f"process {child.pid} is writing it now"):
            trained(folder=other)
    finally:
        child.kill()
        child.wait()
    assert [step.step for step in first] == list(range(1, 10))


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 1 MiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("cannot mount a small file system here")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_full_disk_is_told_and_the_older_checkpoint_goes_on(small_disk: Path):
    folder, settings = small_disk / "run", {**SETTINGS, "steps": 40, "keep": 40}
    with pytest.raises(OSError, match=r"(?i)step-0000\d\d.*(space|written)"):
        trained(folder=folder, **settings)
    kept = moments(folder)
    assert kept and not list(folder.glob(".step*"))
    for path in kept[:-1]:
        shutil.rmtree(path)
    rest = trained(folder=folder, resume=True, **{**settings, "keep": 2})
    begun = step_of(kept[-1]) + 1
    assert losses(rest) == losses(trained(**settings))[begun:]


def test_wrong_settings_are_refused_when_asked():
    model = tiny_model()
    for settings, message in (
        ({"step": 5}, "step is no setting of a training: steps"),
        ({"steps": 0}, "steps is 0"),
        ({"lr": -1.0}, r"lr is -1\.0"),
        ({"batch": 3, "accumulate": 2}, "no multiple"),
        ({"context": 17}, "context 17 is over the model's 16"),
        ({"recipe": {"steps": 4}}, "recipe is a dict"),
        ({"recipe": Recipe(), "lr": 0.1}, "recipe is given"),
    ):
        with pytest.raises((TypeError, ValueError), match=message):
            lab.train(model, TEXTS, **settings)
    with pytest.raises(TypeError, match="edited"):
        lab.train(lab.edited(model, {("resid_post", 0): lambda x: x}), TEXTS)
    with pytest.raises(TypeError, match="Linear"):
        lab.train(torch.nn.Linear(2, 2), TEXTS)

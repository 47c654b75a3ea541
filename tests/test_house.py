"""The house rules that a machine can hold: one list of packages, quick imports, plain rooms."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
ROOMS = sorted(path.parent.name for path in (ROOT / "lab").glob("*/__init__.py"))
ASKED = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]


def locked() -> dict[str, list[Requirement]]:
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    pins = [Requirement(line) for line in lines if line and not line.startswith("#")]
    found: dict[str, list[Requirement]] = {}
    for pin in pins:
        found.setdefault(canonicalize_name(pin.name), []).append(pin)
    return found


@pytest.mark.parametrize("asked", ASKED)
def test_the_lock_pins_what_the_project_asks_for(asked):
    wanted = Requirement(asked)
    pins = locked().get(canonicalize_name(wanted.name))
    assert pins, f"{wanted.name} is not in requirements.lock: make lock"
    for pin in pins:
        (only,) = pin.specifier
        assert wanted.specifier.contains(only.version), f"{pin} does not satisfy {wanted}"


def test_every_pin_is_exact_and_public():
    for pins in locked().values():
        for pin in pins:
            assert pin.url is None, f"{pin} is a path or an address"
            (only,) = pin.specifier
            assert only.operator == "==" and Version(only.version).local is None, str(pin)


def test_torch_and_transformerlens_are_the_measured_ones():
    pins = locked()
    assert str(pins["torch"][0].specifier) == "==2.13.0"
    assert str(pins["transformer-lens"][0].specifier) == "==4.3.0"


def test_what_is_installed_is_what_is_locked():
    from importlib.metadata import PackageNotFoundError, version

    for name, pins in locked().items():
        here = [pin for pin in pins if pin.marker is None or pin.marker.evaluate()]
        for pin in here:
            try:
                found = Version(version(name))
            except PackageNotFoundError:
                pytest.fail(f"{pin} is locked but not installed: make env")
            assert pin.specifier.contains(found.public), f"{name} {found} is installed, not {pin}"


def test_conda_users_get_the_same_project_and_no_second_list():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    *plain, pip = environment["dependencies"]
    python = next(Requirement(item) for item in plain if item.startswith("python"))
    assert str(python.specifier) == str(Requirement("x" + PROJECT["requires-python"]).specifier)
    assert pip == {"pip": ["-e .[dev]"]}
    listed = {canonicalize_name(Requirement(item).name) for item in ASKED}
    assert not {re.split(r"[<>=]", item)[0] for item in plain} & listed


@pytest.mark.parametrize("package", ["MODEL", "PIECES"])
def test_an_embedded_package_is_named_once(package):
    """The Makefile pins the package; the error message of the code must ask for the same."""
    pin = re.search(rf"^{package} := (\S+)$", (ROOT / "Makefile").read_text(), re.M)
    assert pin
    code = "".join(path.read_text() for path in (ROOT / "lab").rglob("*.py"))
    assert pin[1] in code


@pytest.mark.parametrize("package", ["lab", "widgets"])
def test_importing_is_light(package):
    """No torch behind `import lab` or `import widgets`: the first picture must not wait for it."""
    code = (
        f"import sys, time, {package}\n"
        "heavy = {'torch', 'transformers', 'transformer_lens', 'sklearn'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "print(time.process_time())"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert float(done.stdout) < 2, "CPU seconds, interpreter included"


def test_every_public_name_of_the_lab_exists():
    import lab

    for name in lab.__all__:
        assert callable(getattr(lab, name)) or name in lab._ROOMS, name
    with pytest.raises(AttributeError, match="it has Life, Recipe, Step, Trace"):
        lab.nonsense


def test_the_project_speaks_of_itself_alone():
    """No path of one machine in what ships."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    for name in listed.stdout.splitlines():
        path = ROOT / name
        if path.suffix in {".py", ".js", ".css", ".md", ".toml", ".yml", ".ipynb", ".lock"}:
            text = path.read_text(errors="ignore")
            assert not re.search(r"(?<![\w.])/(work|root)/\w", text), f"{name} names a local path"


def test_each_claim_beside_the_peers_has_its_test():
    claims = re.findall(r"`(test_\w+\.py)::(\w+)`", (ROOT / "benchmarks/README.md").read_text())
    assert len(claims) >= 15
    for file, name in claims:
        source = (ROOT / "tests/widgets" / file).read_text()
        assert f"def {name}(" in source, f"{file} has no {name}"
        assert "browser" in source, f"{file} opens no browser"


def test_what_ships_is_what_the_data_readme_says():
    import hashlib

    row = re.compile(r"^\| `([^`]+)`.*`([0-9a-f]{64})` \|$", re.M)
    listed = dict(row.findall((ROOT / "data/README.md").read_text()))
    shipped = {
        str(path.relative_to(ROOT / "data")): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (ROOT / "data").rglob("*.safetensors")
    }
    assert shipped == listed


@pytest.mark.parametrize("room", ROOMS)
def test_no_module_is_called_like_what_its_room_gives(room):
    """Once it is imported, the module would stand where the function is looked for."""
    given = set(getattr(import_module(f"lab.{room}"), "__all__", ()))
    assert not given & {path.stem for path in (ROOT / "lab" / room).glob("*.py")}

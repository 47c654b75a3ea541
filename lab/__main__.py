"""`python -m lab models` lists what can be loaded here; `prepare NAME` makes it quick to load."""

from __future__ import annotations

import argparse
import sys

import lab


def main(words: list[str] | None = None) -> int:
    """Runs one command; 0 when it did what was asked, 1 with a sentence on stderr when not."""
    parser = argparse.ArgumentParser(prog="python -m lab", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("models", help="what can be loaded here and now, without a network")
    prepare = commands.add_parser("prepare", help="convert a model once, so that it loads quickly")
    prepare.add_argument("name")
    asked = parser.parse_args(words)
    try:
        return _models() if asked.command == "models" else _prepare(asked.name)
    except (ImportError, OSError, ValueError) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 1


def _models() -> int:
    for model in lab.models():
        needs = f"; needs {model.needs}" if model.needs else ""
        print(f"{model.name}: {model.kind}, {model.parameters:,} parameters, {model.where}{needs}")
    return 0


def _prepare(name: str) -> int:
    from lab.bridges.showing import bar
    from lab.bridges.sources import folder_of
    from lab.storage import checked_folder

    with bar(True) as told:
        folder = checked_folder(folder_of(name, told)).path
    print(f"{name}: ready in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""`python -m lab`: `models` lists what can be loaded here, `prepare NAME` makes it quick to load,
`train --config FILE` grows one."""

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
    growing = commands.add_parser("train", help="train a model as a file describes it")
    growing.add_argument("--config", required=True, help="a TOML file: model, corpus, recipe")
    growing.add_argument("--folder", help="where checkpoints go")
    growing.add_argument("--resume", action="store_true", help="go on from the newest of them")
    growing.add_argument("--until", type=int, help="stop after this step, to go on another time")
    asked = parser.parse_args(words)
    try:
        if asked.command == "train":
            return _train(asked)
        return _models() if asked.command == "models" else _prepare(asked.name)
    except KeyboardInterrupt:
        return 130
    except (ImportError, OSError, ValueError) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 1


def _models() -> int:
    for model in lab.models():
        needs = f"; needs {model.needs}" if model.needs else ""
        print(f"{model.name}: {model.kind}, {model.parameters:,} parameters, {model.where}{needs}")
    return 0


def _train(asked: argparse.Namespace) -> int:
    from lab.training.command import run

    run(asked.config, asked.folder, asked.resume, asked.until)
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

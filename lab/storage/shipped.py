"""What ships with the project, in the folder `data` beside the package."""

from pathlib import Path

DATA = Path(__file__).resolve().parents[2] / "data"
PREFIX = "formicarium/"


def shipped_file(path: str | Path, room: str, one: str) -> Path:
    """The safetensors file a name means: "formicarium/x" is `data/<room>/x`, else it is a path.

    Args:
        room: the folder of `data` it would be in.
        one: what is looked for, for the error ("trace", "life").
    Raises:
        FileNotFoundError: there is none, with those that ship.

    >>> shipped_file("formicarium/two-names", "traces", "trace").name
    'two-names.safetensors'
    """
    text = str(path)
    inside = DATA / room / f"{Path(text.removeprefix(PREFIX)).name}.safetensors"
    found = inside if text.startswith(PREFIX) else Path(path)
    if found.is_file():
        return found
    names = ", ".join(PREFIX + file.stem for file in sorted((DATA / room).glob("*.safetensors")))
    raise FileNotFoundError(
        f"{found}: no such {one}. Shipped are {names or 'none'}; "
        f"{one.capitalize()}.save writes more"
    )

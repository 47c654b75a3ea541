"""How far the reader has come, in a small JSON file of the reader's own.

It holds, for each check by its name, how it stands, the number of tries and of hints: no answer, no
name, no time. It is written when something is answered and can be deleted at any moment.
"""

import getpass
import hashlib
import json
import tempfile
from pathlib import Path

from filelock import FileLock

from widgets.glass.export import write

KIND = "formicarium"
MOST = 1_000_000


class Progress:
    """The file at `path`, or no file for None; `read()` gives each check's entry by name."""

    def __init__(self, path: str | Path | None):
        # Absolute at once: a notebook may change its folder later.
        self.path = None if path is None else Path(path).expanduser().absolute()

    def read(self) -> dict[str, dict]:
        """Every entry by its check's name; empty where there is no file.

        Raises ValueError for a file that is something else, OSError for one that cannot be read.
        """
        if self.path is None or not self.path.exists():
            return {}
        if self.path.stat().st_size > MOST:
            raise ValueError(f"{self.path.name} is over {MOST:,} bytes: no progress file")
        try:
            checks = json.loads(self.path.read_text(encoding="utf-8"))[KIND]["checks"]
            return {str(name): dict(entry) for name, entry in checks.items()}
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise ValueError(f"{self.path.name} is no progress file and is left alone") from None

    def keep(self, name: str, entry: dict) -> None:
        """Put one entry into the file, whatever else was put there meanwhile.

        Raises ValueError for a file that is something else, OSError where none can be written.
        """
        if self.path is None:
            return
        with FileLock(_lock(self.path), timeout=2):
            checks = {**self.read(), name: entry}
            text = json.dumps({KIND: {"checks": checks}}, indent=1, ensure_ascii=False)
            write(self.path, text + "\n")


def _lock(path: Path) -> Path:
    """A lock beside nothing the reader sees; each user has their own."""
    name = hashlib.sha256(f"{getpass.getuser()} {path}".encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"formicarium-{name}.lock"

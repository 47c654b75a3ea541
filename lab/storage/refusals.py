"""The one exception for files that are not taken as they are."""


class Refused(ValueError):
    """A file or folder that was not loaded, with the file's name, what is wrong and what would do.

    It is a `ValueError`, so code that knows nothing of this room can still catch it.
    """

    def __init__(self, path: object, reason: str, *, instead: str = "") -> None:
        self.path, self.reason, self.instead = str(path), reason, instead
        super().__init__(f"{path}: {reason}." + (f" {instead}" if instead else ""))

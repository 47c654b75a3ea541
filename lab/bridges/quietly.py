"""Loading one model at a time, without the libraries' progress bars and remarks.

While transformers makes a model it changes settings of the whole process (how weights start, what
is tied). Two threads that load at once, a cell and a widget, would get in each other's way: tied
weights were found missing, by turns.
"""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_ONE_AT_A_TIME = threading.RLock()


@contextmanager
def quiet() -> Iterator[None]:
    """Silences transformers inside the block, which no two threads are in at once; its settings
    come back afterwards."""
    with _ONE_AT_A_TIME, _silenced():
        yield


@contextmanager
def _silenced() -> Iterator[None]:
    from transformers.utils import logging

    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()

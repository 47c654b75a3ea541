"""A byte-pair encoding, stepped through merge by merge."""

from widgets.merges.merges import Merges as Merges

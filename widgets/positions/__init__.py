"""Where pieces stand: the three schemes side by side, and one pair of them as an angle."""

from widgets.positions.positions import Positions

__all__ = ["Positions"]

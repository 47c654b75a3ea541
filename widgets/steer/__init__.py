"""A model pushed along a direction: how far, at which price, and what random directions do."""

from widgets.steer.steer import Steer as Steer

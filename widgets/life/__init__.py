"""The time machine: one slider through a model's training moves everything that was kept of it."""

from widgets.life.life import Life as Life

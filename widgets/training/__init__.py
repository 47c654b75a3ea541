"""The training board: a training watched while it runs, stopped and resumed from the picture."""

from widgets.training.training import Training as Training

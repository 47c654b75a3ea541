"""What each part of a model adds to one logit, as a waterfall."""

from widgets.contributions.contributions import Contributions as Contributions

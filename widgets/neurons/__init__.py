"""A layer's neurons: where each is strongest in a corpus, what it writes, what yours does."""

from widgets.neurons.neurons import Neurons as Neurons

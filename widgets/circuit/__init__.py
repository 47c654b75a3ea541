"""The circuit of a task: which parts read which, pruned by hand and tested beside random ones."""

from widgets.circuit.agreeing import agreement as agreement
from widgets.circuit.circuit import Circuit as Circuit

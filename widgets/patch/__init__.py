"""Activations of one run put into another: what each place carries, beside its control."""

from widgets.patch.patch import Patch as Patch

"""The probe bench: what each layer tells about a label, beside what its controls tell."""

from widgets.probes.probes import Probes as Probes

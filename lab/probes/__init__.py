"""What a layer knows: linear probes, with every control beside them.

A probe that succeeds shows that a label can be read off, not that the model uses it; and a probe
may learn by heart what it is shown. So none is fitted here without its controls: labels dealt
anew, a control task, the words alone, a model with random weights, and examples of other groups.
"""

from typing import TYPE_CHECKING

from lab.lazily import lazily
from lab.probes.dataset import Dataset, Examples
from lab.probes.record import Probes

if TYPE_CHECKING:
    from lab.probes.fitting import Fitted, logistic
    from lab.probes.fresh import untrained
    from lab.probes.harvesting import Stopped, harvest
    from lab.probes.probing import probe
    from lab.probes.squares import ridge
    from lab.probes.store import Store
    from lab.probes.tables import table
    from lab.probes.telling import Told, told
    from lab.probes.transferring import Transfer, transfer
    from lab.probes.wording import treebank, words

_ROOM = {
    "Stopped": "harvesting",
    "harvest": "harvesting",
    "Fitted": "fitting",
    "logistic": "fitting",
    "probe": "probing",
    "ridge": "squares",
    "Store": "store",
    "table": "tables",
    "Told": "telling",
    "told": "telling",
    "Transfer": "transferring",
    "transfer": "transferring",
    "untrained": "fresh",
    "treebank": "wording",
    "words": "wording",
}

__all__ = [
    "Dataset",
    "Examples",
    "Fitted",
    "Probes",
    "Stopped",
    "Store",
    "Told",
    "Transfer",
    "harvest",
    "logistic",
    "probe",
    "ridge",
    "table",
    "told",
    "transfer",
    "treebank",
    "untrained",
    "words",
]

__getattr__ = lazily(__name__, _ROOM)

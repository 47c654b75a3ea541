"""What words cost a model, by a known truth about them: where does a cut hurt?"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from lab.hooks import lock_of
from lab.neurons.labels import Label, labelled, labelling
from lab.neurons.texts import batches, rows


def word_costs(
    model: Any, corpus: Any, label: Label = "pos", *, pieces: int = 8_000
) -> dict[str, float]:
    """The mean surprisal (nats) of the words with each label, at the piece they begin with.

    Takes corpus and label as `meanings` does; words without a label are left out. The same texts
    for every model, so that two costs may be subtracted.

    Raises:
        ValueError: no word has a label.

    >>> costs = word_costs(model, lab.corpora.stories(), "number")          # doctest: +SKIP
    >>> word_costs(cut(model, 5, 540), lab.corpora.stories(), "number")["plural"] - costs["plural"]
    ... # doctest: +SKIP
    0.004
    """
    told, found = labelling(label), dict[str, list[float]]()
    for group in batches(model, rows(model, corpus, pieces, model.cfg.n_ctx - 1), 16):
        with lock_of(model), torch.inference_mode():
            # The mask hides nothing; without one transformers warns of padding.
            mask = torch.ones_like(group.ids)
            logs = model(group.ids, attention_mask=mask, return_type="logits").float()
            logs = logs[:, :-1].log_softmax(-1)
            costs = -logs.gather(2, group.ids[:, 1:, None])[..., 0].cpu().numpy()
        for at, row in enumerate(group.rows):
            for place, name in labelled(model.tokenizer, row, told, True).items():
                # The place is counted without the piece before the text; its word comes next.
                if name is not None and place + 2 < len(row.ids):
                    found.setdefault(str(name), []).append(float(costs[at, place + 1]))
    if not found:
        raise ValueError(
            "no word has a label: generated documents (lab.corpora.stories()) know their words"
        )
    return {name: float(np.mean(values)) for name, values in sorted(found.items())}

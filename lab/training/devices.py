"""One process or many, a CPU or a GPU, full or half precision: the differences in one place.

accelerate tells which of how many processes this one is and joins their gradients; with
`accelerate launch` or its `notebook_launcher` the same call runs on several. Every process cuts the
same batches and computes its own rows of them, so the losses are those of one process alone.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor

from lab.training.recipe import Recipe


class Devices:
    """Where and in what precision a training computes."""

    def __init__(self, model: Any, recipe: Recipe) -> None:
        from accelerate import Accelerator
        from accelerate.state import is_initialized

        here = next(model.original_model.parameters()).device
        # The processes are found once; asked for the CPU later, accelerate would refuse.
        only_cpu = here.type == "cpu" and not is_initialized()
        self._accelerator = Accelerator(cpu=only_cpu, device_placement=False)
        self.many = self._accelerator.num_processes > 1
        self.first = self._accelerator.is_main_process
        # Alone, a model is trained where it is; among many, where accelerate wants this process.
        self.device = self._accelerator.device if self.many else here
        self.half = (recipe.precision or self._precision()) == "bf16"
        self.compiled = self.device.type == "cuda" if recipe.compiled is None else recipe.compiled
        share = self._accelerator.num_processes * recipe.accumulate
        if recipe.batch % share:
            raise ValueError(
                f"batch {recipe.batch} cannot be shared by {self._accelerator.num_processes} "
                f"processes × accumulate {recipe.accumulate}: a multiple of {share} is needed"
            )

    def ready(self, twin: Any) -> Any:
        """The twin as it is called: compiled where that pays, joined with other processes'."""
        self._joined = self._accelerator.prepare(twin) if self.many else twin
        return _compiled(self._joined) if self.compiled else self._joined

    @contextmanager
    def seeded(self, recipe: Recipe, step: int) -> Iterator[None]:
        """Dropout of a step depends on the seed, the step and the process; nothing else's does."""
        if not recipe.dropout:
            yield
            return
        devices = [self.device] if self.device.type == "cuda" else []
        with torch.random.fork_rng(devices=devices):
            number = (recipe.seed, step, self._accelerator.process_index)
            torch.manual_seed(int(np.random.SeedSequence(number).generate_state(1)[0]))
            yield

    def parts(self, ids: Tensor, targets: Tensor, accumulate: int) -> list[tuple[Tensor, Tensor]]:
        """This process's rows of a batch, in as many parts as are accumulated."""
        many, index = self._accelerator.num_processes, self._accelerator.process_index
        mine = ids[index::many].to(self.device), targets[index::many].to(self.device)
        return list(zip(*(part.chunk(accumulate) for part in mine), strict=True))

    def joined(self, last: bool) -> AbstractContextManager[Any]:
        """Around a part's two passes: gradients are joined at the last part alone."""
        alone = self.many and not last
        return self._accelerator.no_sync(self._joined) if alone else contextlib.nullcontext()

    def precise(self) -> AbstractContextManager[Any]:
        """Around a forward pass: full or half precision."""
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.half)

    def backward(self, loss: Tensor) -> None:
        # Joining takes the mean over processes; each gave its share of one sum.
        (loss * self._accelerator.num_processes).backward()

    def summed(self, value: Tensor) -> float:
        """The sum over processes, as a number."""
        if self.many:
            value = self._accelerator.reduce(value, reduction="sum")  # pyright: ignore
        return float(value)

    def agreed(self, wish: bool) -> bool:
        """What the first process wishes, known to all."""
        if not self.many:
            return wish
        mine = torch.tensor(float(wish and self.first), device=self.device)
        return self.summed(mine) > 0

    def wait(self) -> None:
        """Until all processes are here."""
        if self.many:
            self._accelerator.wait_for_everyone()

    def _precision(self) -> str:
        # On CPUs half precision pays only with the newest instructions, and costs repeatability.
        half = self.device.type == "cuda" and torch.cuda.is_bf16_supported()
        return "bf16" if half else "fp32"


def _compiled(loss: Any) -> Any:
    """Compiled at its first call; where that fails (no C compiler, say), as it was."""
    chosen = [torch.compile(loss)]

    def run(*args: Any) -> Any:
        try:
            return chosen[0](*args)
        except RuntimeError as error:
            if chosen[0] is loss:
                raise
            warnings.warn(
                f"torch.compile is not possible here ({str(error)[:200]}); going on without",
                stacklevel=2,
            )
            chosen[0] = loss
            return loss(*args)

    return run

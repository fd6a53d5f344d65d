"""What a run does, step by step."""

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from typing import Any, NamedTuple

from tqdm import tqdm

from benchmarks import memory
from benchmarks.layers import GROUPS, LAYERS, RESNET, SizedLayer, selected
from benchmarks.processes import Worker, worker
from benchmarks.record import Record, about


class Step(NamedTuple):
    """One layer, measured in one way: "forward", "backward", or the "memory" of one competitor."""

    way: str
    layer: SizedLayer
    threads: int = 1
    name: str = ""

    def __str__(self) -> str:
        threads = "" if self.threads == 1 else f" with {self.threads} threads"
        return f"{self.way}{threads}: {self.layer.name} {self.name}".rstrip()


def everything() -> list[Step]:
    """Return the steps of a full run."""
    benchmark_set = [layer for group in LAYERS.values() for layer in group]
    return [
        *times("forward", selected([])),
        *times("backward", RESNET),
        *times("forward", benchmark_set, 2),
        *times("backward", RESNET, 2),
        *memories(),
    ]


def times(way: str, layers: Iterable[SizedLayer], threads: int = 1) -> list[Step]:
    """Return steps that measure time."""
    return [Step(way, layer, threads) for layer in layers]


def memories() -> list[Step]:
    """Return steps that measure memory."""
    cases = memory.CASES.items()
    return [Step("memory", layer, 1, name) for layer, names in cases for name in names]


def take(steps: Sequence[Step], **options: Any) -> Record:
    """Take the steps, and return what they found and where."""
    groups = {name: [layer.name for layer in layers] for name, layers in GROUPS.items()}
    record: Record = {**about(), "groups": groups}
    with ExitStack() as stack:
        processes: dict[int, Worker] = {}
        for step in (bar := tqdm(steps, leave=False, dynamic_ncols=True)):
            bar.set_description(str(step))
            if step.way == "memory":
                if found := memory_of(step):
                    under(record, "memory", step.layer.name)[step.name] = found
                continue
            if step.threads not in processes:
                processes[step.threads] = stack.enter_context(worker("times"))
            found = processes[step.threads].ask(
                layer=step.layer,
                threads=step.threads,
                backward=step.way == "backward",
                **options,
            )
            under(record, step.way, str(step.threads))[step.layer.name] = found
    return record


def under(record: Record, *keys: str) -> Record:
    """Return the dictionary below some keys, made if it is not there."""
    for key in keys:
        record = record.setdefault(key, {})
    return record


def memory_of(step: Step) -> Any:
    """Measure memory, in a process that has done nothing else."""
    with worker("memory") as process:
        return process.ask(layer=step.layer, name=step.name)

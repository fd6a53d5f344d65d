"""Start workers whose numerical libraries have the threads we want from their first moment."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]

ONE_THREAD = dict.fromkeys(
    (
        "BLIS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
    ),
    "1",
)
"""NumPy multiplies with one thread: convbook brings its own, and torch and onnxruntime are told."""

PLAIN_MEMORY = {"MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "65536"}
"""What is freed goes back to the system, so that it is counted when it is taken again."""


class Worker:
    """A module of this package that answers each line of JSON with one."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def ask(self, **request: Any) -> Any:
        """Send a request and wait for the answer."""
        assert self.process.stdin
        assert self.process.stdout
        print(json.dumps(request), file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"the worker died of {request}")
        return json.loads(answer)


@contextmanager
def worker(module: str) -> Iterator[Worker]:
    """Run a worker, and end it."""
    settings = ONE_THREAD | (PLAIN_MEMORY if module == "memory" else {})
    with subprocess.Popen(
        [sys.executable, "-m", f"benchmarks.{module}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | settings,
    ) as process:
        try:
            yield Worker(process)
        finally:
            process.terminate()

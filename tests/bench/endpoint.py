"""The local endpoint: a warm call with boto3, a thousand in a row, sixteen clients at once; a real process."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.row import Row
from support.many_calls import concurrent, sequential
from support.serve_process import project, serving

CALLS = 1000
CLIENTS = 16
EACH = 20


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        with serving("--authorizers", project(Path(folder))) as served:
            ready = time.perf_counter() - started
            durations = sequential(served.url, CALLS)
            at_once = concurrent(served.url, CLIENTS, EACH)
    worst = f"slowest {max(durations) * 1000:.1f} ms; the endpoint was up in {ready:.2f} s"
    yield Row("warm test call with boto3, median", statistics.median(durations) * 1000, 15, "ms", note=worst)
    yield Row("answered of 1,000 calls in a row", len(durations), CALLS, "", at_least=True)
    note = f"median {statistics.median(at_once) * 1000:.1f} ms, slowest {max(at_once) * 1000:.0f} ms"
    yield Row("answered of 16 clients' calls", len(at_once), CLIENTS * EACH, "", at_least=True, note=note)

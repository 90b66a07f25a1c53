"""How long a decision takes, on a document as large as AWS accepts."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

from authlens.core.policy.decision.decide import decide
from authlens.core.policy.document import parse
from bench.row import Row
from support.policies import allow, deny, text

RUNS = 3000


def rows() -> Iterator[Row]:
    statements = [
        (deny if number % 5 == 0 else allow)(["iot:Publish", "iot:Receive"], f"topic/{number}/${{iot:ClientId}}/*/?")
        for number in range(13)
    ]
    condition = {"ForAnyValue:StringLike": {"iot:ConnectAttributes": ["Last*"]}}
    document = parse(text(*statements, allow("iot:Publish", "topic/*", Condition=condition)))
    context = {"iot:ClientId": ("c1",), "iot:ConnectAttributes": ("PersistentConnect", "LastWill")}
    times = []
    for number in range(RUNS):
        started = time.perf_counter()
        decide([document], "iot:Publish", f"topic/12/c1/{number}/x", context)
        times.append(time.perf_counter() - started)
    note = f"{document.size} characters, {len(document.statements)} statements"
    yield Row("a decision, median", statistics.median(times) * 1e6, 100, "µs", note=note)

"""Two answers of ten documents, each as long as AWS takes, every second one changed."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterator

from authlens.core.compare.compare import compare
from authlens.core.compare.export import as_unified
from authlens.core.compare.sections import sections
from authlens.core.invocation.invocation import Invocation
from authlens.core.policy import document
from bench.row import Row
from support.invocations import TOPIC, invocation, outcome

_ROUNDS = 15


def rows() -> Iterator[Row]:
    left, right = answer("iot:Receive", 1), answer("iot:RetainPublish", -1)
    cold = measured(lambda: compare(left, right), before=document.parse.cache_clear)
    yield Row("compare two ten-document answers by meaning", cold, 50, "ms", note="nothing parsed before")
    yield Row("the same, documents parsed before", measured(lambda: compare(left, right)), 50, "ms")
    comparison = compare(left, right)
    yield Row("its aligned text, by meaning", measured(lambda: sections(comparison)), 50, "ms")
    yield Row("its unified diff", measured(lambda: as_unified(comparison)), 50, "ms")


def answer(action: str, order: int) -> Invocation:
    documents = [policy(number, action if number % 2 else "iot:Receive") for number in range(10)]
    assert all(1700 < len(text) <= 2048 for text in documents)
    return invocation(outcome(*documents[::order]))


def policy(number: int, action: str) -> str:
    statements = [
        {"Effect": "Allow", "Action": ["iot:Publish", action], "Resource": f"{TOPIC}plant-{number}/{line}/data"}
        for line in range(14)
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def measured(work: Callable[[], object], before: Callable[[], object] = lambda: None) -> float:
    """The median in milliseconds."""
    took = []
    for _ in range(_ROUNDS):
        before()
        started = time.perf_counter()
        work()
        took.append(time.perf_counter() - started)
    return statistics.median(took) * 1000

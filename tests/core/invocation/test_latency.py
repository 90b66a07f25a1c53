from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.invocation.invocation import Invocation
from authlens.core.invocation.latency import ColdAndWarm, cold_and_warm, latency
from authlens.core.request.target import Target
from support.invocations import REFUSAL, invocation

START = datetime(2026, 1, 1, tzinfo=UTC)


def call(at: float, duration: float, log: str | None = None, target: str = "a") -> Invocation:
    return invocation(
        started_at=START + timedelta(seconds=at), duration=duration, function_log=log, target=Target(local=target)
    )


@pytest.mark.parametrize(
    ("durations", "median", "p95"),
    [
        ([1.0], 1.0, 1.0),
        ([2.0, 1.0], 1.5, 2.0),
        ([3.0, 1.0, 2.0], 2.0, 3.0),
        ([float(n) for n in range(1, 21)], 10.5, 19.0),
        ([float(n) for n in range(1, 101)], 50.5, 95.0),
    ],
    ids=lambda value: str(len(value)) if isinstance(value, list) else "",
)
def test_numbers(durations: list[float], median: float, p95: float) -> None:
    found = latency(durations)

    assert (found.minimum, found.median, found.p95, found.maximum) == (min(durations), median, p95, max(durations))


@given(st.lists(st.floats(0, 100), min_size=1))
def test_numbers_are_in_order(durations: list[float]) -> None:
    found = latency(durations)

    assert found.minimum <= found.median <= found.maximum
    assert found.minimum <= found.p95 <= found.maximum
    assert found.count == len(durations)


def test_the_first_call_is_cold_and_those_that_began_during_it() -> None:
    found = cold_and_warm([call(1.0, 0.01), call(0.0, 0.4), call(0.3, 0.4), call(0.5, 0.01)])

    assert found is not None
    assert found.cold is not None
    assert found.warm is not None
    assert (found.all.count, found.cold.count, found.warm.count) == (4, 2, 2)
    assert found.cold.minimum == 0.4


def test_each_target_starts_cold() -> None:
    found = cold_and_warm([call(0, 0.1), call(1, 0.1), call(2, 0.1, target="b")])

    assert found is not None
    assert found.cold is not None
    assert found.cold.count == 2


def test_the_log_of_lambda_is_believed() -> None:
    report = "REPORT RequestId: 1 Duration: 2.00 ms"
    found = cold_and_warm([call(0, 0.1, report), call(1, 0.2, f"{report} Init Duration: 90.00 ms")])

    assert found is not None
    assert found.cold is not None
    assert found.cold.maximum == 0.2
    assert found.cold.count == 1


def test_errors_are_not_counted() -> None:
    assert cold_and_warm([invocation(REFUSAL)]) is None
    assert cold_and_warm([]) is None


@pytest.mark.parametrize(
    ("calls", "cold", "warm"),
    [
        ([call(0, 0.4), call(0.4, 0.1)], [0.4], [0.1]),
        ([call(0, 0.4), call(0.399, 0.1)], [0.4, 0.1], []),
        ([call(0, 0.1, "REPORT RequestId: 1 Duration: 2.00 ms")], [], [0.1]),
        ([call(0, 0.1, "printed by the function")], [0.1], []),
        ([call(0, 0.1, "printed: Init Duration: 1"), call(1, 0.2, "printed: Init Duration: 1")], [0.1], [0.2]),
        ([call(0, 0.3), replace(call(0, 0.1), result=REFUSAL), call(1, 0.2)], [0.3], [0.2]),
    ],
)
def test_which_calls_are_cold(calls: list[Invocation], cold: list[float], warm: list[float]) -> None:
    assert cold_and_warm(calls) == ColdAndWarm(
        latency(cold + warm), latency(cold) if cold else None, latency(warm) if warm else None
    )

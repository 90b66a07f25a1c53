import pytest

from authlens.core.invocation.invocation import Failure, FailureKind
from authlens.core.invocation.throttling import MOST_ATTEMPTS, is_throttled, pause
from support.invocations import REFUSAL, invocation


@pytest.mark.parametrize(
    ("result", "throttled"),
    [
        (None, False),
        (REFUSAL, False),
        (Failure(FailureKind.AWS, "ThrottlingException", "Rate exceeded", 400), True),
        (Failure(FailureKind.AWS, "429", None, 429), True),
    ],
    ids=["answer", "error", "class", "status"],
)
def test_throttled(result: Failure | None, throttled: bool) -> None:
    assert is_throttled(invocation(result)) is throttled


def test_pauses_double_up_to_a_limit() -> None:
    assert [pause(attempt, 1.0) for attempt in range(1, 9)] == [0.5, 1, 2, 4, 8, 16, 16, 16]


def test_a_call_is_tried_again_for_a_quarter_of_a_minute_at_most() -> None:
    pauses = [pause(attempt, 1.0) for attempt in range(1, MOST_ATTEMPTS)]
    assert pauses == [0.5, 1, 2, 4, 8]


def test_half_of_a_pause_is_left_to_chance() -> None:
    assert pause(3, 0.0) == pause(3, 1.0) / 2

from __future__ import annotations

from datetime import timedelta

import pytest

from authlens.core.contract.outcome import Outcome
from authlens.core.invocation.invocation import Failure, FailureKind, Invocation
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.target import Target
from authlens.ui.text import outcome_text
from support.app_services import NOW, PASSED


def invocation(result: Outcome | Failure, number: int | None = None) -> Invocation:
    return Invocation(AuthorizerRequest("A"), Target(), result, NOW, 0.0123, number)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(30, "30 s"), (300, "5 min"), (86400, "24 h"), (5400, "1 h 30 min"), (3661, "1 h 1 min 1 s")],
)
def test_seconds_are_said_as_a_person_says_them(seconds: int, said: str) -> None:
    assert outcome_text.human_time(seconds) == said


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.0012, "1.2 ms"), (0.0123, "12 ms"), (0.5, "500 ms"), (1.25, "1.2 s"), (0.9999, "1.0 s")]
)
def test_durations(seconds: float, said: str) -> None:
    assert outcome_text.duration(seconds) == said


@pytest.mark.parametrize(
    ("passed", "said"),
    [(0, "now"), (30, "30 s ago"), (90, "1 min ago"), (7300, "2 h ago"), (200_000, "2 d ago")],
)
def test_how_long_ago(passed: int, said: str) -> None:
    assert outcome_text.ago(timedelta(seconds=passed)) == said


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (PASSED, "✓ AUTHENTICATED"),
        (Outcome(False, "p"), "✗ NOT AUTHENTICATED"),
        (Failure(FailureKind.AWS, "InvalidRequestException", "no"), "✗ REFUSED"),
        (Failure(FailureKind.ABANDONED, "Abandoned", "no"), "! ABANDONED"),
    ],
    ids=["passed", "denied", "refused", "abandoned"],
)
def test_a_verdict_has_a_glyph_and_a_word(result: Outcome | Failure, said: str) -> None:
    assert outcome_text.outcome_word(invocation(result)).content.plain == said


def test_the_headline_drops_what_there_is_no_room_for() -> None:
    whole = outcome_text.headline(invocation(PASSED, 3), NOW, 80).plain
    assert whole.split() == ["✓", "AUTHENTICATED", "sensor7", "12", "ms", "·", "#3", "·", *whole.split()[8:]]
    assert outcome_text.headline(invocation(PASSED, 3), NOW, 40).plain.split()[2:] == ["sensor7", "12", "ms", "·", "#3"]
    assert outcome_text.headline(invocation(PASSED, 3), NOW, 0).plain == "✓ AUTHENTICATED  sensor7"
    yesterday = NOW + timedelta(days=1)
    for width, said in ((80, "of a · c compares · #3 · 2026-"), (50, "of a · c compares · #3"), (36, "of a · #3")):
        parts = outcome_text.headline(invocation(PASSED, 3), yesterday, width, ("of a", "c compares")).plain
        assert parts.startswith(f"✓ AUTHENTICATED  sensor7  {said}")
        assert len(parts) <= width


def test_a_failure_is_quoted_with_its_facts() -> None:
    failure = Failure(FailureKind.AWS, "InvalidRequestException", "Token [x] \x1b]0;y", 400, "id-1", "Do this.")
    assert outcome_text.details(invocation(failure)).plain == (
        "AWS: Token [x] ␛]0;y\nInvalidRequestException · HTTP 400 · request id id-1"
    )


def test_a_message_that_aws_left_out_is_reported() -> None:
    assert (
        "null" in outcome_text.details(invocation(Failure(FailureKind.AWS, "InvalidRequestException", None, 400))).plain
    )


def test_an_outcome_has_readable_times() -> None:
    said = outcome_text.details(invocation(PASSED)).plain
    assert said == "refresh 5 min · disconnect 24 h"
    assert outcome_text.details(invocation(Outcome(True, "p"))).plain == "no documents"

"""Answers read as yes or no, and each touched row of the rules is reported with what was seen."""

from __future__ import annotations

import pytest

from authlens.core.mqtt.packets import V3, V5
from authlens.core.probe.plan import Trial
from authlens.core.probe.report import Answer, Closed, ProbeReport, Tried, Verdict, observations

PUBLISH = Trial("publish", "a/b")
SUBSCRIBE = Trial("subscribe", "a/#")


def report(verdict: Verdict, version: int | None = V5, **members: object) -> ProbeReport:
    return ProbeReport(verdict, "mqtts://h:443", "c", version, (), **members)  # type: ignore[arg-type]  # by name


@pytest.mark.parametrize(
    ("answer", "is_yes"),
    [
        (Answer("CONNACK", 0), True),
        (Answer("CONNACK", 5), False),
        (Answer("CONNACK", 0x87), False),
        (Answer("CONNACK", 0, closed=Closed.CLOSED), False),
        (Answer("SUBACK", 1), True),
        (Answer("SUBACK", 0x80), False),
        (Answer("PUBACK", 0x10), True),
        (Answer("DISCONNECT", 0), False),
        (Answer("HTTP", 200), True),
        (Answer("HTTP", 403), False),
        (Answer(closed=Closed.RESET), False),
    ],
)
def test_yes_or_no(answer: Answer, is_yes: bool) -> None:
    assert answer.is_yes is is_yes


def test_codes_of_3_1_1_have_names_of_their_own() -> None:
    assert Answer("CONNACK", 5).words(V3) == "CONNACK 0x05 Not authorized"
    assert Answer("CONNACK", 4).words(V3) == "CONNACK 0x04 Bad user name or password"


@pytest.mark.parametrize(
    ("version", "answer", "rule", "agrees"),
    [
        (V5, Answer("CONNACK", 0x87, closed=Closed.CLOSED), "connect-refused", True),
        (V5, Answer("CONNACK", 0x87), "connect-refused", False),
        (V3, Answer(closed=Closed.CLOSED), "connect-refused", True),
        (V3, Answer("CONNACK", 5, closed=Closed.CLOSED), "connect-refused", False),
        (V5, Answer("CONNACK", 0x97, closed=Closed.CLOSED), "connect-rate", True),
    ],
)
def test_a_refusal_is_compared_with_its_row(version: int, answer: Answer, rule: str, agrees: bool) -> None:
    (seen,) = observations(report(Verdict.REFUSED, version, answer=answer))

    assert (seen.rule.id, seen.agrees) == (rule, agrees)
    assert set(seen.to_json()) == {"rule", "what", "mqtt", "seen", "table", "known", "agrees"}


@pytest.mark.parametrize(
    ("version", "trial", "answer", "rule", "agrees"),
    [
        (V5, SUBSCRIBE, Answer("SUBACK", 0x87), "subscribe-denied", True),
        (V5, SUBSCRIBE, Answer(closed=Closed.CLOSED), "subscribe-denied", False),
        (V3, SUBSCRIBE, Answer(closed=Closed.CLOSED), "subscribe-denied", True),
        (V5, SUBSCRIBE, Answer("SUBACK", 0x8F), "filter", True),
        (V5, PUBLISH, Answer("PUBACK", 0x87), "publish-denied", True),
        (V5, PUBLISH, Answer("PUBACK", 0x90), "topic", True),
    ],
)
def test_a_denial_is_compared_with_its_row(version: int, trial: Trial, answer: Answer, rule: str, agrees: bool) -> None:
    (seen,) = observations(report(Verdict.CONNECTED, version, tried=(Tried(trial, answer),)))

    assert (seen.rule.id, seen.agrees) == (rule, agrees)


def test_what_was_allowed_touches_no_row_and_what_was_not_tried_is_no_yes() -> None:
    allowed = report(Verdict.CONNECTED, tried=(Tried(PUBLISH, Answer("PUBACK", 0)),))

    assert observations(allowed) == ()
    assert allowed.is_yes
    assert not report(Verdict.CONNECTED, tried=(Tried(PUBLISH, None),)).is_yes


@pytest.mark.parametrize(
    ("predicted", "code", "differs"), [("ALLOWED", 0, False), ("ALLOWED", 0x87, True), ("IMPLICIT_DENY", 0, True)]
)
def test_the_broker_is_compared_with_the_documents(predicted: str, code: int, differs: bool) -> None:
    tried = Tried(PUBLISH, Answer("PUBACK", code), predicted)

    assert tried.differs is differs
    assert report(Verdict.CONNECTED, tried=(tried,)).differs is differs


def test_a_login_that_was_predicted_otherwise_differs_only_where_the_protocol_answered() -> None:
    assert report(Verdict.REFUSED, predicted="ALLOWED").differs
    assert not report(Verdict.CONNECTED, predicted="ALLOWED").differs
    assert not report(Verdict.UNREACHED, predicted="ALLOWED").differs

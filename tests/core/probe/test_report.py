"""Answers read as yes or no, the row of the rules that each belongs to, and what was predicted."""

from __future__ import annotations

import pytest

from authlens.core.mqtt.packets import V3
from authlens.core.probe.plan import Trial
from authlens.core.probe.report import (
    ConnectionEnd,
    ProbeVerdict,
    ServerReply,
    Tried,
    rule_of_denial,
)
from support.probe_reports import report

PUBLISH = Trial("publish", "a/b")


@pytest.mark.parametrize(
    ("answer", "is_yes"),
    [
        (ServerReply("CONNACK", 0), True),
        (ServerReply("CONNACK", 5), False),
        (ServerReply("CONNACK", 0x87), False),
        (ServerReply("CONNACK", 0, closed=ConnectionEnd.CLOSED), False),
        (ServerReply("SUBACK", 1), True),
        (ServerReply("SUBACK", 0x80), False),
        (ServerReply("PUBACK", 0x10), True),
        (ServerReply("DISCONNECT", 0), False),
        (ServerReply("HTTP", 200), True),
        (ServerReply("HTTP", 403), False),
        (ServerReply(closed=ConnectionEnd.RESET), False),
    ],
)
def test_yes_or_no(answer: ServerReply, is_yes: bool) -> None:
    assert answer.is_yes is is_yes


def test_codes_of_3_1_1_have_names_of_their_own() -> None:
    assert ServerReply("CONNACK", 5).words(V3) == "CONNACK 0x05 Not authorized"
    assert ServerReply("CONNACK", 4).words(V3) == "CONNACK 0x04 Bad user name or password"


@pytest.mark.parametrize(
    ("predicted", "code", "differs"), [("ALLOWED", 0, False), ("ALLOWED", 0x87, True), ("IMPLICIT_DENY", 0, True)]
)
def test_the_broker_is_compared_with_the_documents(predicted: str, code: int, differs: bool) -> None:
    tried = Tried(PUBLISH, ServerReply("PUBACK", code), predicted)

    assert tried.differs is differs
    assert report(ProbeVerdict.CONNECTED, tried=(tried,)).differs is differs


def test_a_login_differs_from_its_prediction_only_if_the_protocol_answered() -> None:
    assert report(ProbeVerdict.REFUSED, predicted="ALLOWED").differs
    assert not report(ProbeVerdict.CONNECTED, predicted="ALLOWED").differs
    assert not report(ProbeVerdict.UNREACHED, predicted="ALLOWED").differs


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [
        (ServerReply("HTTP", 403), "http-refused"),
        (ServerReply("HTTP", 502), "http-502"),
        (ServerReply("DISCONNECT", 0x8E), "taken-over"),
        (ServerReply(closed=ConnectionEnd.RESET), "connect-refused"),
    ],
)
def test_what_refused_it(answer: ServerReply, refusal: str) -> None:
    assert report(ProbeVerdict.REFUSED, answer=answer).refused_by == refusal
    assert report(ProbeVerdict.CONNECTED, answer=answer).refused_by is None


def test_a_publish_that_http_or_a_disconnect_answers() -> None:
    assert rule_of_denial(PUBLISH, ServerReply("HTTP", 403)).id == "http-refused"
    assert rule_of_denial(PUBLISH, ServerReply("DISCONNECT", 0x98)).id == "disconnect-after"


@pytest.mark.parametrize(
    ("packet", "code", "is_yes"),
    [
        *(("HTTP", code, code in range(200, 300)) for code in (199, 200, 299, 300, 403)),
        *(("PUBACK", code, code < 128) for code in (0, 0x10, 0x7F, 0x80, 0x87)),
        *(("CONNACK", code, code == 0) for code in (0, 1, 5, 0x87)),
        ("DISCONNECT", 0, False),
        ("PUBACK", None, False),
    ],
)
def test_which_answers_are_a_yes(packet: str, code: int | None, is_yes: bool) -> None:
    assert ServerReply(packet, code).is_yes is is_yes
    if packet != "HTTP":
        assert not ServerReply(packet, code, closed=ConnectionEnd.CLOSED).is_yes


def test_names_of_codes_are_those_of_the_version() -> None:
    assert "Not authorized" in ServerReply("CONNACK", 5).words(4)
    assert "Identifier rejected" in ServerReply("CONNACK", 2).words(4)
    assert "Granted QoS 2" in ServerReply("CONNACK", 2).words(5)

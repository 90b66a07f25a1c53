"""Answers read as yes or no, the row of the rules that each belongs to, and what was predicted."""

from __future__ import annotations

import pytest

from authlens.core.mqtt import rules
from authlens.core.mqtt.packets import V3, V5
from authlens.core.probe.plan import Trial
from authlens.core.probe.reply import ConnectionEnd, ServerReply
from authlens.core.probe.report import ProbeVerdict, Tried, id_of, rule_of_denial
from support.probe_reports import report

PUBLISH = Trial("publish", "a/b")
REFUSED = ServerReply("CONNACK", 0x87, closed=ConnectionEnd.CLOSED)


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
    ("predicted", "code", "agrees"), [("ALLOWED", 0, True), ("ALLOWED", 0x87, False), ("IMPLICIT_DENY", 0, False)]
)
def test_the_broker_is_compared_with_the_documents(predicted: str, code: int, agrees: bool) -> None:
    tried = Tried(PUBLISH, ServerReply("PUBACK", code), predicted)

    assert tried.agrees(V5) is agrees
    assert report(ProbeVerdict.CONNECTED, tried=(tried,)).differs is not agrees


def test_a_login_differs_from_its_prediction_only_if_the_protocol_answered() -> None:
    assert report(ProbeVerdict.REFUSED, predicted="ALLOWED", answer=REFUSED).differs
    assert not report(ProbeVerdict.CONNECTED, predicted="ALLOWED").differs
    assert not report(ProbeVerdict.UNREACHED, predicted="ALLOWED").differs


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [
        (ServerReply("HTTP", 403), "http-refused"),
        (ServerReply("HTTP", 502), "http-502"),
        (ServerReply("DISCONNECT", 0x8E), "taken-over"),
        (ServerReply(closed=ConnectionEnd.CLOSED), "connect-refused"),
        (ServerReply(closed=ConnectionEnd.RESET), "connection-lost"),
        (ServerReply("CONNACK", 0, closed=ConnectionEnd.CLOSED), "connack-0x00"),
        (ServerReply(closed=ConnectionEnd.CLOSE_FRAME), "websocket-closed"),
        (ServerReply(closed=ConnectionEnd.SILENT), "no-answer"),
        (ServerReply(closed=ConnectionEnd.INVALID), "connection-lost"),
    ],
)
def test_what_refused_it(answer: ServerReply, refusal: str) -> None:
    assert report(ProbeVerdict.REFUSED, answer=answer).refused_by == refusal
    assert report(ProbeVerdict.CONNECTED, answer=answer).refused_by is None


def test_a_publish_that_http_or_a_disconnect_answers() -> None:
    assert rule_of_denial(PUBLISH, ServerReply("HTTP", 403)) is rules.HTTP_REFUSED
    assert rule_of_denial(PUBLISH, ServerReply("DISCONNECT", 0x98)) is rules.EXPIRED


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
    assert "Granted QoS 2" in ServerReply("SUBACK", 2).words(5)
    assert "Identifier rejected" in ServerReply("CONNACK", 2).words(5)
    assert ServerReply("CONNACK", 0).words(5) == "CONNACK 0x00 Success"


SUBSCRIBE = Trial("subscribe", "a/#")


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [
        (ServerReply("CONNACK", 0x87), "connect-refused"),
        (ServerReply("CONNACK", 0x80), "connect-refused"),
        (ServerReply("CONNACK", 0x97), "connect-rate"),
        (ServerReply("CONNACK", 0x9B), "will-qos"),
        (ServerReply("CONNACK", 0x85), "client-id"),
        (ServerReply("CONNACK", 0x8E), "connack-0x8e"),
        (ServerReply("CONNACK", 0x86), "connect-refused"),
        (ServerReply("CONNACK", 0x90), "will-topic"),
        (ServerReply("CONNACK", 0x82), "protocol-error"),
        (ServerReply("CONNACK", 5), "connect-refused"),
        (ServerReply("CONNACK", 3), "connack-0x03"),
        (ServerReply("DISCONNECT", 0x8E), "taken-over"),
        (ServerReply("DISCONNECT", 0x8D), "keep-alive"),
        (ServerReply("DISCONNECT", 0x98), "disconnect-after"),
        (ServerReply("DISCONNECT", 0x81), "malformed"),
        (ServerReply("DISCONNECT", 0x95), "too-large"),
        (ServerReply("DISCONNECT", 0x87), "connect-refused"),
        (ServerReply("DISCONNECT", 0x80), "disconnect-0x80"),
        (ServerReply("DISCONNECT", 0x8B), "disconnect-0x8b"),
        (ServerReply(), "connect-refused"),
        *((ServerReply("HTTP", code), "http-refused") for code in (401, 403)),
        *((ServerReply("HTTP", code), f"http-{code}") for code in (400, 402, 404)),
    ],
)
def test_the_row_of_each_refusal(answer: ServerReply, refusal: str) -> None:
    assert report(ProbeVerdict.REFUSED, answer=answer).refused_by == refusal
    assert report(ProbeVerdict.UNREACHED, answer=answer).refused_by is None


@pytest.mark.parametrize(
    ("trial", "answer", "rule"),
    [
        (PUBLISH, ServerReply("PUBACK", 0x87), "publish-denied"),
        (PUBLISH, ServerReply("PUBACK", 0x90), "topic"),
        (PUBLISH, ServerReply("PUBACK", 0x97), "publish-rate"),
        (PUBLISH, ServerReply(), "publish-denied"),
        (SUBSCRIBE, ServerReply("SUBACK", 0x87), "subscribe-denied"),
        (SUBSCRIBE, ServerReply("SUBACK", 0x8F), "filter"),
        (SUBSCRIBE, ServerReply("SUBACK", 0x97), "too-many-subscriptions"),
        (SUBSCRIBE, ServerReply(), "subscribe-denied"),
        (SUBSCRIBE, ServerReply("DISCONNECT", 0x87), "subscribe-denied"),
        (SUBSCRIBE, ServerReply("DISCONNECT", 0x8E), "taken-over"),
        (PUBLISH, ServerReply("HTTP", 403), "http-refused"),
    ],
)
def test_the_row_of_each_denial(trial: Trial, answer: ServerReply, rule: str) -> None:
    found = rule_of_denial(trial, answer)
    assert found is not None
    assert id_of(found, answer) == found.id == rule


@pytest.mark.parametrize(
    ("answer", "version", "word"),
    [
        (ServerReply(closed=ConnectionEnd.SILENT), V3, "no-answer"),
        (ServerReply(closed=ConnectionEnd.RESET), V3, "connection-lost"),
        (ServerReply(closed=ConnectionEnd.CLOSED), None, "connection-lost"),
        (ServerReply(closed=ConnectionEnd.CLOSED), V3, "publish-denied"),
        (ServerReply("HTTP", 502), None, "http-502"),
        (ServerReply("DISCONNECT", 0x8B), V5, "disconnect-0x8b"),
        (ServerReply("DISCONNECT", 0x97), V5, "disconnect-0x97"),
    ],
)
def test_an_answer_without_a_row_has_a_word(answer: ServerReply, version: int | None, word: str) -> None:
    assert id_of(rule_of_denial(PUBLISH, answer, version), answer) == word


@pytest.mark.parametrize(
    ("answer", "version", "words"),
    [
        (ServerReply("HTTP", 403), V5, "HTTP 403"),
        (ServerReply("CONNACK", 5), V3, "CONNACK 0x05 Not authorized"),
        (ServerReply("CONNACK", 0x87), V5, "CONNACK 0x87 Not authorized"),
        (ServerReply("SUBACK", 1), V3, "SUBACK 0x01 Granted QoS 1"),
        (ServerReply("SUBACK", 0x7F), V5, "SUBACK 0x7f"),
        (ServerReply("CONNACK", 0x87), V3, "CONNACK 0x87"),
        (
            ServerReply("DISCONNECT", 0x8E, closed=ConnectionEnd.RESET),
            V5,
            "DISCONNECT 0x8e Session taken over, and the server reset the connection",
        ),
        (ServerReply(closed=ConnectionEnd.SILENT), V5, "the server did not answer"),
        (ServerReply("PUBACK", closed=ConnectionEnd.CLOSED), V5, "the server closed the connection"),
        (ServerReply(code=0, closed=ConnectionEnd.CLOSED), V5, "the server closed the connection"),
    ],
)
def test_an_answer_in_words(answer: ServerReply, version: int, words: str) -> None:
    assert answer.words(version) == words


@pytest.mark.parametrize(
    ("verdict", "predicted", "agrees"),
    [
        (ProbeVerdict.CONNECTED, None, None),
        (ProbeVerdict.CONNECTED, "ALLOWED", True),
        (ProbeVerdict.CONNECTED, "IMPLICIT_DENY", False),
        (ProbeVerdict.REFUSED, None, None),
        (ProbeVerdict.REFUSED, "ALLOWED", False),
        (ProbeVerdict.REFUSED, "EXPLICIT_DENY", True),
        (ProbeVerdict.UNREACHED, "ALLOWED", None),
        (ProbeVerdict.UNREACHED, "EXPLICIT_DENY", None),
    ],
)
def test_where_the_answer_to_connect_agrees(verdict: ProbeVerdict, predicted: str | None, agrees: bool | None) -> None:
    probed = report(verdict, predicted=predicted, answer=REFUSED)
    assert (probed.connect_agrees, probed.differs) == (agrees, agrees is False)


@pytest.mark.parametrize(
    ("version", "answer"),
    [
        (V3, ServerReply(closed=ConnectionEnd.RESET)),
        (V3, ServerReply(closed=ConnectionEnd.CLOSE_FRAME)),
        (V5, ServerReply(closed=ConnectionEnd.CLOSED)),
        (V5, ServerReply("CONNACK", 0x97, closed=ConnectionEnd.CLOSED)),
        (V5, ServerReply("CONNACK", 0, closed=ConnectionEnd.CLOSED)),
        (V5, ServerReply("DISCONNECT", 0x8E, closed=ConnectionEnd.CLOSED)),
        (V5, ServerReply("HTTP", 502)),
        (V5, None),
    ],
)
def test_a_refusal_that_is_not_about_the_login_agrees_with_nothing(version: int, answer: ServerReply | None) -> None:
    for predicted in ("ALLOWED", "EXPLICIT_DENY"):
        probed = report(ProbeVerdict.REFUSED, version, predicted=predicted, answer=answer)
        assert (probed.connect_agrees, probed.differs) == (None, False)


YES, NO = ServerReply("PUBACK", 0), ServerReply("PUBACK", 0x87)


@pytest.mark.parametrize(
    ("answer", "predicted", "is_allowed", "agrees"),
    [
        (YES, None, True, None),
        (YES, "ALLOWED", True, True),
        (YES, "EXPLICIT_DENY", True, False),
        (NO, "ALLOWED", False, False),
        (NO, "IMPLICIT_DENY", False, True),
        (None, "ALLOWED", False, None),
        (None, "IMPLICIT_DENY", False, None),
        (None, None, False, None),
        (ServerReply("DISCONNECT", 0x8E), "IMPLICIT_DENY", False, None),
        (ServerReply("PUBACK", 0x97), "IMPLICIT_DENY", False, None),
        (ServerReply(closed=ConnectionEnd.CLOSED), "IMPLICIT_DENY", False, None),
    ],
)
def test_where_a_trial_agrees(
    answer: ServerReply | None, predicted: str | None, is_allowed: bool, agrees: bool | None
) -> None:
    tried = Tried(PUBLISH, answer, predicted)
    assert (tried.is_allowed, tried.agrees(V5)) == (is_allowed, agrees)
    probed = report(ProbeVerdict.CONNECTED, tried=(Tried(PUBLISH, YES, "ALLOWED"), tried))
    assert probed.differs is (agrees is False)
    assert report(ProbeVerdict.CONNECTED, tried=(Tried(PUBLISH, YES), tried)).is_yes is is_allowed
    assert not report(ProbeVerdict.REFUSED, tried=(Tried(PUBLISH, YES),)).is_yes


CLOSED, RESET, SILENT = (
    ServerReply(closed=end) for end in (ConnectionEnd.CLOSED, ConnectionEnd.RESET, ConnectionEnd.SILENT)
)


@pytest.mark.parametrize(
    ("trial", "answer", "version", "is_unacknowledged"),
    [
        (PUBLISH, CLOSED, V3, True),
        (PUBLISH, RESET, V5, True),
        (PUBLISH, SILENT, None, True),
        (PUBLISH, ServerReply("DISCONNECT", 0x8E), V5, True),
        (PUBLISH, ServerReply("HTTP", 504), None, True),
        (PUBLISH, ServerReply("HTTP", 403), None, False),
        (PUBLISH, ServerReply("DISCONNECT", 0x87), V5, False),
        (PUBLISH, ServerReply("DISCONNECT", 0x90), V5, False),
        (PUBLISH, YES, V5, False),
        (PUBLISH, NO, V5, False),
        (PUBLISH, None, V5, False),
        (SUBSCRIBE, CLOSED, V3, False),
    ],
)
def test_a_publish_whose_fate_is_not_known(
    trial: Trial, answer: ServerReply | None, version: int | None, is_unacknowledged: bool
) -> None:
    assert Tried(trial, answer).is_unacknowledged(version) is is_unacknowledged

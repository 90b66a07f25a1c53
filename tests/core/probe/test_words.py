"""What a report says: one headline, the causes of a refusal, a line for each trial."""

from __future__ import annotations

import pytest

from authlens.core.mqtt.packets import V3, V5
from authlens.core.probe.plan import Trial
from authlens.core.probe.report import ConnectionEnd, ProbeVerdict, ServerReply, Tried
from authlens.core.probe.words import RATE_CAUSES, REFUSAL_CAUSES, causes, headline, prediction_words, trial_words
from support.probe_reports import report


def test_a_refusal_gives_its_code_and_reason() -> None:
    refused = report(
        ProbeVerdict.REFUSED, answer=ServerReply("CONNACK", 0x87, "CONNACK:not authorized", ConnectionEnd.CLOSED)
    )

    assert "0x87" in headline(refused)
    assert "CONNACK:not authorized" in headline(refused)
    assert causes(refused) == REFUSAL_CAUSES


def test_a_close_without_an_answer_is_said_as_that() -> None:
    closed = report(ProbeVerdict.REFUSED, V3, answer=ServerReply(closed=ConnectionEnd.EMPTY_CLOSE_FRAME))

    assert headline(closed).startswith("the server closed the WebSocket with an empty close frame after CONNECT")


def test_too_fast_has_causes_of_its_own() -> None:
    assert (
        causes(report(ProbeVerdict.REFUSED, answer=ServerReply("CONNACK", 0x97, "", ConnectionEnd.CLOSED)))
        == RATE_CAUSES
    )


def test_http_names_the_publish() -> None:
    found = causes(report(ProbeVerdict.REFUSED, None, answer=ServerReply("HTTP", 403)))

    assert any("iot:Publish" in cause for cause in found)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (502, "proxy"),
        (407, "login"),
        (426, "applicationProtocol"),
        (302, "captive portal"),
        (200, "captive portal"),
        (511, "captive portal"),
        (418, "not AWS IoT"),
    ],
)
def test_another_server_that_answers_in_its_place_has_causes_of_its_own(status: int, words: str) -> None:
    assert words in causes(report(ProbeVerdict.REFUSED, answer=ServerReply("HTTP", status)))[0]


def test_what_was_connected_or_not_reached_has_no_causes() -> None:
    assert causes(report(ProbeVerdict.CONNECTED, answer=ServerReply("CONNACK", 0))) == ()
    assert headline(report(ProbeVerdict.CONNECTED)) == "connected"
    assert headline(report(ProbeVerdict.UNREACHED, problem="h: refused")) == "h: refused"


def test_each_trial_is_named() -> None:
    trial = Trial("publish", "alarms/7")

    assert trial_words(Tried(trial, ServerReply("PUBACK", 0x87)), V5) == (
        "denied: publish alarms/7 (PUBACK 0x87 Not authorized)"
    )
    assert trial_words(Tried(trial, ServerReply("PUBACK", 0)), V5).startswith("allowed: publish alarms/7")
    assert trial_words(Tried(trial, None), V5).startswith("not tried: publish alarms/7")


def test_what_was_predicted_differently_is_reported() -> None:
    denied = Tried(Trial("publish", "a"), ServerReply("PUBACK", 0x87), "ALLOWED")
    as_said = Tried(Trial("publish", "b"), ServerReply("PUBACK", 0), "ALLOWED")
    words = list(prediction_words(report(ProbeVerdict.CONNECTED, tried=(denied, as_said), predicted="IMPLICIT_DENY")))

    assert len(words) == 2
    assert words[0].startswith("predicted IMPLICIT_DENY: connecting as c")
    assert words[1] == "predicted ALLOWED: publish a; the broker answered PUBACK 0x87 Not authorized"

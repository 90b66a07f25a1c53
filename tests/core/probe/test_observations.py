"""Each row of the tables that a probe touched: what was seen, what the row says, whether they agree."""

from __future__ import annotations

import pytest

from authlens.core.mqtt.packets import V3, V5
from authlens.core.probe.observations import observations
from authlens.core.probe.plan import Trial
from authlens.core.probe.report import ConnectionEnd, ProbeVerdict, ServerReply, Tried
from support.probe_reports import report

PUBLISH = Trial("publish", "a/b")
SUBSCRIBE = Trial("subscribe", "a/#")


@pytest.mark.parametrize(
    ("version", "answer", "rule", "agrees"),
    [
        (V5, ServerReply("CONNACK", 0x87, closed=ConnectionEnd.CLOSED), "connect-refused", True),
        (V5, ServerReply("CONNACK", 0x87), "connect-refused", False),
        (V3, ServerReply(closed=ConnectionEnd.CLOSED), "connect-refused", True),
        (V3, ServerReply("CONNACK", 5, closed=ConnectionEnd.CLOSED), "connect-refused", False),
        (V5, ServerReply("CONNACK", 0x97, closed=ConnectionEnd.CLOSED), "connect-rate", True),
    ],
)
def test_a_refusal_is_compared_with_its_row(version: int, answer: ServerReply, rule: str, agrees: bool) -> None:
    (seen,) = observations(report(ProbeVerdict.REFUSED, version, answer=answer))

    assert (seen.id, seen.agrees) == (rule, agrees)
    assert set(seen.to_json()) == {"rule", "what", "mqtt", "seen", "table", "known", "page", "agrees"}


@pytest.mark.parametrize(
    ("version", "trial", "answer", "rule", "agrees"),
    [
        (V5, SUBSCRIBE, ServerReply("SUBACK", 0x87), "subscribe-denied", True),
        (V5, SUBSCRIBE, ServerReply(closed=ConnectionEnd.CLOSED), "subscribe-denied", False),
        (V3, SUBSCRIBE, ServerReply(closed=ConnectionEnd.CLOSED), "subscribe-denied", True),
        (V5, SUBSCRIBE, ServerReply("SUBACK", 0x8F), "filter", True),
        (V5, PUBLISH, ServerReply("PUBACK", 0x87), "publish-denied", True),
        (V5, PUBLISH, ServerReply("PUBACK", 0x90), "topic", True),
    ],
)
def test_a_denial_is_compared_with_its_row(
    version: int, trial: Trial, answer: ServerReply, rule: str, agrees: bool
) -> None:
    (seen,) = observations(report(ProbeVerdict.CONNECTED, version, tried=(Tried(trial, answer),)))

    assert (seen.id, seen.agrees) == (rule, agrees)


def test_what_was_allowed_touches_no_row_and_what_was_not_tried_is_not_a_yes() -> None:
    allowed = report(ProbeVerdict.CONNECTED, tried=(Tried(PUBLISH, ServerReply("PUBACK", 0)),))

    assert observations(allowed) == ()
    assert allowed.is_yes
    assert not report(ProbeVerdict.CONNECTED, tried=(Tried(PUBLISH, None),)).is_yes


OF_AWS = (
    ("receiveMaximum", "100"),
    ("maximumQoS", "1"),
    ("topicAliasMaximum", "8"),
    ("subscriptionIdentifierAvailable", "0"),
)


def test_each_property_of_connack_is_compared_and_one_that_is_not_sent_has_its_default() -> None:
    seen = {
        each.id: each
        for each in observations(report(ProbeVerdict.CONNECTED, answer=ServerReply("CONNACK", 0, properties=OF_AWS)))
    }

    assert len(seen) == 6
    assert all(each.agrees for each in seen.values())
    assert seen["connack-retainAvailable"].seen == "not sent"
    other = observations(
        report(ProbeVerdict.CONNECTED, answer=ServerReply("CONNACK", 0, properties=(("receiveMaximum", "20"),)))
    )
    found = {each.id: each.agrees for each in other}
    assert found["connack-receiveMaximum"] is found["connack-maximumQoS"] is False


def test_a_row_that_was_met_twice_is_printed_once() -> None:
    refused = ServerReply("HTTP", 403)
    (seen,) = observations(report(ProbeVerdict.REFUSED, None, answer=refused, tried=(Tried(PUBLISH, refused),)))
    assert seen.id == "http-refused"


def test_what_another_server_answered_says_nothing_about_aws() -> None:
    assert observations(report(ProbeVerdict.REFUSED, answer=ServerReply("HTTP", 502))) == ()

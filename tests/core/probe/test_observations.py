"""Each row of the tables that a probe touched: what was seen, what the row says, whether they agree."""

from __future__ import annotations

import pytest

from authlens.core.mqtt import rules
from authlens.core.mqtt.packets import V3, V5
from authlens.core.probe.answers import RESET
from authlens.core.probe.observations import observations
from authlens.core.probe.plan import Trial
from authlens.core.probe.reply import ConnectionEnd, ServerReply
from authlens.core.probe.report import ProbeVerdict, Tried
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
    ("maximumPacketSize", "149504"),
    ("subscriptionIdentifierAvailable", "0"),
)


def test_each_property_of_connack_is_compared_and_one_that_is_not_sent_has_its_default() -> None:
    seen = {
        each.id: each
        for each in observations(report(ProbeVerdict.CONNECTED, answer=ServerReply("CONNACK", 0, properties=OF_AWS)))
    }

    assert len(seen) == 7
    assert all(each.agrees for each in seen.values())
    assert seen["connack-retainAvailable"].seen == "not sent"
    other = observations(
        report(ProbeVerdict.CONNECTED, answer=ServerReply("CONNACK", 0, properties=(("receiveMaximum", "20"),)))
    )
    found = {each.id: each.agrees for each in other}
    assert found["connack-receiveMaximum"] is found["connack-maximumQoS"] is False


@pytest.mark.parametrize("version", [V3, V5, None])
def test_a_certificate_that_tls_rejects_touches_its_row(version: int | None) -> None:
    rejected = report(ProbeVerdict.UNREACHED, version, certificate_rejection="TLS alert: certificate required")
    (seen,) = observations(rejected)
    expected = ("client-certificate", "TLS alert: certificate required", "closed", True)
    assert (seen.id, seen.seen, seen.table, seen.agrees) == expected


def test_a_row_that_was_met_twice_is_printed_once() -> None:
    refused = ServerReply("HTTP", 403)
    (seen,) = observations(report(ProbeVerdict.REFUSED, None, answer=refused, tried=(Tried(PUBLISH, refused),)))
    assert seen.id == "http-refused"


def test_what_another_server_answered_says_nothing_about_aws() -> None:
    assert observations(report(ProbeVerdict.REFUSED, answer=ServerReply("HTTP", 502))) == ()


@pytest.mark.parametrize(
    ("version", "answer", "agrees"),
    [
        (V5, ServerReply("CONNACK", 0x87, closed=ConnectionEnd.RESET), True),
        (V5, ServerReply("CONNACK", 0x86, closed=ConnectionEnd.CLOSED), False),
        (V5, ServerReply("DISCONNECT", 0x87, closed=ConnectionEnd.CLOSED), False),
        (V5, ServerReply(closed=ConnectionEnd.CLOSED), False),
        (V3, ServerReply(), False),
        (None, ServerReply("HTTP", 403), True),
        (None, ServerReply("HTTP", 401), False),
    ],
)
def test_packet_code_and_end_must_all_agree(version: int | None, answer: ServerReply, agrees: bool) -> None:
    (seen,) = observations(report(ProbeVerdict.REFUSED, version, answer=answer))
    assert seen.agrees is agrees


def test_an_observation_as_json() -> None:
    (seen,) = observations(report(ProbeVerdict.REFUSED, V3, answer=ServerReply("CONNACK", 5)))
    assert seen.to_json() == {
        "rule": "connect-refused",
        "what": "the connection is not authenticated or may not connect",
        "mqtt": 4,
        "seen": "CONNACK 0x05 Not authorized",
        "table": "closed",
        "known": "measured",
        "page": rules.REFUSED.v3.source.page,
        "agrees": False,
    }


def test_the_properties_of_a_connack_one_by_one() -> None:
    given = (("receiveMaximum", "100"), ("maximumQoS", "1"), ("retainAvailable", "0"))
    seen = observations(report(ProbeVerdict.CONNECTED, answer=ServerReply("CONNACK", 0, properties=given)))
    expected = [
        ("receiveMaximum", "100", "100", True),
        ("maximumQoS", "1", "1", True),
        ("topicAliasMaximum", "not sent", "8", False),
        ("maximumPacketSize", "not sent", "149504", False),
        ("retainAvailable", "0", "1", False),
        ("wildcardSubscriptionAvailable", "not sent", "1", True),
        ("subscriptionIdentifierAvailable", "not sent", "0", False),
    ]
    assert [(each.id, each.what, each.version, each.seen, each.table, each.agrees) for each in seen] == [
        (f"connack-{name}", f"{name} of CONNACK", V5, *rest) for name, *rest in expected
    ]


@pytest.mark.parametrize(
    ("verdict", "version", "answer"),
    [
        (ProbeVerdict.CONNECTED, V3, ServerReply("CONNACK", 0)),
        (ProbeVerdict.CONNECTED, None, ServerReply("HTTP", 200)),
        (ProbeVerdict.CONNECTED, V5, None),
        (ProbeVerdict.REFUSED, V5, None),
        (ProbeVerdict.UNREACHED, V5, ServerReply("CONNACK", 0x87)),
    ],
)
def test_what_touches_no_row(verdict: ProbeVerdict, version: int | None, answer: ServerReply | None) -> None:
    assert observations(report(verdict, version, answer=answer)) == ()


def test_rows_keep_the_order_in_which_they_were_met() -> None:
    tried = (
        Tried(SUBSCRIBE, ServerReply("SUBACK", 0x87)),
        Tried(PUBLISH, None),
        Tried(PUBLISH, ServerReply("PUBACK", 0x87)),
        Tried(SUBSCRIBE, ServerReply("SUBACK", 0x87)),
    )
    seen = observations(report(ProbeVerdict.CONNECTED, V3, tried=tried))
    assert [(each.id, each.version, each.agrees) for each in seen] == [
        ("subscribe-denied", V3, False),
        ("publish-denied", V3, False),
    ]


@pytest.mark.parametrize("version", [V3, V5])
def test_a_reset_touches_the_row_of_a_denial_and_does_not_tell_whether_it_agrees(version: int) -> None:
    reset = ServerReply(closed=ConnectionEnd.RESET)
    refused = observations(report(ProbeVerdict.REFUSED, version, answer=reset))
    denied = observations(report(ProbeVerdict.CONNECTED, version, tried=(Tried(PUBLISH, reset), Tried(PUBLISH, None))))
    for (seen,), rule in ((refused, "connect-refused"), (denied[-1:], "publish-denied")):
        assert (seen.id, seen.agrees, seen.seen) == (rule, None, "the server reset the connection")
        assert seen.to_json()["note"] == RESET


@pytest.mark.parametrize(
    ("answer", "version", "rows"),
    [
        (ServerReply("DISCONNECT", 0x8E, closed=ConnectionEnd.CLOSED), V5, [("taken-over", True)]),
        (ServerReply("PUBACK", 0x80), V5, [("publish-denied", None)]),
        (ServerReply("DISCONNECT", 0x8B, closed=ConnectionEnd.CLOSED), V5, []),
        (ServerReply(closed=ConnectionEnd.SILENT), V5, []),
        (ServerReply(closed=ConnectionEnd.CLOSE_FRAME), V3, []),
        (ServerReply(closed=ConnectionEnd.INVALID), V5, []),
        *((ServerReply(closed=end), None, []) for end in (ConnectionEnd.CLOSED, ConnectionEnd.RESET)),
        (ServerReply("HTTP", 502), None, []),
    ],
)
def test_which_rows_an_unclear_end_of_a_publish_touches(
    answer: ServerReply, version: int | None, rows: list[tuple[str, bool | None]]
) -> None:
    seen = observations(report(ProbeVerdict.UNREACHED, version, tried=(Tried(PUBLISH, answer),)))
    assert [(each.id, each.agrees) for each in seen] == rows

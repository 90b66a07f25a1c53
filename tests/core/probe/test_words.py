"""What a report says: one headline, the causes of a refusal, a line for each trial."""

from __future__ import annotations

from dataclasses import replace

import pytest

from authlens.core.mqtt.packets import V3, V5
from authlens.core.probe.answers import RESET
from authlens.core.probe.plan import PROBE_CLIENT_ID, Trial
from authlens.core.probe.reply import ConnectionEnd, ServerReply
from authlens.core.probe.report import ProbeStage, ProbeStep, ProbeVerdict, Tried
from authlens.core.probe.words import (
    ACCEPTED_CAUSES,
    CLIENT_ID_CAUSES,
    LOST_CAUSES,
    NO_CERTIFICATE,
    NO_CLIENT_ID,
    NO_LOGIN,
    PRINCIPAL,
    RATE_CAUSES,
    REFUSAL_CAUSES,
    SILENT_CAUSES,
    TAKEN_OVER_CAUSES,
    VERSION_CAUSES,
    causes,
    causes_of,
    headline,
    prediction_words,
    trial_words,
)
from support.probe_reports import report

CLOSED = ServerReply(closed=ConnectionEnd.CLOSED)


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


def test_a_close_without_a_connack_in_mqtt_5_is_not_how_aws_refuses() -> None:
    closed = report(ProbeVerdict.REFUSED, answer=ServerReply(closed=ConnectionEnd.CLOSED))

    assert causes(closed) == (*SILENT_CAUSES, *REFUSAL_CAUSES)
    step = ProbeStep(ProbeStage.UPGRADE, True, 0.1)
    upgraded = replace(closed, steps=(step,))
    assert causes(upgraded) == (*SILENT_CAUSES[1:], *REFUSAL_CAUSES)


REFUSED = ServerReply("CONNACK", 0x87, "", ConnectionEnd.CLOSED)


def test_a_cause_that_is_known_comes_alone_and_a_missing_client_id_first() -> None:
    assert causes(report(ProbeVerdict.REFUSED, answer=REFUSED, predicted="IMPLICIT_DENY", client_id="sensor-7")) == (
        "the documents of the last answer do not allow iot:Connect as sensor-7 (IMPLICIT_DENY)",
    )
    assert causes(report(ProbeVerdict.REFUSED, answer=REFUSED, predicted="ALLOWED")) == REFUSAL_CAUSES
    assert causes(report(ProbeVerdict.REFUSED, answer=REFUSED, client_id=PROBE_CLIENT_ID))[0] == NO_CLIENT_ID
    missing = report(ProbeVerdict.REFUSED, answer=REFUSED, lacks_certificate=True)
    assert causes(missing) == (NO_CERTIFICATE,)


def test_too_fast_has_causes_of_its_own() -> None:
    assert (
        causes(report(ProbeVerdict.REFUSED, answer=ServerReply("CONNACK", 0x97, "", ConnectionEnd.CLOSED)))
        == RATE_CAUSES
    )


def test_with_a_certificate_the_principal_is_the_first_cause() -> None:
    refused = report(ProbeVerdict.REFUSED, answer=REFUSED, has_certificate=True)
    assert causes(refused) == (PRINCIPAL, *REFUSAL_CAUSES)
    denied = report(ProbeVerdict.REFUSED, answer=REFUSED, has_certificate=True, predicted="EXPLICIT_DENY")
    assert PRINCIPAL not in causes(denied)


def test_a_publish_over_https_carries_no_mqtt_login() -> None:
    answer = ServerReply("HTTP", 403, "Forbidden")
    assert causes(report(ProbeVerdict.REFUSED, None, answer=answer, omits_login=True))[0] == NO_LOGIN
    assert NO_LOGIN not in causes(report(ProbeVerdict.REFUSED, None, answer=answer))


@pytest.mark.parametrize(("version", "code"), [(V3, 2), (V5, 0x85)])
def test_a_refused_client_id_has_causes_of_its_own(version: int, code: int) -> None:
    refused = report(ProbeVerdict.REFUSED, version, answer=ServerReply("CONNACK", code, "", ConnectionEnd.CLOSED))
    assert causes(refused) == CLIENT_ID_CAUSES


@pytest.mark.parametrize(
    ("status", "publishing", "upgrading"),
    [
        (400, "AWS IoT does not accept the topic", "what answered is not AWS IoT"),
        (413, "the payload is larger than", "what answered is not AWS IoT"),
        (429, "AWS IoT is throttling", "AWS IoT is throttling"),
        (403, "what answered is not AWS IoT", "what answered is not AWS IoT"),
    ],
)
def test_what_a_status_means_by_each_way(status: int, publishing: str, upgrading: str) -> None:
    for version, words in ((None, publishing), (V5, upgrading)):
        assert causes_of(f"http-{status}", version=version)[0].startswith(words)


def test_426_means_another_protocol_by_each_way() -> None:
    over = {version: causes_of("http-426", version=version)[0] for version in (V5, None)}
    assert "other than MQTT over WebSocket" in over[V5]
    assert "other than HTTPS" in over[None]


def test_some_codes_have_causes_of_their_own() -> None:
    other = report(ProbeVerdict.REFUSED, answer=ServerReply("CONNACK", 0x84, "", ConnectionEnd.CLOSED))
    old = report(ProbeVerdict.REFUSED, V3, answer=ServerReply("CONNACK", 1, "", ConnectionEnd.CLOSED))
    assert causes(other) == causes(old) == VERSION_CAUSES
    taken = report(ProbeVerdict.REFUSED, answer=ServerReply("DISCONNECT", 0x8E, "", ConnectionEnd.CLOSED))
    assert causes(taken) == TAKEN_OVER_CAUSES


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


IN_3 = ", which is how AWS IoT refuses a CONNECT of MQTT 3.1.1"


@pytest.mark.parametrize(
    ("verdict", "version", "answer", "words"),
    [
        (ProbeVerdict.CONNECTED, V5, ServerReply("CONNACK", 0), "connected"),
        (ProbeVerdict.UNREACHED, V5, ServerReply("CONNACK", 0x87), "h: a problem"),
        (ProbeVerdict.REFUSED, V5, None, "h: a problem"),
        (ProbeVerdict.REFUSED, V3, CLOSED, f"the server closed the connection after CONNECT{IN_3}"),
        (ProbeVerdict.REFUSED, V5, CLOSED, "the server closed the connection after CONNECT"),
        (ProbeVerdict.REFUSED, None, CLOSED, "the server closed the connection after CONNECT"),
        (ProbeVerdict.REFUSED, V3, ServerReply("CONNACK", 5), "refused with CONNACK 0x05 Not authorized"),
        (
            *(ProbeVerdict.REFUSED, V5, ServerReply("CONNACK", 0x87, "why", ConnectionEnd.CLOSED)),
            "refused with CONNACK 0x87 Not authorized, and the server closed the connection: why",
        ),
        (ProbeVerdict.REFUSED, None, ServerReply("HTTP", 403, "Forbidden"), "refused with HTTP 403: Forbidden"),
    ],
)
def test_each_headline_word_for_word(
    verdict: ProbeVerdict, version: int | None, answer: ServerReply | None, words: str
) -> None:
    assert headline(report(verdict, version, answer=answer, problem="h: a problem")) == words


ON_PUBLISH = (
    REFUSAL_CAUSES[0],
    "the policies do not allow iot:Publish on this topic",
    REFUSAL_CAUSES[2],
    REFUSAL_CAUSES[3],
)
NOT_AWS = ("what answered is not AWS IoT: check the host name and the port",)
PORTAL = ("a captive portal answered in place of AWS IoT: open a browser and sign in to the network",)


@pytest.mark.parametrize(
    ("refusal", "expected"),
    [
        (None, ()),
        ("connect-refused", REFUSAL_CAUSES),
        ("taken-over", TAKEN_OVER_CAUSES),
        ("connect-rate", RATE_CAUSES),
        ("http-refused", ON_PUBLISH),
        ("http-204", PORTAL),
        ("http-302", PORTAL),
        ("http-511", PORTAL),
        ("http-404", NOT_AWS),
        ("http-500", NOT_AWS),
        ("http-None", NOT_AWS),
    ],
)
def test_the_causes_of_each_refusal(refusal: str | None, expected: tuple[str, ...]) -> None:
    assert causes_of(refusal) == expected


def test_an_unavailable_service_may_not_be_aws_either() -> None:
    assert causes_of("http-503") == ("AWS IoT is throttling or unavailable: wait a moment", *NOT_AWS)
    assert causes_of("http-502") == causes_of("http-504")
    assert len(causes_of("http-426")) == 2
    assert len(REFUSAL_CAUSES) == 4


@pytest.mark.parametrize(
    ("answer", "version", "words"),
    [
        (None, V5, "not tried: publish a (the connection had ended)"),
        (ServerReply("PUBACK", 0), V5, "allowed: publish a (PUBACK 0x00 Success)"),
        (ServerReply("PUBACK", 0x87, "why"), V5, "denied: publish a (PUBACK 0x87 Not authorized: why)"),
        (CLOSED, V3, "denied: publish a (sent, not acknowledged: the server closed the connection)"),
        (
            *(ServerReply(closed=ConnectionEnd.RESET), V3),
            f"undecided: publish a (sent, not acknowledged: the server reset the connection; {RESET})",
        ),
        (
            *(CLOSED, V5),
            "undecided: publish a (sent, not acknowledged: the server closed the connection; this does not say what "
            "the policies decide)",
        ),
        (
            *(ServerReply("DISCONNECT", 0x8E, closed=ConnectionEnd.CLOSED), V5),
            "undecided: publish a (sent, not acknowledged: DISCONNECT 0x8e Session taken over, and the server closed "
            "the connection; another client connected with this client id, which says nothing about the policies)",
        ),
        (
            *(ServerReply("PUBACK", 0x90), V5),
            "refused: publish a (PUBACK 0x90 Topic name invalid; this does not say what the policies decide)",
        ),
        (
            *(ServerReply(closed=ConnectionEnd.SILENT), V5),
            "no answer: publish a (sent, not acknowledged: the server did not answer in time)",
        ),
        (
            *(ServerReply(closed=ConnectionEnd.SILENT, reason="PUBACK arrived with the packet identifier 7"), V5),
            "no answer: publish a (sent, not acknowledged: the server did not answer in time: PUBACK arrived with the "
            "packet identifier 7)",
        ),
    ],
)
def test_a_trial_word_for_word(answer: ServerReply | None, version: int, words: str) -> None:
    assert trial_words(Tried(Trial("publish", "a"), answer), version) == words


def test_each_difference_word_for_word() -> None:
    trials = (
        Tried(Trial("subscribe", "s"), CLOSED, "ALLOWED"),
        Tried(Trial("publish", "a"), None, "ALLOWED"),
        Tried(Trial("publish", "b"), ServerReply("PUBACK", 0x87), "EXPLICIT_DENY"),
    )
    refused = report(ProbeVerdict.REFUSED, V3, answer=ServerReply("CONNACK", 5), tried=trials, predicted="ALLOWED")
    assert list(prediction_words(refused)) == [
        "predicted ALLOWED: connecting as c; refused with CONNACK 0x05 Not authorized",
        "predicted ALLOWED: subscribe s; the server closed the connection",
    ]
    assert list(prediction_words(report(ProbeVerdict.CONNECTED, None, predicted="ALLOWED"))) == []


def test_what_does_not_tell_is_said_beside_the_prediction() -> None:
    reset = ServerReply(closed=ConnectionEnd.RESET)
    taken_over = ServerReply("DISCONNECT", 0x8E)
    trials = (Tried(Trial("publish", "a"), reset, "IMPLICIT_DENY"), Tried(Trial("publish", "b"), taken_over, "ALLOWED"))
    refused = report(ProbeVerdict.REFUSED, V3, answer=reset, predicted="IMPLICIT_DENY")

    assert headline(refused) == "the server reset the connection after CONNECT"
    assert list(prediction_words(refused)) == [
        f"predicted IMPLICIT_DENY: connecting as c; {headline(refused)} ({RESET})"
    ]
    assert list(prediction_words(report(ProbeVerdict.CONNECTED, tried=trials))) == [
        f"predicted IMPLICIT_DENY: publish a; the server reset the connection ({RESET})",
        "predicted ALLOWED: publish b; the broker answered DISCONNECT 0x8e Session taken over (another client "
        "connected with this client id, which says nothing about the policies)",
    ]


def test_a_server_that_accepts_and_leaves_has_causes_of_its_own() -> None:
    left = report(ProbeVerdict.REFUSED, answer=ServerReply("CONNACK", 0, "", ConnectionEnd.CLOSED))
    assert headline(left) == "the server accepted the connection and closed the connection at once"
    assert causes(left) == ACCEPTED_CAUSES
    named = report(ProbeVerdict.REFUSED, answer=ServerReply("CONNACK", 0, "DISCONNECT 0x8e", ConnectionEnd.CLOSED))
    assert headline(named).endswith(" at once (DISCONNECT 0x8e)")


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        ("connection-lost", "firewall"),
        ("websocket-closed", "without a code"),
        ("connack-0x89", "busy"),
        ("connack-0x01", "version"),
        ("connack-0x9c", "not known to answer CONNECT with this code"),
    ],
)
def test_a_refusal_that_is_not_about_the_login_names_another_cause_first(refusal: str, words: str) -> None:
    assert words in causes_of(refusal)[0]


def test_a_reset_may_also_reject_a_client_certificate_unless_the_connection_was_upgraded() -> None:
    for version, silent in ((V3, SILENT_CAUSES[:1]), (V5, SILENT_CAUSES)):
        assert causes_of("connection-lost", version=version) == (*LOST_CAUSES, *silent, *REFUSAL_CAUSES)
        upgraded = causes_of("connection-lost", version=version, is_upgraded=True)
        assert upgraded == (*LOST_CAUSES, *silent[1:], *REFUSAL_CAUSES)

"""What an answer says about the policies: allowed, denied, refused for another reason, or nothing at all."""

from __future__ import annotations

import pytest

from authlens.core.contract import pages
from authlens.core.mqtt import codes
from authlens.core.mqtt.packets import V3, V5
from authlens.core.probe.answers import CODES, RESET, About, TrialResult, is_denial, open_words, row_of, trial_result
from authlens.core.probe.reply import ConnectionEnd, ServerReply

CLOSED, EMPTY, CODE, RESETS, SILENT, INVALID = (
    ServerReply(closed=end)
    for end in (
        ConnectionEnd.CLOSED,
        ConnectionEnd.EMPTY_CLOSE_FRAME,
        ConnectionEnd.CLOSE_FRAME,
        ConnectionEnd.RESET,
        ConnectionEnd.SILENT,
        ConnectionEnd.INVALID,
    )
)


def test_each_refusing_code_of_mqtt_5_has_a_row_whose_source_says_whether_aws_sends_it() -> None:
    sent = {code for listed in codes.SENT_BY_AWS.values() for code in listed if code >= 0x80}
    refusing = {code for code in codes.NAMES if code >= 0x80} - {0x92}  # 0x92 answers a packet of QoS 2
    assert set(CODES) == refusing
    assert {code for code, row in CODES.items() if row.source.page == pages.MQTT} == sent


def test_only_not_authorized_is_about_the_policies() -> None:
    assert [code for code, row in CODES.items() if row.about is About.POLICY] == [codes.NOT_AUTHORIZED]


@pytest.mark.parametrize(
    ("answer", "version", "result"),
    [
        (None, V5, TrialResult.NOT_TRIED),
        (ServerReply("PUBACK", 0), V5, TrialResult.ALLOWED),
        (ServerReply("HTTP", 200), None, TrialResult.ALLOWED),
        *((ServerReply(packet, 0x87), V5, TrialResult.DENIED) for packet in ("PUBACK", "SUBACK", "DISCONNECT")),
        *((ServerReply("HTTP", status), None, TrialResult.DENIED) for status in (401, 403)),
        (CLOSED, V3, TrialResult.DENIED),
        (EMPTY, V3, TrialResult.DENIED),
        *((ServerReply("PUBACK", code), V5, TrialResult.REFUSED) for code in (0x80, 0x90, 0x91, 0x97)),
        (ServerReply("SUBACK", 0x80), V3, TrialResult.REFUSED),
        *((ServerReply("DISCONNECT", code), V5, TrialResult.REFUSED) for code in (0x81, 0x82, 0x90, 0x95, 0x9B)),
        *((ServerReply("HTTP", status), None, TrialResult.REFUSED) for status in (400, 413, 429)),
        *(
            (ServerReply("DISCONNECT", code), V5, TrialResult.UNDECIDED)
            for code in (0, 0x80, 0x8B, 0x8D, 0x8E, 0x93, 0x98, 0x9C)
        ),
        *((ServerReply("HTTP", status), None, TrialResult.UNDECIDED) for status in (302, 404, 407, 502, 504)),
        (ServerReply("HTTP", 200, "a web page"), None, TrialResult.UNDECIDED),
        *((answer, V3, TrialResult.UNDECIDED) for answer in (CODE, RESETS, INVALID)),
        *((answer, V5, TrialResult.UNDECIDED) for answer in (CLOSED, EMPTY, CODE, RESETS, INVALID)),
        (CLOSED, None, TrialResult.UNDECIDED),
        *((SILENT, version, TrialResult.NO_ANSWER) for version in (V3, V5, None)),
    ],
)
def test_what_came_of_a_trial(answer: ServerReply | None, version: int | None, result: TrialResult) -> None:
    assert trial_result(answer, version) is result
    assert result.is_decided is (result in (TrialResult.ALLOWED, TrialResult.DENIED))
    if answer is not None:
        assert bool(open_words(answer, version)) is not result.is_decided


@pytest.mark.parametrize(
    ("code", "version", "denies"),
    [
        *((code, V3, code in (4, 5)) for code in (1, 2, 3, 4, 5)),
        *((code, V5, code in (0x86, 0x87, 0x8C)) for code in (0x80, 0x84, 0x85, 0x86, 0x87, 0x89, 0x8C, 0x90, 0x97)),
        (5, V5, False),
    ],
)
def test_which_connack_refuses_the_login(code: int, version: int, denies: bool) -> None:
    answer = ServerReply("CONNACK", code, closed=ConnectionEnd.CLOSED)
    assert is_denial(answer, version) is denies
    assert (row_of(answer, version) is None) is ((code, version) == (5, V5))


def test_a_takeover_and_a_reset_say_why_they_say_nothing() -> None:
    taken_over = "another client connected with this client id, which says nothing about the policies"
    assert open_words(ServerReply("DISCONNECT", 0x8E, closed=ConnectionEnd.CLOSED), V5) == taken_over
    assert open_words(RESETS, V3) == RESET
    assert "firewall" in RESET

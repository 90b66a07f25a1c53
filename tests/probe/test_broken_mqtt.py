"""A probe against servers that break MQTT or leave midway: each fault has its own sentence, and no wait is endless."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from authlens.core.mqtt.encoder import encode
from authlens.core.mqtt.packets import V3, V5, Connack, Disconnect, Packet, Puback, Publish, Suback
from authlens.core.probe.plan import ProbePlan, Trial
from authlens.core.probe.reply import ConnectionEnd
from authlens.core.probe.report import ProbeReport, ProbeStage, ProbeVerdict
from authlens.core.probe.words import headline, trial_words
from authlens.probe.run import run
from support.broken_broker import Act, answers, broken_broker, resets, upgrades

SUBSCRIBE, PUBLISH = Trial("subscribe", "a/#"), Trial("publish", "a/b")
LIMIT = 0.2
DUPLICATED = b"\x20\x09\x00\x00\x06\x21\x00\x64\x21\x00\x64"
"""A CONNACK with receive maximum twice."""


def v5(*packets: Packet) -> bytes:
    return b"".join(encode(packet, V5) for packet in packets)


def probed(port: int, ca: Path, *trials: Trial, **members: Any) -> ProbeReport:
    given: dict[str, Any] = {"client_id": "c", "username": "u", "seconds": LIMIT} | members
    return run(ProbePlan("localhost", port=port, ca_file=str(ca), trials=trials, **given))


def drips(data: bytes, first: bytes = b"") -> Act:
    """Answers the first read, then sends a byte now and then, more slowly than a probe waits."""

    def act(connection: socket.socket) -> None:
        connection.recv(65_536)
        if first:
            connection.sendall(first)
            connection.recv(65_536)
        for byte in data:
            connection.sendall(bytes([byte]))
            threading.Event().wait(LIMIT / 2)

    return act


CONNECTS: dict[str, tuple[bytes, str]] = {
    "reserved flags": (b"\x20\x03\x02\x00\x00", "the server's CONNACK is not valid MQTT (reserved flags"),
    "flags of the header": (b"\x21\x03\x00\x00\x00", "what answered is not MQTT (the flags 0b0001"),
    "a property twice": (DUPLICATED, "CONNACK is not valid MQTT (the property receiveMaximum appears twice)"),
    "too short": (b"\x20\x01\x00", "CONNACK is not valid MQTT (the packet ends 1 bytes early)"),
    "another packet first": (v5(Suback(1, (1,))), f"no CONNACK came within {LIMIT:g} s: SUBACK arrived instead"),
    "a message first": (v5(Publish("a", b"x")), f"no CONNACK came within {LIMIT:g} s: PUBLISH arrived instead"),
    "another protocol": (b"SSH-2.0-OpenSSH_9", "what answered is not MQTT (the flags 0b0011 do not belong to"),
    "half a CONNACK": (b"\x20\x03\x00", f"no CONNACK came within {LIMIT:g} s: the beginning of a packet arrived"),
    "nothing": (b"", f"nothing answered CONNECT within {LIMIT:g} s"),
    "HTTP/2": (b"\x00\x00\x12\x04\x00\x00\x00\x00\x00" + bytes(18), "what answered is not MQTT"),
}


@pytest.mark.parametrize("case", CONNECTS)
def test_a_wrong_answer_to_connect_is_no_answer(case: str, tmp_path: Path) -> None:
    answer, words = CONNECTS[case]
    with broken_broker(tmp_path, answers(answer, stays=True)) as (port, ca):
        report = probed(port, ca)

    assert report.verdict is ProbeVerdict.UNREACHED
    assert words in report.problem
    assert report.problem.startswith("localhost: ")


def test_a_server_that_accepts_and_leaves_is_not_blamed_on_the_first_trial(tmp_path: Path) -> None:
    for version, more in ((V3, b""), (V5, b""), (V5, v5(Disconnect(0x8E)))):
        with broken_broker(tmp_path, answers(encode(Connack(), version) + more)) as (port, ca):
            report = probed(port, ca, PUBLISH, version=version)

        assert (report.verdict, report.tried) == (ProbeVerdict.REFUSED, ())
        assert headline(report).startswith("the server accepted the connection and closed the connection at once")
        assert ("0x8e" in headline(report)) is bool(more)
        assert report.refused_by == "connack-0x00"


def test_a_session_that_was_not_asked_for_is_named(tmp_path: Path) -> None:
    with broken_broker(tmp_path, answers(v5(Connack(session_present=True)), stays=True)) as (port, ca):
        report = probed(port, ca)

    assert report.verdict is ProbeVerdict.CONNECTED
    assert "sessionPresent 1 although a clean session was asked for" in report.steps[-1].detail


def test_packets_after_a_refusal_and_garbage_behind_a_packet_change_nothing(tmp_path: Path) -> None:
    refused = answers(v5(Connack(0x87)) + b"\xff\xff\xff\xff\xff", stays=True)
    with broken_broker(tmp_path, refused) as (port, ca):
        report = probed(port, ca)

    assert report.answer is not None
    assert (report.answer.packet, report.answer.code) == ("CONNACK", 0x87)


TRIALS: dict[str, tuple[Trial, bytes, str]] = {
    "another packet identifier in SUBACK": (
        *(SUBSCRIBE, v5(Suback(7, (1,)))),
        "no answer: subscribe a/# (the server did not answer in time: SUBACK arrived with the packet identifier 7 "
        "instead of 1)",
    ),
    "another packet identifier in PUBACK": (
        *(PUBLISH, v5(Puback(7))),
        "no answer: publish a/b (sent, not acknowledged: the server did not answer in time: PUBACK arrived with the "
        "packet identifier 7 instead of 1)",
    ),
    "another packet": (
        *(PUBLISH, v5(Suback(1, (1,)))),
        "no answer: publish a/b (sent, not acknowledged: the server did not answer in time: SUBACK arrived instead)",
    ),
    "too many codes": (
        *(SUBSCRIBE, v5(Suback(1, (1, 1)))),
        "undecided: subscribe a/# (the server sent an answer that is not valid: SUBACK has 2 codes for one topic "
        "filter; this does not say what the policies decide)",
    ),
    "no code": (
        *(SUBSCRIBE, v5(Suback(1, ()))),
        "undecided: subscribe a/# (the server sent an answer that is not valid: SUBACK has 0 codes for one topic "
        "filter; this does not say what the policies decide)",
    ),
    "a code that does not exist": (
        *(SUBSCRIBE, v5(Suback(1, (0x33,)))),
        "undecided: subscribe a/# (the server sent an answer that is not valid: 0x33 is not a code of SUBACK; this "
        "does not say what the policies decide)",
    ),
    "a code of another packet": (
        *(PUBLISH, v5(Puback(1, 1))),
        "undecided: publish a/b (sent, not acknowledged: the server sent an answer that is not valid: 0x01 is not a "
        "code of PUBACK; this does not say what the policies decide)",
    ),
    "taken over": (
        *(SUBSCRIBE, v5(Disconnect(0x8E))),
        "undecided: subscribe a/# (DISCONNECT 0x8e Session taken over, and the server closed the connection; another "
        "client connected with this client id, which says nothing about the policies)",
    ),
    "HTTP in between": (
        *(PUBLISH, b"HTTP/1.1 502 Bad Gateway\r\n\r\n"),
        "undecided: publish a/b (sent, not acknowledged: the server sent an answer that is not valid: HTTP; this "
        "does not say what the policies decide)",
    ),
}


@pytest.mark.parametrize("case", TRIALS)
def test_a_wrong_answer_to_a_trial_is_neither_allowed_nor_denied(case: str, tmp_path: Path) -> None:
    trial, answer, words = TRIALS[case]
    with broken_broker(tmp_path, answers(v5(Connack()), answer, stays="server closed" not in words)) as (port, ca):
        report = probed(port, ca, trial)

    assert (report.verdict, report.is_yes) == (ProbeVerdict.CONNECTED, False)
    assert trial_words(report.tried[0], V5) == words


def test_a_flood_of_messages_does_not_hold_a_probe(tmp_path: Path) -> None:
    def floods(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(v5(Connack()))
        while True:
            connection.sendall(v5(Publish("a/b", b"x")) * 100)

    with broken_broker(tmp_path, floods) as (port, ca):
        began = time.monotonic()
        report = probed(port, ca, SUBSCRIBE)
    assert time.monotonic() - began < 5
    assert report.received > 100
    assert trial_words(report.tried[0], V5).startswith("no answer: subscribe a/#")


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (drips(v5(Connack())), f"no CONNACK came within {LIMIT:g} s"),
        (drips(b"HTTP/1.1 101 Switching"), f"no complete HTTP answer came within {LIMIT:g} s"),
        (drips(b"HTTP/1.1 200 OK\r\n\r\n"), f"no complete HTTP answer came within {LIMIT:g} s"),
    ],
    ids=["mqtt", "wss", "https"],
)
def test_an_answer_that_drips_is_left_in_time(
    act: Act, words: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    way = request.node.callspec.id
    with broken_broker(tmp_path, act) as (port, ca):
        report = probed(port, ca, *([PUBLISH] if way == "https" else []), way=way)
    assert words in report.problem
    assert report.seconds < 2 * LIMIT + 0.5
    # It was sent to the server, which may have taken it.
    assert [each.is_unacknowledged(report.version) for each in report.tried] == ([True] if way == "https" else [])


@pytest.mark.parametrize(
    ("act", "closed"),
    [
        (lambda connection: connection.recv(65_536), ConnectionEnd.CLOSED),
        (resets, ConnectionEnd.RESET),
        (answers(b"\x00\x01garbage\r\n\r\n"), ConnectionEnd.INVALID),
    ],
    ids=["closed", "reset", "not HTTP"],
)
def test_an_https_publish_without_an_answer_is_kept_as_sent(act: Act, closed: ConnectionEnd, tmp_path: Path) -> None:
    with broken_broker(tmp_path, act) as (port, ca):
        report = probed(port, ca, PUBLISH, way="https")

    assert (report.verdict, report.is_yes) == (ProbeVerdict.UNREACHED, False)
    (tried,) = report.tried
    assert tried.answer is not None
    assert tried.answer.closed is closed
    assert trial_words(tried, None).startswith("undecided: publish a/b (sent, not acknowledged: ")


def test_an_https_publish_that_was_never_sent_is_not_kept(tmp_path: Path) -> None:
    with broken_broker(tmp_path, lambda connection: None, name="other.example") as (port, ca):
        report = probed(port, ca, PUBLISH, way="https")
    assert (report.verdict, report.tried) == (ProbeVerdict.UNREACHED, ())


def test_a_websocket_that_closes_during_a_publish(tmp_path: Path) -> None:
    frames = (b"\x82\x05" + v5(Connack()), b"\x88\x02\x03\xf0")
    with broken_broker(tmp_path, upgrades(*frames)) as (port, ca):
        report = probed(port, ca, PUBLISH, way="wss")
    assert report.verdict is ProbeVerdict.REFUSED
    assert headline(report) == ("the server accepted the connection and closed the WebSocket at once (close code 1008)")


@pytest.mark.parametrize(
    "frame", [b"\x83\x00", b"\xf2\x00", b"\x09\x00"], ids=["opcode", "reserved bits", "a split ping"]
)
def test_a_frame_that_websocket_does_not_allow_is_not_called_a_reset(frame: bytes, tmp_path: Path) -> None:
    with broken_broker(tmp_path, upgrades(frame)) as (port, ca):
        report = probed(port, ca, way="wss")
    assert report.problem == "localhost: what answered is not MQTT (a frame that WebSocket does not allow)"


@pytest.mark.parametrize(
    ("frames", "words"),
    [
        ((b"\x82",), "no CONNACK came within {} s: the beginning of a WebSocket message arrived, and not the rest"),
        ((b"\x82\x05\x20\x03",), "no CONNACK came within {} s: the beginning of a WebSocket message arrived"),
        ((b"\x02\x02\x20\x03",), "no CONNACK came within {} s: the beginning of a WebSocket message arrived"),
        ((b"\x89\x01x",), "nothing answered CONNECT within {} s"),
        ((b"\x02\x02\x20\x03", b"\x89\x00", b"\x80\x03\x00\x87\x00"), ""),
    ],
    ids=["a byte", "half a frame", "half a message", "a ping", "a ping inside a message"],
)
def test_half_a_message_of_a_websocket_is_not_called_silence(
    frames: tuple[bytes, ...], words: str, tmp_path: Path
) -> None:
    hold = threading.Event()

    def act(connection: socket.socket) -> None:
        upgrades()(connection)
        for frame in frames:
            connection.sendall(frame)
        hold.wait(10)

    with broken_broker(tmp_path, act) as (port, ca):
        report = probed(port, ca, way="wss")
        hold.set()
    assert report.problem.startswith(f"localhost: {words.format(f'{LIMIT:g}')}" if words else "")
    assert (report.answer is None) is bool(words)


@pytest.mark.parametrize("way", ["mqtt", "wss", "https"])
def test_an_ip_address_is_not_looked_up_by_any_way(way: Any, tmp_path: Path) -> None:
    with broken_broker(tmp_path, resets, name="127.0.0.1") as (port, ca):
        plan = ProbePlan("127.0.0.1", port=port, way=way, ca_file=str(ca), client_id="c", trials=(PUBLISH,), seconds=5)
        report = run(plan)

    assert [(step.stage, step.passed) for step in report.steps[:3]] == [
        *((stage, True) for stage in (ProbeStage.DNS, ProbeStage.TCP, ProbeStage.TLS)),
    ]
    assert report.steps[0].detail == "no look-up: the host is an IP address"
    assert report.steps[1].detail == f"127.0.0.1 port {port}"

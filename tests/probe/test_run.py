"""A probe against servers that fail at one stage each: which stage, which sentence, yes or no or no answer."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from authlens.core.mqtt import properties
from authlens.core.mqtt.encoder import encode
from authlens.core.mqtt.packets import V3, V5, Connack, Disconnect, Puback, Publish, Suback
from authlens.core.probe.observations import observations
from authlens.core.probe.plan import ProbePlan, Trial, Way
from authlens.core.probe.reply import ConnectionEnd
from authlens.core.probe.report import ProbeReport, ProbeStage, ProbeVerdict
from authlens.core.probe.words import NO_CERTIFICATE, causes, headline, trial_words
from authlens.probe.run import run
from support.broken_broker import Act, answers, broken_broker, reads, resets, upgrades

ACCEPTED = encode(Connack(), V5)
TRIALS = (Trial("subscribe", "a/#"), Trial("publish", "a/b"))


def probed(port: int, ca: Path | None, **members: Any) -> ProbeReport:
    given: dict[str, Any] = {"client_id": "c", "username": "u", "seconds": 5.0} | members
    return run(ProbePlan("localhost", port=port, ca_file=str(ca) if ca else None, **given))


def failed_at(report: ProbeReport) -> ProbeStage:
    return next(step.stage for step in report.steps if not step.passed)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@pytest.mark.parametrize("way", ["mqtt", "wss", "https"])
def test_nothing_listens_there(way: Way) -> None:
    port = free_port()
    report = probed(port, None, way=way, trials=TRIALS[1:])

    assert report.verdict is ProbeVerdict.UNREACHED
    assert failed_at(report) is ProbeStage.TCP
    assert "localhost" in report.problem
    assert "refused" in report.problem


@pytest.mark.parametrize("way", ["mqtt", "wss", "https"])
def test_there_is_no_such_host(way: Way) -> None:
    report = run(ProbePlan("no-such-host.invalid", way=way, trials=TRIALS[1:], seconds=5.0))

    assert report.verdict is ProbeVerdict.UNREACHED
    assert failed_at(report) is ProbeStage.DNS
    assert "no-such-host.invalid" in report.problem


TLS_FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "expired": ({"days": (-30, -1)}, "certificate has expired"),
    "not yet valid": ({"days": (1, 30)}, "clock"),
    "of another name": ({"name": "other.example"}, "certificate is not for localhost"),
    "a client certificate is wanted": ({"wants_certificate": True, "maximum_version": ssl.TLSVersion.TLSv1_2}, "TLS"),
    "not TLS": ({"tls": False}, "does not speak TLS"),
}


@pytest.mark.parametrize("fault", TLS_FAULTS)
@pytest.mark.parametrize("way", ["mqtt", "wss"])
def test_tls_fails_with_a_sentence_of_its_own(fault: str, way: Way, tmp_path: Path) -> None:
    options, words = TLS_FAULTS[fault]
    act: Act = answers(b"HTTP/1.1 400 Bad Request\r\n\r\n") if "tls" in options else reads()
    with broken_broker(tmp_path, act, **options) as (port, ca):
        report = probed(port, ca, way=way)

    assert report.verdict is ProbeVerdict.UNREACHED
    assert failed_at(report) is ProbeStage.TLS
    assert words in report.problem
    # A handshake that fails in TLS 1.2 may have other reasons than a certificate that nobody asked for.
    assert observations(report) == ()


@pytest.mark.parametrize(("way", "trials"), [("mqtt", ()), ("https", TRIALS[1:])])
def test_tls_1_3_rejects_a_missing_client_certificate_after_the_handshake(
    way: Way, trials: tuple[Trial, ...], tmp_path: Path
) -> None:
    with broken_broker(tmp_path, reads(), wants_certificate=True) as (port, ca):
        report = probed(port, ca, way=way, trials=trials, needs_certificate=True)

    assert report.verdict is ProbeVerdict.UNREACHED
    assert "client certificate" in report.problem
    assert "--cert and --key" in report.problem
    assert causes(report) == (NO_CERTIFICATE,)
    assert [each.id for each in observations(report)] == ["client-certificate"]


def test_a_connection_that_ends_right_after_the_handshake_names_the_certificate(tmp_path: Path) -> None:
    with broken_broker(tmp_path, lambda connection: None) as (port, ca):
        without, given = (probed(port, ca, certificate_file=file, needs_certificate=True) for file in (None, str(ca)))

    assert (failed_at(without), failed_at(given)) == (ProbeStage.TLS, ProbeStage.TLS)
    assert "before CONNECT was sent: its domain configuration requires a client certificate" in without.problem
    assert f"does not accept the client certificate {ca}" in given.problem
    for report in (without, given):
        (seen,) = observations(report)
        assert (seen.id, seen.agrees) == ("client-certificate", True)
        assert "the connection after the TLS handshake" in seen.seen
        assert ("no client certificate was given" in seen.seen) is (report is without)


@pytest.mark.parametrize(("way", "trials"), [("mqtt", ()), ("wss", ()), ("https", TRIALS[1:])])
def test_the_server_name_may_differ_from_the_host(way: Way, trials: tuple[Trial, ...], tmp_path: Path) -> None:
    seen: list[bytes] = []

    def act(connection: socket.socket) -> None:
        seen.append(connection.recv(65_536))

    with broken_broker(tmp_path, act, name="iot.example.com") as (port, ca):
        report = probed(port, ca, way=way, trials=trials, server_name="iot.example.com")
        mismatched = probed(port, ca, way=way, trials=trials)

    if way == "mqtt":
        tls = next(step for step in report.steps if step.stage is ProbeStage.TLS)
        assert "SNI iot.example.com" in tls.detail
    else:
        assert f"\r\nHost: iot.example.com:{port}\r\n".encode() in seen[0]
    assert "--server-name" in mismatched.problem


def test_an_ip_address_is_not_sent_as_a_server_name(tmp_path: Path) -> None:
    with broken_broker(tmp_path, reads(), name="127.0.0.1") as (port, ca):
        report = run(ProbePlan("127.0.0.1", port=port, ca_file=str(ca), client_id="c", seconds=5.0))

    tls = next(step for step in report.steps if step.stage is ProbeStage.TLS)
    assert "no SNI, because the host is an IP address" in tls.detail


def test_a_self_signed_certificate_is_not_trusted(tmp_path: Path) -> None:
    with broken_broker(tmp_path, reads()) as (port, _):
        report = probed(port, None)

    assert failed_at(report) is ProbeStage.TLS
    assert "certificate is not trusted" in report.problem


def test_a_handshake_that_is_cut_short_names_its_usual_causes(tmp_path: Path) -> None:
    def closes(connection: socket.socket) -> None:
        connection.recv(1)

    with broken_broker(tmp_path, closes, tls=False) as (port, ca):
        report = probed(port, ca)

    assert failed_at(report) is ProbeStage.TLS
    assert "SNI localhost" in report.problem


CONNECTS: dict[str, tuple[Act, int, ConnectionEnd | None, int | None]] = {
    "closed": (reads(), V3, ConnectionEnd.CLOSED, None),
    "reset": (resets, V3, ConnectionEnd.RESET, None),
    "refused in 3.1.1": (answers(encode(Connack(5), V3)), V3, ConnectionEnd.CLOSED, 5),
    "refused in 5": (
        answers(encode(Connack(0x87, properties=((properties.REASON_STRING, "why"),)), V5)),
        V5,
        ConnectionEnd.CLOSED,
        0x87,
    ),
    "a wrong CONNACK of 5": (answers(encode(Connack(0x85), V5)), V5, ConnectionEnd.CLOSED, 0x85),
    "throttled": (answers(encode(Connack(0x97), V5)), V5, ConnectionEnd.CLOSED, 0x97),
    "disconnected": (answers(encode(Disconnect(0x8E), V5)), V5, ConnectionEnd.CLOSED, 0x8E),
}


@pytest.mark.parametrize("case", CONNECTS)
def test_connect_is_refused(case: str, tmp_path: Path) -> None:
    act, version, closed, code = CONNECTS[case]
    with broken_broker(tmp_path, act) as (port, ca):
        report = probed(port, ca, version=version)

    assert report.verdict is ProbeVerdict.REFUSED
    assert report.answer is not None
    assert (report.answer.closed, report.answer.code) == (closed, code)
    assert not report.is_yes


def test_silence_is_not_an_answer(tmp_path: Path) -> None:
    with broken_broker(tmp_path, answers(b"", stays=True)) as (port, ca):
        report = probed(port, ca, seconds=0.3)

    assert report.verdict is ProbeVerdict.UNREACHED
    assert "localhost: nothing answered CONNECT within 0.3 s" in report.problem


def test_what_is_not_mqtt_is_not_an_answer(tmp_path: Path) -> None:
    with broken_broker(tmp_path, answers(b"\xff\xff\xff\xff\xff\xff")) as (port, ca):
        report = probed(port, ca)

    assert report.verdict is ProbeVerdict.UNREACHED
    assert "not MQTT" in report.problem


def test_a_server_of_mqtt_3_only_is_recognised(tmp_path: Path) -> None:
    with broken_broker(tmp_path, answers(encode(Connack(1), V3))) as (port, ca):
        report = probed(port, ca)

    assert report.verdict is ProbeVerdict.UNREACHED
    assert "answered in MQTT 3.1.1" in report.problem
    assert "--mqtt 3" in report.problem


@pytest.mark.parametrize(
    "status", ["403 Forbidden", "407 Proxy", "426 Upgrade Required", "502 Bad Gateway", "302 Found", "200 OK"]
)
def test_an_upgrade_that_http_refuses(status: str, tmp_path: Path) -> None:
    answer = f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nServer: proxy\r\n\r\n".encode()
    with broken_broker(tmp_path, answers(answer)) as (port, ca):
        report = probed(port, ca, way="wss")

    assert report.verdict is ProbeVerdict.REFUSED
    passed = [step.stage for step in report.steps if step.passed]
    assert passed == [ProbeStage.DNS, ProbeStage.TCP, ProbeStage.TLS]
    assert "127.0.0.1" in report.steps[0].detail
    assert failed_at(report) is ProbeStage.UPGRADE
    assert report.answer is not None
    assert report.answer.code == int(status[:3])
    assert "proxy" in report.answer.reason
    phrase = HTTPStatus(report.answer.code).phrase
    assert report.steps[-1].detail == f"HTTP {report.answer.code} {phrase}, Server: proxy"
    assert not any("iot:Publish" in cause for cause in causes(report))


@pytest.mark.parametrize("way", ["wss", "https"])
def test_an_answer_that_never_ends_is_left_in_time_over_one_connection(way: Way, tmp_path: Path) -> None:
    connections: list[socket.socket] = []

    def drips(connection: socket.socket) -> None:
        connections.append(connection)
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 403 Forbidden\r\nX: ")
        while True:
            connection.sendall(b"a")
            threading.Event().wait(0.02)

    with broken_broker(tmp_path, drips) as (port, ca):
        began = time.monotonic()
        report = probed(port, ca, way=way, trials=TRIALS[1:] if way == "https" else (), seconds=0.4)
        took = time.monotonic() - began

    assert "no complete HTTP answer came within 0.4 s" in report.problem
    assert all(step.seconds >= 0 for step in report.steps)
    assert report.seconds <= took
    assert len(connections) == 1


def test_a_web_socket_is_asked_for_once_and_no_redirect_is_followed(tmp_path: Path) -> None:
    connections: list[socket.socket] = []

    def closes(connection: socket.socket) -> None:
        connections.append(connection)

    def redirects(connection: socket.socket) -> None:
        connections.append(connection)
        answers(b"HTTP/1.1 302 Found\r\nLocation: /portal\r\nContent-Length: 0\r\n\r\n")(connection)

    for act in (closes, redirects):
        connections.clear()
        with broken_broker(tmp_path, act) as (port, ca):
            report = probed(port, ca, way="wss")

        assert failed_at(report) is ProbeStage.UPGRADE
        assert len(connections) == 1
    assert headline(report) == "refused with HTTP 302: Location: /portal"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"\x00\x01garbage\r\n\r\n", "what answered is not valid HTTP"),
        (b"HTTP/1.1 101 OK\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", "what answered is not a WebSocket"),
    ],
)
def test_an_upgrade_that_is_not_valid_is_no_answer(answer: bytes, words: str, tmp_path: Path) -> None:
    with broken_broker(tmp_path, answers(answer)) as (port, ca):
        report = probed(port, ca, way="wss")

    assert report.verdict is ProbeVerdict.UNREACHED
    assert words in report.problem
    assert "Error" not in report.problem


@pytest.mark.parametrize(
    ("way", "members", "words"),
    [
        ("mqtt", {"username": "u" * 70_000}, "MQTT cannot carry this request"),
        ("wss", {"headers": (("X", "a\r\nInjected: 1"),)}, "a header contains a character that HTTP cannot carry"),
        ("https", {"headers": (("X", "a\nb"),)}, "a header contains a character that HTTP cannot carry"),
    ],
)
def test_a_request_that_the_protocol_cannot_carry(
    way: Way, members: dict[str, Any], words: str, tmp_path: Path
) -> None:
    with broken_broker(tmp_path, reads()) as (port, ca):
        report = probed(port, ca, way=way, trials=TRIALS[1:], **members)

    assert report.verdict is ProbeVerdict.UNREACHED
    assert words in report.problem


def test_a_server_that_stops_reading_is_left_and_its_silence_is_neither_a_denial_nor_a_measurement(
    tmp_path: Path,
) -> None:
    hold = threading.Event()
    large = (Trial("publish", "a", b"x" * 8_000_000),)
    with broken_broker(tmp_path, answers(encode(Connack(), V3), hold=hold)) as (port, ca):
        report = probed(port, ca, trials=large, version=V3, seconds=0.4)
        hold.set()

    assert not report.is_yes
    assert trial_words(report.tried[0], V3) == (
        "no answer: publish a (sent, not acknowledged: the server did not answer in time)"
    )
    assert observations(report) == ()


FRAMES: dict[str, tuple[bytes, ConnectionEnd]] = {
    "an empty close frame": (b"\x88\x00", ConnectionEnd.EMPTY_CLOSE_FRAME),
    "a close frame with a code": (b"\x88\x02\x03\xe8", ConnectionEnd.CLOSE_FRAME),
    "a policy violation": (b"\x88\x02\x03\xf0", ConnectionEnd.CLOSE_FRAME),
    "no frame at all": (b"", ConnectionEnd.CLOSED),
}


@pytest.mark.parametrize("case", FRAMES)
def test_how_a_websocket_is_closed(case: str, tmp_path: Path) -> None:
    frame, closed = FRAMES[case]
    with broken_broker(tmp_path, upgrades(*([frame] if frame else []))) as (port, ca):
        report = probed(port, ca, way="wss", version=V3)

    assert report.verdict is ProbeVerdict.REFUSED
    assert report.answer is not None
    assert report.answer.closed is closed
    code = {b"\x88\x02\x03\xe8": "close code 1000", b"\x88\x02\x03\xf0": "close code 1008"}.get(frame, "")
    assert report.answer.reason == code
    assert code in headline(report)
    # AWS refuses without a code.
    assert ("how AWS IoT refuses" in headline(report)) is (not code)


def test_everything_that_is_allowed(tmp_path: Path) -> None:
    message = encode(Publish("a/b", b"x"), V5)
    act = answers(ACCEPTED, message + encode(Suback(1, (1,)), V5), encode(Puback(2), V5), b"", stays=True)
    with broken_broker(tmp_path, act, alpn=("mqtt",)) as (port, ca):
        report = probed(port, ca, trials=TRIALS)

    assert report.is_yes
    assert report.received == 1
    assert [step.stage for step in report.steps] == [
        ProbeStage.DNS,
        ProbeStage.TCP,
        ProbeStage.TLS,
        ProbeStage.CONNECT,
        ProbeStage.SUBSCRIBE,
        ProbeStage.PUBLISH,
    ]
    tls = next(step for step in report.steps if step.stage is ProbeStage.TLS)
    assert "ALPN mqtt offered, mqtt chosen" in tls.detail


def test_a_denied_filter_leaves_the_connection_and_a_closed_one_ends_the_rest(tmp_path: Path) -> None:
    act = answers(ACCEPTED, encode(Suback(1, (0x87,)), V5), encode(Puback(2), V5), b"", stays=True)
    with broken_broker(tmp_path, act) as (port, ca):
        kept = probed(port, ca, trials=TRIALS)
    with broken_broker(tmp_path, answers(encode(Connack(), V3), b"")) as (port, ca):
        ended = probed(port, ca, trials=TRIALS, version=V3)

    assert [each.is_allowed for each in kept.tried] == [False, True]
    assert kept.verdict is ProbeVerdict.CONNECTED
    assert ended.tried[0].answer is not None
    assert ended.tried[0].answer.closed is ConnectionEnd.CLOSED
    assert ended.tried[1].answer is None


_OK = '{"message":"OK","traceId":"7"}'
_LOGIN = "<!doctype html><html><title>Log in\n to the network</title></html>"


@pytest.mark.parametrize(
    ("status", "body", "is_yes", "reason"),
    [
        ("200 OK", _OK, True, "OK"),
        ("200 OK", _LOGIN, False, "a web page, 'Log in to the network'"),
        ("403 Forbidden", _OK.replace("OK", "Forbidden"), False, "Forbidden"),
        ("403 Forbidden", _LOGIN, False, "a web page, 'Log in to the network'"),
        ("502 Bad Gateway", "upstream\nfailed", False, "a text, 'upstream failed'"),
        ("200 OK", "hello", False, "a text, 'hello'"),
        ("302 Found\r\nLocation: /login", "", False, "Location: /login"),
    ],
)
def test_a_publish_over_https(status: str, body: str, is_yes: bool, reason: str, tmp_path: Path) -> None:
    answer = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
    with broken_broker(tmp_path, answers(answer)) as (port, ca):
        report = probed(port, ca, way="https", trials=TRIALS[1:])

    assert report.is_yes is is_yes
    assert report.answer is not None
    assert report.answer.reason == reason
    assert (report.refused_by == "http-refused") is (reason == "Forbidden")
    assert [step.stage for step in report.steps] == [ProbeStage.DNS, ProbeStage.TCP, ProbeStage.TLS, ProbeStage.PUBLISH]
    assert "TLSv1.3, SNI localhost" in report.steps[2].detail
    assert report.steps[1].seconds + report.steps[2].seconds > 0
    assert report.steps[3].detail.endswith("traceId 7") is ("traceId" in body)


@pytest.mark.parametrize("name", ["missing.pem", "empty.pem"])
def test_files_that_cannot_be_used(name: str, tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("")
    with broken_broker(tmp_path, reads()) as (port, ca):
        report = probed(port, ca, certificate_file=str(tmp_path / name))

    assert report.verdict is ProbeVerdict.UNREACHED
    assert name in report.problem


def test_an_answer_of_http_or_of_text_is_not_mqtt(tmp_path: Path) -> None:
    with broken_broker(tmp_path, answers(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as (port, ca):
        spoken = probed(port, ca)
    with broken_broker(tmp_path, upgrades(b"\x81\x02hi")) as (port, ca):
        text = probed(port, ca, way="wss")

    assert (failed_at(spoken), failed_at(text)) == (ProbeStage.CONNECT, ProbeStage.CONNECT)
    assert "what answered speaks HTTP, not MQTT" in spoken.problem
    assert "what answered is not MQTT (a text frame of the WebSocket)" in text.problem


def test_a_server_that_does_not_answer_our_close_frame_is_left_anyway(tmp_path: Path) -> None:
    closes, hold = upgrades(b"\x88\x00"), threading.Event()

    def act(connection: socket.socket) -> None:
        closes(connection)
        hold.wait(10)

    with broken_broker(tmp_path, act) as (port, ca):
        report = probed(port, ca, way="wss")
        hold.set()
    assert headline(report) == "the server closed the WebSocket with an empty close frame after CONNECT"


def test_the_stage_that_fails_has_its_time(tmp_path: Path) -> None:
    hold = threading.Event()

    def act(_connection: socket.socket) -> None:
        hold.wait(10)

    for way in ("mqtt", "wss", "https"):
        with broken_broker(tmp_path, act, tls=False) as (port, ca):
            report = probed(port, ca, way=way, trials=TRIALS[1:], seconds=0.1)
        assert report.problem == "localhost: the TLS handshake did not complete within 0.1 s"
        assert [step.stage for step in report.steps] == [ProbeStage.DNS, ProbeStage.TCP, ProbeStage.TLS]
        assert report.steps[-1].seconds >= 0.08
    hold.set()

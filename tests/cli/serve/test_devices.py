"""`authlens serve --device-port` as a program: first lines, log, records, shutdown."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from authlens.core.mqtt.decoder import Decoder
from authlens.core.mqtt.encoder import encode
from authlens.core.mqtt.packets import V5, Connack, Connect, Disconnect, Puback, Publish
from support.device_serving import project

NAMED = "user?x-amz-customauthorizer-name=A"


def talk(port: int, client_id: str, password: bytes, *more: bytes) -> list[object]:
    """Connect without TLS, send, and return everything received until the connection ends."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(encode(Connect(client_id, NAMED, password, V5), V5) + b"".join(more))
        received = b""
        while data := connection.recv(4096):
            received += data
    return list(Decoder(V5).feed(received))


def authlens(home: Path, *arguments: str, code: int = 0) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "XDG_"))}
    command = [sys.executable, "-m", "authlens", *arguments]
    done = subprocess.run(command, env={**environment, "HOME": str(home)}, capture_output=True, text=True, timeout=60)
    assert done.returncode == code, done.stderr
    return done.stdout


def test_the_lines_the_log_and_the_history(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "authlens", "serve", "--authorizers", str(project(tmp_path)), "--device-port", "0"]
    process = subprocess.Popen(
        command,
        env={**os.environ, "HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    url, devices, ca = (process.stdout.readline().strip() for _ in range(3))
    assert url.startswith("http://127.0.0.1:")
    assert devices.startswith("mqtts://localhost:")
    assert Path(ca).read_text().startswith("-----BEGIN CERTIFICATE-----")
    port = int(devices.rpartition(":")[2])

    denied = encode(Publish("no/1", b"x", 1, packet_id=3), V5)
    answers = talk(port, "good-1", b"right", denied, encode(Disconnect(), V5))
    assert [getattr(answer, "code", None) for answer in answers] == [0, 0x87]
    assert isinstance(answers[1], Puback)
    (refused,) = talk(port, "good-2", b"wrong")
    assert isinstance(refused, Connack)
    assert refused.code == 0x87

    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "connected good-1 over MQTT 5 over TCP by A" in errors
    assert "denied good-1 PUBLISH no/1 QoS 1: No statement allows iot:Publish" in errors
    assert "refused good-2 over MQTT 5 over TCP by A" in errors
    assert "Traceback" not in errors

    rows = [json.loads(line) for line in authlens(tmp_path, "history", "list", "--output", "json").splitlines()]
    assert sorted(row["verdict"] for row in rows) == ["CONNECTED", "REFUSED"]
    shown = authlens(tmp_path, "history", "show", "1")
    assert "denied good-1 PUBLISH no/1" in shown
    assert "ended good-1" in shown

    # What a device did is asserted without sending anything: the records are judged.
    suite = tmp_path / "connections.yaml"
    suite.write_text(
        "request: {authorizerName: A}\n"
        "expect: {isAuthenticated: true, allow: [connect client/good-1], deny: [publish no/1]}\n"
    )
    assert "1 passed" in authlens(tmp_path, "run", str(suite), "--history", "good-1")
    assert "1 failed" in authlens(tmp_path, "run", str(suite), "--history", "good-2", code=1)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--device-host", "127.0.0.1"], "--device-port"),
        (["--time-factor", "60"], "--device-port"),
        (["--device-port", "65536"], "not a port"),
        (["--device-port", "0", "--time-factor", "0"], "not a factor"),
        (["--device-port", "0", "--device-host", "a/b"], "not a host"),
        (["--device-port", "0", "--device-host", "0.0.0.0"], "name one"),
    ],
)
def test_options_that_cannot_be_used(tmp_path: Path, options: list[str], words: str) -> None:
    command = [sys.executable, "-m", "authlens", "serve", "--authorizers", str(project(tmp_path)), *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, words in done.stderr) == (252, True)

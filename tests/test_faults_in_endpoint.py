"""An exception at every call that leaves the endpoint: a client may get an error, and the next one its answer."""

from __future__ import annotations

import io
import json
import os
import socket
import ssl
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from authlens.__main__ import main
from authlens.core.mqtt.decoder import Decoder
from authlens.core.mqtt.encoder import encode
from authlens.core.mqtt.packets import Connack, Connect, Disconnect, Publish
from support.faults_at_calls import CANNOT_FAIL, Site, act_with_fault, sites
from support.serve_process import project

ROOMS = ("endpoint/api", "endpoint/devices", "endpoint/runtime", "endpoint/templates", "endpoint/projects")
SECRET = "canary-of-a-secret"
ERRORS = (OSError(28, "No space left on device"), RuntimeError(SECRET))
EVERY = 70
"""Of the sites, in the short form."""
WAIT = 20.0
"""Seconds: longer than anything takes, and shorter than a client that is never answered."""
OF_ASYNCIO = (
    *(
        "BaseEventLoop.time",
        "BaseEventLoop.call_",
        "BaseEventLoop.create_future",
        "TimerHandle.",
        "Timeout.",
        "timeout",
    ),
    *("Event.", "Lock.__init__", "property.", "BaseRequest.", "UUID.", "replace", "cast", "current_task", "shield"),
    *("Application.router", "NameAttribute.", "Name.", "RelativeDistinguishedName.", "AsyncStreamIterator.__aiter__"),
    *("create_task", "BaseEventLoop.create_task", "BaseSelectorEventLoop.remove_reader", "_TemporaryFileCloser."),
)
"""Time, waiting and values: nothing in there can fail."""
ACCEPTED = ["200 True", "200 True", "CONNACK 0", "CONNACK 0", "200", "200"]


@dataclass
class Serving:
    """`serve` in this process, and a client that does everything twice: a test call, an MQTT session, a publish."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    answers: list[str] = field(default_factory=list)
    code: int = 0
    said: str = ""
    number: int = 0

    def __call__(self) -> None:
        self.number += 1
        self.answers = []
        self.monkeypatch.setenv("XDG_STATE_HOME", str(self.folder / f"state{self.number}"))
        self.monkeypatch.setenv("XDG_CONFIG_HOME", str(self.folder / f"config{self.number}"))
        said, (answers, lines), (lifeline, hold) = io.StringIO(), os.pipe(), os.pipe()
        client = threading.Thread(target=self._use, args=(answers, hold), daemon=True)
        client.start()
        with os.fdopen(lifeline) as stdin, os.fdopen(lines, "w") as stdout, self.monkeypatch.context() as patched:
            for name, stream in (("stdin", stdin), ("stdout", stdout), ("stderr", said)):
                patched.setattr(sys, name, stream)
            authorizers = str(self.folder / "authorizers.yaml")
            self.code = main(["serve", "--authorizers", authorizers, "--until-stdin-closes", "--device-port", "0"])
        client.join(WAIT)
        assert not client.is_alive()
        self.said = said.getvalue()

    def _use(self, answers: int, hold: int) -> None:
        with os.fdopen(answers) as lines, os.fdopen(hold, "w"):
            addresses = [lines.readline().strip() for _ in range(3)]
            if all(addresses):
                api, devices, ca = urlsplit(addresses[0]), urlsplit(addresses[1]), addresses[2]
                port = devices.port or 0
                trust = ssl.create_default_context(cafile=ca)
                uses: tuple[Callable[[], str], ...] = (
                    lambda: asked(api.port or 0),
                    lambda: asked(api.port or 0),
                    lambda: connected(port, trust, "first"),
                    lambda: connected(port, trust, "second"),
                    lambda: published(port, trust),
                    lambda: published(port, trust),
                )
                for use in uses:
                    try:
                        self.answers.append(use())
                    except (OSError, HTTPException, EOFError) as error:
                        self.answers.append(type(error).__name__)


def asked(port: int) -> str:
    connection = HTTPConnection("127.0.0.1", port, timeout=WAIT)
    connection.request("POST", "/authorizer/Sensor/test", json.dumps({"mqttContext": {"clientId": "c"}}))
    answer = connection.getresponse()
    body = json.loads(answer.read())
    connection.close()
    return f"{answer.status} {body.get('isAuthenticated', '')}".strip()


def connected(port: int, trust: ssl.SSLContext, name: str) -> str:
    """Connect, publish, and leave."""
    plain = socket.create_connection(("127.0.0.1", port), WAIT)
    with plain, trust.wrap_socket(plain, server_hostname="localhost") as link:
        decoder = Decoder()
        link.sendall(encode(Connect(name, username="?x-amz-customauthorizer-name=Sensor", version=4), 4))
        answer: object = None
        while answer is None:
            data = link.recv(4096)
            if not data:
                raise EOFError
            answer = next(iter(decoder.feed(data)), None)
        link.sendall(encode(Publish("a/b", b"x"), 4) + encode(Disconnect(), 4))
        assert isinstance(answer, Connack)
        return f"CONNACK {answer.code}"


def published(port: int, trust: ssl.SSLContext) -> str:
    connection = HTTPSConnection("localhost", port, timeout=WAIT, context=trust)
    connection.request("POST", "/topics/a/b?qos=0", b"x", {"x-amz-customauthorizer-name": "Sensor"})
    status = connection.getresponse().status
    connection.close()
    return str(status)


POLICY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iot:*", "Resource": "*"}]}'


@pytest.fixture
def serving(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Serving:
    project(tmp_path)
    app = tmp_path / "functions" / "app.py"
    app.write_text(app.read_text().replace('{"Version": "2012-10-17"}', POLICY))
    return Serving(tmp_path, monkeypatch)


def derived(serving: Serving) -> list[Site]:
    found = [each for each in sites(serving, ROOMS) if not each[2].startswith((*CANNOT_FAIL, *OF_ASYNCIO))]
    assert (serving.answers, serving.code) == (ACCEPTED, 0), serving.said
    return found


def check(serving: Serving, site: Site, error: Exception) -> None:
    if not act_with_fault(serving, ROOMS, site, error):
        return
    assert "Traceback" not in serving.said, site
    assert SECRET not in serving.said + "".join(serving.answers), site
    if not serving.answers:  # it did not start
        assert serving.code in (252, 253, 255), (site, serving.said)
        assert serving.said.splitlines()[-1].startswith("authlens: error: "), (site, serving.said)
        return
    if serving.code:  # its end failed, after everything was answered
        assert serving.answers == ACCEPTED, (site, serving.answers)
        assert serving.said.splitlines()[-1].startswith("authlens: error: internal fault: "), (site, serving.said)
        return
    # The fault was met by at most one of the client's acts.
    wrong = [number for number, answer in enumerate(serving.answers) if answer != ACCEPTED[number]]
    assert len(wrong) <= 1, (site, serving.answers, serving.said)


@pytest.mark.timeout(300)
def test_at_some_calls(serving: Serving) -> None:
    found = derived(serving)
    assert len(found) > 60
    for number, site in enumerate(found[::EVERY]):
        check(serving, site, ERRORS[number % 2])


@pytest.mark.slow
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_at_every_call(serving: Serving, error: Exception) -> None:
    for site in derived(serving):
        check(serving, site, error)
    serving()
    assert (serving.answers, serving.code) == (ACCEPTED, 0), serving.said

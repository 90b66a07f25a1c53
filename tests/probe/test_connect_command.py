"""`authlens connect` against the device listener: by each way, allowed, refused and denied, from file and history."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from authlens.core.mqtt.encoder import encode
from authlens.core.mqtt.packets import V5, Connack
from support.broken_broker import broken_broker
from support.device_serving import DeviceServing, device_serving, project
from support.one_command import Command

REQUEST = """
request:
  authorizerName: A
  mqttContext: {username: u, password: "PASSWORD", clientId: good-1}
"""


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeviceServing]:
    with device_serving(tmp_path_factory.mktemp("served"), "--port", "0") as listener:
        yield listener


Connect = Callable[..., tuple[int, Any, str]]


@pytest.fixture
def connect(
    serving: DeviceServing, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Connect:
    authlens = Command(capsys, monkeypatch)

    def connected(*words: str, password: str = "right", expect: str = "") -> tuple[int, Any, str]:
        path = tmp_path / "request.yaml"
        path.write_text(REQUEST.replace("PASSWORD", password) + (f"expect: {expect}\n" if expect else ""))
        where = ("--endpoint", "localhost", "--port", serving.port, "--ca-file", serving.ca, "--output", "json")
        done = authlens("connect", "--request", path, *where, *words)
        return done.code, json.loads(done.out or "null"), done.err

    return connected


@pytest.mark.parametrize(
    ("way", "version"),
    [
        ("mqtt", "5"),
        ("wss", "3"),
        pytest.param("mqtt", "3", marks=pytest.mark.slow),
        pytest.param("wss", "5", marks=pytest.mark.slow),
    ],
)
def test_connected_and_denied_by_each_way(connect: Connect, way: str, version: str) -> None:
    client = f"good-{way}-{version}"
    words = ("--as", way, "--mqtt", version, "--client-id", client)
    code, report, said = connect(*words, "--subscribe", "ok/x", "--publish", "ok/x=1")
    assert (code, report["connected"], [each["allowed"] for each in report["tried"]]) == (0, True, [True, True])
    assert said.startswith("authlens: connecting to ")
    assert f"a device that is connected as {client} will be disconnected" in said.splitlines()[0]

    words = (*words[:-1], client + "-b")
    code, report, _ = connect(*words, "--publish", "forbidden/x")
    assert (code, report["connected"]) == (1, True)
    assert report["tried"][0]["topic"] == "forbidden/x"
    denied = [seen for seen in report["observations"] if not seen["rule"].startswith("connack-")]
    assert [seen["rule"] for seen in denied] == ["publish-denied"]
    assert len(report["observations"]) == (1 if version == "3" else 8)
    assert all(seen["agrees"] for seen in report["observations"])


def test_what_the_request_expects_is_compared_with_what_happened(connect: Connect) -> None:
    tried = ("--publish", "ok/x", "--client-id", "good-expect")
    expect = "{allow: [iot:Connect client/good-expect], deny: [iot:Publish topic/ok/x]}"
    code, report, _ = connect(*tried, expect=expect)
    assert (code, report["connected"], report["tried"][0]["allowed"]) == (1, True, True)
    assert report["expectation"]["result"] == "failed"
    (broken,) = report["expectation"]["broken"]
    assert (broken["key"], broken["expected"]) == ("deny", "iot:Publish topic/ok/x: denied")

    # A refusal remains a no, also where it is expected.
    refused = ("--client-id", "good-expect-b")
    code, report, _ = connect(*refused, password="wrong", expect="{isAuthenticated: false}")
    assert (code, report["connected"], report["expectation"]["result"]) == (1, False, "passed")


def test_refused(connect: Connect) -> None:
    code, report, _ = connect("--client-id", "good-refused", password="wrong")

    assert (code, report["connected"], report["answer"]["code"]) == (1, False, 0x87)
    assert report["causes"]


def test_the_server_name_picks_a_domain_whose_certificate_is_missed(serving: DeviceServing, connect: Connect) -> None:
    named = ("--server-name", "x509.example.com", "--client-id", "good-x509")
    code, report, said = connect(*named)
    assert (code, report["verdict"]) == (255, "no answer")
    assert "requires a client certificate (--cert and --key)" in said
    assert "(server name x509.example.com)" in said.splitlines()[0]

    own = ("--cert", str(serving.folder / "device.pem"), "--key", str(serving.folder / "device.key"))
    code, report, _ = connect(*named, *own)
    assert (code, report["connected"]) == (0, True)


def test_a_publish_over_https(connect: Connect) -> None:
    code, report, _ = connect("--as", "https", "--publish", "ok/x=1")
    assert (code, report["answer"]["code"]) == (0, 200)
    code, report, _ = connect("--as", "https", "--publish", "forbidden/x")
    assert (code, report["answer"]["code"]) == (1, 403)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--as", "https"), "--publish"),
        (("--client-id", ""), "--client-id is empty"),
        (("--port", "0"), "0 is not a port"),
    ],
)
def test_a_usage_error_connects_to_nothing(words: tuple[str, ...], said: str, connect: Connect) -> None:
    code, report, error = connect(*words)
    assert (code, report) == (252, None)
    assert said in error
    assert "connecting to" not in error


def test_the_start_of_a_probe_over_mqtt_loads_nothing_heavy(serving: DeviceServing, tmp_path: Path) -> None:
    path = tmp_path / "request.yaml"
    path.write_text(REQUEST.replace("PASSWORD", "right"))
    words = ["connect", "--request", str(path), "--endpoint", "localhost", "--port", str(serving.port)]
    words += ["--ca-file", serving.ca, "--client-id", "good-light"]
    code = (
        "import sys\nfrom authlens.__main__ import main\n"
        f"code = main({words!r})\n"
        "print(code, sorted({'boto3', 'botocore', 'aiohttp', 'textual'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.splitlines()[-1] == "0 []", done.stderr


def test_a_local_target_has_a_listener_of_its_own_behind_the_same_gate_and_its_probe_is_replayed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    project(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("AUTHLENS_TRUST")
    here = Command(capsys, monkeypatch)
    (tmp_path / "request.yaml").write_text(REQUEST.replace("PASSWORD", "right") + "target: {local: authorizers.yaml}\n")
    command = [sys.executable, "-m", "authlens"]

    def authlens(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, *words],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={"HOME": str(tmp_path), "PATH": ""},
        )

    untrusted = here("connect", "--request", tmp_path / "request.yaml")
    assert untrusted.code == 252
    assert f"authlens trust {tmp_path}" in untrusted.err

    words = ("--trust", "--publish", "ok/x=1", "--client-id", "good-2")
    done = authlens("connect", "--request", str(tmp_path / "request.yaml"), *words, "--output", "json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["connected"], report["clientId"], report["mqtt"]) == (True, "good-2", 5)
    assert report["listenerReasons"] == []
    page = (Path(__file__).parents[2] / "docs" / "connect.md").read_text()
    section = page.partition("### `--output json`")[2].partition("\n### ")[0]
    parts = (report, report["steps"][0], report["answer"], report["tried"][0], report["observations"][0])
    assert [key for part in parts for key in part if f"`{key}`" not in section] == []

    shown = here("history", "show", "1").out
    assert "CONNECTED" in shown.splitlines()[0]
    assert "a probe" in shown
    assert "good-2" in shown
    explained = here("explain", "--history", "1", "--trust").out
    assert explained.startswith("Connected as good-2 over MQTT 5 over TLS, and published to ok/x.")
    assert explained.count("ALPN mqtt offered") == 1

    # The first listener ended with its process.
    again = authlens("connect", "--history", "1", "--trust", "--client-id", "good-3")
    assert (again.returncode, again.stdout.splitlines()[0]) == (0, "connected"), again.stderr
    assert "publish" not in again.stdout

    # It knows why it refuses or denies, which a real broker keeps to itself.
    request = ("connect", "--request", str(tmp_path / "request.yaml"), "--trust")
    refused = authlens(*request, "--client-id", "bad-4")
    assert refused.returncode == 1
    assert (
        "the device listener's reason: the policy does not allow iot:Connect on client/bad-4: No statement allows"
        in refused.stdout
    )
    assert "usual causes" not in refused.stdout
    trials = ("--client-id", "good-5", "--publish", "no/x", "--publish", "ok/x", "--subscribe", "no/#")
    denied = authlens(*request, *trials, "--output", "json")
    assert denied.returncode == 1
    subscribing, publishing = json.loads(denied.stdout)["listenerReasons"]
    assert subscribing.startswith("subscribe no/#: No statement allows iot:Subscribe on ")
    assert publishing.startswith("publish no/x: No statement allows iot:Publish on ")
    assert here("explain", "--history", "4", "--trust").out.splitlines()[1] == (
        f"Next: The device listener's reason: {subscribing}."
    )
    https = authlens(*request, "--as", "https", "--publish", "no/x", "--output", "json")
    assert https.returncode == 1, https.stderr
    (over_https,) = json.loads(https.stdout)["listenerReasons"]
    assert over_https.startswith("the policy does not allow iot:Publish on topic/no/x: ")


def test_a_local_endpoint_that_was_started_apart_is_trusted_and_its_probe_is_replayed_there(
    serving: DeviceServing, tmp_path: Path
) -> None:
    target = f"target: {{region: us-east-1, endpointUrl: '{serving.url}'}}\n"
    (tmp_path / "request.yaml").write_text(REQUEST.replace("PASSWORD", "right") + target)
    environment = {"HOME": str(serving.folder), "PATH": "", "AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "S"}

    def authlens(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "authlens", *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)

    first = authlens("connect", "--request", str(tmp_path / "request.yaml"), "--trust", "--client-id", "good-3")
    assert (first.returncode, first.stdout.splitlines()[0]) == (0, "connected"), first.stderr
    listed = authlens("history", "list", "--search", "probe", "--limit", "1", "--output", "json").stdout
    row = json.loads(listed)
    assert (row["kind"], row["verdict"]) == ("probe", "CONNECTED")
    again = authlens(
        "connect", "--history", str(row["id"]), "--trust", "--client-id", "good-4"
    )  # one a second for each
    assert (again.returncode, again.stdout.splitlines()[0]) == (0, "connected"), again.stderr


def test_what_an_interrupted_probe_may_have_published_is_kept(tmp_path: Path) -> None:
    published, release = threading.Event(), threading.Event()

    def accepts_and_is_silent(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(encode(Connack(0), V5))
        connection.recv(65_536)
        published.set()
        release.wait(30)

    request = tmp_path / "request.yaml"
    request.write_text(REQUEST)
    authlens = [sys.executable, "-m", "authlens"]
    with broken_broker(tmp_path, accepts_and_is_silent) as (port, ca):
        words = ["--endpoint", "localhost", "--port", str(port), "--ca-file", str(ca), "--publish", "ok/x=1"]
        command = [*authlens, "connect", "--request", str(request), *words]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            assert published.wait(30)
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=30)
        release.set()
    assert process.returncode == 130
    assert "Traceback" not in said
    listed = subprocess.run([*authlens, "history", "show", "1"], capture_output=True, text=True, timeout=60, check=True)
    assert "You stopped waiting. It may have published to ok/x at localhost." in " ".join(listed.stdout.split())

"""`authlens run --via …`: one table of verdicts, with the differences from the first way."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from authlens.__main__ import main
from support.device_serving import DeviceServing, device_serving

REQUEST = """
target: {region: us-west-2, endpointUrl: "URL"}
request:
  authorizerName: A
  mqttContext: {username: u, password: "PASSWORD", clientId: good-ways}
expect: {isAuthenticated: true, allow: [iot:Publish topic/ok/x]}
"""


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeviceServing]:
    with device_serving(tmp_path_factory.mktemp("served"), "--port", "0") as listener:
        yield listener


def run(
    serving: DeviceServing, folder: Path, *words: str, password: str = "right", replay: str = ""
) -> subprocess.CompletedProcess[str]:
    path = folder / "r.yaml"
    path.write_text(REQUEST.replace("PASSWORD", password).replace("URL", serving.url))
    environment = {"HOME": str(folder), "PATH": "", "AWS_ACCESS_KEY_ID": "K", "AWS_SECRET_ACCESS_KEY": "S"}
    what = ["--replay", replay] if replay else [str(path)]
    command = [sys.executable, "-m", "authlens", "run", *what, "--trust", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)


def test_every_way_side_by_side(serving: DeviceServing, tmp_path: Path) -> None:
    words: tuple[str, ...] = ("--via", "test,function,mqtt,wss,https", "--publish", "ok/x=1", "--output", "json")
    words += ("--endpoint", f"localhost:{serving.port}", "--ca-file", serving.ca, "--junit", str(tmp_path / "j.xml"))
    done = run(serving, tmp_path, *words)

    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)["ways"]
    assert [row["way"] for row in rows] == ["test", "function", "mqtt", "wss", "https"]
    assert [row["result"] for row in rows] == ["passed"] * 5
    assert all(row["equalToFirst"] for row in rows), rows
    said = [line for line in done.stderr.splitlines() if line.startswith("authlens: connecting to ")]
    assert [line.split("://")[0].split()[-1] for line in said] == ["mqtts", "wss", "https"]
    assert [" will be disconnected" in line for line in said] == [True, True, False]
    assert "r.yaml [mqtt]" in (tmp_path / "j.xml").read_text()


def test_where_they_differ(serving: DeviceServing, tmp_path: Path) -> None:
    words = ("--via", "test,mqtt", "--endpoint", f"localhost:{serving.port}")
    done = run(serving, tmp_path, *words)

    assert done.returncode == 2  # the certificate of the local listener is not trusted: nothing can be said
    lines = done.stdout.splitlines()
    assert lines[1].split()[:2] == ["way", "result"]
    assert "differs: the test call passes; the connection over MQTT 5 over TLS fails at TLS:" in done.stdout
    assert "1 answer differs from the first way's" in lines[-1]


def test_the_local_function_is_a_way_and_a_probe_is_replayed_as_a_test_call(
    serving: DeviceServing, tmp_path: Path
) -> None:
    """With a token, a connection names its client by what is expected, and its replay leaves that out."""
    local = ("--serve", str(serving.folder / "authorizers.yaml"))
    done = run(serving, tmp_path, "--via", "test,local", *local, "--output", "json", "--no-history")
    assert done.returncode == 0, done.stderr
    assert [(row["way"], row["result"], row["equalToFirst"]) for row in json.loads(done.stdout)["ways"]] == [
        ("test", "passed", True),
        ("local", "passed", True),
    ]

    words = ("--via", "mqtt", "--endpoint", f"localhost:{serving.port}", "--ca-file", serving.ca)
    assert run(serving, tmp_path, *words).returncode == 0
    replayed = run(serving, tmp_path, replay="1")
    assert (replayed.returncode, replayed.stdout.splitlines()[-1]) == (0, "1 passed")
    assert replayed.stderr.splitlines() == [
        "authlens: invocation 1 is a probe; it is replayed as a test call, which connects to no broker; to connect, "
        "run: authlens connect --history 1"
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--via", "test,carrier-pigeon"), "choose from test, function, local, mqtt, wss, https"),
        (("--via", "https"), "--publish TOPIC"),
        (("--via", "test", "--publish", "a"), "--publish, --subscribe and --endpoint apply to connections"),
        (("--via", "mqtt", "--endpoint", "://"), "--endpoint '://' has no host name"),
        (("--via", "test", "--target", "local=x"), "--target and --via cannot be used together"),
    ],
)
def test_what_cannot_be_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    assert main(["run", str(tmp_path), *words]) == 252
    assert said in capsys.readouterr().err

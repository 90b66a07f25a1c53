"""`authlens run --via …`: one table of verdicts, with the differences from the first way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from authlens.__main__ import main
from support.device_serving import DeviceServing, device_serving
from support.one_command import Command, Ended

REQUEST = """
target: {region: us-west-2, endpointUrl: "URL"}
request:
  authorizerName: A
  mqttContext: {username: u, password: right, clientId: good-ways}
expect: {isAuthenticated: true, allow: [iot:Publish topic/ok/x]}
"""


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeviceServing]:
    with device_serving(tmp_path_factory.mktemp("served"), "--port", "0") as listener:
        yield listener


Run = Callable[..., Ended]


@pytest.fixture
def run(
    serving: DeviceServing, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Run:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "K")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "S")
    monkeypatch.delenv("AUTHLENS_TRUST")
    authlens = Command(capsys, monkeypatch)

    def ran(*words: str, replay: str = "") -> Ended:
        path = tmp_path / "r.yaml"
        path.write_text(REQUEST.replace("URL", serving.url))
        return authlens("run", *(("--replay", replay) if replay else (path,)), "--trust", *words)

    return ran


def test_every_way_side_by_side(serving: DeviceServing, tmp_path: Path, run: Run) -> None:
    words: tuple[str, ...] = ("--via", "test,function,mqtt,wss,https", "--publish", "ok/x=1", "--output", "json")
    words += ("--endpoint", f"localhost:{serving.port}", "--ca-file", serving.ca, "--junit", str(tmp_path / "j.xml"))
    done = run(*words)

    assert done.code == 0, done.err
    rows = json.loads(done.out)["ways"]
    assert [row["way"] for row in rows] == ["test", "function", "mqtt", "wss", "https"]
    assert [row["result"] for row in rows] == ["passed"] * 5
    assert all(row["equalToFirst"] for row in rows), rows
    said = [line for line in done.err.splitlines() if line.startswith("authlens: connecting to ")]
    assert [line.split("://")[0].split()[-1] for line in said] == ["mqtts", "wss", "https"]
    assert [" will be disconnected" in line for line in said] == [True, True, False]
    assert "r.yaml [mqtt]" in (tmp_path / "j.xml").read_text()


def test_where_they_differ(serving: DeviceServing, run: Run) -> None:
    words = ("--via", "test,mqtt", "--endpoint", f"localhost:{serving.port}")
    done = run(*words)

    assert done.code == 2  # the certificate of the local listener is not trusted: nothing can be said
    lines = done.out.splitlines()
    assert lines[1].split()[:2] == ["way", "result"]
    assert "differs: the test call passes; the connection over MQTT 5 over TLS fails at TLS:" in done.out
    assert "1 answer differs from the first way's" in lines[-1]


def test_the_local_function_is_a_way_and_a_probe_is_replayed_as_a_test_call(serving: DeviceServing, run: Run) -> None:
    """With a token, a connection names its client by what is expected, and its replay leaves that out."""
    local = ("--serve", str(serving.folder / "authorizers.yaml"))
    done = run("--via", "test,local", *local, "--output", "json", "--no-history")
    assert done.code == 0, done.err
    assert [(row["way"], row["result"], row["equalToFirst"]) for row in json.loads(done.out)["ways"]] == [
        ("test", "passed", True),
        ("local", "passed", True),
    ]

    words = ("--via", "mqtt", "--endpoint", f"localhost:{serving.port}", "--ca-file", serving.ca)
    assert run(*words).code == 0
    replayed = run(replay="1")
    assert (replayed.code, replayed.out.splitlines()[-1]) == (0, "1 passed")
    assert replayed.err.splitlines() == [
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

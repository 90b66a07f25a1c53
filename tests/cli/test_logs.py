"""`authlens logs`: what the deployed function logged, and what AWS IoT logged about real connections."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from authlens.__main__ import open_history
from authlens.core.contract.outcome import Outcome
from authlens.core.invocation.invocation import Invocation
from authlens.core.request.request import AuthorizerRequest, MqttContext
from authlens.core.request.target import Target
from support.deployed_aws import DENIED, deployed
from support.one_command import Command

LOGS = "Logs_20140328.FilterLogEvents"
AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@pytest.fixture
def authlens(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    monkeypatch.chdir(tmp_path)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "AKID")
    return Command(capsys, monkeypatch)


def request(url: str) -> str:
    target = f"target: {{endpointUrl: '{url}', region: eu-west-1}}\n"
    return target + "request: {authorizerName: A, mqttContext: {username: u, clientId: c1}}\n"


def test_the_functions_lines_have_times(authlens: Command) -> None:
    with deployed() as server:
        ended = authlens("logs", "--request", "-", "--since", "15m", stdin=request(server.url))
    assert (ended.code, ended.out, ended.err) == (0, "00:00:00.000  first\n00:00:00.001  second\n", "")
    asked = json.loads(server.received[-1].body)
    assert asked["logGroupName"] == "/aws/lambda/f"
    assert asked["endTime"] - asked["startTime"] == 15 * 60_000


def test_connections_are_those_of_the_client(authlens: Command) -> None:
    with deployed({LOGS: (200, {"events": []})}) as server:
        ended = authlens("logs", "--request", "-", "--connections", stdin=request(server.url))
    assert (ended.code, ended.out) == (0, "")
    assert "nothing was logged in AWSIotLogsV2" in ended.err
    asked = json.loads(server.received[-1].body)
    assert (asked["logGroupName"], asked["filterPattern"]) == ("AWSIotLogsV2", '{ $.clientId = "c1" }')


def test_an_invocation_from_the_history_has_its_own_time(authlens: Command) -> None:
    with deployed() as server, open_history() as history:
        request_ = AuthorizerRequest("A", mqtt_context=MqttContext("u"))
        there = Target(region="eu-west-1", endpoint_url=server.url)
        number = history.record(Invocation(request_, there, Outcome(True), AT, 1.0)).number
        ended = authlens("logs", "--history", number, "--group", "/mine", "--output", "json")
    printed = json.loads(ended.out)
    assert (printed["group"], printed["since"]) == ("/mine", "2026-11-23T09:29:55+00:00")
    assert [line["text"] for line in printed["lines"]] == ["first\n", "second\n"]


@pytest.mark.parametrize("output", ["text", "json"])
def test_a_local_invocation_has_its_log_in_the_history(authlens: Command, output: str) -> None:
    request_ = AuthorizerRequest("A", token="secret-token", token_signature="c2ln")
    local = Invocation(request_, Target(local="demo"), Outcome(True), AT, 1.0, function_log="got secret-token\nend")
    with open_history() as history:
        number = history.record(local).number
        empty = history.record(replace(local, function_log=None)).number
    ended = authlens("logs", "--history", number, "--output", output)
    lines = [line["text"] for line in json.loads(ended.out)["lines"]] if output == "json" else [ended.out]
    assert "".join(lines).rstrip("\n") == "got [redacted]\nend"
    assert "secret-token" in authlens("logs", "--history", number, "--output", output, "--reveal").out
    if output == "text":
        assert "no function log" in authlens("logs", "--history", empty).err


def test_a_missing_permission_is_named(authlens: Command) -> None:
    with deployed({LOGS: DENIED}) as server:
        ended = authlens("logs", "--request", "-", stdin=request(server.url))
    assert (ended.code, ended.out) == (254, "")
    assert 'allow "logs:FilterLogEvents"' in ended.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "one of the arguments"),
        (["--request", "r.yaml", "--since", "soon"], "is not a duration"),
        (["--request", "r.yaml", "--since", "999999d"], "longer than CloudWatch keeps logs"),
        (["--history", "1", "--since", "1h"], "has its own time"),
        (["--history", "1"], "the history has no invocation 1"),
    ],
)
def test_wrong_usage_is_refused(authlens: Command, words: list[str], said: str) -> None:
    ended = authlens("logs", *words)
    assert ended.code == 252
    assert said in ended.err

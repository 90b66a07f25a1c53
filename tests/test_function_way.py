"""Calling the function directly, with boto3 over the local endpoint's own Lambda Invoke."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from authlens.aws.gateway import BotoGateway
from authlens.core.contract.outcome import Outcome
from authlens.core.invocation.invocation import Invocation
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext
from authlens.core.request.target import StaticCredentials, Target
from authlens.core.saved.saved_request import SavedRequest
from authlens.function_way import Event
from authlens.sending import Sender
from support.app_services import NOW, NoLocalTargets, PlainReferences, trusting
from support.serve_process import serving

FUNCTION = """
import json

def handler(event, context):
    print("received", json.dumps(event, sort_keys=True))
    password = event["protocolData"].get("mqtt", {}).get("password")
    if password == "cmFpc2U=":
        raise ValueError("it broke")
    if password == "YmFk":
        return {"isAuthenticated": "yes"}
    document = {"Version": "2012-10-17", "Statement": []}
    return {"isAuthenticated": True, "principalId": "p1", "policyDocuments": [document]}
"""


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    folder = tmp_path_factory.mktemp("served")
    (folder / "app.py").write_text(FUNCTION)
    (folder / "authorizers.yaml").write_text(
        "authorizers:\n  A: {signingDisabled: true, codeUri: ., handler: app.handler}\n"
    )
    environ = {"HOME": str(folder), "PATH": "", "AUTHLENS_TRUST": str(folder)}
    with serving("--authorizers", folder / "authorizers.yaml", "--port", "0", env=environ) as served:
        yield Target(region="us-west-2", endpoint_url=served.url, credentials=StaticCredentials("K", "S"))


GATEWAY = BotoGateway()


def called(target: Target, password: str = "x", version: str = "", event: Event = "test") -> Invocation:
    mqtt = MqttContext("u", password)
    request = AuthorizerRequest("A", http_context=HttpContext(query_string="?a=b"), mqtt_context=mqtt)
    with Sender(GATEWAY, NoLocalTargets(), lambda base: PlainReferences(), lambda: NOW, trusting()) as sender:
        return sender.send(SavedRequest(request, target=target), way=sender.function_way(version, event))


def received(invocation: Invocation) -> Any:
    line = next(each for each in (invocation.function_log or "").splitlines() if "received" in each)
    return json.loads(line[line.index("{") :])


def test_the_answer_passes_the_same_checks_and_comes_with_the_log(target: Target) -> None:
    invocation = called(target)

    assert invocation.result == Outcome(True, "p1", ('{"Version":"2012-10-17","Statement":[]}',), 300, 86400)
    assert invocation.way == "function"
    assert invocation.authorizer is not None
    assert received(invocation)["protocolData"]["http"]["queryString"] == "?a=b"
    assert invocation.wire is not None
    assert b"isAuthenticated" in invocation.wire.response_body


@pytest.mark.parametrize(("event", "protocols"), [("mqtt", ["mqtt"]), ("wss", ["http", "mqtt"]), ("https", ["http"])])
def test_the_event_of_a_real_connection(target: Target, event: Event, protocols: list[str]) -> None:
    sent = received(called(target, event=event))

    assert sent["protocols"] == protocols
    if "http" in protocols:
        assert sent["protocolData"]["http"]["queryString"] == "a=b"


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("raise", "Lambda function encountered error in execution: it broke: ValueError"),
        ("bad", "Lambda invocation result is in invalid format"),
    ],
)
def test_what_aws_would_refuse_is_refused_in_its_words(target: Target, password: str, words: str) -> None:
    failure = called(target, password).failure

    assert failure is not None
    assert (failure.error, failure.message) == ("InvalidResponseException", words)


def test_an_alias_that_does_not_exist_is_lambdas_own_error(target: Target) -> None:
    failure = called(target, version="live").failure

    assert failure is not None
    assert failure.error == "ResourceNotFoundException"
    assert ":live" in (failure.message or "")


def test_the_command(target: Target, tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text("request:\n  authorizerName: A\n  mqttContext: {username: u, password: x}\n")
    environment = {"HOME": str(tmp_path), "PATH": "", "AWS_ACCESS_KEY_ID": "K", "AWS_SECRET_ACCESS_KEY": "S"}
    command = [sys.executable, "-m", "authlens", "invoke", "--request", str(tmp_path / "r.yaml")]
    command += ["--region", "us-west-2"]
    command += ["--endpoint-url", target.endpoint_url or "", "--via", "function", "--event", "mqtt"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)

    assert done.returncode == 0, done.stderr
    # The shape of a test call's answer: documents are strings, and the times have their defaults.
    answer = json.loads(done.stdout)
    assert list(answer) == [
        *("isAuthenticated", "principalId", "policyDocuments", "refreshAfterInSeconds", "disconnectAfterInSeconds"),
    ]
    assert (answer["principalId"], answer["refreshAfterInSeconds"]) == ("p1", 300)
    assert [json.loads(document)["Statement"] for document in answer["policyDocuments"]] == [[]]
    assert "the end of the function's log:" in done.stderr
    assert '"protocols": ["mqtt"]' in done.stderr

"""A handful of calls with the real `aws` command, against `authlens serve` as a real process."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from authlens.core.signing.signing import sign
from support.aws_cli import aws_cli, child
from support.public_keys import pair
from support.serve_process import project, serving

FUNCTION = "arn:aws:lambda:us-west-2:000000000000:function:Sensor"

PROGRAM = """
import contextlib, io, json, sys
from awscli.clidriver import create_clidriver
for line in sys.stdin:
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = create_clidriver().main(json.loads(line))
    print(json.dumps([code, *(each.buffer.getvalue().decode() for each in (out, err))]), flush=True)
"""


@dataclass(frozen=True, slots=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


Aws = Callable[..., Done]


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """The `aws` command with these words, one call after the other in a process of its own."""
    aws_cli()
    with (
        serving("--authorizers", project(tmp_path_factory.mktemp("project"))) as started,
        child(
            PROGRAM,
            AWS_ACCESS_KEY_ID="AKIDEXAMPLE",
            AWS_SECRET_ACCESS_KEY="secret",
            AWS_DEFAULT_REGION="us-west-2",
            AWS_ENDPOINT_URL=started.url,
            AWS_MAX_ATTEMPTS="1",
        ) as process,
    ):
        yield lambda *words: Done(*process.ask([str(word) for word in words]))


def answer(aws: Aws, *words: str | Path) -> Any:
    done = aws(*words)
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout) if done.stdout.strip() else None


def test_a_test_call(aws: Aws) -> None:
    shown = answer(
        aws,
        "iot",
        "test-invoke-authorizer",
        "--authorizer-name",
        "Sensor",
        "--mqtt-context",
        "username=a,password=b",
    )

    assert shown == {
        "isAuthenticated": True,
        "principalId": "p1",
        "policyDocuments": ['{"Version":"2012-10-17"}'],
        "refreshAfterInSeconds": 300,
        "disconnectAfterInSeconds": 86400,
    }


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (
            ["--authorizer-name", "Sensor"],
            "(InvalidRequestException) when calling the TestInvokeAuthorizer operation: "
            "Request must have Http/Mqtt/Tls context.",
        ),
        (
            ["--authorizer-name", "Nobody", "--tls-context", "serverName=a"],
            "(ResourceNotFoundException) when calling the TestInvokeAuthorizer operation: Authorizer Nobody not found",
        ),
        (
            ["--authorizer-name", "Sensor", "--http-context", '{"queryString":"a=b"}'],
            "(InvalidRequestException) when calling the TestInvokeAuthorizer operation: Invalid arguments in the call",
        ),
    ],
    ids=["nothing", "unknown", "query string"],
)
def test_a_refused_test_call(aws: Aws, words: list[str], error: str) -> None:
    done = aws("iot", "test-invoke-authorizer", *words)

    assert done.returncode in (254, 255)
    assert error in done.stderr


def test_an_authorizer_from_its_creation_to_its_end(aws: Aws, tmp_path: Path) -> None:
    key = tmp_path / "public.pem"
    key.write_text(pair("a").public_pem)
    answer(
        aws,
        *("iot", "create-authorizer", "--authorizer-name", "New", "--authorizer-function-arn", FUNCTION),
        *("--token-key-name", "tok", "--token-signing-public-keys", json.dumps({"k1": key.read_text()})),
    )
    token = ("--token", "t", "--token-signature", sign("t", pair("a").private_pem))
    shown = answer(aws, "iot", "test-invoke-authorizer", "--authorizer-name", "New", *token)
    raised = aws(
        *("iot", "test-invoke-authorizer", "--authorizer-name", "New"),
        *("--token", "raise", "--token-signature", sign("raise", pair("a").private_pem)),
    )
    answer(aws, "iot", "delete-authorizer", "--authorizer-name", "New")

    assert shown["isAuthenticated"] is True
    assert "(InvalidResponseException)" in raised.stderr
    assert raised.stderr.rstrip().endswith("error in execution: it broke: ValueError")
    listed = answer(aws, "iot", "list-authorizers")["authorizers"]
    assert [found["authorizerName"] for found in listed] == ["Sensor"]


def test_lambda_and_sts(aws: Aws, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    invoked = answer(
        aws, "lambda", "invoke", "--function-name", "Sensor", "--payload", '{"token":"t"}', "--log-type", "Tail", out
    )
    identity = answer(aws, "sts", "get-caller-identity")

    assert invoked["StatusCode"] == 200
    assert json.loads(out.read_text())["principalId"] == "p1"
    assert identity["Account"] == "000000000000"

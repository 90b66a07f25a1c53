"""What a test call says of its function: the log that comes with the answer, and the time it has."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from authlens.core.request.authorizer import Authorizer
from support.local_endpoint import Failing, Running, StandIn, definitions, running
from support.raw_http import post


@pytest.fixture
def endpoint() -> Iterator[Running]:
    allowing = StandIn(lambda event: {"isAuthenticated": True, "principalId": "p1", "policyDocuments": []})
    with running(definitions(Authorizer("plain", signing_disabled=True)), allowing) as started:
        yield started


def failing(event: dict[str, Any]) -> Any:
    raise Failing("E", "m")


@pytest.mark.parametrize("fails", [False, True], ids=["answered", "refused"])
def test_what_the_function_printed_comes_with_the_answer(endpoint: Running, fails: bool) -> None:
    endpoint.host.log = "é" * 40_000
    if fails:
        endpoint.host.function = failing
    try:
        metadata = endpoint.client().test_invoke_authorizer(authorizerName="plain", mqttContext={})["ResponseMetadata"]
    except ClientError as error:
        metadata = error.response["ResponseMetadata"]

    assert base64.b64decode(metadata["HTTPHeaders"]["x-amz-log-result"]).decode() == "é" * 16_384


def test_a_call_that_does_not_reach_the_function_has_no_log(endpoint: Running) -> None:
    with pytest.raises(ClientError) as raised:
        endpoint.client().test_invoke_authorizer(authorizerName="plain")

    assert "x-amz-log-result" not in raised.value.response["ResponseMetadata"]["HTTPHeaders"]


def test_an_authorizer_has_five_seconds_whatever_its_function_has(endpoint: Running) -> None:
    endpoint.client().test_invoke_authorizer(authorizerName="plain", mqttContext={})

    assert endpoint.host.timeouts[-1] == 5.0


@pytest.mark.parametrize(
    ("agent", "kept"),
    [("aws-sdk-js/3.0", 4096), ("", 4096), ("Boto3/1.44 md/Botocore#1.44", 32768), ("aws-cli/2.30", 32768)],
    ids=["Node", "none", "boto3", "AWS CLI"],
)
def test_clients_that_refuse_long_headers_get_a_short_log(endpoint: Running, agent: str, kept: int) -> None:
    endpoint.host.log = "x" * 40_000
    _, headers = post(endpoint, {"User-Agent": agent})

    assert len(base64.b64decode(headers["x-amz-log-result"])) == kept

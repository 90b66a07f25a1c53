"""What scripts ask of an endpoint besides AWS IoT, with real clients: functions, permissions, logs, health."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from authlens.core.request.authorizer import Authorizer
from authlens.endpoint.api.function_log import FunctionLog
from support.local_endpoint import ACCOUNT, REGION, Running, StandIn, definitions, refused, running
from support.one_command import Command

ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:sensor"
ANSWER = {"isAuthenticated": True, "principalId": "p", "policyDocuments": []}


@pytest.fixture
def endpoint() -> Iterator[Running]:
    with running(definitions(Authorizer("first", signing_disabled=True)), StandIn(lambda event: ANSWER)) as started:
        yield started


def sids(endpoint: Running) -> list[str]:
    policy = json.loads(endpoint.client("lambda").get_policy(FunctionName="sensor")["Policy"])
    return [statement["Sid"] for statement in policy["Statement"]]


def test_functions_are_listed(endpoint: Running) -> None:
    answer = endpoint.client("lambda").list_functions()

    assert [each["FunctionName"] for each in answer["Functions"]] == ["sensor"]
    assert answer["Functions"][0]["FunctionArn"] == ARN
    assert "NextMarker" not in answer
    assert endpoint.client("lambda").list_functions(Marker="sensor")["Functions"] == []
    assert refused(endpoint.client("lambda").list_functions, MaxItems=0)[:2] == (400, "InvalidParameterValueException")


def test_the_calls_that_found_every_process_busy_are_a_metric() -> None:
    busy = StandIn(lambda event: ANSWER, is_throttled=True)
    with running(definitions(Authorizer("first", signing_disabled=True)), busy) as endpoint:
        client, now = endpoint.client("cloudwatch"), datetime.now(UTC)
        day = {"StartTime": now - timedelta(days=1), "EndTime": now + timedelta(hours=1), "Period": 3600}
        wanted = {"Namespace": "AWS/Lambda", "MetricName": "Throttles", "Statistics": ["Sum"], **day}
        assert client.get_metric_statistics(**wanted)["Datapoints"] == []

        endpoint.client("lambda").invoke(FunctionName="sensor")
        function = [{"Name": "FunctionName", "Value": "sensor"}]
        (point,) = client.get_metric_statistics(**wanted, Dimensions=function)["Datapoints"]
        assert (point["Sum"], point["Timestamp"].minute) == (1.0, 0)
        other = [{"Name": "FunctionName", "Value": "tokens"}]
        assert client.get_metric_statistics(**wanted, Dimensions=other)["Datapoints"] == []
        for wrong in ({"MetricName": "Errors"}, {"Period": 0}, {"Statistics": ["Average"]}):
            error = refused(client.get_metric_statistics, **wanted | wrong)
            assert error[:2] == (400, "InvalidParameterValueException"), wrong
        assert endpoint.client("lambda").get_function_concurrency(FunctionName="sensor").keys() == {"ResponseMetadata"}


def test_a_permission_is_added_and_removed(endpoint: Running) -> None:
    client = endpoint.client("lambda")
    members = {"FunctionName": "sensor", "StatementId": "iot", "Action": "lambda:InvokeFunction"}
    added = client.add_permission(
        **members, Principal="iot.amazonaws.com", SourceArn="arn:aws:iot:x:1:authorizer/A", SourceAccount=ACCOUNT
    )

    assert json.loads(added["Statement"]) == {
        "Sid": "iot",
        "Effect": "Allow",
        "Principal": {"Service": "iot.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": ARN,
        "Condition": {
            "StringEquals": {"AWS:SourceAccount": ACCOUNT},
            "ArnLike": {"AWS:SourceArn": "arn:aws:iot:x:1:authorizer/A"},
        },
    }
    assert sids(endpoint) == ["authlens-first", "iot"]
    again = refused(client.add_permission, **members, Principal="*")
    assert (again[0], again[1]) == (409, "ResourceConflictException")
    assert "The statement id (iot) provided already exists" in again[2]

    client.remove_permission(FunctionName="sensor", StatementId="authlens-first")
    assert sids(endpoint) == ["iot"]
    client.remove_permission(FunctionName="sensor", StatementId="iot")
    assert refused(client.get_policy, FunctionName="sensor")[:2] == (404, "ResourceNotFoundException")
    gone = refused(client.remove_permission, FunctionName="sensor", StatementId="iot")
    assert gone == (404, "ResourceNotFoundException", "Statement iot is not found in resource policy.")
    client.add_permission(**members, Principal="123456789012")
    assert sids(endpoint) == ["iot"]


@pytest.mark.parametrize(
    ("members", "status", "error"),
    [
        ({"FunctionName": "nope"}, 404, "ResourceNotFoundException"),
        ({"StatementId": "a b"}, 400, "InvalidParameterValueException"),
        ({"Principal": ""}, 400, "InvalidParameterValueException"),
        ({"Action": 7}, 400, "InvalidParameterValueException"),
    ],
)
def test_permissions_that_cannot_be(endpoint: Running, members: dict[str, Any], status: int, error: str) -> None:
    good = {"FunctionName": "sensor", "StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "*"}
    assert refused(endpoint.client("lambda").add_permission, **{**good, **members})[:2] == (status, error)


@pytest.mark.parametrize(
    ("call", "members"),
    [
        ("create_function", {"FunctionName": "new", "Role": "r", "Code": {"ZipFile": b""}}),
        ("delete_function", {"FunctionName": "sensor"}),
        ("update_function_code", {"FunctionName": "sensor", "ZipFile": b""}),
        ("update_function_configuration", {"FunctionName": "sensor", "Timeout": 3}),
    ],
)
def test_functions_are_not_created_here_and_the_answer_says_so(
    endpoint: Running, call: str, members: dict[str, Any]
) -> None:
    status, error, message = refused(getattr(endpoint.client("lambda"), call), **members)
    assert (status, error) == (400, "InvalidParameterValueException")
    assert "Functions are not created, changed or deleted on the local endpoint" in message


def logged(endpoint: Running, **members: Any) -> list[str]:
    answer = endpoint.client("logs").filter_log_events(logGroupName="/aws/lambda/sensor", **members)
    return [event["message"] for event in answer["events"]]


def test_what_functions_printed_is_their_log(endpoint: Running) -> None:
    before = int(time.time() * 1000)
    endpoint.host.log = 'first line\nsecond "line"\n'
    endpoint.client("lambda").invoke(FunctionName="sensor")
    endpoint.host.log = "third line\n"
    endpoint.client().test_invoke_authorizer(authorizerName="first", mqttContext={"clientId": "c"})
    after = int(time.time() * 1000)

    assert logged(endpoint) == ["first line", 'second "line"', "third line"]
    assert logged(endpoint, startTime=before, endTime=after) == logged(endpoint)
    assert logged(endpoint, startTime=after + 1) == logged(endpoint, endTime=before - 1) == []
    assert logged(endpoint, filterPattern="second line") == ['second "line"']
    assert logged(endpoint, filterPattern='"first line"') == ["first line"]
    assert logged(endpoint, filterPattern='"second \\"line"') == ['second "line"']
    assert logged(endpoint, filterPattern="?first ?third") == ["first line", "third line"]
    assert logged(endpoint, filterPattern="line -second") == ["first line", "third line"]
    assert logged(endpoint, logStreamNamePrefix="no") == []


def test_a_log_is_read_in_pages(endpoint: Running) -> None:
    endpoint.host.log = "".join(f"line {number}\n" for number in range(5))
    endpoint.client("lambda").invoke(FunctionName="sensor")

    pages = endpoint.client("logs").get_paginator("filter_log_events")
    found = pages.paginate(logGroupName="/aws/lambda/sensor", PaginationConfig={"PageSize": 2})

    assert [[event["message"] for event in page["events"]] for page in found] == [
        ["line 0", "line 1"],
        ["line 2", "line 3"],
        ["line 4"],
    ]


@pytest.mark.parametrize(
    ("members", "error"),
    [
        ({"logGroupName": "/aws/lambda/nope"}, "ResourceNotFoundException"),
        ({"logGroupName": "AWSIotLogsV2"}, "ResourceNotFoundException"),
        ({"filterPattern": "{ $.a = 1 }"}, "InvalidParameterException"),
        ({"nextToken": "x"}, "InvalidParameterException"),
        ({"limit": 0}, "InvalidParameterException"),
        ({"startTime": -1}, "InvalidParameterException"),
        ({"logGroupName": None}, "InvalidParameterException"),
    ],
)
def test_logs_that_cannot_be_read(endpoint: Running, members: dict[str, Any], error: str) -> None:
    given = {
        key: value for key, value in ({"logGroupName": "/aws/lambda/sensor"} | members).items() if value is not None
    }
    assert refused(endpoint.client("logs").filter_log_events, **given)[:2] == (400, error)


def test_an_arn_names_the_group_too(endpoint: Running) -> None:
    arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/sensor:*"
    assert endpoint.client("logs").filter_log_events(logGroupIdentifier=arn)["events"] == []


def test_authlens_logs_reads_the_local_log(
    endpoint: Running, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    Path("a.yaml").write_text(
        f"target: {{endpointUrl: '{endpoint.url}', region: {REGION}}}\nrequest: {{authorizerName: first}}\n"
    )
    endpoint.host.log = "printed for the log\n"
    endpoint.client("lambda").invoke(FunctionName="sensor")

    ended = Command(capsys, monkeypatch)("logs", "--request", "a.yaml", "--trust")

    assert ended.code == 0, ended.err
    assert "printed for the log" in ended.out


def test_health(endpoint: Running) -> None:
    with urllib.request.urlopen(f"{endpoint.url}/health") as answer:
        assert json.load(answer) == {"status": "running", "authorizers": 1, "functions": 1, "problem": None}
    with urllib.request.urlopen(urllib.request.Request(f"{endpoint.url}/health", method="HEAD")) as answer:
        assert (answer.status, answer.read()) == (200, b"")


def test_the_log_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    log = FunctionLog()
    for number in range(25):
        log.keep("f", f"{number}\n" * 1000, datetime.now(UTC))
    lines = list(log.of("/aws/lambda/f"))
    assert len(lines) == 20_000
    assert lines[0].text == "5"
    log.keep("f", "x" * 17_000_000, datetime.now(UTC))
    assert sum(len(line.text) for line in log.of("/aws/lambda/f")) <= 16 * 1024 * 1024

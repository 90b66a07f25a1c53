from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from authlens.core.contract.outcome import Outcome
from authlens.core.deployment.deployment import Deployment, Function, Unread
from authlens.core.invocation.cloud_log import (
    LogLine,
    LogQuery,
    connections_query,
    function_group,
    function_query,
    log_text,
    window,
)
from authlens.core.invocation.invocation import Invocation
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.target import Target

AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
AUTHORIZER = Authorizer("A", function_arn="arn:aws:lambda:eu-west-1:111122223333:function:my-auth:prod")


@pytest.mark.parametrize(
    ("function", "group"),
    [
        (None, "/aws/lambda/my-auth"),
        (Unread("lambda:GetFunctionConfiguration", "AccessDeniedException"), "/aws/lambda/my-auth"),
        (Function("arn", 3), "/aws/lambda/my-auth"),
        (Function("arn", 3, log_group="/own/group"), "/own/group"),
    ],
)
def test_the_group_is_the_configured_one_else_lambdas_usual(function: Function | Unread | None, group: str) -> None:
    assert function_group(AUTHORIZER, Deployment(AUTHORIZER, function, None)) == group
    later = AT + timedelta(1)
    assert function_query(AUTHORIZER, AT, later, Deployment(AUTHORIZER, function, None)) == LogQuery(group, AT, later)


def test_without_a_deployment_the_group_is_lambda_s_own() -> None:
    assert function_group(AUTHORIZER) == "/aws/lambda/my-auth"


def test_connections_are_those_of_one_client_or_of_all() -> None:
    assert connections_query(None, AT, AT).pattern == ""
    assert connections_query('ü"b\\', AT, AT) == LogQuery("AWSIotLogsV2", AT, AT, '{ $.clientId = "ü\\"b\\\\" }')


def test_the_window_leaves_room_for_clocks_and_for_late_lines() -> None:
    invocation = Invocation(AuthorizerRequest("A"), Target(), Outcome(True), AT, 2.0)
    assert window(invocation) == (AT - timedelta(seconds=5), AT + timedelta(seconds=62))


def test_lines_have_their_time() -> None:
    lines = [LogLine(AT + timedelta(milliseconds=1), "s", "START\n"), LogLine(AT, "s", "two\nlines\n")]
    assert log_text(lines) == "09:30:00.001  START\n09:30:00.000  two\nlines\n"
    assert log_text([]) == ""

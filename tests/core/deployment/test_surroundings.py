"""Reserved concurrency and AWS IoT's own log, at their limits."""

from __future__ import annotations

import pytest

from authlens.core.deployment.deployment import Concurrency, Deployment, Logging, Unread
from authlens.core.deployment.surroundings import concurrency_caveats, logging_caveats
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest, MqttContext

AUTHORIZER = Authorizer("A", function_arn="arn:aws:lambda:eu-west-1:111122223333:function:f:live")
REQUEST = AuthorizerRequest("A")


@pytest.mark.parametrize(
    ("reserved", "ids"),
    [(0, ["function-throttled"]), (9, ["function-concurrency"]), (10, []), (None, [])],
)
def test_few_invocations_at_once(reserved: int | None, ids: list[str]) -> None:
    found = list(concurrency_caveats(Deployment(AUTHORIZER, None, None, concurrency=Concurrency(reserved)), REQUEST))

    assert [each.id for each in found] == ids
    assert all(":f:live" not in each.next_step for each in found)  # a reservation is the function's, not an alias's


@pytest.mark.parametrize(
    ("logging", "is_read", "count"),
    [
        (None, True, 1),
        (None, False, 0),
        (Logging("DISABLED"), True, 1),
        (Logging("ERROR"), True, 0),
        (Unread("iot:GetV2LoggingOptions", "AccessDeniedException"), True, 0),
    ],
)
def test_a_log_that_is_off(logging: Logging | Unread | None, is_read: bool, count: int) -> None:
    deployment = Deployment(AUTHORIZER, None, None, logging=logging, is_logging_read=is_read)
    assert len(list(logging_caveats(deployment, REQUEST))) == count


@pytest.mark.parametrize(
    ("logging", "client", "why", "step"),
    [
        (None, None, "its log was never set up", "--role-arn ROLE_ARN --default-log-level ERROR"),
        (Logging("DISABLED"), None, "its log is switched off", "--role-arn ROLE_ARN --default-log-level ERROR"),
        (
            Logging("INFO", "r", is_off=True),
            "c1",
            "its log is switched off",
            "--role-arn r --default-log-level ERROR; to log everything for this client only: aws iot "
            "set-v2-logging-level --log-target targetType=CLIENT_ID,targetName=c1 --log-level DEBUG",
        ),
    ],
)
def test_what_turns_the_log_on(logging: Logging | None, client: str | None, why: str, step: str) -> None:
    deployment = Deployment(AUTHORIZER, None, None, logging=logging, is_logging_read=True)
    (found,) = logging_caveats(deployment, AuthorizerRequest("A", mqtt_context=MqttContext(client_id=client)))
    assert found.message == (
        f"AWS IoT logs nothing in this region: {why}. Why a device is refused cannot be read afterwards."
    )
    assert found.next_step == f"Turn it on: aws iot set-v2-logging-options {step}"

"""Reserved concurrency and AWS IoT's own log, at their limits."""

from __future__ import annotations

import pytest

from authlens.core.deployment.deployment import Concurrency, Deployment, Logging, Throttles, Unread
from authlens.core.deployment.surroundings import concurrency_caveats, logging_caveats, throttle_caveats
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


RESERVED = "reserve more: aws lambda put-function-concurrency --function-name "


@pytest.mark.parametrize(
    ("throttles", "concurrency", "message", "step"),
    [
        (
            Throttles(1),
            Concurrency(),
            "throttled 1 invocation of the function in the last 24 hours:",
            "account-settings",
        ),
        (
            Throttles(1_200, "2026-11-29T13:00Z"),
            Concurrency(5),
            "throttled 1,200 invocations of the function in the last 24 hours, most recently in the hour from "
            "2026-11-29T13:00Z:",
            f"Its reserved concurrency is 5; {RESERVED}arn:aws:lambda:eu-west-1:111122223333:function:f ",
        ),
        (Throttles(7), Unread("lambda:GetFunctionConcurrency", "x"), "throttled 7 invocations", "account-settings"),
    ],
)
def test_throttles_that_happened(
    throttles: Throttles, concurrency: Concurrency | Unread, message: str, step: str
) -> None:
    deployment = Deployment(AUTHORIZER, None, None, concurrency=concurrency, throttles=throttles)
    (found,) = throttle_caveats(deployment, REQUEST)
    assert (found.id, found.severity) == ("function-throttles", "warning")
    assert message in found.message
    assert step in found.next_step


@pytest.mark.parametrize(
    ("throttles", "reserved"),
    [(None, 5), (Throttles(), 5), (Unread("cloudwatch:GetMetricStatistics", "x"), 5), (Throttles(3), 0)],
)
def test_no_throttles_that_happened_or_a_reason_already_given(
    throttles: Throttles | Unread | None, reserved: int
) -> None:
    deployment = Deployment(AUTHORIZER, None, None, concurrency=Concurrency(reserved), throttles=throttles)
    assert not list(throttle_caveats(deployment, REQUEST))


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
        (None, None, "AWS IoT's log (version 2) was never set up", "--role-arn ROLE_ARN --default-log-level ERROR"),
        (
            Logging("DISABLED"),
            None,
            "The default level of AWS IoT's log is DISABLED",
            "--role-arn ROLE_ARN --default-log-level ERROR",
        ),
        (
            Logging("INFO", "r", is_off=True),
            "c1",
            "AWS IoT's log is switched off",
            "--role-arn r --default-log-level ERROR --no-disable-all-logs; "
            "to log everything for this client only: aws iot "
            "set-v2-logging-level --log-target targetType=CLIENT_ID,targetName=c1 --log-level DEBUG",
        ),
    ],
)
def test_what_turns_the_log_on(logging: Logging | None, client: str | None, why: str, step: str) -> None:
    deployment = Deployment(AUTHORIZER, None, None, logging=logging, is_logging_read=True)
    (found,) = logging_caveats(deployment, AuthorizerRequest("A", mqtt_context=MqttContext(client_id=client)))
    assert found.message == (f"{why} in this region: why a device is refused cannot be read from it afterwards.")
    assert found.next_step == f"Turn it on: aws iot set-v2-logging-options {step}"

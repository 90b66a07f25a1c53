"""Findings on what lies around a deployment: how many invocations may run at once, how many were throttled, and
whether AWS IoT logs anything.

The rule: as for every finding, no conclusion is drawn from a fact that was not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from shlex import quote

from authlens.core.contract.caveat import Caveat
from authlens.core.contract.stage import Stage
from authlens.core.deployment.deployment import Concurrency, Deployment, Logging, Throttles, Unread, unqualified
from authlens.core.request.request import AuthorizerRequest

FEW_AT_ONCE = 10
"""Reserved invocations at once below which devices that reconnect together are likely to be throttled."""


def concurrency_caveats(deployment: Deployment, _request: AuthorizerRequest) -> Iterator[Caveat]:
    found = deployment.concurrency
    if not isinstance(found, Concurrency) or found.reserved is None:
        return
    name = unqualified(deployment.authorizer.function_arn)
    if found.reserved == 0:
        yield Caveat(
            "function-throttled",
            Stage.RAN,
            "warning",
            "The function's reserved concurrency is 0: Lambda throttles every invocation, and no device is let in.",
            f"Remove the limit: aws lambda delete-function-concurrency --function-name {name}",
        )
    elif found.reserved < FEW_AT_ONCE:
        yield Caveat(
            "function-concurrency",
            Stage.RAN,
            "info",
            f"The function's reserved concurrency is {found.reserved}: when more devices than that connect at the same "
            "moment, Lambda throttles the rest, and AWS IoT refuses them.",
            f"Reserve more: aws lambda put-function-concurrency --function-name {name} "
            "--reserved-concurrent-executions NUMBER",
        )


def throttle_caveats(deployment: Deployment, _request: AuthorizerRequest) -> Iterator[Caveat]:
    """A throttled device was refused although nothing is wrong with its request."""
    found, concurrency = deployment.throttles, deployment.concurrency
    if not isinstance(found, Throttles) or not found.count:
        return
    if isinstance(concurrency, Concurrency) and concurrency.reserved == 0:
        return  # function-throttled says why
    name = unqualified(deployment.authorizer.function_arn)
    reserved = concurrency.reserved if isinstance(concurrency, Concurrency) else None
    yield Caveat(
        "function-throttles",
        Stage.RAN,
        "warning",
        f"Lambda throttled {counted_throttles(found)} of the function in the last 24 hours{throttled_last(found)}: "
        "they did not run, and let no device in.",
        f"Its reserved concurrency is {reserved}; reserve more: aws lambda put-function-concurrency --function-name "
        f"{name} --reserved-concurrent-executions NUMBER"
        if reserved is not None
        else "Compare the account's limit with what its functions use: aws lambda get-account-settings",
    )


def counted_throttles(found: Throttles) -> str:
    return f"{found.count:,} invocation{'' if found.count == 1 else 's'}"


def throttled_last(found: Throttles) -> str:
    """When it did so last; empty if that is not known."""
    return f", most recently in the hour from {found.last}" if found.last else ""


def logging_caveats(deployment: Deployment, request: AuthorizerRequest) -> Iterator[Caveat]:
    """Nothing of a refused connection is found afterwards where the log of AWS IoT is off."""
    found = deployment.logging
    if not deployment.is_logging_read or isinstance(found, Unread) or (found is not None and found.logs):
        return
    role = found.role if found is not None and found.role else "ROLE_ARN"
    again = " --no-disable-all-logs" if found is not None and found.is_off else ""
    yield Caveat(
        "iot-logging-off",
        Stage.FOUND,
        "info",
        f"{_why_not_logged(found)} in this region: why a device is refused cannot be read from it afterwards.",
        f"Turn it on: aws iot set-v2-logging-options --role-arn {role} --default-log-level ERROR{again}"
        + _client_level(request),
    )


def _why_not_logged(found: Logging | None) -> str:
    """Why nothing is logged: an account with the older log answers "not configured" as well; a level has exceptions."""
    if found is None:
        return "AWS IoT's log (version 2) was never set up"
    return "AWS IoT's log is switched off" if found.is_off else "The default level of AWS IoT's log is DISABLED"


def _client_level(request: AuthorizerRequest) -> str:
    client = request.client_id
    if not client:
        return ""
    target = quote(f"targetType=CLIENT_ID,targetName={client}")
    line = f"aws iot set-v2-logging-level --log-target {target} --log-level DEBUG"
    return f"; to log everything for this client only: {line}"

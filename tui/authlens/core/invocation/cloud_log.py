"""Queries to CloudWatch Logs about an invocation or a client, and the resulting lines as text.

The rule: a log arrives some seconds after the event, so missing lines prove nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from authlens.core.deployment.deployment import Deployment, Function, unqualified
from authlens.core.invocation.invocation import Invocation
from authlens.core.request.authorizer import Authorizer
from authlens.frozen import dataclass

CONNECTIONS = "AWSIotLogsV2"
"""The log group that AWS IoT writes to if its logging is enabled."""
LATE = "Lines reach CloudWatch a few seconds after the invocation: read again a little later."
_BEFORE = timedelta(seconds=5)
"""This machine's clock may be behind."""
_AFTER = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class LogQuery:
    group: str
    since: datetime
    until: datetime
    pattern: str = ""
    """A CloudWatch filter pattern; empty matches every line."""


@dataclass(frozen=True, slots=True)
class LogLine:
    at: datetime
    stream: str
    text: str


def function_query(
    authorizer: Authorizer, since: datetime, until: datetime, deployment: Deployment | None = None
) -> LogQuery:
    """The query for what the authorizer's function logged in that time."""
    return LogQuery(function_group(authorizer, deployment), since, until)


def function_group(authorizer: Authorizer, deployment: Deployment | None = None) -> str:
    """The log group in the function's configuration, or else Lambda's default."""
    function = deployment.function if deployment is not None else None
    if isinstance(function, Function) and function.log_group:
        return function.log_group
    return f"/aws/lambda/{unqualified(authorizer.function_arn).rpartition(':')[2]}"


def connections_query(client_id: str | None, since: datetime, until: datetime) -> LogQuery:
    """The query for what AWS IoT logged about real connections, for one client id or all."""
    pattern = "" if client_id is None else f"{{ $.clientId = {json.dumps(client_id, ensure_ascii=False)} }}"
    return LogQuery(CONNECTIONS, since, until, pattern)


def window(invocation: Invocation) -> tuple[datetime, datetime]:
    """The time in which its function can have logged, with a margin for clock differences."""
    ended = invocation.started_at + timedelta(seconds=invocation.duration)
    return invocation.started_at - _BEFORE, ended + _AFTER


def log_text(lines: Iterable[LogLine]) -> str:
    """Each entry with its time of day; entries of several lines keep their line breaks."""
    return "".join(f"{line.at.astimezone(UTC):%H:%M:%S.%f}"[:-3] + f"  {line.text.rstrip()}\n" for line in lines)

"""Reads the lines of a CloudWatch log group that a query asks for. A bounded number of pages, each asked for once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from authlens.core.invocation.cloud_log import LogLine, LogQuery

MOST_PAGES = 5
"""CloudWatch answers empty pages while it looks through a long time."""
MOST_LINES = 1000


def read_log(client: Any, query: LogQuery) -> tuple[LogLine, ...]:
    """In the order in which they were written."""
    asked: dict[str, Any] = {
        "logGroupName": query.group,
        "startTime": _milliseconds(query.since),
        "endTime": _milliseconds(query.until),
        "limit": MOST_LINES,
        **({"filterPattern": query.pattern} if query.pattern else {}),
    }
    lines: list[LogLine] = []
    for _ in range(MOST_PAGES):
        page = client.filter_log_events(**asked)
        lines += [_line(event) for event in page["events"]]
        if "nextToken" not in page or len(lines) >= MOST_LINES:
            break
        asked["nextToken"] = page["nextToken"]
    return tuple(sorted(lines, key=lambda line: line.at))


def _line(event: dict[str, Any]) -> LogLine:
    at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
    return LogLine(at, event.get("logStreamName") or "", event.get("message") or "")


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)

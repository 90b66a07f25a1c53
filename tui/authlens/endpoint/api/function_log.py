"""What the functions of an endpoint printed, in memory, organised as in CloudWatch Logs: one group per function.

The rule: bounded, and gone when the endpoint ends. The oldest lines are dropped first.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from datetime import datetime

from authlens.frozen import dataclass

MOST_LINES = 20_000
MOST_CHARACTERS = 16 * 1024 * 1024
LONGEST_LINE = 256 * 1024
"""Characters; CloudWatch's own limit of an event is 256 KB."""


@dataclass(frozen=True, slots=True)
class Printed:
    """One line."""

    number: int
    """Counted over all lines of the endpoint's lifetime."""
    group: str
    stream: str
    at: int
    """Milliseconds since 1970: when its invocation ended."""
    text: str


def group_of(function: str) -> str:
    return f"/aws/lambda/{function}"


class FunctionLog:
    def __init__(self) -> None:
        self._lines: deque[Printed] = deque()
        self._characters = 0
        self._count = 0

    def keep(self, function: str, log: str, moment: datetime) -> None:
        """The output of one invocation."""
        at = int(moment.timestamp() * 1000)
        stream = f"{moment:%Y/%m/%d}/[$LATEST]local"
        for line in log.splitlines():
            self._count += 1
            self._lines.append(Printed(self._count, group_of(function), stream, at, line[:LONGEST_LINE]))
            self._characters += len(self._lines[-1].text)
        while len(self._lines) > MOST_LINES or self._characters > MOST_CHARACTERS:
            self._characters -= len(self._lines.popleft().text)

    def of(self, group: str, after: int = 0) -> Iterator[Printed]:
        """The lines of a group whose number is above `after`, oldest first."""
        return (line for line in self._lines if line.group == group and line.number > after)

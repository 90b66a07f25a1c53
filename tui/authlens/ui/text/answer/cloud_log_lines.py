"""What was read from CloudWatch Logs for an answer, as the lines of its log page. Pure."""

from __future__ import annotations

from authlens.core.invocation.invocation import Invocation
from authlens.frozen import dataclass
from authlens.ui.text import page
from authlens.ui.text.page import Line


@dataclass(frozen=True, slots=True)
class CloudLog:
    of: Invocation
    """What was on the screen when the log was requested."""
    title: str
    text: str

    def is_of(self, invocation: Invocation) -> bool:
        """Recording an invocation gives it a number; it remains the same invocation."""
        return (self.of.started_at, self.of.request) == (invocation.started_at, invocation.request)


_OF_LAMBDA = ("START RequestId", "END RequestId", "REPORT RequestId", "XRAY TraceId", "INIT_START ")


def printed_lines(log: str | None) -> int:
    """How many lines the function itself printed."""
    return sum(bool(line.strip()) and not line.startswith(_OF_LAMBDA) for line in (log or "").splitlines())


def log_lines(invocation: Invocation | None, cloud_log: CloudLog | None) -> tuple[Line, ...]:
    """What came with the answer, and below it what was read from CloudWatch."""
    if invocation is None or cloud_log is None or not cloud_log.is_of(invocation):
        return ()
    came = page.text_lines(invocation.function_log) if invocation.function_log else ()
    return (*came, *page.note(cloud_log.title), *page.text_lines(cloud_log.text))

"""How long to wait when AWS throttles requests: exponential backoff with jitter."""

from __future__ import annotations

from authlens.core.invocation.invocation import Invocation

ERRORS = frozenset(
    {"ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded", "SlowDown"}
)
"""Errors that only mean that the request came too soon."""
MOST_ATTEMPTS = 6
_FIRST = 0.5
_LONGEST = 16.0


def is_throttled(invocation: Invocation) -> bool:
    failure = invocation.failure
    return failure is not None and (failure.error in ERRORS or failure.http_status == 429)


def pause(attempt: int, chance: float) -> float:
    """Seconds to wait after attempt number `attempt`, counted from 1. `chance` is between 0 and 1."""
    return min(_LONGEST, _FIRST * 2.0 ** (attempt - 1)) * (0.5 + chance / 2)

"""The shape of an API call: the incoming request, the answer, and the row of the table that connects them.

Independent of the HTTP library: every call is a function from an Incoming to an ApiResponse.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import field
from typing import Any
from urllib.parse import unquote

from authlens.endpoint.api.state import Endpoint
from authlens.frozen import dataclass

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Incoming:
    """One request with its body."""

    request_id: str
    path: tuple[str, ...] = ()
    """The parts of the path that the call's pattern captures, decoded."""
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names are case-insensitive."""
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class ApiResponse:
    status: int = 200
    body: bytes = b""
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    note: str | None = None
    """What the request log says besides the status: the error's class, or what the function decided."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One row of the table of calls that the endpoint serves."""

    service: str
    name: str
    method: str
    pattern: re.Pattern[str]
    """Matches the whole encoded path; its groups are the members in the path."""
    answer: Callable[[Endpoint, Incoming], Awaitable[ApiResponse]]
    target: str | None = None
    """Its name in `X-Amz-Target`, in AWS's JSON protocols."""

    def parts(self, method: str, path: str, target: str | None = None) -> tuple[str, ...] | None:
        """The members in the path; `None` if the request is a different call."""
        match = self.pattern.fullmatch(path) if (method, target) == (self.method, self.target) else None
        return None if match is None else tuple(unquote(group) for group in match.groups())


def json_answer(value: Any, headers: Mapping[str, str] | None = None, note: str | None = None) -> ApiResponse:
    return ApiResponse(200, json.dumps(value).encode(), headers=headers or {}, note=note)

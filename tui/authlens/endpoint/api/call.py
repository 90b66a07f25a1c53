"""The shape of an API call as the endpoint sees it: what comes in, what goes out, and the line of the table between.

Nothing here knows the HTTP library, so that every call is a function from an Incoming to an Answer.
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
    """One request, its body read."""

    request_id: str
    path: tuple[str, ...] = ()
    """The parts of the path that the call's pattern asks for, decoded."""
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names compare without case."""
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int = 200
    body: bytes = b""
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    note: str | None = None
    """What the request log says besides the status: the error's class, or what the function decided."""


@dataclass(frozen=True, slots=True)
class Call:
    """One line of the table of what the endpoint serves."""

    service: str
    name: str
    method: str
    pattern: re.Pattern[str]
    """Matches the whole path, still encoded; its groups are the members that travel there."""
    answer: Callable[[Endpoint, Incoming], Awaitable[Answer]]
    target: str | None = None
    """What `X-Amz-Target` names it by, in AWS's JSON protocols."""

    def parts(self, method: str, path: str, target: str | None = None) -> tuple[str, ...] | None:
        """The members in the path; `None` when the request is not this call."""
        match = self.pattern.fullmatch(path) if (method, target) == (self.method, self.target) else None
        return None if match is None else tuple(unquote(group) for group in match.groups())


def json_answer(value: Any, headers: Mapping[str, str] | None = None, note: str | None = None) -> Answer:
    return Answer(200, json.dumps(value).encode(), headers=headers or {}, note=note)

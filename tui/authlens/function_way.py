"""Sends a request straight to the deployed function, with AWS IoT's event, and judges the answer as AWS IoT does.

The rule: only the user can ask for it. What AWS IoT checks before it runs a function is not checked here.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from typing import Literal, Protocol

from authlens.core.deployment.deployment import qualifier, unqualified
from authlens.core.event.preview import PreviewKind, preview_event
from authlens.core.invocation.gateway import CallFailed, Reply
from authlens.core.invocation.invocation import Failure, FailureKind
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.target import Target

Event = Literal["test", "https", "mqtt", "wss"]
"""What the function receives: what a test call sends, or a real connection by that protocol."""
_KINDS: dict[Event, PreviewKind] = {"test": "test", "https": "http", "mqtt": "mqtt", "wss": "wss"}
EVENTS = tuple(_KINDS)


class Functions(Protocol):
    """The part of a gateway that it needs."""

    def describe(self, name: str, target: Target) -> Authorizer: ...

    def call_function(self, function: str, version: str, payload: bytes, target: Target) -> Reply: ...


class FunctionWay:
    """One direct call, made for one send."""

    name = "function"
    needs_target = True
    token_key_name = None
    doubt = ""

    def __init__(self, functions: Functions, version: str = "", event: Event = "test") -> None:
        """version: a version or alias in place of what the authorizer names."""
        self._functions = functions
        self._version = version
        self._event = event

    def ask(self, request: AuthorizerRequest, target: Target, authorizer: Authorizer | None) -> Reply:
        try:
            known = authorizer or self._functions.describe(request.authorizer_name or "", target)
        except CallFailed as error:
            return Reply(error.failure, 0.0)
        arn = known.function_arn
        if not arn:
            words = f"The authorizer {known.name} names no function."
            return Reply(Failure(FailureKind.CONFIGURATION, "NoFunction", words), 0.0)
        event = preview_event(_KINDS[self._event], request, known, str(uuid.uuid4()), is_resolved=True)
        version = self._version or qualifier(arn)
        reply = self._functions.call_function(unqualified(arn), version, json.dumps(event).encode(), target)
        return replace(reply, authorizer=known)

"""Policy documents for tests, in short form."""

from __future__ import annotations

import json
from typing import Any

from authlens.core.policy.decision.decide import Decision, decide
from authlens.core.policy.document import Document, parse

ARN = "arn:aws:iot:us-east-1:123456789012:"


def statement(action: Any, resource: Any, effect: str = "Allow", **more: Any) -> dict[str, Any]:
    """A statement; a resource is a tail in us-east-1, a complete ARN, or `*`."""
    return {"Effect": effect, "Action": action, "Resource": _whole(resource), **more}


def allow(action: Any, resource: Any, **more: Any) -> dict[str, Any]:
    return statement(action, resource, **more)


def deny(action: Any, resource: Any, **more: Any) -> dict[str, Any]:
    return statement(action, resource, "Deny", **more)


def _whole(resource: Any) -> Any:
    if isinstance(resource, list):
        return [_whole(one) for one in resource]
    return resource if resource == "*" or resource.startswith(("arn:", "[")) else ARN + resource


def text(*statements: Any, **more: Any) -> str:
    """A document as JSON, one value per line."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements), **more}, indent=1)


def document(*statements: Any, **more: Any) -> Document:
    return parse(text(*statements, **more))


def ask(
    documents: Document | list[Document], action: str, resource: str, context: dict[str, Any] | None = None
) -> Decision:
    """A decision; a context value is a text or a list of texts."""
    given = {name: tuple(value) if isinstance(value, list) else (value,) for name, value in (context or {}).items()}
    return decide(documents if isinstance(documents, list) else [documents], action, resource, given)


def misses(documents: Document | list[Document], action: str, resource: str, **context: Any) -> list[str]:
    """The near misses in order; the only context key is the client id."""
    known = {"iot:ClientId": context["client"]} if "client" in context else {}
    return [miss.message for miss in ask(documents, action, resource, known).near_misses]

"""An answer as the AWS CLI v2 prints it, in each of its formats."""

from __future__ import annotations

import json
from typing import Any

from authlens.core.invocation.invocation import Invocation
from authlens.frozen import dataclass

OPERATION = "TestInvokeAuthorizer"

_MEMBERS = (
    "isAuthenticated",
    "principalId",
    "policyDocuments",
    "refreshAfterInSeconds",
    "disconnectAfterInSeconds",
)
"""In the order of the service model, which is that of the JSON output."""


@dataclass(frozen=True, slots=True)
class OutputStyle:
    output: str
    """One of the AWS CLI's output formats."""
    width: int = 80
    colour: bool = False


def answer_of(invocation: Invocation) -> dict[str, Any]:
    """The members as AWS sent them: an empty list stays empty, an absent member stays absent.

    Of a function that was called directly, as AWS IoT would pass on its answer: each policy document is a string.
    """
    if invocation.via == "function" and invocation.outcome is not None:
        sent = invocation.outcome.to_api()
    else:
        sent = json.loads(invocation.wire.response_body if invocation.wire else b"{}")
    return {name: sent[name] for name in _MEMBERS if sent.get(name) is not None}


def decoded(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer with its policy documents as JSON values; one that is not JSON stays text."""
    if "policyDocuments" not in answer:
        return answer
    return answer | {"policyDocuments": [_json_value(document) for document in answer["policyDocuments"]]}


def render(value: Any, style: OutputStyle) -> str:
    """The value in a format, with its newline; nothing for an empty answer. Raises ValueError for an unknown format."""
    if style.output not in ("json", "text", "table", "yaml", "yaml-stream", "off"):
        raise ValueError(f"Unknown output type: {style.output}")
    if style.output == "off" or value == {}:
        return ""
    # A lone surrogate, which no encoding can represent, is printed as an escape.
    return _rendered(value, style).encode("utf-8", "backslashreplace").decode("utf-8")


def _rendered(value: Any, style: OutputStyle) -> str:
    if style.output == "json":
        return json.dumps(value, indent=4, ensure_ascii=False) + "\n"
    if style.output == "text":
        from authlens.cli.invoke.text import render as render_text

        return render_text(value)
    if style.output == "table":
        from authlens.cli.invoke.table import render as render_table

        return render_table(value, OPERATION, style.width, style.colour)
    from authlens.cli.invoke.yaml import dump

    return dump([value] if style.output == "yaml-stream" else value)


def _json_value(document: str) -> Any:
    try:
        return json.loads(document)
    except (ValueError, RecursionError):
        return document

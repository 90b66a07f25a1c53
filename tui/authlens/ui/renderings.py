"""The same request in other words: command lines, code, device lines and Lambda test events. Pure.

The rule: secrets are masked unless `reveal` is true.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from authlens.core import commands
from authlens.core.authorizer import Authorizer
from authlens.core.device_lines import device_lines
from authlens.core.event import real_event, test_event
from authlens.core.event_compare import KINDS
from authlens.core.redaction import redact_request
from authlens.core.request import AuthorizerRequest
from authlens.core.target import Target

CONNECTION_ID = "00000000-0000-4000-8000-000000000000"
"""Stands for the id that AWS gives every connection anew."""


@dataclass(frozen=True, slots=True)
class Rendering:
    id: str
    label: str
    text: str
    note: str = ""


def renderings(
    request: AuthorizerRequest, target: Target, authorizer: Authorizer | None, reveal: bool
) -> tuple[Rendering, ...]:
    """Every rendering, in the order of how often it is wanted."""
    return (
        Rendering(
            "cli2", "AWS CLI v2", commands.as_cli(request, target, 2, reveal), "v2 takes the password in base64."
        ),
        Rendering("cli1", "AWS CLI v1", commands.as_cli(request, target, 1, reveal), "v1 takes the password as it is."),
        Rendering("invoke", "authlens", commands.as_invoke(request, target, reveal)),
        Rendering("boto3", "boto3", commands.as_boto3(request, target, reveal)),
        Rendering("yaml", "YAML", commands.as_cli_input_yaml(request, reveal), "For --cli-input-yaml of the AWS CLI."),
        *(
            Rendering(line.id, line.title, line.text, line.note)
            for line in device_lines(request, authorizer, reveal=reveal)
        ),
        *_events(request if reveal else redact_request(request), authorizer),
    )


def _events(request: AuthorizerRequest, authorizer: Authorizer | None) -> list[Rendering]:
    events: list[tuple[str, str, Callable[[], object]]] = [
        ("test", "Test event", lambda: test_event(request, authorizer, CONNECTION_ID))
    ]
    for kind, title in KINDS.items():
        events.append(
            (
                kind,
                f"{title} event",
                lambda kind=kind: real_event(kind, request, authorizer, connection_id=CONNECTION_ID),  # type: ignore[misc]  # the default binds the loop's value
            )
        )
    note = "A Lambda test event: paste it into the Lambda console."
    return [
        Rendering(name, title, json.dumps(make(), indent=2, ensure_ascii=False), note) for name, title, make in events
    ]

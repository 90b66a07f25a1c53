"""The same request in other words: command lines, code, device lines and Lambda test events. Pure.

The rule: secrets are masked unless `reveal` is true.
"""

from __future__ import annotations

import json

from authlens.core.commands import write
from authlens.core.commands.device_lines import DeviceLine, device_lines
from authlens.core.deployment.transport import DeviceTransport
from authlens.core.event.event import Presented
from authlens.core.event.preview import PreviewKind, preview_event
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.target import Target
from authlens.core.secrets.redaction import redact_request
from authlens.frozen import dataclass

CONNECTION_ID = "00000000-0000-4000-8000-000000000000"
"""A placeholder for the id that AWS gives each new connection."""


_SHORT = {"AWS IoT Device SDK v2": "AWS IoT SDK v2", "URL for MQTT over WebSocket": "WebSocket URL"}
_EVENTS: dict[PreviewKind, str] = {
    "test": "Test event",
    "http": "HTTPS event",
    "mqtt": "MQTT event",
    "wss": "WebSocket event",
}


@dataclass(frozen=True, slots=True)
class Rendering:
    id: str
    label: str
    text: str
    note: str = ""


def renderings(
    request: AuthorizerRequest,
    target: Target,
    authorizer: Authorizer | None,
    reveal: bool,
    endpoint: str = "",
    transport: DeviceTransport | None = None,
    presented: Presented | None = None,
) -> tuple[Rendering, ...]:
    """Every rendering, in the order of how often it is wanted.

    endpoint: the account's host for devices. transport: what the domain configuration of the server name decides.
    presented: the certificate that the device connects with.
    """
    has_password = request.mqtt_context is not None and request.mqtt_context.password is not None
    request = request if reveal else redact_request(request, authorizer)
    v2, v1 = ("v2 takes the password in base64.", "v1 takes the password as it is.") if has_password else ("", "")
    lines = device_lines(request, authorizer, account_endpoint=endpoint, transport=transport, reveal=reveal)
    return (
        Rendering("cli2", "AWS CLI v2", write.as_cli(request, target, 2, reveal), v2),
        Rendering("cli1", "AWS CLI v1", write.as_cli(request, target, 1, reveal), v1),
        Rendering("invoke", "authlens", write.as_invoke(request, target, reveal)),
        Rendering("boto3", "boto3", write.as_boto3(request, target, reveal)),
        Rendering("yaml", "YAML", write.as_cli_input_yaml(request, reveal), "For --cli-input-yaml of the AWS CLI."),
        *map(_of_device, lines),
        *_events(request, authorizer, presented),
    )


def _of_device(line: DeviceLine) -> Rendering:
    """Under a name that a narrow list has room for; what it says in brackets is shown with the note."""
    name, _, what = line.title.partition(" (")
    note = f"{what.removesuffix(')')}. {line.note}" if what else line.note
    return Rendering(line.id, _SHORT.get(name, name), line.text, note.strip())


def _events(request: AuthorizerRequest, authorizer: Authorizer | None, presented: Presented | None) -> list[Rendering]:
    note = "A Lambda test event: paste it into the Lambda console."
    events = {kind: preview_event(kind, request, authorizer, CONNECTION_ID, presented=presented) for kind in _EVENTS}
    return [
        Rendering(kind, _EVENTS[kind], json.dumps(event, indent=2, ensure_ascii=False), note)
        for kind, event in events.items()
    ]

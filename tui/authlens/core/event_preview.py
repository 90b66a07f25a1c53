"""The events as they can be shown while a request is written: of the test call and of every real connection.

References are not resolved in a preview; a password that is one stands in the event as it is written, not as base64.
"""

from __future__ import annotations

from typing import Any, Literal

from authlens.core.authorizer import Authorizer
from authlens.core.event import Kind, real_event, test_event
from authlens.core.redaction import refers
from authlens.core.request import AuthorizerRequest

PreviewKind = Literal["test"] | Kind


def preview_event(
    kind: PreviewKind, request: AuthorizerRequest, authorizer: Authorizer | None, connection_id: str
) -> dict[str, Any]:
    """The event of a test call (`test`), or of a real connection with the same values."""
    if kind == "test":
        event = test_event(request, authorizer, connection_id)
    else:
        event = real_event(kind, request, authorizer, connection_id=connection_id)
    password = request.mqtt_context.password if request.mqtt_context else None
    mqtt = event.get("protocolData", {}).get("mqtt")
    if mqtt and isinstance(password, str) and refers(password):
        mqtt["password"] = password
    return event

"""Previews the events of a request being edited: of the test call and of every real connection.

References are not resolved in a preview; a password that is a reference or masked appears as written and not as base64.
An escaped `$${` becomes the `${` that the function receives.
"""

from __future__ import annotations

from typing import Any, Literal

from authlens.core.event.event import Kind, Presented, real_event, test_event
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.references import refers, unescaped_request
from authlens.core.request.request import AuthorizerRequest
from authlens.core.secrets.redaction import MASK

PreviewKind = Literal["test"] | Kind


def preview_event(
    kind: PreviewKind,
    request: AuthorizerRequest,
    authorizer: Authorizer | None,
    connection_id: str,
    is_resolved: bool = False,
    presented: Presented | None = None,
) -> dict[str, Any]:
    """The event of a test call (`test`), or of a real connection with the same values.

    is_resolved: the request is as sent, without references or escapes. presented: the certificate of a device, which
    only the event of a real connection contains.
    """
    sent = request if is_resolved else unescaped_request(request)
    password = None if is_resolved or request.mqtt_context is None else request.mqtt_context.password
    if kind == "test":
        event = test_event(sent, authorizer, connection_id)
    else:
        event = real_event(kind, sent, authorizer, connection_id=connection_id, presented=presented)
    mqtt = event.get("protocolData", {}).get("mqtt")
    if mqtt and isinstance(password, str) and (refers(password) or password == MASK):
        mqtt["password"] = password
    return event

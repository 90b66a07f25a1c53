"""The differences between the event of a test call and that of a real connection, each with its reason."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal

from authlens.core.event.event import Kind
from authlens.frozen import dataclass

Change = Literal["only in test", "only in real", "differs"]

KINDS: dict[Kind, str] = {"http": "HTTPS publish", "mqtt": "MQTT over TLS", "wss": "MQTT over WebSocket"}


@dataclass(frozen=True, slots=True)
class Difference:
    path: str
    """Dotted, e.g. `protocolData.http.headers.X-Token`."""
    change: Change
    test: str | None
    """The value in the test event as JSON; `None` if absent."""
    real: str | None
    why: str


_MISSING = object()
_HEADERS = "protocolData.http.headers."

_REASONS: dict[tuple[str, Change], str] = {
    ("protocolData", "only in real"): "Token mode sends no protocolData; a real connection always has it.",
    ("protocols", "only in real"): "Token mode sends no protocols; a real connection always has them.",
    ("token", "only in test"): "Over the real connection AWS does not find the token where it looks for it.",
    ("token", "only in real"): "Over the real connection AWS finds and verifies the token.",
    ("signatureVerified", "differs"): "AWS verifies a signature only if it finds both token and signature.",
    ("protocols", "differs"): "A real connection lists the protocols it uses.",
    ("protocolData.http", "only in test"): "MQTT over TLS has no HTTP part.",
    ("protocolData.http", "only in real"): "This connection begins with an HTTP request.",
    ("protocolData.mqtt", "only in test"): "A publish over HTTPS has no MQTT part.",
    ("protocolData.mqtt", "only in real"): "This connection always has an MQTT CONNECT.",
    ("protocolData.tls.x509CertificatePem", "only in real"): "A test call cannot include the client certificate.",
    (
        "protocolData.tls.principalId",
        "only in real",
    ): "It is the id of the client certificate, which a test call cannot include.",
    ("protocolData.tls", "only in real"): "A real connection includes the server name.",
    ("protocolData.http.queryString", "differs"): "A real connection delivers the query string without its '?'.",
    ("protocolData.http.queryString", "only in real"): "A real connection delivers an empty query string.",
    ("protocolData.http.headers", "only in real"): "Every real HTTP request has headers.",
    ("protocolData.mqtt.username", "differs"): "The device carries token and signature in the username.",
    ("protocolData.mqtt.username", "only in real"): "The device carries token and signature in the username.",
    ("connectionMetadata.id", "differs"): "Every connection has its own id.",
}


def differences(test: dict[str, Any], real: dict[str, Any]) -> tuple[Difference, ...]:
    """Every difference, in key order; a part that is absent on one side is listed once."""
    found = tuple(_between("", test, real))
    capitals = {each.path.lower(): each.path for each in found if each.change == "only in test"}
    return tuple(_recased(each, capitals.get(each.path.lower())) for each in found)


def _recased(difference: Difference, capital: str | None) -> Difference:
    """Explains a header of a real connection that differs from the test event only in case."""
    if difference.change != "only in real" or capital is None:
        return difference
    name = capital.removeprefix(_HEADERS)
    return replace(difference, why=f"It is {name} in the test event: header names arrive in lower case.")


def _between(path: str, test: Any, real: Any) -> Iterator[Difference]:
    if isinstance(test, dict) and isinstance(real, dict):
        for key in dict.fromkeys((*test, *real)):
            yield from _between(f"{path}.{key}" if path else key, test.get(key, _MISSING), real.get(key, _MISSING))
    elif test is not real and test != real:
        change: Change = "differs"
        if test is _MISSING:
            change = "only in real"
        elif real is _MISSING:
            change = "only in test"
        yield Difference(path, change, _json(test), _json(real), _why(path, change))


def _why(path: str, change: Change) -> str:
    if path.startswith(_HEADERS):
        return _header_reason(path.removeprefix(_HEADERS), change)
    return _REASONS.get((path, change), "The real connection has a different value here.")


def _header_reason(name: str, change: Change) -> str:
    if name == "sec-websocket-protocol":
        return "A WebSocket connection requests the subprotocol mqtt."
    if change == "only in test" and name != name.lower():
        return f"A real connection delivers it as {name.lower()}: header names arrive in lower case."
    if change == "only in real":
        return "Over this connection the device carries it in a header."
    return "A device sends a different value in this header."


def _json(value: Any) -> str | None:
    return None if value is _MISSING else json.dumps(value, ensure_ascii=False)

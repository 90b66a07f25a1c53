"""The event that the authorizer's function receives (contract §4), for a test call and for a real connection.

A test call passes the contexts through as sent. A real connection lowercases header names, drops the `?` of the query
string, and has only the data of its protocol.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Literal

from authlens.core.contract.test_call import verified_token
from authlens.core.request.authorizer import SIGNATURE_NAME, Authorizer
from authlens.core.request.members import protocol_of
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.token_place import Place, put
from authlens.core.text.encodings import to_base64
from authlens.frozen import dataclass

Kind = Literal["http", "mqtt", "wss"]
"""A publish over HTTPS, MQTT over TLS, and MQTT over WebSocket."""

_SUBPROTOCOL = "sec-websocket-protocol"
_PLACES: dict[Kind, Place] = {"http": "headers", "mqtt": "username", "wss": "headers"}
"""Where a device would put the token and signature of a request in token mode."""


@dataclass(frozen=True, slots=True)
class Presented:
    """A client certificate as it appears in the event."""

    pem: str
    principal_id: str
    """The certificate's id, which must equal the answer's `principalId`."""

    @property
    def members(self) -> dict[str, str]:
        return {"x509CertificatePem": self.pem, "principalId": self.principal_id}


def presented_in(event: str) -> Presented | None:
    """The certificate in an event that a function received; `None` where there is none."""
    try:
        tls = json.loads(event)["protocolData"]["tls"]
        pem, principal = tls["x509CertificatePem"], tls["principalId"]
    except (ValueError, RecursionError, KeyError, TypeError):
        return None
    return Presented(pem, principal) if isinstance(pem, str) and isinstance(principal, str) else None


def test_event(request: AuthorizerRequest, authorizer: Authorizer | None, connection_id: str) -> dict[str, Any]:
    """The event of a test call that is not refused. Without an authorizer, signing is assumed to be disabled."""
    return _event(_protocols(request), verified_token(request, authorizer), connection_id)


def real_event(
    kind: Kind,
    request: AuthorizerRequest,
    authorizer: Authorizer | None = None,
    *,
    connection_id: str,
    presented: Presented | None = None,
) -> dict[str, Any]:
    """The event of the same contexts over a real connection. A token in token mode goes where a device would put it.

    Contexts that the protocol does not have are omitted; those it always has are present, even if empty. presented: the
    client certificate of a CUSTOM_AUTH_X509 domain, which a test call cannot include.
    """
    carried = _carried(kind, _placed(kind, request, authorizer))
    protocols = _protocols(carried)
    certificate = presented.members if presented is not None else {}
    protocols["tls"] = {**(protocols["tls"] or {}), **certificate} or None
    if kind != "mqtt":
        protocols["http"] = _real_http(kind, protocols["http"] or {})
    if kind != "http":
        protocols["mqtt"] = protocols["mqtt"] or {}
    token = request.token if authorizer is None else verified_token(carried, authorizer)
    return _event(protocols, token, connection_id)


def _event(protocols: dict[str, dict[str, Any] | None], token: str | None, connection_id: str) -> dict[str, Any]:
    given = {name: context for name, context in protocols.items() if context is not None}
    return {
        **({} if token is None else {"token": token}),
        "signatureVerified": token is not None,
        **({"protocols": list(given), "protocolData": given} if given else {}),
        "connectionMetadata": {"id": connection_id.lower()},
    }


def _protocols(request: AuthorizerRequest) -> dict[str, dict[str, Any] | None]:
    """The contexts with the names and in the order of the event, bytes as base64; `None` for an absent one."""
    sent = request.to_api()
    return {protocol_of(name): _texts_of(sent.get(name)) for name in ("tlsContext", "httpContext", "mqttContext")}


def _texts_of(context: dict[str, Any] | None) -> dict[str, Any] | None:
    if context is None:
        return None
    return {name: to_base64(value) if isinstance(value, bytes) else value for name, value in context.items()}


def _real_http(kind: Kind, context: dict[str, Any]) -> dict[str, Any]:
    headers = {name.lower(): value for name, value in context.get("headers", {}).items()}
    if kind == "wss" and "mqtt" not in headers.get(_SUBPROTOCOL, ""):
        headers[_SUBPROTOCOL] = "mqtt"
    return {**context, "headers": headers, "queryString": context.get("queryString", "").removeprefix("?")}


def _placed(kind: Kind, request: AuthorizerRequest, authorizer: Authorizer | None) -> AuthorizerRequest:
    """The request with the token and signature of token mode moved into a context."""
    name = authorizer.token_key_name if authorizer else None
    parameters = ((name or "token", request.token), (SIGNATURE_NAME, request.token_signature))
    moved = replace(request, token=None, token_signature=None)
    for parameter, value in parameters:
        moved = moved if value is None else put(moved, _PLACES[kind], parameter, value)
    return moved


def _carried(kind: Kind, request: AuthorizerRequest) -> AuthorizerRequest:
    if kind == "http":
        return replace(request, mqtt_context=None)
    return replace(request, http_context=None) if kind == "mqtt" else request

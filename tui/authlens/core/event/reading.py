"""Turns a logged event back into the request that would produce it, with notes on what the event does not contain.

It reads JSON and the output of Python's `print(event)`, also inside a log line or an envelope. The rule: what a device
sent is literal in the request; none of it may be resolved on this machine when it is sent.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from authlens.core.event.event import Presented
from authlens.core.request.authorizer import AUTHORIZER_NAME
from authlens.core.request.members import CONTEXTS, Member, MemberKind, members_of, protocol_of
from authlens.core.request.references import literal
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.token_place import everything, find
from authlens.core.saved.certificate import Certificate
from authlens.core.text.encodings import strict_base64
from authlens.frozen import dataclass

_LONGEST = 1_048_576
_LONGEST_LITERAL = 262_144
"""Characters; a line of CloudWatch Logs has no more."""
_MOST_WASTED, _WASTED_AT_DEPTH = 4 * _LONGEST, 10_000
"""Characters read in vain, from places where no object begins after all."""
_MARKS = ("protocolData", "protocols", "signatureVerified", "connectionMetadata")
_DEPTH = 4
_INSPECTED = re.compile(rf"\b(?:{'|'.join(_MARKS)}): ")
"""As printed by `console.log(event)`."""


class UnreadableEvent(ValueError):
    """The text contains no event; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class EventRead:
    request: AuthorizerRequest
    notes: tuple[str, ...]
    """What the event does not contain, or what was changed for a test call."""
    presented: Presented | None = None
    """The client certificate of a CUSTOM_AUTH_X509 domain."""

    @property
    def certificate(self) -> Certificate | None:
        """The certificate as stored in a saved request."""
        return None if self.presented is None or not self.presented.pem else Certificate(file=self.presented.pem)


def read_event(text: str, authorizer_name: str | None = None) -> EventRead:
    """The request of a logged event. Raises UnreadableEvent."""
    if len(text) > _LONGEST:
        raise UnreadableEvent("The text is longer than 1 MiB; an event is far smaller.")
    event = next((found for value in _values(text) for found in _events(value, _DEPTH)), None)
    if event is None:
        hint = " Node.js does not print objects as JSON: log JSON.stringify(event)." if _INSPECTED.search(text) else ""
        raise UnreadableEvent(
            f"No authorizer event was found: it must be a JSON object with protocolData, signatureVerified or "
            f"connectionMetadata.{hint}"
        )
    return _request(event, authorizer_name)


def _values(text: str) -> Iterator[Any]:
    """The objects in the text: JSON from each position where an object may begin, then Python literals."""
    decoder, start, wasted = json.JSONDecoder(), text.find("{"), 0
    while start >= 0 and wasted < _MOST_WASTED:
        try:
            value, end = decoder.raw_decode(text, start)
        except json.JSONDecodeError as error:
            # The error itself has counted the lines before its place.
            end, wasted = start + 1, wasted + error.pos - start + 1 + error.pos // 64
        except (ValueError, RecursionError):
            end, wasted = start + 1, wasted + _WASTED_AT_DEPTH
        else:
            yield value
        start = text.find("{", end)
    yield from _python_literal(text)


def _python_literal(text: str) -> Iterator[Any]:
    begin, end = text.find("{"), text.rfind("}")
    if end - begin > _LONGEST_LITERAL:
        return
    try:
        yield ast.literal_eval(text[begin : end + 1])
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return


def _events(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    """The value itself, or the content of an envelope such as a structured log line."""
    if not isinstance(value, dict) or depth == 0:
        return
    if any(mark in value for mark in _MARKS):
        yield value
    for member in value.values():
        if isinstance(member, str) and "{" in member and depth > 1:
            yield from (found for inner in _values(member) for found in _events(inner, depth - 1))
        yield from _events(member, depth - 1)


def _request(event: dict[str, Any], authorizer_name: str | None) -> EventRead:
    protocols = _object(event.get("protocolData"))
    notes: list[str] = []
    contexts = {name: _members(protocols.get(protocol_of(name)), name, notes) for name in CONTEXTS}
    request = AuthorizerRequest.from_api({"authorizerName": authorizer_name, **contexts})
    token = _text(event.get("token"))
    if not protocols and token is not None:
        request = AuthorizerRequest(authorizer_name=authorizer_name, token=token)
        notes.append("An event contains no signature: sign the token again before sending.")
    elif token is not None and any(token in (each.value, each.raw) for each in everything(request)):
        notes.append("The token was found in the contexts, so the member token is left empty.")
    elif token:
        request = replace(request, token=token)
        notes.append(
            "The contexts do not contain the event's token, so it is in the member token: a test call sends either the "
            "token with a new signature, or the contexts."
        )
    named = find(request, AUTHORIZER_NAME)
    if authorizer_name is None and named is not None:
        request = replace(request, authorizer_name=named.value)
    elif authorizer_name is None:
        notes.append("The event does not name the authorizer: fill in its name.")
    presented = _presented(_object(protocols.get("tls")), notes)
    # Everything in the event is literal, even if it looks like a reference.
    return EventRead(request.with_texts(literal), tuple(notes), presented)


def _presented(tls: dict[str, Any], notes: list[str]) -> Presented | None:
    pem, principal = _text(tls.get("x509CertificatePem")), _text(tls.get("principalId"))
    if pem is None and principal is None:
        return None
    who = f", principalId {principal}" if principal else ""
    notes.append(
        f"The event contains a client certificate (CUSTOM_AUTH_X509{who}), which a test call cannot include. It "
        f"is kept for policy variables, the event of a real connection and device commands."
    )
    return Presented(pem or "", principal or "")


def _members(value: Any, context: str, notes: list[str]) -> dict[str, Any] | None:
    """The members of one context; `None` if the event has no such part."""
    if not isinstance(value, dict):
        return None
    return {member.name: _member(member, value.get(member.name), notes) for member in members_of(context)}


def _member(member: Member, value: Any, notes: list[str]) -> Any:
    if member.kind is MemberKind.MAP:
        return {str(name): str(text) for name, text in value.items()} if isinstance(value, dict) else None
    text = _text(value)
    if member.kind is MemberKind.BLOB:
        return _password(text, notes)
    if member.path == "httpContext.queryString":
        return _with_mark(text, notes) if text else None
    return text


def _with_mark(query: str, notes: list[str]) -> str:
    if query.startswith("?"):
        return query
    notes.append("Added '?' in front of the query string: a test call needs it.")
    return f"?{query}"


def _password(written: str | None, notes: list[str]) -> str | bytes | None:
    """The password of a request, which is base64 in the event."""
    if not written:
        return None
    octets = strict_base64(written)
    if octets is None:
        notes.append("The password in the event is not base64; it was taken as is.")
        return written
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None

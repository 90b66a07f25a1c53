"""The request to TestInvokeAuthorizer, as one frozen value. Nothing is checked here: preflight does that.

The fields are those of the table of members; all code that iterates over them uses that table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any

from authlens.core.request.members import (
    BY_PATH,
    CONTEXTS,
    FIELDS,
    MEMBERS,
    Limits,
    Member,
    MemberKind,
    header_path,
    is_header,
    members_of,
)
from authlens.frozen import dataclass


class Mode(StrEnum):
    """Which of AWS's two mutually exclusive ways of testing a request uses (contract §1)."""

    TOKEN = "token"
    CONTEXT = "context"
    BOTH = "both"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class HttpContext:
    headers: tuple[tuple[str, str], ...] | None = None
    """Header names and values in the order written; `None` if the member is absent."""
    query_string: str | None = None
    """As AWS expects it, with the leading `?`."""


@dataclass(frozen=True, slots=True)
class MqttContext:
    username: str | None = None
    password: str | bytes | None = None
    """Text (sent as UTF-8) or bytes; never base64."""
    client_id: str | None = None

    @property
    def password_bytes(self) -> bytes | None:
        """The password as sent."""
        return None if self.password is None else as_bytes(self.password)


@dataclass(frozen=True, slots=True)
class TlsContext:
    server_name: str | None = None


_CONTEXTS: Mapping[str, type] = {"httpContext": HttpContext, "mqttContext": MqttContext, "tlsContext": TlsContext}


@dataclass(frozen=True, slots=True)
class AuthorizerRequest:
    """One TestInvokeAuthorizer request. An absent member is `None`; an empty context is sent as an empty object."""

    authorizer_name: str | None = None
    token: str | None = None
    token_signature: str | None = None
    http_context: HttpContext | None = None
    mqtt_context: MqttContext | None = None
    tls_context: TlsContext | None = None

    @property
    def mode(self) -> Mode:
        has_token = self.token is not None or self.token_signature is not None
        has_context = any(getattr(self, FIELDS[name]) is not None for name in CONTEXTS)
        if has_token:
            return Mode.BOTH if has_context else Mode.TOKEN
        return Mode.CONTEXT if has_context else Mode.EMPTY

    @property
    def client_id(self) -> str | None:
        """Of MQTT; also `None` without its context."""
        return self.mqtt_context.client_id if self.mqtt_context else None

    def as_written(self) -> dict[str, Any]:
        """The members by API name, as written, without absent ones."""
        found: dict[str, Any] = {}
        for member in MEMBERS:
            holder, place = self._holder(member), found
            if member.context is not None and holder is not None:
                place = found.setdefault(member.context, {})
            value = None if holder is None else getattr(holder, member.field)
            if value is not None:
                place[member.name] = dict(value) if member.kind is MemberKind.MAP else value
        return found

    def to_api(self) -> dict[str, Any]:
        """Like `as_written`, with the password as bytes, as boto3 expects."""
        found = self.as_written()
        for member in MEMBERS:
            place = found.get(member.context, {}) if member.context else found
            if member.kind is MemberKind.BLOB and member.name in place:
                place[member.name] = as_bytes(place[member.name])
        return found

    @classmethod
    def from_api(cls, members: Mapping[str, Any]) -> AuthorizerRequest:
        """The inverse of `to_api`; the password may be text or bytes, headers a mapping or pairs.

        The caller must reject unknown members.
        """
        present = {name: given for name, given in members.items() if given is not None}
        fields = {member.field: _read(member, present.get(member.name)) for member in members_of(None)}
        contexts = {FIELDS[name]: _context(name, present[name]) for name in CONTEXTS if name in present}
        return cls(**fields, **contexts)

    def value(self, member: Member) -> Any:
        """The value of a member; `None` if it or its context is absent."""
        holder = self._holder(member)
        return None if holder is None else getattr(holder, member.field)

    def changed(self, change: Callable[[Member, Any], Any]) -> AuthorizerRequest:
        """The request with `change` applied to every value that is present; contexts stay, even if empty."""
        fields: dict[str, Any] = {}
        for member in MEMBERS:
            value = self.value(member)
            if value is None:
                continue
            new = change(member, value)
            if member.context is None:
                fields[member.field] = new
            else:
                name = FIELDS[member.context]
                fields[name] = replace(fields.get(name, getattr(self, name)), **{member.field: new})
        return replace(self, **fields)

    def with_texts(self, change: Callable[[str], str]) -> AuthorizerRequest:
        """The request with `change` applied to every text; header names and a binary password stay as they are."""

        def changed(member: Member, value: Any) -> Any:
            if member.kind is MemberKind.MAP:
                return tuple((name, change(text)) for name, text in value)
            return change(value) if isinstance(value, str) else value

        return self.changed(changed)

    def _holder(self, member: Member) -> Any:
        return self if member.context is None else getattr(self, FIELDS[member.context])


def as_bytes(value: str | bytes) -> bytes:
    """A blob as sent. A lone surrogate, which UTF-8 cannot encode, is sent as `?`."""
    return value.encode("utf-8", "replace") if isinstance(value, str) else value


def _context(name: str, members: Mapping[str, Any]) -> Any:
    return _CONTEXTS[name](**{member.field: _read(member, members.get(member.name)) for member in members_of(name)})


def _read(member: Member, value: Any) -> Any:
    if value is None or member.kind is not MemberKind.MAP:
        return value
    return tuple((name, text) for name, text in (value.items() if isinstance(value, Mapping) else value))


def texts(request: AuthorizerRequest) -> Iterator[tuple[str, str]]:
    """Every member that is present as text, in API order; a binary password is left out.

    A header is `httpContext.headers[NAME]`.
    """
    for member in MEMBERS:
        value = request.value(member)
        if member.kind is MemberKind.MAP:
            yield from ((header_path(name), text) for name, text in value or ())
        elif isinstance(value, str):
            yield member.path, value


def text_at(request: AuthorizerRequest, path: str) -> str | None:
    return next((value for member, value in texts(request) if member == path), None)


def with_text(request: AuthorizerRequest, path: str, text: str | None) -> AuthorizerRequest:
    """The request with one member replaced or removed. A header must be present, and an absent context stays absent."""
    if is_header(path):
        http = request.http_context
        new = ((name, text if header_path(name) == path else old) for name, old in (http and http.headers) or ())
        headers = tuple((name, value) for name, value in new if value is not None)
        return request if http is None else replace(request, http_context=replace(http, headers=headers))
    member, fields = BY_PATH[path], dict[str, Any]()
    if member.context is None:
        fields[member.field] = text
    elif (context := getattr(request, FIELDS[member.context])) is not None:
        fields[FIELDS[member.context]] = replace(context, **{member.field: text})
    return replace(request, **fields)


def limited_values(request: AuthorizerRequest) -> Iterator[tuple[Limits, str | None, str | bytes | None]]:
    """Every value that AWS limits, `None` if absent, with the name of its header if it belongs to one."""
    for member in MEMBERS:
        value = request.value(member)
        if member.kind is MemberKind.MAP:
            for limits, part in zip(member.limits, (0, 1), strict=True):
                yield from ((limits, pair[0], pair[part]) for pair in value or ())
        else:
            sent = as_bytes(value) if member.kind is MemberKind.BLOB and value is not None else value
            yield from ((limits, None, sent) for limits in member.limits)

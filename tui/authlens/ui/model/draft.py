"""What the form holds: every field as typed, also those that the chosen mode does not send. Pure.

The rule: reading a saved request and writing it back changes nothing, however odd its values.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import field, replace
from enum import StrEnum
from typing import Any

from authlens.core.request import members
from authlens.core.request.members import Member, MemberKind
from authlens.core.request.references import whole_reference
from authlens.core.request.request import AuthorizerRequest, Mode
from authlens.core.request.target import Target
from authlens.core.saved.certificate import Certificate
from authlens.core.saved.expectation import Expectation
from authlens.core.saved.saved_request import SavedRequest, Sign, SuitePart
from authlens.frozen import dataclass


class PasswordKind(StrEnum):
    """How the password field is written."""

    TEXT = "text"
    BASE64 = "base64"
    HEX = "hex"
    FILE = "file"


MEMBERS = {member.field: member.path for member in members.MEMBERS if member.kind is not MemberKind.MAP}
"""The text fields of a draft and the members that they fill."""


def fields_of(mode: Mode) -> tuple[str, ...]:
    """The fields that only this mode sends."""
    return tuple(
        member.field
        for member in members.MEMBERS
        if member.path != "authorizerName" and (member.context is None) == (mode is Mode.TOKEN)
    )


@dataclass(frozen=True, slots=True)
class Draft:
    mode: Mode = Mode.CONTEXT
    """TOKEN, CONTEXT or BOTH: which part of the form is sent."""
    authorizer_name: str = ""
    token: str = ""
    token_signature: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    query_string: str = ""
    username: str = ""
    password: str = ""
    """As typed, in the way `password_kind` says; for a file its path."""
    password_kind: PasswordKind = PasswordKind.TEXT
    client_id: str = ""
    server_name: str = ""
    given_empty: frozenset[str] = frozenset()
    """Members (`mqttContext`, `mqttContext.username`, …) that are sent although they are empty."""
    description: str | None = None
    target: Target = field(default_factory=Target)
    sign: Sign | None = None
    expect: Expectation | None = None
    suite: SuitePart = field(default_factory=SuitePart)
    certificate: Certificate | None = None

    @property
    def is_blank(self) -> bool:
        """Whether nothing was put in yet, but where it is sent."""
        return replace(self, target=Target()) == Draft()

    @property
    def left_out(self) -> bool:
        """Whether the form holds a token, or contexts, that its mode does not send and no file keeps."""
        rest = replace(self, mode=Mode.CONTEXT if self.mode is Mode.TOKEN else Mode.TOKEN)
        return self.mode is not Mode.BOTH and replace(rest.request, authorizer_name=None).mode is not Mode.EMPTY

    @property
    def problem(self) -> str | None:
        """Why the password cannot be turned into bytes."""
        try:
            self._password()
        except ValueError as error:
            return str(error)
        return None

    @property
    def request(self) -> AuthorizerRequest:
        """What is sent. A password with a `problem` is left out."""
        left_out = {Mode.TOKEN: fields_of(Mode.CONTEXT), Mode.CONTEXT: fields_of(Mode.TOKEN)}.get(self.mode, ())
        contexts = self.given_empty & members.CONTEXTS.keys() if self.mode is not Mode.TOKEN else ()
        sent: dict[str, Any] = {name: {} for name in contexts}
        for member in members.MEMBERS:
            value = None if member.field in left_out else self._value(member)
            if value is not None:
                (sent.setdefault(member.context, {}) if member.context else sent)[member.name] = value
        return AuthorizerRequest.from_api(sent)

    @property
    def saved(self) -> SavedRequest:
        return SavedRequest(
            self.request, self.description, self.target, self.sign, self.expect, self.suite, self.certificate
        )

    def _value(self, member: Member) -> Any:
        """What is sent of the field; `None` when nothing is."""
        value = getattr(self, member.field)
        if member.kind is MemberKind.MAP:
            value = tuple(row for row in value if row != ("", ""))
        elif member.kind is MemberKind.BLOB:
            try:
                return self._password()
            except ValueError:
                return None
        return value if value or member.path in self.given_empty else None

    def _password(self) -> str | bytes | None:
        if not self.password and "mqttContext.password" not in self.given_empty:
            return None
        return _READERS[self.password_kind](self.password)


def of_saved(saved: SavedRequest) -> Draft:
    """The draft that would send, and save, exactly this."""
    request = saved.request
    fields: dict[str, Any] = {
        member.field: request.value(member) or (() if member.kind is MemberKind.MAP else "")
        for member in members.MEMBERS
    }
    fields["password"], kind = _written(request.mqtt_context.password if request.mqtt_context else None)
    return Draft(
        **fields,
        mode=Mode.CONTEXT if request.mode is Mode.EMPTY else request.mode,
        password_kind=kind,
        given_empty=frozenset(_empty_members(request)),
        description=saved.description,
        target=saved.target,
        sign=saved.sign,
        expect=saved.expect,
        suite=saved.suite,
        certificate=saved.certificate,
    )


def _empty_members(request: AuthorizerRequest) -> list[str]:
    """The members that are there and hold nothing."""
    empty = []
    for name, value in request.to_api().items():
        inner = {f"{name}.{key}": part for key, part in value.items()} if isinstance(value, dict) else {}
        empty += [path for path, part in {name: value, **inner}.items() if not part]
    return empty


def with_kind(draft: Draft, kind: PasswordKind) -> Draft:
    """The same password written in another way, where it can be; the text stays as it is where it cannot."""
    try:
        value = draft._password()
        content = value.encode("utf-8", "strict") if isinstance(value, str) else value
        text = _WRITERS[kind](content or b"")
    except (ValueError, KeyError):
        return replace(draft, password_kind=kind)
    if PasswordKind.FILE in (kind, draft.password_kind):
        text = draft.password
    return replace(draft, password=text, password_kind=kind)


def _written(password: str | bytes | None) -> tuple[str, PasswordKind]:
    if password is None:
        return "", PasswordKind.TEXT
    if isinstance(password, bytes):
        return base64.b64encode(password).decode("ascii"), PasswordKind.BASE64
    whole = whole_reference(password)
    return (whole.name, PasswordKind.FILE) if whole and whole.kind == "file" else (password, PasswordKind.TEXT)


def _from_base64(text: str) -> bytes:
    packed = "".join(text.split())
    try:
        return base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"This is not base64{_first_bad(packed, _BASE64)}.") from None


def _from_hex(text: str) -> bytes:
    packed = re.sub(r"[\s:]", "", text)
    try:
        return bytes.fromhex(packed)
    except ValueError:
        bad = _first_bad(packed, _HEX)
        raise ValueError(f"This is not hex{bad or ': it needs two digits for each byte'}.") from None


_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")
_HEX = re.compile(r"[0-9A-Fa-f]*")


def _first_bad(text: str, good: re.Pattern[str]) -> str:
    found = good.match(text)
    end = found.end() if found else 0
    return f": character {end + 1} does not belong in it" if end < len(text) else ""


_READERS: dict[PasswordKind, Callable[[str], str | bytes]] = {
    PasswordKind.TEXT: str,
    PasswordKind.BASE64: _from_base64,
    PasswordKind.HEX: _from_hex,
    PasswordKind.FILE: "${{file:{}}}".format,
}

_WRITERS: dict[PasswordKind, Callable[[bytes], str]] = {
    PasswordKind.TEXT: lambda content: content.decode("utf-8"),
    PasswordKind.BASE64: lambda content: base64.b64encode(content).decode("ascii"),
    PasswordKind.HEX: lambda content: content.hex(),
    PasswordKind.FILE: lambda content: content.decode("utf-8"),
}

"""Converts option values to the members of TestInvokeAuthorizer: shorthand, JSON, files, base64, and client-side
checks.

Every check that the AWS CLI makes before sending is here, in its words but without the values, which may be secret.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from authlens.core.commands import shorthand
from authlens.core.commands.options import GivenOptions
from authlens.core.request.members import CONTEXTS, FIELDS, SHAPE, Member, MemberKind, Shape, option_name
from authlens.core.text.file_names import file_hint

Load = Callable[[str], str | bytes]
"""Returns the content of a `file://…` or `fileb://…` value, and any other text unchanged. Raises UnreadableValue."""

_EMPTY = "Invalid length for parameter"


class MemberError(ValueError):
    """The AWS CLI does not accept a value. `option` is its option, if a single value is to blame."""

    def __init__(self, message: str, option: str | None = None) -> None:
        super().__init__(f"Error parsing parameter '{option}': {message}" if option else message)
        self.option = option


class UnreadableValue(ValueError):
    """The file named by a value cannot be read; the message says why."""


class NotBase64(MemberError):
    """The password is not base64; the AWS CLI has a different exit code for this."""


def of_options(given: GivenOptions, load: Load) -> dict[str, Any]:
    """The members given by options, unchecked. Raises MemberError."""
    members = {}
    for member, key in FIELDS.items():
        text = given.text(key)
        if text is not None:
            members[member] = _value(member, option_name(member), text, load)
    return members


def _value(member: str, option: str, text: str, load: Load) -> Any:
    try:
        loaded = load(text)
        return _context(option, loaded, load) if member in CONTEXTS else loaded
    except UnreadableValue as error:
        raise MemberError(str(error), option) from None


def _context(option: str, text: str | bytes, load: Load) -> Any:
    if isinstance(text, bytes):
        raise MemberError("fileb:// reads bytes, but text is required; use file://", option)
    if text.lstrip().startswith(("{", "[")):
        return from_json(option, text)
    try:
        return shorthand.parse(text, load)
    except shorthand.ShorthandError as error:
        place = f"{error} at character {error.index + 1} of the input"
        raise MemberError(f"{place}:\n{_pointed(text, error.index, option)}{_hint(text)}", option) from None


def from_json(option: str, text: str) -> Any:
    """The JSON value of an option. Raises MemberError with the position of the error."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        place = f"{error.msg} at line {error.lineno}, column {error.colno}"
        pointed = _pointed(text, error.pos, option)
        raise MemberError(f"Invalid JSON: {place}:\n{pointed}{_hint(text)}", option) from None
    except (ValueError, RecursionError):
        raise MemberError("Invalid JSON: a number is too long, or the nesting too deep", option) from None
    if not isinstance(value, dict):
        raise MemberError(f"Invalid JSON: expecting an object, received {type(value).__name__}", option)
    return value


def _hint(text: str) -> str:
    hint = file_hint(text.strip())
    return f"\n{hint}" if hint else ""


def _pointed(text: str, index: int, option: str) -> str:
    # Imported when needed: its patterns take longer to compile than it takes to parse a valid command line.
    from authlens.core.commands.pointer import point_at

    return point_at(text, index, option)


def decode_password(members: dict[str, Any]) -> None:
    """Decode a text password from base64, as leniently as the AWS CLI v2. Raises NotBase64."""
    mqtt = members.get("mqttContext")
    if not isinstance(mqtt, dict) or not isinstance(mqtt.get("password"), str):
        return
    try:
        mqtt["password"] = base64.b64decode(mqtt["password"])
    except ValueError:
        raise NotBase64(
            "Invalid base64: mqttContext.password. Encode it, or add --cli-binary-format raw-in-base64-out to "
            "send it unencoded"
        ) from None


def check(members: Mapping[str, Any]) -> None:
    """Raises MemberError with everything that botocore would refuse before sending."""
    _raise_for([*_structure("", members, SHAPE)])


def check_types(members: Mapping[str, Any]) -> None:
    """Like `check`, but allows empty texts, which a form can show."""
    _raise_for([problem for problem in _structure("", members, SHAPE) if not problem.startswith(_EMPTY)])


def _raise_for(problems: list[str]) -> None:
    if problems:
        raise MemberError("\n".join(["Parameter validation failed:", *problems]))


def _structure(path: str, members: Any, shape: Shape) -> Iterator[str]:
    if not isinstance(members, Mapping):
        yield _wrong_type(path, members, "dict")
        return
    for name in members:
        if name not in shape:
            yield f'Unknown parameter in {path or "input"}: "{name}", must be one of: {", ".join(shape)}'
    for name, kind in shape.items():
        if name in members:
            yield from _member(f"{path}.{name}" if path else name, members[name], kind)


def _member(path: str, value: Any, row: Member | Shape) -> Iterator[str]:
    if not isinstance(row, Member):
        yield from _structure(path, value, row)
    elif row.kind is MemberKind.MAP:
        yield from _map(path, value)
    elif row.kind is MemberKind.BLOB:
        if not isinstance(value, (str, bytes)):
            yield _wrong_type(path, value, "bytes, str")
    else:
        yield from _text(path, value)


def _map(path: str, value: Any) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield _wrong_type(path, value, "dict")
        return
    for name, text in value.items():
        yield from _text(f"{path} (key: {name})", name)
        yield from _text(f"{path}.{name}", text)


def _text(path: str, value: Any) -> Iterator[str]:
    if not isinstance(value, str):
        yield _wrong_type(path, value, "str")
    elif not value:
        yield f"{_EMPTY} {path}, value: 0, valid min length: 1"


def _wrong_type(path: str, value: Any, wanted: str) -> str:
    hint = "; a bare comma makes a list, so quote the value" if isinstance(value, list) and wanted == "str" else ""
    return f"Invalid type for parameter {path}, type: {type(value).__name__}, valid types: {wanted}{hint}"

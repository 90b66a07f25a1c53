"""The members of a call's JSON body, of the types that the service model gives them. AWS drops unknown ones; so do we.

Limits and patterns are not checked here: those are the contract's.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from authlens.endpoint.api.aws_error import malformed

Reader = Callable[[Any, str], Any]
"""Reads the JSON value at a path, or raises AwsError."""


def read_body(body: bytes, members: Mapping[str, Reader]) -> dict[str, Any]:
    """The members of a JSON object by name, without nulls. An empty body is an empty object."""
    try:
        value = json.loads(body.decode("utf-8")) if body.strip() else {}
    except (ValueError, RecursionError):
        raise malformed("The body is not JSON.") from None
    if not isinstance(value, dict):
        raise malformed("The body is not a JSON object.")
    return _structure(value, members, "")


def json_object(body: bytes) -> dict[str, Any] | None:
    """The JSON object of a body, an empty body being an empty object; `None` for anything else."""
    try:
        value = json.loads(body.decode("utf-8") or "{}")
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def text(value: Any, path: str) -> str:
    return value if isinstance(value, str) else _wrong(path, "a string")


def boolean(value: Any, path: str) -> bool:
    return value if isinstance(value, bool) else _wrong(path, "true or false")


def blob(value: Any, path: str) -> bytes:
    """Bytes, sent as base64."""
    try:
        return base64.b64decode(text(value, path), validate=True)
    except (binascii.Error, ValueError):
        _wrong(path, "base64")


def text_map(value: Any, path: str) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        _wrong(path, "a map of strings")
    return value


def text_list(value: Any, path: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        _wrong(path, "a list of strings")
    return value


def tag_list(value: Any, path: str) -> dict[str, str]:
    """Tags by their keys; one without a value is empty."""
    if not isinstance(value, list):
        _wrong(path, "a list of tags")
    tags = [structure({"Key": text, "Value": text})(item, path) for item in value]
    return {tag.get("Key", ""): tag.get("Value", "") for tag in tags}


def structure(members: Mapping[str, Reader]) -> Reader:
    def read(value: Any, path: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            _wrong(path, "a structure")
        return _structure(value, members, f"{path}.")

    return read


def _structure(value: Mapping[str, Any], members: Mapping[str, Reader], prefix: str) -> dict[str, Any]:
    given = {name: value.get(name) for name in members}
    return {name: members[name](item, prefix + name) for name, item in given.items() if item is not None}


def _wrong(path: str, wanted: str) -> NoReturn:
    raise malformed(f"The member {path} is not {wanted}.")

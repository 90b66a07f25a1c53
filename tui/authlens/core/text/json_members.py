"""Reads a JSON object member by member.

The rule: a member of the wrong type raises a ValueError whose message never quotes the value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, final

from authlens.core.text.base64_text import lenient_base64

T = TypeVar("T")


@final
class Members:
    """The members of one object; `null` counts as absent."""

    def __init__(self, value: Any, name: str) -> None:
        if not isinstance(value, Mapping):
            raise ValueError(f"{name} must be a JSON object")
        self._value = value
        self._name = name

    def required(self, key: str) -> Any:
        if self._value.get(key) is None:
            raise ValueError(f"{self._name} needs {key}")
        return self._value[key]

    def value(self, key: str) -> Any:
        """The value, of any type; `None` if absent."""
        return self._value.get(key)

    def required_text(self, key: str) -> str:
        self.required(key)
        return self._typed(key, str, "text") or ""

    def text(self, key: str) -> str | None:
        return self._typed(key, str, "text")

    def boolean(self, key: str) -> bool | None:
        return self._typed(key, bool, "true or false")

    def integer(self, key: str) -> int | None:
        if isinstance(self._value.get(key), bool):
            raise ValueError(f"{key} must be a whole number")
        return self._typed(key, int, "a whole number")

    def number(self, key: str) -> float | None:
        value = self._value.get(key)
        if isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        return self._typed(key, float, "a number")

    def items(self, key: str) -> list[Any]:
        return self._typed(key, list, "a list") or []

    def members(self, key: str) -> Members | None:
        value = self._value.get(key)
        return None if value is None else Members(value, key)

    def pairs(self, key: str) -> tuple[tuple[str, str], ...] | None:
        """Names with their texts, from an object or a list of pairs."""
        value = self._value.get(key)
        if value is None:
            return None
        pairs = list(value.items()) if isinstance(value, Mapping) else value
        if not isinstance(pairs, list | tuple) or not all(map(_is_pair, pairs)):
            raise ValueError(f"{key} must contain only text names and values")
        return tuple((name, text) for name, text in pairs)

    def text_or_bytes(self, key: str) -> str | bytes | None:
        return self.content(key) if isinstance(self._value.get(key), Mapping) else self.text(key)

    def content(self, key: str) -> bytes:
        """Bytes from `{"base64": …}`; empty if absent."""
        members = self.members(key)
        if members is None:
            return b""
        try:
            return lenient_base64(members.text("base64") or "")
        except ValueError:
            raise ValueError(f"{key} is not base64") from None

    def _typed(self, key: str, kind: type[T], words: str) -> T | None:
        value = self._value.get(key)
        if value is None or isinstance(value, kind):
            return value
        raise ValueError(f"{key} must be {words}")


def _is_pair(value: Any) -> bool:
    return isinstance(value, list | tuple) and len(value) == 2 and all(isinstance(part, str) for part in value)

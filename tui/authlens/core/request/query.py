"""The `name=value&…` part of an HTTP query string or MQTT username, each parameter with its position in the text."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from authlens.core.text.encodings import url_decode, url_encode
from authlens.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    """Decoded."""
    value: str
    """Decoded: `+` is a space."""
    raw: str
    """The value as written."""
    start: int
    end: int
    """The range of the raw value in the whole text."""

    def is_named(self, name: str) -> bool:
        """AWS compares names case-insensitively (contract §3)."""
        return self.name.lower() == name.lower()


PLACES = ("username", "queryString")
"""The members that may contain parameters."""


def of(place: str, text: str) -> tuple[Parameter, ...]:
    """The parameters of a username or query string; none for any other member."""
    return {"username": of_username, "queryString": of_query_string}[place](text) if place in PLACES else ()


def before(place: str, text: str) -> str:
    """The part before the parameters."""
    return {"username": text.partition("?")[0], "queryString": ""}.get(place, text)


@lru_cache(maxsize=16)
def of_username(username: str) -> tuple[Parameter, ...]:
    """The parameters after the first `?`; none without one. Cached, because every preflight check asks for them."""
    before, mark, query = username.partition("?")
    return tuple(_parameters(query, len(before) + 1)) if mark else ()


@lru_cache(maxsize=16)
def of_query_string(query_string: str) -> tuple[Parameter, ...]:
    """The parameters, with or without the leading `?`."""
    start = 1 if query_string.startswith("?") else 0
    return tuple(_parameters(query_string[start:], start))


def named(parameters: tuple[Parameter, ...], name: str) -> Parameter | None:
    """The first parameter with this name."""
    return next((parameter for parameter in parameters if parameter.is_named(name)), None)


def with_parameter(text: str, parameters: tuple[Parameter, ...], name: str, value: str) -> str:
    """The text with the parameter set to the encoded value: replaced if present, else appended. The rest is unchanged.

    Only the first `?` is the separator: later ones belong to a name or value.
    """
    encoded = url_encode(value)
    present = named(parameters, name)
    if present is not None:
        equals = "" if text[: present.start].endswith("=") else "="
        return f"{text[: present.start]}{equals}{encoded}{text[present.end :]}"
    _, mark, query = text.partition("?")
    joint = ("&" if query and not query.endswith("&") else "") if mark else "?"
    return f"{text}{joint}{url_encode(name)}={encoded}"


def _parameters(query: str, offset: int) -> Iterator[Parameter]:
    for part in query.split("&"):
        name, equals, raw = part.partition("=")
        start = offset + len(name) + len(equals)
        if part:
            yield Parameter(url_decode(name), url_decode(raw), raw, start, start + len(raw))
        offset += len(part) + 1

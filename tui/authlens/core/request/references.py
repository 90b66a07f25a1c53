"""References such as `${env:N}`, `${file:P}` and `${case:N}` as they are written in a request: found, and escaped."""

from __future__ import annotations

import re
from typing import Any

from authlens.core.request.request import AuthorizerRequest

_LOOKS_LIKE_REFERENCE = re.compile(r"\$\{(?=[a-zA-Z]+:)|(?<=\$)\$\{")


def literal(value: Any) -> Any:
    """Text, or the texts of a dict, with `${` escaped where a reference or an escape would be seen in it."""
    if isinstance(value, str):
        return _LOOKS_LIKE_REFERENCE.sub("$${", value)
    if isinstance(value, dict):
        return {name: literal(inner) for name, inner in value.items()}
    return value


def meant(value: Any) -> Any:
    """The opposite of `literal`: text, or the texts of a dict, as it is sent; references stay as they are written."""
    if isinstance(value, str):
        return value.replace("$${", "${")
    if isinstance(value, dict):
        return {name: meant(inner) for name, inner in value.items()}
    return value


def meant_request(request: AuthorizerRequest) -> AuthorizerRequest:
    """The request with what is escaped as it is sent."""
    return request.with_texts(meant)


_REFERENCE = re.compile(r"(?:(?:bearer|basic)\s+)?(?<!\$)\$\{(?:env|file|keyring|case):[^}]*\}", re.IGNORECASE)


def refers(value: str | bytes) -> bool:
    """Whether the value holds a reference."""
    return isinstance(value, str) and _REFERENCE.search(value) is not None


def is_only_reference(value: str | bytes) -> bool:
    """Nothing but references, so that nothing secret is in it. A default may be one."""
    return isinstance(value, str) and refers(value) and ":-" not in value and not _REFERENCE.sub("", value).strip()

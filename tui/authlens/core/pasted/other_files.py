"""The files of a project that are not pasted but may be given to a command that reads something else.

The rule: only what a file certainly is. A row gives the noun, how it is recognised, and which command reads it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from authlens.core.text.json_limits import MOST_OF_ONE, load_bounded

SAVED_REQUEST = "a saved request"
AUTHORIZERS = "an authorizers.yaml"
_RUN = "'authlens run FILE' sends and checks it, and 'authlens explain --request FILE' checks it without sending it"
_CODE = r"""
    ^(?:async\ )?def\ \w+\( | ^(?:from\ [\w.]+\ )?import\ [\w.]+(?:,\ \w+|\ as\ \w+)*$   # Python
    | ^(?:module\.)?exports\b.*= | ^export\ (?:async|const|default|function)\b           # JavaScript
    | ^(?:const|let|var)\ .*=\ *require\(
"""


def other_file(text: str) -> tuple[str, str] | None:
    """What a text is, as a noun with its article, and the command that reads it; `None` if it is none of these."""
    members = _members(text)
    return next(((noun, command) for noun, recognises, command in _FILES if recognises(text, members)), None)


def _members(text: str) -> dict[str, Any]:
    if text.lstrip()[:1] != "{":
        return {}
    try:
        value = load_bounded(text, MOST_OF_ONE)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _pem(label: str) -> Callable[[str, dict[str, Any]], bool]:
    begins = re.compile(rf"\s*-----BEGIN (?:[A-Z]+ )?{label}-----")
    return lambda text, members: bool(begins.match(text))


def _keys(*names: str) -> Callable[[str, dict[str, Any]], bool]:
    """With one of these keys at the top, as YAML or JSON."""
    written = re.compile(rf"""^(["']?)(?:{"|".join(names)})\1[ \t]*:""", re.MULTILINE)
    return lambda text, members: not members.keys().isdisjoint(names) or bool(written.search(text))


def _is_code(text: str, members: dict[str, Any]) -> bool:
    return re.search(_CODE, text, re.MULTILINE | re.VERBOSE) is not None


_FILES: tuple[tuple[str, Callable[[str, dict[str, Any]], bool], str], ...] = (
    ("a private key", _pem("PRIVATE KEY"), "'authlens sign --key FILE' signs with it"),
    ("a public key", _pem("PUBLIC KEY"), "'authlens verify --key FILE' checks signatures with it"),
    ("a certificate", _pem("CERTIFICATE"), "'authlens connect' takes it with --cert or --ca-file"),
    (SAVED_REQUEST, _keys("request"), _RUN),
    (
        "the description of an authorizer",
        _keys("authorizerDescription"),
        "explain, event and verify take it with --authorizer",
    ),
    (SAVED_REQUEST, _keys("authorizerName"), _RUN),
    (AUTHORIZERS, _keys("authorizers"), "'authlens serve --authorizers FILE' serves it"),
    (
        "a template",
        _keys("Resources", "AWSTemplateFormatVersion"),
        "'authlens serve --template FILE' serves its authorizers",
    ),
    (
        "a function's code",
        _is_code,
        "'authlens serve --function FILE' serves it, and 'authlens FILE' opens the app on it",
    ),
)

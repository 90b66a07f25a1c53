"""Reads a printed or stored error back as a failure; `None` for anything else.

Text comes from the AWS CLI or `authlens invoke`; JSON from AWS, the AWS CLI, boto3 or `authlens run`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from authlens.core.invocation.invocation import Failure, FailureKind
from authlens.core.pasted.pasted_text import words_of_line

_LONGEST = 32_768
_SERVICE = re.compile(
    r"An error occurred \((?P<error>\w+)\) when calling the TestInvokeAuthorizer operation"
    r"(?: \(reached max retries: \d+\))?: (?P<message>.*)",
    re.DOTALL,
)

_CLIENT: tuple[tuple[str, str, FailureKind], ...] = (
    (r"\(NoCredentials\): |Unable to locate credentials", "NoCredentialsError", FailureKind.CREDENTIALS),
    (
        r"(?:\w+Error: )?Could not load credentials from any providers|failed to retrieve credentials: "
        r"|(?:[\w.]+Exception: )?Unable to load credentials from any of the providers in the chain",
        "NoCredentialsError",
        FailureKind.CREDENTIALS,
    ),
    (r"(?:Error: )?Region is missing", "NoRegionError", FailureKind.CONFIGURATION),
    (r"Partial credentials found in ", "PartialCredentialsError", FailureKind.CREDENTIALS),
    (r"Error when retrieving (?:credentials|token) from ", "TokenRetrievalError", FailureKind.CREDENTIALS),
    (r"The SSO session associated with this profile ", "UnauthorizedSSOTokenError", FailureKind.CREDENTIALS),
    (r"\(NoRegion\): |You must specify a region", "NoRegionError", FailureKind.CONFIGURATION),
    (r"The config profile \(.*\) could not be found", "ProfileNotFound", FailureKind.CONFIGURATION),
    (r"Connect timeout on endpoint URL: ", "ConnectTimeoutError", FailureKind.TIMED_OUT),
    (r"Read timeout on endpoint URL: ", "ReadTimeoutError", FailureKind.TIMED_OUT),
    (r"Could not connect to the endpoint URL: ", "EndpointConnectionError", FailureKind.UNREACHABLE),
    (r"Connection was closed before we received ", "ConnectionClosedError", FailureKind.UNREACHABLE),
    (r"SSL validation failed for ", "SSLError", FailureKind.UNREACHABLE),
    (r"Failed to connect to proxy URL: ", "ProxyConnectionError", FailureKind.UNREACHABLE),
    (
        r"\(ParamValidation\): |Parameter validation failed:|Invalid base64: |Error parsing parameter '--",
        "ParamValidationError",
        FailureKind.REFUSED_HERE,
    ),
)
"""How boto3's message for a call that AWS never answered begins."""

_ADVICE = {
    "Invalid base64: ": "Version 2 of the AWS CLI takes a password as base64: encode it, or add --cli-binary-format "
    "raw-in-base64-out.",
    "Error parsing parameter '--": "Quote the JSON for your shell, or put it into a file and name it with file://.",
}
"""What to do about a message that begins like this."""

_BEFORE = re.compile(r"^\s*(?:aws: \[ERROR\]: |authlens: )?(?:An error occurred )?")


def printed_error(text: str) -> Failure | None:
    said = _SERVICE.search(text)
    if said is not None:
        words = said["message"].rstrip()
        return Failure(FailureKind.AWS, said["error"], None if words.rstrip("')\"") == "None" else words)
    return _of_client(text)


def logged_error(text: str) -> Failure | None:
    """An error of a call that AWS never answered, behind what a log or a traceback puts before it."""
    return next(filter(None, map(_of_client, _words_of(text))), None)


def _of_client(text: str) -> Failure | None:
    start = _BEFORE.match(text)
    words = text[start.end() if start else 0 :].rstrip()
    for pattern, error, kind in _CLIENT:
        if re.match(pattern, words):
            advice = next((step for start, step in _ADVICE.items() if words.startswith(start)), None)
            return Failure(kind, error, re.sub(r"^\(\w+\): ", "", words), advice=advice)
    return None


_MOST_LINES = 50
_CLASS = re.compile(r"(?:\w{1,60}\.){0,10}\w{1,60}Error: ")


def _words_of(text: str) -> Iterator[str]:
    """What each line says, without what a log or a traceback puts before it."""
    for line in text[:_LONGEST].splitlines()[:_MOST_LINES]:
        for words in words_of_line(line):
            yield words
            named = _CLASS.match(words)
            if named is not None:
                yield words[named.end() :]


_OF_AN_ERROR = frozenset(
    ("__type", "Code", "Error", "error", "message", "Message", "httpStatus", "requestId", "advice", "isAuthenticated")
)
"""With these members only, `error` is the class of an AWS error; in other objects it is anything a program logs."""


_CLASS_NAME = re.compile(r"[A-Z][a-z0-9]+[A-Z]\w*|Throttling|\d{3}")
"""An API of anybody's has an `error` such as `Forbidden` or `invalid_token`."""
_KINDS = {error: kind for _, error, kind in _CLIENT}


def is_of_authlens(value: Mapping[str, Any]) -> bool:
    """Whether the object is an error as authlens writes it for a test call that AWS refused."""
    return "httpStatus" in value or "requestId" in value


def _is_class(error: object) -> bool:
    return isinstance(error, str) and _CLASS_NAME.fullmatch(error) is not None


def stored_error(value: Mapping[str, Any]) -> Failure | None:
    inner = value.get("Error")
    body = inner if isinstance(inner, dict) else value
    is_whole = body.keys() <= _OF_AN_ERROR and (is_of_authlens(value) or _is_class(body.get("error")))
    keys = ("__type", "Code", "error") if is_whole else ("__type", "Code")
    error = next((body[key] for key in keys if isinstance(body.get(key), str)), None)
    if not error or "isAuthenticated" in value:
        return None
    message, status = body.get("message", body.get("Message")), value.get("httpStatus")
    return Failure(
        _KINDS.get(error, FailureKind.AWS),
        error.rpartition("#")[2],
        message if isinstance(message, str) and message else None,
        status if isinstance(status, int) else None,
    )

"""Preflight of the token itself: unintended white space, expired times, and what token mode hides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from authlens.core.preflight.finding import Check, Finding, Fix, PreflightSubject
from authlens.core.request.members import sentence_label
from authlens.core.request.request import Mode, texts, with_text
from authlens.core.request.token_place import find_token
from authlens.core.signing import jwt
from authlens.core.text.file_names import file_name


def expired_jwt(subject: PreflightSubject) -> Iterator[Finding]:
    """A token that is an expired JWT, or one that is not valid yet."""
    path, start, end, text = _token(subject)
    read = jwt.read(text)
    if read is None or subject.now is None:
        return
    too_early = read.not_before is not None and read.not_before > subject.now
    if jwt.is_expired(read, subject.now) or too_early:
        message = f"The token is a JWT: {jwt.validity(read, subject.now)}."
        yield Finding("jwt-not-valid-now", "warning", path, message, start, end)


def foreign_jwt_algorithm(subject: PreflightSubject) -> Iterator[Finding]:
    """A JWT with a signature that AWS's own check cannot verify."""
    path, start, end, text = _token(subject)
    read = jwt.read(text) if subject.sign is None else None
    if read is not None and read.signature is not None and not read.can_be_signature:
        message = (
            f"The token is a JWT signed with {read.algorithm}; AWS verifies only RSA with SHA-256 (RS256), so "
            f"its third part cannot be the token signature."
        )
        yield Finding("jwt-algorithm", "info", path, message, start, end)


def hidden_protocol_data(subject: PreflightSubject) -> Iterator[Finding]:
    """Token mode, in which the function receives nothing about a connection."""
    if subject.sent.mode is Mode.TOKEN:
        message = (
            "In token mode the function receives no protocolData: no username, password, headers or query string. "
            "A function that reads them fails here but works with a device."
        )
        yield Finding("no-protocol-data", "info", "token", message, 0, len(subject.request.token or ""))


def white_space(subject: PreflightSubject) -> Iterator[Finding]:
    """A line feed or space at either end, usually from a file or a paste."""
    for path, text in _free_texts(subject):
        if text == text.strip() or not text.strip():
            continue
        start, end = _white_range(text)
        fix = Fix("Remove the white space", with_text(subject.request, path, text.strip()))
        message = f"{sentence_label(path)} has white space at its {'end' if end == len(text) else 'beginning'}."
        yield Finding("white-space", "warning", path, message, start, end, fix)


def line_breaks(subject: PreflightSubject) -> Iterator[Finding]:
    """A line break inside a member where a device is unlikely to send one."""
    for path, text in _free_texts(subject):
        body = text.strip()
        if "\n" in body or "\r" in body:
            start = text.index(body) + min(body.index(mark) for mark in "\r\n" if mark in body)
            joined = "".join(body.splitlines())
            fix = Fix("Remove the line breaks", with_text(subject.request, path, joined))
            message = f"{sentence_label(path)} contains a line break."
            yield Finding("line-break", "warning", path, message, start, start + 1, fix)


def bearer_scheme(subject: PreflightSubject) -> Iterator[Finding]:
    """`Bearer ` before the token, which would be signed along with it."""
    token = subject.request.token or ""
    if token.lower().startswith("bearer "):
        message = "The token begins with 'Bearer ': it is signed and passed on as part of the token."
        fix = Fix("Remove 'Bearer '", replace(subject.request, token=token[7:].lstrip()))
        yield Finding("token-scheme", "warning", "token", message, 0, 7, fix)


def name_of_file(subject: PreflightSubject) -> Iterator[Finding]:
    """A file name where the file's content was meant, as with `file://` on the AWS CLI's command line."""
    for path, text in texts(subject.request):
        name = file_name(text)
        is_certain = path in _NO_FILE_NAMES or text.startswith(("file://", "fileb://", "./", "../", "~/"))
        if name is not None and is_certain:
            written = "'file://' only works on the AWS CLI's command line" if "://" in text else "it is sent as text"
            message = f"{sentence_label(path)} looks like a file name: {written}."
            fix = Fix("Read it from the file", with_text(subject.request, path, f"${{file:{name}}}"))
            yield Finding("name-of-file", "warning", path, message, 0, len(text), fix)


_NO_FILE_NAMES = ("token", "tokenSignature", "mqttContext.password", "httpContext.queryString")
"""Members that are hardly ever meant to be a file name."""

CHECKS: tuple[Check, ...] = (
    name_of_file,
    white_space,
    line_breaks,
    bearer_scheme,
    expired_jwt,
    foreign_jwt_algorithm,
    hidden_protocol_data,
)


def _token(subject: PreflightSubject) -> tuple[str, int, int, str]:
    """The member with the token, its range there, and the token."""
    if subject.request.token is not None:
        return "token", 0, len(subject.request.token), subject.request.token
    placed = find_token(subject.request, subject.authorizer)
    return (placed.path, placed.start, placed.end, placed.value) if placed else ("token", 0, 0, "")


def _free_texts(subject: PreflightSubject) -> Iterator[tuple[str, str]]:
    """Members without a pattern: white space in a name or signature violates its pattern and is reported as such."""
    return ((path, text) for path, text in texts(subject.request) if path not in ("authorizerName", "tokenSignature"))


def _white_range(text: str) -> tuple[int, int]:
    kept = text.rstrip()
    if kept != text:
        return len(kept), len(text)
    return 0, len(text) - len(text.lstrip())

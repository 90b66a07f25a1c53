"""What option values refer to: `file://` and `fileb://` files, and standard input."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TextIO

from authlens.cli.console.diagnostics import CommandError
from authlens.cli.console.standard_input import claim
from authlens.core.commands.values import UnreadableValue
from authlens.user_path import named_content

LARGEST = 4 * 1024 * 1024
"""Bytes of a file or of standard input: several times the largest request that AWS takes."""
STDIN_OPTIONS = {
    "token_stdin": "--token",
    "token_signature_stdin": "--token-signature",
    "password_stdin": "mqttContext.password",
}
"""Options that read standard input, by the option that sets the same member."""


def load(text: str, environ: Mapping[str, str]) -> str | bytes:
    """The content of a `file://` (text) or `fileb://` (bytes) file; any other text unchanged. Raises Unreadable."""
    for prefix in ("file://", "fileb://"):
        if text.startswith(prefix):
            return _content(text, prefix, environ)
    return text


def _content(reference: str, prefix: str, environ: Mapping[str, str]) -> str | bytes:
    path = os.path.expandvars(os.path.expanduser(reference.removeprefix(prefix)))
    try:
        content = named_content(path, LARGEST + 1)
        if len(content) > LARGEST:
            raise UnreadableValue(f"{reference} is larger than {LARGEST // 1024 // 1024} MiB; AWS takes far less")
        # Opened as the AWS CLI does: as text, in which every line ending is read as a line feed.
        return content if prefix == "fileb://" else _text(content, environ.get("AWS_CLI_FILE_ENCODING") or "utf-8")
    except UnreadableValue:
        raise
    except (UnicodeDecodeError, LookupError):
        raise UnreadableValue(f"{reference} is not valid text; use fileb:// for bytes") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a path"
        raise UnreadableValue(f"Unable to load paramfile {reference}: {reason}") from None


def _text(content: bytes, encoding: str) -> str:
    return content.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")


def read_secret(stdin: TextIO | None, option: str) -> str | bytes:
    """All of standard input without its final newline; bytes if it is not UTF-8 text."""
    if stdin is None or stdin.closed:
        raise CommandError(f"{option} reads standard input, which is closed; pipe the secret in")
    if stdin.isatty():
        raise CommandError(f"{option} reads standard input, which is a terminal; pipe the secret in")
    claim(stdin)
    buffer = getattr(stdin, "buffer", None)
    content: bytes = (
        buffer.read(LARGEST + 1) if buffer is not None else stdin.read(LARGEST + 1).encode("utf-8", "surrogateescape")
    )
    if len(content) > LARGEST:
        raise CommandError(f"{option}: standard input is larger than {LARGEST // 1024 // 1024} MiB; pipe the secret in")
    content = content.removesuffix(b"\n").removesuffix(b"\r")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content

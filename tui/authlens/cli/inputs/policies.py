"""Reads the policies for `decide` and `lint` from a file, or from standard input for `-`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from authlens.cli.console.diagnostics import CommandError
from authlens.cli.console.services import CliServices
from authlens.cli.console.standard_input import standard_input
from authlens.user_path import named_content, user_path

if TYPE_CHECKING:
    from authlens.core.policy.policy_file import PolicyFile

LARGEST = 1024 * 1024
"""In bytes. Ten documents of 2,048 characters, AWS's limit, need a tenth of it with every character escaped."""


def read_policy_file(name: str, services: CliServices, encoding: str = "utf-8") -> PolicyFile:
    """The text of a file. Raises CommandError if it cannot be read; errors in the text are left to the caller.

    `utf-8-sig` skips a byte order mark; otherwise the mark is an error in the text.
    """
    from authlens.core.policy import policy_file

    return policy_file.read(read_policy_text(name, services, encoding))


def read_policy_text(name: str, services: CliServices, encoding: str = "utf-8") -> str:
    """The text of a file. Raises CommandError."""
    if name == "-":
        return _text(standard_input(services, "a policy", LARGEST), "standard input", encoding)
    return _text(_file(name), name, encoding)


def other_than_policy(file: PolicyFile) -> str | None:
    """What a file without a policy or an answer contains, such as a log record or an event, and what reads it."""
    from authlens.core.pasted.function_log import raised_in_log
    from authlens.core.pasted.kinds import PastedKind, elsewhere
    from authlens.core.pasted.printed_error import stored_error
    from authlens.core.verdict.device_messages import log_records

    if file.answer or any(document.statements for document in file.documents):
        return None
    try:
        value = json.loads(file.text)
    except (ValueError, RecursionError):
        value = None
    known = value if isinstance(value, dict) else {}
    if "Statement" in known:
        return None
    if isinstance(known.get("failure"), dict) or stored_error(known) is not None:
        return "an error, not a policy; 'authlens explain --answer' explains it"
    if log_records(file.text):
        return "a record of AWS IoT's log, not a policy; 'authlens explain --answer' explains it"
    if _EVENT & known.keys():
        return "an event of a function, not a policy; 'authlens event --read' makes a saved request of it"
    if value is None and raised_in_log(file.text) is not None:
        return "the log of a function, not a policy; 'authlens explain --answer' explains it"
    said = elsewhere(file.text, PastedKind.POLICY, PastedKind.ANSWER, PastedKind.MESSAGE)
    return said and said.removeprefix("this is ").replace("; ", ", not a policy; ", 1)


_EVENT = {"protocolData", "signatureVerified", "connectionMetadata"}


def _file(name: str) -> bytes:
    try:
        return named_content(user_path(name), LARGEST + 1)
    except IsADirectoryError as error:
        raise CommandError(f"{name} cannot be read: it is a folder; give the files in it") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise CommandError(f"{name} cannot be read: {reason}; give a JSON file with a policy") from error


def _text(content: bytes, name: str, encoding: str) -> str:
    if len(content) > LARGEST:
        raise CommandError(
            f"{name} is larger than {LARGEST // 1024 // 1024} MiB; "
            "the policies of one authorizer have at most 20,480 characters, so give a file with only those"
        )
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise CommandError(f"{name} is not UTF-8 text: byte {error.start}; save it as UTF-8") from error

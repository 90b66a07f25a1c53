"""What a pasted text means for the form: a command line or a logged event holds a whole request. Pure.

The rule: a text that may as well be the value of a field stays one.
"""

from __future__ import annotations

from authlens.core.saved.saved_request import SavedRequest
from authlens.frozen import dataclass

_LONG = 120
"""Characters from which an event on one line is taken for one: no field holds such a value."""
LONGEST_COMMAND = 65_536
"""Characters; taking a command line apart takes a time that grows faster than its length."""
_MARKS = ("protocolData", "connectionMetadata", "signatureVerified")


class Unreadable(ValueError):
    """The text was meant as a request and cannot be read; the message says where it goes wrong."""


@dataclass(frozen=True, slots=True)
class Pasted:
    saved: SavedRequest
    what: str
    """`command` or `logged event`."""
    notes: tuple[str, ...] = ()
    """What the text did not tell."""


def holds_request(text: str) -> bool:
    """Whether a paste fills the form, rather than the field that the cursor is in."""
    from authlens.core.commands.read import is_command_line

    return is_command_line(text) or _is_event(text)


def read_pasted(text: str, authorizer_name: str) -> Pasted:
    """The request in the text; an event that names no authorizer is for the one given. Raises Unreadable."""
    from authlens.core.commands.read import CommandLineError, is_command_line, parse_command_line

    if not is_command_line(text):
        return _event(text, authorizer_name)
    if len(text) > LONGEST_COMMAND:
        raise Unreadable(
            f"The pasted command is longer than {LONGEST_COMMAND:,} characters. Put its long values into files and "
            "name them with file://."
        )
    try:
        return Pasted(parse_command_line(text), "command")
    except CommandLineError as error:
        raise Unreadable(f"The pasted command cannot be read: {error}") from None


def words_of(text: str) -> str:
    """What a pasted text that is not a request says: words of a device or a log; others are not recognised."""
    from authlens.core.verdict.device_messages import recognise

    found = recognise(text)
    if not found:
        return "Not recognised: neither a request nor words of a device, a broker or a log that authlens knows."
    row = found[0].row
    causes = "\n".join(f"{number}. {cause}" for number, cause in enumerate(row.causes, 1))
    mark = f" ({row.source.mark})" if row.source.mark else ""
    return (
        f"{row.origin}, stage {row.stage}: {found[0].words}\n{row.meaning}{mark}\n{causes}\nNext: {row.next_question}"
    )


def _is_event(text: str) -> bool:
    if not ("\n" in text.strip() or len(text) >= _LONG) or not any(mark in text for mark in _MARKS):
        return False
    from authlens.core.event.reading import UnreadableEvent, read_event

    try:
        read_event(text)
    except UnreadableEvent:
        return False
    return True


def _event(text: str, authorizer_name: str) -> Pasted:
    from authlens.core.event.reading import UnreadableEvent, read_event

    try:
        read = read_event(text)
        if read.request.authorizer_name is None and authorizer_name:
            read = read_event(text, authorizer_name)
    except UnreadableEvent as error:
        raise Unreadable(f"The pasted event cannot be read: {error}") from None
    return Pasted(SavedRequest(read.request, certificate=read.certificate), "logged event", read.notes)

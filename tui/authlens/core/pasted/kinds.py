"""The kinds of text that are recognised when they are pasted, most certain first.

The rule: one table. A text that matches no row is not recognised, and one sentence says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from authlens.core.event.event import Presented
from authlens.core.invocation.invocation_json import exported_numbers
from authlens.core.pasted.framed_errors import is_error
from authlens.core.pasted.pasted_text import text_in
from authlens.core.pasted.printed_error import printed_error
from authlens.core.pasted.stored_answer import NotRecognised, StoredAnswer, read_stored_answer
from authlens.core.policy import policy_file
from authlens.core.saved.saved_request import SavedRequest
from authlens.core.text.json_limits import MOST_OF_ONE, load_bounded
from authlens.frozen import dataclass

_LONG = 120
"""Characters from which a single line counts as an event: no field has such a long value."""
LONGEST_COMMAND = 65_536
"""Characters; the time to parse a command line grows faster than its length."""
_LONGEST = 1_048_576
"""Characters of a policy or an answer; AWS accepts far fewer."""
_EVENT_MARKS = ("protocolData", "connectionMetadata", "signatureVerified")
_ANSWER_MARKS = ('"isAuthenticated"', '"policyDocuments"', '"principalId"')


class PastedKind(StrEnum):
    """What a text is; the value names it to a person."""

    COMMAND = "command"
    CLIENT = "client command"
    EVENT = "logged event"
    POLICY = "policy"
    ANSWER = "answer"
    ERROR = "error"
    MESSAGE = "message"
    EXPORT = "export of the history"


REQUESTS = (PastedKind.COMMAND, PastedKind.CLIENT, PastedKind.EVENT)
"""The kinds that hold a whole request."""


_ARTICLES = {PastedKind.ANSWER: "an", PastedKind.ERROR: "an", PastedKind.EXPORT: "an"}


class UnreadablePaste(ValueError):
    """The text is of no known kind, or of one and cannot be read; the message says where it goes wrong."""


@dataclass(frozen=True, slots=True)
class Pasted:
    kind: PastedKind
    saved: SavedRequest | None = None
    """The request that it holds."""
    answer: StoredAnswer | None = None
    """The answer or error that it is, or the messages in it."""
    policy: str | None = None
    presented: Presented | None = None
    """The client certificate in an event."""
    notes: tuple[str, ...] = ()
    """What the text does not say."""


def plain(text: str) -> str:
    """With one kind of line end, whichever the terminal or the system wrote."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def kind_of(text: str) -> PastedKind | None:
    """What the text certainly is; `None` where it may be anything, such as the value of a field."""
    text = plain(text)
    return next((kind for kind, recognises in _RECOGNISED if recognises(text)), None)


def read_pasted(text: str, now: datetime, authorizer_name: str = "") -> Pasted:
    """What the text holds; an event or a client's line that names no authorizer is for the one given.

    Raises UnreadablePaste.
    """
    text = plain(text)
    kind = kind_of(text)
    reader = _READERS.get(kind) if kind is not None else None
    return reader(text, authorizer_name) if reader else _answer(text, now, kind)


_ELSEWHERE = {
    PastedKind.POLICY: "'authlens lint FILE' checks it, and 'authlens decide --policy FILE --summary' summarizes it",
    **dict.fromkeys(REQUESTS, "'authlens event --read FILE' makes a saved request of it"),
    **dict.fromkeys(
        (PastedKind.ANSWER, PastedKind.ERROR, PastedKind.MESSAGE), "'authlens explain --answer FILE' explains it"
    ),
    PastedKind.EXPORT: "'authlens explain --history ID' explains one of its invocations, and 'authlens diff FILE#ID "
    "FILE#ID' compares two",
}


def read_request(text: str) -> Pasted:
    """The request of a command, a client's line or an event, which may be shorter than one that is pasted.

    Raises UnreadablePaste.
    """
    text = plain(text)
    kind = kind_of(text)
    if kind in (PastedKind.COMMAND, PastedKind.CLIENT):
        return _READERS[kind](text, "")
    try:
        return _event(text, "")
    except UnreadablePaste as error:
        raise UnreadablePaste(elsewhere(text, *REQUESTS) or str(error)) from None


def elsewhere(text: str, *read_here: str) -> str | None:
    """Which command reads a text that was given to another; `None` if it is not recognised.

    read_here: what the command reads itself, whose errors say more.
    """
    kind = kind_of(text)
    if kind is not None:
        return None if kind in read_here else f"this is {_ARTICLES.get(kind, 'a')} {kind.value}; {_ELSEWHERE[kind]}"
    from authlens.core.pasted.other_files import other_file

    found = other_file(text)
    return None if found is None or found[0] in read_here else f"this is {found[0]}; {found[1]}"


def _is_command(text: str) -> bool:
    from authlens.core.commands.read import is_command_line

    return is_command_line(text)


def _is_client_line(text: str) -> bool:
    from authlens.core.commands.client_lines import is_client_line

    return is_client_line(text)


def _is_event(text: str) -> bool:
    if not ("\n" in text.strip() or len(text) >= _LONG) or not any(mark in text for mark in _EVENT_MARKS):
        return False
    from authlens.core.event.reading import UnreadableEvent, read_event

    try:
        read_event(text)
    except UnreadableEvent:
        return False
    return True


def _is_policy(text: str) -> bool:
    """A policy document, or a list of them, and nothing around it."""
    if len(text) > _LONGEST or '"Statement"' not in text or any(mark in text for mark in _ANSWER_MARKS):
        return False
    file = policy_file.read(text)
    return file.answer is None and any(document.statements for document in file.documents)


def _is_answer(text: str) -> bool:
    return len(text) <= _LONGEST and text.lstrip()[:1] == "{" and any(mark in text for mark in _ANSWER_MARKS)


def _is_error(text: str) -> bool:
    """As a tool prints it, as AWS's own words, or as the body of its response."""
    if printed_error(text) is not None:
        return True
    if text.lstrip()[:1] != "{":
        return is_error(text)
    try:
        value = load_bounded(text, MOST_OF_ONE)
    except ValueError:
        return False
    return isinstance(value, dict) and ("__type" in value or is_error(text_in(value)))


def _is_export(text: str) -> bool:
    return text.lstrip()[:1] == "{" and len(exported_numbers(text)) > 1


_RECOGNISED: tuple[tuple[PastedKind, Callable[[str], bool]], ...] = (
    (PastedKind.EXPORT, _is_export),
    (PastedKind.COMMAND, _is_command),
    (PastedKind.CLIENT, _is_client_line),
    (PastedKind.EVENT, _is_event),
    (PastedKind.POLICY, _is_policy),
    (PastedKind.ANSWER, _is_answer),
    (PastedKind.ERROR, _is_error),
)


def _command(text: str, authorizer_name: str) -> Pasted:
    from authlens.core.commands.read import CommandLineError, parse_command_line

    if len(text) > LONGEST_COMMAND:
        raise UnreadablePaste(
            f"The pasted command is longer than {LONGEST_COMMAND:,} characters. Put its long values into files and "
            "name them with file://."
        )
    try:
        return Pasted(PastedKind.COMMAND, parse_command_line(text))
    except CommandLineError as error:
        raise UnreadablePaste(f"The command cannot be read: {error}") from None


def _client_line(text: str, authorizer_name: str) -> Pasted:
    from authlens.core.commands.client_lines import UnreadableLine, read_client_line

    try:
        read = read_client_line(text)
    except UnreadableLine as error:
        raise UnreadablePaste(f"The command cannot be read: {error}.") from None
    saved = read.saved
    if saved.request.authorizer_name is None and authorizer_name:
        named = replace(saved.request, authorizer_name=authorizer_name)
        return Pasted(PastedKind.CLIENT, replace(saved, request=named))
    return Pasted(PastedKind.CLIENT, saved, notes=read.notes)


def _event(text: str, authorizer_name: str) -> Pasted:
    from authlens.core.event.reading import UnreadableEvent, read_event

    try:
        read = read_event(text)
        if read.request.authorizer_name is None and authorizer_name:
            read = read_event(text, authorizer_name)
    except UnreadableEvent as error:
        raise UnreadablePaste(str(error)) from None
    return Pasted(
        PastedKind.EVENT,
        SavedRequest(read.request, certificate=read.certificate),
        presented=read.presented,
        notes=read.notes,
    )


def _policy(text: str, authorizer_name: str) -> Pasted:
    return Pasted(PastedKind.POLICY, policy=text)


def _export(text: str, authorizer_name: str) -> Pasted:
    raise UnreadablePaste(f"Not recognised: {elsewhere(text)}.")


_READERS: dict[PastedKind, Callable[[str, str], Pasted]] = {
    PastedKind.COMMAND: _command,
    PastedKind.CLIENT: _client_line,
    PastedKind.EVENT: _event,
    PastedKind.POLICY: _policy,
    PastedKind.EXPORT: _export,
}


def _answer(text: str, now: datetime, kind: PastedKind | None) -> Pasted:
    """An answer, an error or a message: what `explain --answer` reads."""
    try:
        answer = read_stored_answer(text, now)
    except NotRecognised:
        raise UnreadablePaste(
            "Not recognised: this is not a command, event, answer, policy, error or log message known to authlens."
        ) from None
    except ValueError as error:
        raise UnreadablePaste(f"The pasted answer cannot be read: {error}") from None
    if answer.messages:
        return Pasted(PastedKind.MESSAGE, answer=answer)
    is_failure = kind is not PastedKind.ANSWER and answer.invocation.failure is not None
    return Pasted(PastedKind.ERROR if is_failure else PastedKind.ANSWER, answer=answer)

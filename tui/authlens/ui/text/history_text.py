"""A line of the history: the time, the outcome as a glyph and a word, the request, and the duration. Pure.

The rule: two different rows can be distinguished before one is opened.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import PurePath
from typing import TYPE_CHECKING

from textual.content import Content

from authlens.core.contract.stage import ALLOWED, stage_word
from authlens.core.invocation.verdict_word import (
    AUTHENTICATED,
    CONNECTED,
    CONNECTED_SENT,
    NOT_AUTHENTICATED,
    PUBLISHED,
    REFUSED,
    SENT,
)
from authlens.core.saved.source import SEPARATOR, split_source
from authlens.ui.text import outcome_text
from authlens.ui.text.safe_content import safe_content, shortened

if TYPE_CHECKING:
    from authlens.store.history.history import HistoryRow

_WORDS = {
    AUTHENTICATED: ("✓", ALLOWED),
    NOT_AUTHENTICATED: ("✗", "refused"),
    CONNECTED: ("↔", "connected"),
    PUBLISHED: ("↑", "published"),
    CONNECTED_SENT: ("↑", "sent"),
    **{f"{word}{SENT}": ("↑", "sent") for word in (REFUSED, "UNREACHABLE")},
    "NOT SENT": ("–", "not sent"),
    "NOT TRUSTED": ("–", "not sent"),
    "ABANDONED": ("!", "abandoned"),
    "UNREACHABLE": ("✗", "unreachable"),
    "TIMED OUT": ("✗", "timed out"),
    "NO CREDENTIALS": ("–", "no login"),
    "NOT CONFIGURED": ("–", "no config"),
    "BROKEN ANSWER": ("✗", "broken"),
    "LOCAL ENDPOINT FAILED": ("✗", "endpoint"),
    "INTERNAL FAULT": ("✗", "fault"),
}
_ERRORS = {
    "InvalidRequestException": "rejected",
    "InvalidResponseException": "function",
    "ResourceNotFoundException": "not found",
    "UnauthorizedException": "no access",
    "AccessDeniedException": "no access",
    "ThrottlingException": "throttled",
    "InternalFailureException": "AWS fault",
    "ServiceUnavailableException": "AWS fault",
}
"""What AWS refused, by its exception class, until the failing stage is known."""
_NO_STAGE = frozenset({"ThrottlingException", "InternalFailureException", "ServiceUnavailableException"})
"""Outcomes that say nothing about a stage."""
_CONNECTIONS = frozenset({"device", "probe"})
"""Kinds of rows."""
_WORD = 11
"""Cells of the word."""
_WITH_DURATION, _WITH_TARGET, _ALL = 46, 52, 64
"""Widths from which there is room for the duration, for principal and target instead, and for everything."""


def history_row(row: HistoryRow, width: int, sign: str) -> Content:
    """Time, outcome and request; as far as there is room, also principal, target and duration."""
    glyph, word = outcome_word_of(row)
    style = {
        "✓": "$text-success",
        "↔": "$text-primary",
        "↑": "$text-warning",
        "!": "$text-warning",
        "–": "$foreground-muted",
    }.get(glyph, "$text-error")
    fixed: list[Content | tuple[str, str]] = [
        (sign, "bold $text-primary"),
        (f"{row.started_at.astimezone():%H:%M:%S} ", "$foreground-muted"),
        (f"{glyph} {word:<{_WORD}} ", style),
    ]
    room = max(4, width - _WORD - 13)
    took = Content.styled(f"{outcome_text.duration(row.duration):>7}", "$foreground-muted")
    if width < _WITH_DURATION:
        return Content.assemble(*fixed, _name(row, room))
    if width < _WITH_TARGET:
        return Content.assemble(*fixed, _name(row, room - took.cell_length), took)
    took = took if width >= _ALL else Content("")
    room -= took.cell_length
    name = max(12, (room - 2) * 2 // 5)
    principal = max(8, (room - 2 - name) * 2 // 5)
    return Content.assemble(
        *fixed,
        _name(row, name),
        " ",
        _column(safe_content(row.principal or _kind(row)), principal),
        " ",
        _column(safe_content(_target_name(row.target), "$foreground-muted"), room - 2 - name - principal),
        took,
    )


def outcome_word_of(row: HistoryRow) -> tuple[str, str]:
    """The glyph and the word of a row; for a refusal by AWS, the stage at which it failed."""
    if row.verdict in (AUTHENTICATED, REFUSED) and row.stage and row.error not in _NO_STAGE:
        return "!" if row.verdict == AUTHENTICATED else "✗", stage_word(row.stage, row.kind in _CONNECTIONS)
    if row.verdict in _WORDS:
        return _WORDS[row.verdict]
    return "✗", _ERRORS.get(row.error or "", "refused")


def _kind(row: HistoryRow) -> str:
    """Of a probe or a direct call; a probe never learns the principal."""
    return row.kind if row.kind in ("probe", "function") else ""


def _name(row: HistoryRow, width: int) -> Content:
    """The request; for one without a file also its authorizer, where there is room for all of it."""
    name = safe_content(request_name(row))
    if row.source is None and row.client_id and row.authorizer:
        whole = Content.assemble(name, (" · ", "$foreground-muted"), safe_content(row.authorizer, "$foreground-muted"))
        name = whole if whole.cell_length <= width else name
    return _column(name, width)


def request_name(row: HistoryRow) -> str:
    """The file without its folder and suffix, with its case; for a request without a file, its client id.

    Its authorizer, if it has no client id either.

    A connection that was refused is marked as one: its word is that of the stage, as for a test call.
    Of one that was accepted, the word says it.
    """
    if row.source is None:
        name = row.client_id or row.authorizer or "–"
    else:
        file, case = split_source(row.source)
        name = PurePath(file).stem + (f"{SEPARATOR}{case}" if case else "")
    return (
        f"↔ {name}" if row.kind in _CONNECTIONS and row.verdict not in (CONNECTED, PUBLISHED, CONNECTED_SENT) else name
    )


def day_text(day: date, today: date) -> str:
    """The heading above the rows of a day."""
    if day == today:
        return "today"
    return "yesterday" if day == today - timedelta(days=1) else f"{day:%A, %d %B %Y}"


def _target_name(target: str) -> str:
    return PurePath(target).name if "/" in target and "://" not in target else target


def _column(content: Content, width: int) -> Content:
    content = shortened(content, width)
    return content.pad_right(width - content.cell_length)

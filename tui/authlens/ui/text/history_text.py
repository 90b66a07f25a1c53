"""A line of the history: the time, the outcome as a glyph and a word, the request, and the duration. Pure.

The rule: two different rows can be distinguished before one is opened.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import PurePath
from typing import TYPE_CHECKING

from textual.content import Content

from authlens.core.contract.stage import ALLOWED, STAGE_WORDS, Stage
from authlens.core.invocation.verdict_word import AUTHENTICATED, CONNECTED, NOT_AUTHENTICATED, PUBLISHED, REFUSED
from authlens.core.saved.source import SEPARATOR, split_source
from authlens.ui.text import outcome_text
from authlens.ui.text.safe_content import safe_content

if TYPE_CHECKING:
    from authlens.store.history.history import HistoryRow

_WORDS = {
    AUTHENTICATED: ("✓", ALLOWED),
    NOT_AUTHENTICATED: ("✗", "refused"),
    CONNECTED: ("↔", "connected"),
    PUBLISHED: ("↑", "published"),
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
_WORD = 11
"""Cells of the word."""
_WIDE = 54
"""Widths from which there is room for the principal, and for the target."""


def history_row(row: HistoryRow, width: int, sign: str) -> Content:
    """Time, outcome, request and duration; if there is room, also principal and target."""
    glyph, word = outcome_word_of(row)
    style = {
        "✓": "$text-success",
        "↔": "$text-primary",
        "↑": "$text-warning",
        "!": "$text-warning",
        "–": "$foreground-muted",
    }.get(glyph, "$text-error")
    name, took = request_name(row), f"{outcome_text.duration(row.duration):>6}"
    is_wide = width >= _WIDE
    room = max(4, width - _WORD - 20) if not is_wide else max(12, (width - _WORD - 23) * 2 // 5)
    parts: list[Content | tuple[str, str]] = [
        (sign, "bold $text-primary"),
        (f"{row.started_at.astimezone():%H:%M:%S} ", "$foreground-muted"),
        (f"{glyph} {word:<{_WORD}} ", style),
        _column(safe_content(name), room),
        (f" {took}", "$foreground-muted"),
    ]
    if is_wide:
        rest = width - _WORD - 23 - room
        left = min(rest, max(9, rest * 2 // 5))
        parts += [
            ("  ", ""),
            _column(safe_content(row.principal or _kind(row)), left),
            (" ", ""),
            safe_content(_target_name(row.target), "$foreground-muted").truncate(rest - left, ellipsis=True),
        ]
    return Content.assemble(*parts)


def outcome_word_of(row: HistoryRow) -> tuple[str, str]:
    """The glyph and the word of a row; for a refusal by AWS, the stage at which it failed."""
    if row.verdict in (AUTHENTICATED, REFUSED) and row.stage and row.error not in _NO_STAGE:
        return "!" if row.verdict == AUTHENTICATED else "✗", STAGE_WORDS[Stage(row.stage)]
    if row.verdict in _WORDS:
        return _WORDS[row.verdict]
    return "✗", _ERRORS.get(row.error or "", "refused")


def _kind(row: HistoryRow) -> str:
    """Of a probe or a direct call; a probe never learns the principal."""
    return row.kind if row.kind in ("probe", "function") else ""


def request_name(row: HistoryRow) -> str:
    """The file without its folder and suffix, with its case; for a request without a file, its authorizer."""
    if row.source is None:
        return row.authorizer or "–"
    file, case = split_source(row.source)
    return PurePath(file).stem + (f"{SEPARATOR}{case}" if case else "")


def day_text(day: date, today: date) -> str:
    """The heading above the rows of a day."""
    if day == today:
        return "today"
    return "yesterday" if day == today - timedelta(days=1) else f"{day:%A, %d %B %Y}"


def _target_name(target: str) -> str:
    return PurePath(target).name if "/" in target and "://" not in target else target


def _column(content: Content, width: int) -> Content:
    content = content.truncate(width, ellipsis=True)
    return content.pad_right(width - content.cell_length)

"""A line of the history: the time, the outcome as a glyph and a word, the request and its target. Pure.

The rule: two different rows can be distinguished before one is opened.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
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
from authlens.core.saved.source import split_source
from authlens.ui.text import outcome_text
from authlens.ui.text.safe_content import safe_content, shortened

if TYPE_CHECKING:
    from authlens.store.history.history import HistoryRow
    from authlens.ui.model.screen_values import HistoryState

_KEY = "bold $footer-key-foreground"
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
EXERCISE = ("○", "exercise")
"""The glyph and the word of a sample that is still to be solved."""
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
_WORD = 9
"""Least cells of the word; few are longer."""
_TARGET = 8
"""Most cells of the target where there is little room."""
_WITH_PRINCIPAL, _ALL = 52, 64
"""Widths from which there is room for the principal, and for the duration too."""


def word_cells(rows: Iterable[HistoryRow]) -> int:
    """The cells that the words of all these rows fit into."""
    return max((len(outcome_word_of(row)[1]) for row in rows), default=_WORD)


def history_row(row: HistoryRow, width: int, sign: str, word_width: int = _WORD) -> Content:
    """Time, outcome, request and target; as far as there is room, also principal and duration.

    word_width: cells of the outcome's word, the same for all rows of a list.
    """
    glyph, word = outcome_word_of(row)
    style = {
        "✓": "$text-success",
        "↔": "$text-primary",
        "↑": "$text-warning",
        "!": "$text-warning",
        "–": "$foreground-muted",
    }.get(glyph, "$text-error")
    fixed = Content.assemble(
        (sign, "bold $text-primary"),
        (f"{row.started_at.astimezone():%H:%M:%S} ", "$foreground-muted"),
        (f"{glyph} {word:<{max(_WORD, word_width)}} ", style),
    )
    room = max(4, width - fixed.cell_length)
    if width < _WITH_PRINCIPAL:
        end = _target(row, min(_TARGET, room // 2))
        return Content.assemble(fixed, _name(row, room - end.cell_length - 1), " ", end)
    took = outcome_text.duration(row.duration) if width >= _ALL else ""
    room -= 8 if took else 0
    principal, target = _principal_cells(room), _target_cells(room)
    who = shortened(safe_content(row.principal or _kind(row)), principal)
    cells = room - principal - target - 2
    # A long name may take what its row leaves free of the principal's column.
    longer = max(0, min(safe_content(request_name(row)).cell_length - cells, principal - who.cell_length))
    return Content.assemble(
        fixed,
        _name(row, cells + longer),
        " ",
        _column(who, principal - longer),
        " ",
        _column(_target(row, target), target),
        (f"{took:>8}" if took else "", "$foreground-muted"),
    )


def _principal_cells(room: int) -> int:
    return max(8, min(24, room // 5))


def _target_cells(room: int) -> int:
    return max(10, min(30, room // 4))


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
    """What was sent, by its file, client id or authorizer.

    A connection that was refused is marked as one: its word is that of the stage, as for a test call.
    Of one that was accepted, the word says it.
    """
    name = outcome_text.sent_name(row.source, row.client_id, row.authorizer)
    is_accepted = row.verdict in (CONNECTED, PUBLISHED, CONNECTED_SENT)
    return f"↔ {name}" if row.kind in _CONNECTIONS and not is_accepted else name


def day_text(day: date, today: date) -> str:
    """The heading above the rows of a day."""
    if day == today:
        return "today"
    return "yesterday" if day == today - timedelta(days=1) else f"{day:%A, %d %B %Y}"


def _target(row: HistoryRow, width: int) -> Content:
    """Where it was sent: `demo`, the profile or region, or a local file with its folder, in so many cells at most."""
    names = target_names(row.target, row.source)
    name = next((each for each in names if len(each) <= width), names[-1])
    return shortened(safe_content(name, "$foreground-muted"), width)


def target_names(target: str, source: str | None) -> list[str]:
    """A target's names, the longest first. Most projects call their file the same, but not its folder."""
    if "://" in target or not ("/" in target or ("." in target and " " not in target)):
        return [target, *target.split()[:1]]
    path = PurePath(os.path.normpath(PurePath(split_source(source)[0]).parent / target if source else target))
    folder = path.parent.name
    return [f"{folder}/{path.name}", f"{folder}/"] if folder else [path.name]


_EMPTY = (
    "Nothing has been sent yet.\n\nEvery request that is sent is kept here with its answer. In this list, Enter shows "
    "one, l loads its request into the form, r sends it again, d shows how it differs from the last that was allowed, "
    "Space marks several, and c compares them."
)
_OFF = "Nothing is recorded: history.keep is off in the settings."
_NONE_YET = "Nothing has been sent from here yet.\n\na lists the runs of other projects."


def why_empty(history: HistoryState) -> str:
    """In place of rows where there are none."""
    if history.is_off:
        return _OFF
    if history.problem:
        return f"Nothing is recorded: {history.problem}"
    return _NONE_YET if history.all else _EMPTY


def scope_text(history: HistoryState) -> Content:
    """Whose runs are listed, and the key that lists the others."""
    if not history.project or history.all is None:
        return Content("")
    if not history.is_of_project:
        return Content.assemble("all runs  ", ("a", _KEY), " only ", safe_content(history.project))
    if history.all <= (history.total or 0):
        return Content.assemble("runs of ", safe_content(history.project))
    return Content.assemble("runs of ", safe_content(history.project), "  ", ("a", _KEY), f" all {history.all:,}")


def _column(content: Content, width: int) -> Content:
    content = shortened(content, width)
    return content.pad_right(width - content.cell_length)

"""A Markdown summary for the page of a GitHub job. Outside text is redacted and escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from authlens.cli.console.diagnostics import narrate
from authlens.cli.run.report import summary
from authlens.core.expect.check import JudgementState, milliseconds
from authlens.core.expect.judgement_text import WORDS, headline
from authlens.core.text.visible import visible

if TYPE_CHECKING:
    from authlens.cli.console.services import CliServices
    from authlens.suite import Result
    from authlens.suite_items import SuiteItem

_MOST_ROWS = 200
"""GitHub accepts 1 MiB per step."""
_MOST_TEXT = 500
_MARKS = {
    JudgementState.KEPT: "✅",
    JudgementState.BROKEN: "❌",
    JudgementState.UNJUDGED: "⚠️",
    JudgementState.SKIPPED: "⏭️",
}
_ORDER = (JudgementState.UNJUDGED, JudgementState.BROKEN, JudgementState.SKIPPED, JudgementState.KEPT)
_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+!|~&$@])")


def append_summary(path: Path, results: Sequence[Result], skipped: Sequence[SuiteItem], services: CliServices) -> None:
    """Append it to the file; a summary that cannot be written does not fail the run."""
    try:
        with path.open("a", encoding="utf-8", errors="replace") as file:
            file.writelines(f"{line}\n" for line in _lines(results, len(skipped)))
    except OSError as error:
        narrate(f"authlens: warning: cannot write a summary to {path}: {error.strerror or error}", services.stderr)


def _lines(results: Sequence[Result], skipped: int) -> Iterator[str]:
    yield f"### authlens: {summary(results, skipped)}"
    yield ""
    yield "| | Request | Result | Time |"
    yield "|---|---|---|--:|"
    rows = sorted(results, key=lambda result: _ORDER.index(result.state))
    yield from map(_row, rows[:_MOST_ROWS])
    if len(rows) > _MOST_ROWS:
        yield ""
        yield f"… and {len(rows) - _MOST_ROWS} more"
    yield ""


def _row(result: Result) -> str:
    redact = result.redactor.text
    name = f"**{_text(redact(result.item.name))}**"
    title = result.item.title
    named = name if title == result.item.name else f"{name}<br>{_text(redact(title))}"
    why = redact(headline(result.judgement))
    said = (
        f"{WORDS[result.state]}: {_text(why)}"
        if why and result.state is not JudgementState.KEPT
        else WORDS[result.state]
    )
    took = milliseconds(result.invocation.duration) if result.invocation else ""
    return f"| {_MARKS[result.state]} | {named} | {said} | {took} |"


def _text(text: str) -> str:
    """The text as Markdown that shows it literally."""
    shown = visible(text[:_MOST_TEXT]) + ("…" if len(text) > _MOST_TEXT else "")
    return _SPECIAL.sub(r"\\\1", shown)

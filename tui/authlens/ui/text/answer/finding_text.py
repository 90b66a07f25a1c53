"""Findings of lint and preflight as text and marks. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from authlens.core.lint.linter import Gauge
from authlens.core.preflight.finding import Finding
from authlens.ui.model.finding_target import fixable, notable
from authlens.ui.text.answer.access_text import deciding_places
from authlens.ui.text.answer.explanation import Explanation, Place
from authlens.ui.text.key_words import in_own_keys
from authlens.ui.text.page import Mark, PageItem, aside, set_in
from authlens.ui.text.safe_content import prose

if TYPE_CHECKING:
    from authlens.core.lint.rule import LintFinding


SEVERITIES = {"error": ("✗", "$text-error"), "warning": ("!", "$text-warning"), "info": ("·", "$text-primary")}


def finding_items(reasons: Explanation | None) -> list[PageItem]:
    """The findings of lint, the most severe first, below the gauges of AWS's limits."""
    if reasons is None:
        return [PageItem((aside("Nothing to check yet."),))]
    head = PageItem((_gauge_line(reasons.gauges),)) if reasons.gauges else None
    found = sorted(reasons.findings, key=lambda each: list(SEVERITIES).index(each.severity))
    items = [_finding_item(reasons, each) for each in found]
    if not items:
        items = [PageItem((Content.styled("✓ No findings.", "$text-success"),))]
    return [head, *items] if head else items


def _finding_item(reasons: Explanation, finding: LintFinding) -> PageItem:
    glyph, style = SEVERITIES[finding.severity]
    place = reasons.place(finding.document, finding.span.start) if finding.span else None
    where = f"document {place[0] + 1}, line {place[1]}" if place else "the answer"
    return PageItem(
        (
            Content.assemble(
                (f"{glyph} {finding.severity}  ", style),
                (finding.id, "bold"),
                (f"  {where}", "$foreground-muted"),
                (f"  {finding.source.mark}" if finding.source.mark else "", "$foreground-muted"),
            ),
            Content.assemble("   ", prose(finding.message)),
            Content.assemble("   ", ("→ ", "bold $text-primary"), prose(finding.fix)),
            aside(f"{finding.reason} [{finding.source.known.value}: {finding.source.page}]"),
        ),
        place,
    )


def _gauge_line(all_gauges: Iterable[Gauge]) -> Content:
    """How much of AWS's limits is used, as bars."""
    parts = []
    for gauge in all_gauges:
        if gauge.name.endswith("white space"):
            continue
        style = (
            "$text-error" if gauge.left < 0 else "$text-warning" if gauge.left < gauge.limit // 10 else "$text-primary"
        )
        filled = min(8, round(8 * gauge.used / gauge.limit))
        parts.append(
            Content.assemble(
                (f"{gauge.name} ", "$foreground-muted"),
                ("█" * filled, style),
                ("░" * (8 - filled), "$foreground-disabled"),
                (f" {gauge.used:,}/{gauge.limit:,}", style),
            )
        )
    return Content("   ").join(parts)


def finding_marks(reasons: Explanation) -> dict[Place, tuple[Mark, ...]]:
    """The lines that lint has findings for, with the findings."""
    marks: dict[Place, tuple[Mark, ...]] = {}
    for finding in reasons.findings:
        place = reasons.place(finding.document, finding.span.start) if finding.span else None
        if place is not None and finding.severity != "info":
            glyph, style = SEVERITIES[finding.severity]
            marks[place] = (*marks.get(place, ()), Mark(glyph, style, prose(finding.message).plain))
    return marks


def all_marks(reasons: Explanation, question: int | None) -> Mapping[Place, tuple[Mark, ...]]:
    """Findings at their lines, and the statements that decided the selected question."""
    marks = finding_marks(reasons)
    for place, deciding in (deciding_places(reasons, question) if question is not None else {}).items():
        marks[place] = (*deciding, *marks.get(place, ()))
    return marks


def hint_lines(findings: Sequence[Finding], pointed: Finding | None, notes: int = 0) -> list[Content]:
    """The findings of preflight, the most severe first, and the one fix that a key applies.

    notes: how many of the notes are shown in words; the others are counted.
    """
    fixed = fixable(findings, pointed)
    grave = notable(findings, pointed)
    others = [finding for finding in findings if finding not in grave]
    shown = [*grave, *others[:notes]]
    lines = [line for finding in shown for line in _hint(finding, finding is pointed, finding is fixed)]
    left = len(others[notes:])
    if left:
        more = "more " if notes else ""
        lines.append(Content.styled(f"· {left} {more}note{'' if left == 1 else 's'}", "$foreground-muted"))
    return lines


def hint_rows(lines: Iterable[Content], width: int) -> list[Content]:
    """Broken into the rows that they take."""
    return [row for line in lines for row in set_in(line, width)]


def notes_in(findings: Sequence[Finding], pointed: Finding | None, width: int, rows: int) -> int:
    """How many of the notes can be shown in words, so that all that is said takes at most these rows."""
    count = len(findings) - len(notable(findings, pointed))
    fitting = [n for n in range(count + 1) if len(hint_rows(hint_lines(findings, pointed, n), width)) <= rows]
    return fitting[-1] if fitting else 0


def hint_keys(findings: Sequence[Finding], pointed: Finding | None) -> Content:
    """The keys that work on the findings of preflight."""
    keys = [("F7", "Go to finding")] + ([("F8", "Fix")] if fixable(findings, pointed) else [])
    return Content("  ").join(
        Content.assemble((in_own_keys(key), "bold $footer-key-foreground"), (f" {what}", "$foreground-muted"))
        for key, what in keys
    )


def _hint(finding: Finding, is_pointed: bool, is_fixed: bool) -> Iterable[Content]:
    glyph, style = SEVERITIES[finding.severity]
    mark = (f"  {finding.source.mark}" if finding.source.mark else "", "$foreground-muted")
    yield Content.assemble((f"{glyph} ", style), prose(finding.message, "bold" if is_pointed else ""), mark)
    if finding.fix is not None:
        key = (in_own_keys("  F8 "), "bold $footer-key-foreground") if is_fixed else ("  → ", "$foreground-muted")
        yield Content.assemble(key, prose(finding.fix.label, "" if is_fixed else "$foreground-muted"))

"""Questions of access and what decided them, as list items and marks. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.content import Content

from authlens.core.invocation.access import ALLOWED, EXPLICIT_DENY, limited_by_broker, refused_by_broker
from authlens.core.policy.decision.permission_text import PermissionLine, lines
from authlens.core.policy.decision.permissions import Ruling
from authlens.core.saved.expectation import Question
from authlens.core.verdict.verdict import Conclusion
from authlens.ui.text.answer.explanation import Decided, Explanation, Place
from authlens.ui.text.page import Mark, PageItem, aside
from authlens.ui.text.safe_content import prose, safe_content

if TYPE_CHECKING:
    from authlens.core.text.json_reader import Span


_ANSWERS = {
    Ruling.ALLOWED: ("✓", "$text-success"),
    Ruling.CONDITIONAL: ("?", "$text-warning"),
    Ruling.DENIED: ("✗", "$text-error"),
}
_TITLE = 10
"""Cells of an action's name, so that the patterns are aligned."""

_TOO_COMPLEX = "? These documents have too many statements and wildcards to be summarized; ask a question."


def permission_items(reasons: Explanation | None) -> list[PageItem]:
    """What the client may do, without a question: an item for each pattern, with its place in the documents."""
    if reasons is not None and reasons.is_too_complex:
        return [PageItem((Content.styled(_TOO_COMPLEX, "$text-warning"), Content("")), None, "")]
    if reasons is None or reasons.permissions is None:
        return []
    are_several = len(reasons.layout) > 1
    items = [_permission_item(line, are_several) for line in lines(reasons.permissions)]
    return [*items[:-1], replace(items[-1], lines=(*items[-1].lines, Content("")))]


def _permission_item(line: PermissionLine, are_several: bool) -> PageItem:
    glyph, style = _ANSWERS[line.answer]
    condition = f" {line.condition}" if line.condition else ""
    wheres = dict.fromkeys(
        _unbroken(f"{f'document {document + 1}, ' if are_several else ''}statement {statement + 1}, line {at}")
        for document, statement, at in line.places
    )
    content = Content.assemble(
        (f"{glyph} " if line.title else "  ", style),
        (f"{line.title:<{_TITLE}} ", "bold"),
        safe_content(line.what),
        safe_content(condition, "$text-warning"),
        (f"   {' · '.join(wheres)}" if wheres else "", "$foreground-muted"),
    )
    first = line.places[0] if line.places else None
    return PageItem((content,), None if first is None else (first[0], first[2]), _question_like(line))


def _unbroken(text: str) -> str:
    """The text with blanks at which no line is broken."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def _question_like(line: PermissionLine) -> str:
    """The beginning of a question about a row, up to its first wildcard."""
    verb = line.actions[0].removeprefix("iot:").lower()
    what = (
        "" if line.answer is Ruling.DENIED else line.what.partition(" except ")[0].partition("*")[0].partition("#")[0]
    )
    return f"{verb} {what if ' ' not in what else ''}"


def access_items(reasons: Explanation | None, questions: Sequence[Question]) -> list[PageItem]:
    """Each open question with its decision and why."""
    if reasons is not None and questions and reasons.verdict.conclusion is Conclusion.FAILED:
        why = aside("The call failed: there are no documents to decide by.")
        return [PageItem((_question("–", "$foreground-muted", "NOT DECIDED", each), why)) for each in questions]
    if reasons is None or len(reasons.decided) != len(questions):
        return [PageItem((_question("–", "$foreground-muted", "NOT ASKED YET", each),)) for each in questions]
    return [_access_item(each) for each in reasons.decided]


def _access_item(decided: Decided) -> PageItem:
    decision = decided.decision
    word = str(decision.word) if decision is not None else "IMPLICIT_DENY"
    glyph, style = ("✓", "$text-success") if word == ALLOWED else ("✗", "$text-error")
    said = [_question(glyph, style, word, decided.question)]
    if decision is None:
        return PageItem((*said, aside("The client is not authenticated, so it may do nothing.")))
    said += [aside(f"But the broker refuses it: {one.message}.") for one in refused_by_broker(decision)]
    said += [aside(reason) for reason in (*decision.reasons, *decision.notes)]
    said += [aside(one.message) for one in limited_by_broker(decision)]
    said += [aside(near_miss_text(miss.message)) for miss in decided.near_misses[:3]]
    named = {(each.variable, each.value) for each in decision.substitutions}
    said += [
        aside(f"{name} is {'not known here' if value is None else value}") for name, value in sorted(named, key=str)
    ]
    return PageItem(tuple(said))


def near_miss_text(message: str) -> str:
    """One way to say what almost allowed it."""
    return f"nearest miss: {message}"


def _question(glyph: str, style: str, word: str, question: Question) -> Content:
    return Content.assemble(
        (f"{glyph} ", style),
        (f"{word:<14}", f"bold {style}"),
        safe_content(question.action.removeprefix("iot:"), "bold"),
        " ",
        safe_content(question.resource),
    )


def deciding_places(reasons: Explanation, index: int) -> dict[Place, tuple[Mark, ...]]:
    """The lines of the statements that decided a question, or of the nearest miss."""
    decided = reasons.decided[index] if index < len(reasons.decided) else None
    if decided is None or decided.decision is None:
        return {}
    decision = decided.decision
    word = str(decision.word)
    style = "$text-error" if word == EXPLICIT_DENY else "$text-success"
    said = f"{'denies' if word == EXPLICIT_DENY else 'allows'} {decided.question.action} {decided.question.resource}"
    marks: dict[Place, tuple[Mark, ...]] = {}
    for each in decision.deciding:
        marks |= _marked(each.document, each.statement.span, style, said)
    for miss in decided.near_misses[:1] if not decision.deciding else ():
        if miss.document is not None and miss.span is not None:
            marks |= _marked(miss.document, miss.span, "$text-warning", miss.message)
    return marks


def _marked(document: int, span: Span, style: str, text: str) -> dict[Place, tuple[Mark, ...]]:
    """A bar along every line of the span, and the sentence below its last."""
    marked = range(span.line, span.end_line + 1)
    return {
        (document, line): (Mark("▌", style, prose(text).plain if line == span.end_line else ""),) for line in marked
    }

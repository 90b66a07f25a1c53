"""Exports a comparison as text, unified diff, Markdown or JSON. Secrets are redacted in all of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import unified_diff
from typing import Any

from authlens.core.compare.aligned_text import AlignedRow, Section
from authlens.core.compare.changes import result_words
from authlens.core.compare.compare import Comparison, Side, target_words
from authlens.core.compare.sections import sections


def as_text(comparison: Comparison) -> str:
    """What changed, one change a line: the request, flipped decisions, the rest."""
    verdict = "equal by meaning" if comparison.equal else "different"
    lines = [f"{comparison.left.label} and {comparison.right.label}: {verdict}"]
    return _lines([*lines, *(f"  {words}" for words in comparison.words)])


def as_unified(comparison: Comparison, context: int = 3) -> str:
    """A unified diff of requests, answers and matched documents; empty if their texts are the same."""
    parts = sections(comparison, textual=True)
    left = [line for part in parts for line in _side_lines(part, (each.left for each in part.rows))]
    right = [line for part in parts for line in _side_lines(part, (each.right for each in part.rows))]
    names = (comparison.left.label, comparison.right.label)
    return _lines(unified_diff(left, right, *names, lineterm="", n=context))


def as_markdown(comparison: Comparison) -> str:
    lines = [
        f"# {comparison.left.label} → {comparison.right.label}",
        "",
        "Equal by meaning." if comparison.equal else "Different.",
        "",
        "| | Left | Right |",
        "|---|---|---|",
        *_facts(comparison),
        "",
        *(f"- {_markdown(words)}" for words in comparison.words),
    ]
    diff = as_unified(comparison)
    if diff:
        fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", diff)), default=0))
        lines += ["", f"{fence}diff", diff.rstrip("\n"), fence]
    return _lines(lines)


def as_json(comparison: Comparison) -> dict[str, Any]:
    return {
        "equal": comparison.equal,
        "requestEqual": comparison.request_equal,
        "answerEqual": comparison.answer_equal,
        "left": _side(comparison.left),
        "right": _side(comparison.right),
        "flipped": [
            {
                "action": flip.after.question.action,
                "resource": flip.after.question.resource,
                "left": flip.before.word,
                "right": flip.after.word,
                "because": flip.after.because,
            }
            for flip in comparison.flips
        ],
        "changes": [
            {"about": change.about, "words": change.words, "differs": change.differs} for change in comparison.changes
        ],
        "sections": [
            {"title": part.title, "rows": [_row(each) for each in part.rows]} for part in sections(comparison)
        ],
    }


def _facts(comparison: Comparison) -> Iterator[str]:
    redact = comparison.redactor().text
    sides = (comparison.left, comparison.right)
    rows = (
        ("answer", *(redact(result_words(side.result)) if side.result else "" for side in sides)),
        ("target", *(target_words(side.target) if side.target else "" for side in sides)),
        ("duration", *("" if side.duration is None else f"{side.duration * 1000:.0f} ms" for side in sides)),
    )
    return (f"| {' | '.join(_markdown(cell) for cell in row)} |" for row in rows if any(row[1:]))


def _markdown(text: str) -> str:
    """Text escaped for Markdown."""
    return re.sub(r"([\\`*_{}\[\]<>|#])", r"\\\1", " ".join(text.split()))


def _side(side: Side) -> dict[str, Any]:
    return {
        "label": side.label,
        "target": target_words(side.target) if side.target else None,
        "duration": side.duration,
    }


def _row(each: AlignedRow) -> dict[str, Any]:
    return {"kind": each.kind.name.lower(), "left": each.left, "right": each.right}


def _side_lines(part: Section, lines: Iterable[str | None]) -> list[str]:
    present = [line for line in lines if line is not None]
    return [f"[{part.title}]", *present] if present else []


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)

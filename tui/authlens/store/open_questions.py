"""The open questions of each saved request, kept across restarts in a file next to the history, without an expectation.

The rule: it is a convenience, so whatever is wrong with the file means no questions and never an error on screen.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from authlens.core.saved.expectation import Question
from authlens.frozen import dataclass
from authlens.store.files import locked, make_own_folder, read_bounded, write_whole

MOST_KEPT = 500
"""How many requests keep their questions; the one asked longest ago is dropped first."""
MOST_QUESTIONS = 200


@dataclass(frozen=True, slots=True)
class OpenQuestions:
    """What the user asks of one request besides the questions asked automatically."""

    asked: tuple[Question, ...] = ()
    dropped: frozenset[Question] = frozenset()
    """Automatic questions that the user removed."""

    def __bool__(self) -> bool:
        return bool(self.asked or self.dropped)


def load_questions(path: Path) -> dict[str, OpenQuestions]:
    """By the absolute path of a saved request, or of the folder of requests without a file."""
    try:
        document = json.loads(read_bounded(path))
        return {
            of: OpenQuestions(_questions(entry["asked"]), frozenset(_questions(entry["dropped"])))
            for of, entry in document.items()
        }
    except (OSError, ValueError, RecursionError, AttributeError, TypeError, KeyError):
        return {}


def save_questions(path: Path, of: str, questions: OpenQuestions) -> None:
    """Store those of one request; the others stay as they are on the disk. Raises OSError."""
    make_own_folder(path.parent)
    with locked(path.parent):
        kept = load_questions(path)
        kept.pop(of, None)
        if questions:
            kept[of] = questions
        newest = dict(list(kept.items())[-MOST_KEPT:])
        write_whole(path, json.dumps({of: _written(each) for of, each in newest.items()}).encode())


def _questions(pairs: Iterable[Any]) -> tuple[Question, ...]:
    return tuple(Question(str(action), str(resource)) for action, resource in pairs)


def _written(questions: OpenQuestions) -> dict[str, list[list[str]]]:
    dropped = sorted([each.action, each.resource] for each in questions.dropped)
    asked = [[each.action, each.resource] for each in questions.asked]
    return {"asked": asked[-MOST_QUESTIONS:], "dropped": dropped[:MOST_QUESTIONS]}

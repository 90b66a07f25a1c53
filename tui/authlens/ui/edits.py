"""Undo and redo over what the form holds. Pure: the caller says when an edit was made.

The rule: typing in one field is one step until a pause, every other change is a step of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from authlens.ui.draft import Draft

PAUSE = 1.0
"""Seconds without typing that end a step."""
LIMIT = 200


@dataclass(frozen=True, slots=True)
class OpenFile:
    """The file that the form belongs to."""

    kept: Draft
    """What is in it; without a path, how the form began."""
    path: Path | None = None
    digest: str | None = None
    """Of its content, by which a change by others is noticed."""


@dataclass(frozen=True, slots=True)
class Form:
    draft: Draft
    file: OpenFile


@dataclass(frozen=True, slots=True)
class Step:
    form: Form
    """What the form held before the step."""
    where: str | None
    """The field that was typed in; `None` for a change of the whole form."""


class Edits:
    """The steps that can be undone and redone."""

    def __init__(self) -> None:
        self._undo: list[Step] = []
        self._redo: list[Step] = []
        self._last_typed: tuple[str, float] | None = None

    def record(self, before: Form, where: str | None, at: float) -> None:
        """`before` is about to be changed."""
        last, self._last_typed = self._last_typed, None if where is None else (where, at)
        if where is not None and last is not None and last[0] == where and at - last[1] < PAUSE:
            return
        self._undo.append(Step(before, where))
        del self._undo[:-LIMIT]
        self._redo.clear()

    def undo(self, now: Form) -> Step | None:
        """The step that brings the form back, or `None` when there is none."""
        return self._move(now, self._undo, self._redo)

    def redo(self, now: Form) -> Step | None:
        return self._move(now, self._redo, self._undo)

    def _move(self, now: Form, source: list[Step], other: list[Step]) -> Step | None:
        self._last_typed = None
        if not source:
            return None
        step = source.pop()
        other.append(Step(now, step.where))
        return step

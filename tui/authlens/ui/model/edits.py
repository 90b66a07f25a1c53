"""Undo and redo over what the form holds. Pure: the caller says when an edit was made.

The rule: typing in one field is one step until a pause, every other change is a step of its own.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from authlens.core.saved.source import split_source
from authlens.frozen import dataclass
from authlens.ui.model.draft import Draft

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
    formerly: tuple[Path, ...] = ()
    """Its paths before it was renamed."""
    origin: Path | None = None
    """The file that the target was taken from, where that is not this one: it is trusted as that file is."""

    case: str = ""
    """The case of the file that the form holds; empty for the request of the file itself."""
    cases: tuple[str, ...] = ()
    """The names of all cases of the file."""

    @property
    def sources(self) -> tuple[Path, ...]:
        """The files that decide whether the request may be sent."""
        return tuple(path for path in (self.path, self.origin) if path is not None)

    def renamed(self, path: Path) -> OpenFile:
        return replace(self, path=path, formerly=self._paths)

    def saved(self, kept: Draft, path: Path, digest: str) -> OpenFile:
        """The file as it is written: this one, or another."""
        origin = self.origin if path == self.path else self.origin or self.path
        cases = tuple(case.name for case in kept.suite.cases)
        return OpenFile(kept, path, digest, self.formerly if path == self.path else (), origin, cases=cases)

    def is_source(self, source: str) -> bool:
        """Whether a request was sent from this file, under whatever name."""
        return split_source(source)[0] in {str(path.absolute()) for path in self._paths}

    @property
    def _paths(self) -> tuple[Path, ...]:
        return self.formerly if self.path is None else (*self.formerly, self.path)


@dataclass(frozen=True, slots=True)
class Form:
    draft: Draft
    file: OpenFile


@dataclass(frozen=True, slots=True)
class EditStep:
    form: Form
    """What the form held before the step."""
    where: str | None
    """The field that was typed in; `None` for a change of the whole form."""


class Edits:
    """The steps that can be undone and redone."""

    def __init__(self) -> None:
        self._undo: list[EditStep] = []
        self._redo: list[EditStep] = []
        self._last_typed: tuple[str, float] | None = None

    def record(self, before: Form, where: str | None, at: float) -> None:
        """`before` is about to be changed."""
        last, self._last_typed = self._last_typed, None if where is None else (where, at)
        if where is not None and last is not None and last[0] == where and at - last[1] < PAUSE:
            return
        self._undo.append(EditStep(before, where))
        del self._undo[:-LIMIT]
        self._redo.clear()

    def refile(self, old: OpenFile, new: OpenFile) -> None:
        """The file was saved, renamed or deleted: what an undo brings back belongs to the file as it is now."""
        for steps in (self._undo, self._redo):
            steps[:] = [_refiled(step, old, new) for step in steps]

    def undo(self, now: Form) -> EditStep | None:
        """The step that brings the form back, or `None` when there is none."""
        return self._move(now, self._undo, self._redo)

    def redo(self, now: Form) -> EditStep | None:
        return self._move(now, self._redo, self._undo)

    def _move(self, now: Form, source: list[EditStep], other: list[EditStep]) -> EditStep | None:
        self._last_typed = None
        if not source:
            return None
        step = source.pop()
        other.append(EditStep(now, step.where))
        return step


def _refiled(step: EditStep, old: OpenFile, new: OpenFile) -> EditStep:
    file = step.form.file
    is_that = file == old or (old.path is not None and file.path == old.path)
    return replace(step, form=replace(step.form, file=new)) if is_that else step

"""What the main screen knows. Widgets get it by `data_bind`; everything that changes it goes through here."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.reactive import reactive, var
from textual.screen import Screen

from authlens.core.authorizer import Authorizer
from authlens.core.expectation import Question
from authlens.core.invocation import Invocation
from authlens.core.saved_request import SavedRequest
from authlens.core.target import Identity, Target
from authlens.sending import Sender
from authlens.ui.desk import Desk
from authlens.ui.draft import Draft, of_saved
from authlens.ui.edits import Edits
from authlens.ui.widgets.request_pane import Shown

if TYPE_CHECKING:
    from authlens.store.history import History


class MainState(Screen[object]):
    draft: reactive[Draft] = reactive(Draft(), init=False)
    """What the form holds."""
    shown: reactive[Shown] = reactive(Shown(Draft()), init=False)
    """What was last put into the form from elsewhere than its fields."""
    unsaved: reactive[bool] = reactive(False)
    source: reactive[str] = reactive("")
    """The name of the open file."""
    target: reactive[Target] = reactive(Target())
    authorizer_name: reactive[str] = reactive("")
    authorizer: reactive[Authorizer | None] = reactive[Authorizer | None](None)
    """What DescribeAuthorizer said of the one that the form names."""
    authorizer_problem: reactive[str] = reactive("")
    identity: reactive[Identity | None] = reactive[Identity | None](None)
    invocation: reactive[Invocation | None] = reactive[Invocation | None](None, init=False)
    """What the answer shows."""
    baseline: reactive[Invocation | None] = reactive[Invocation | None](None, init=False)
    """What every further invocation is compared with."""
    questions: reactive[tuple[Question, ...]] = reactive[tuple[Question, ...]]((), init=False)
    """What the person keeps asking of every answer: may this client …?"""
    running_for: reactive[float | None] = reactive[float | None](None)
    """Seconds since the request was sent, while it runs."""
    shown_number: reactive[int | None] = reactive[int | None](None)
    history_total: reactive[int | None] = reactive[int | None](None)
    history_problem: reactive[str] = reactive("")

    path: var[Path | None] = var[Path | None](None)
    """The open file."""

    def __init__(self, desk: Desk, sender: Sender) -> None:
        super().__init__()
        self.desk = desk
        self.sender = sender
        self.edits = Edits()
        self.history: History | None = None
        self.kept = Draft()
        """The draft as it stands in its file, or as the form began."""

    @property
    def base(self) -> Path | None:
        """The folder that relative paths of the request start from."""
        return self.path.parent if self.path is not None else None

    def start_with(self, saved: SavedRequest, path: Path | None = None) -> None:
        """Open on a request, before anything is on the screen."""
        draft = self._overridden(of_saved(saved))
        self.kept = draft
        self.path = path
        self.set_reactive(MainState.shown, Shown(draft))
        self.draft = draft

    def put(self, draft: Draft, focus: str | None = None, *, undoable: bool = True) -> None:
        """Put a draft into the form."""
        if undoable:
            self.edits.record(self.draft, None, time.monotonic())
        self.draft = draft
        self.shown = Shown(draft, self.shown.serial + 1, focus)

    def edit(self, changes: Mapping[str, Any], where: str | None) -> None:
        """The person changed values in the form, which shows them already."""
        before, after = self.draft, replace(self.draft, **changes)
        if after != before:
            self.edits.record(before, where, time.monotonic())
            self.draft = after

    def watch_draft(self, draft: Draft) -> None:
        self.unsaved = draft != self.kept
        self.target = draft.target
        self.authorizer_name = draft.authorizer_name

    def watch_path(self, path: Path | None) -> None:
        self.source = "" if path is None else path.name

    def keep(self) -> None:
        """The form now stands in its file."""
        self.kept = self.draft
        self.unsaved = False

    def _overridden(self, draft: Draft) -> Draft:
        """With what the command line said of the target."""
        overrides: Mapping[str, Any] = self.desk.target_overrides or {}
        return replace(draft, target=replace(draft.target, **overrides)) if overrides else draft

    def action_undo(self) -> None:
        self._step_back(self.edits.undo(self.draft))

    def action_redo(self) -> None:
        self._step_back(self.edits.redo(self.draft))

    def _step_back(self, step: Any) -> None:
        if step is not None:
            self.put(step.draft, step.where, undoable=False)

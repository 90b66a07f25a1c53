"""What the main screen knows. Widgets get it by `data_bind`; everything that changes it goes through here."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.reactive import Reactive, var
from textual.screen import Screen
from textual.widget import Widget

from authlens.core.deployment.deployment import Deployment
from authlens.core.invocation.invocation import Invocation
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.target import Configured, Identity, Target
from authlens.core.saved.expectation import Question
from authlens.core.saved.saved_request import SavedRequest
from authlens.sending import Sender
from authlens.ui.model.draft import Draft, of_saved
from authlens.ui.model.edits import Edits, Form, OpenFile, Step
from authlens.ui.model.screen_values import Running, Shown
from authlens.ui.runtime.services import Desk
from authlens.ui.runtime.start import Start

if TYPE_CHECKING:
    from authlens.store.history import History


class MainState(Screen[object]):
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """As Textual's, but a move of the focus paints what it touches, and not the whole screen."""
    draft: var[Draft] = var(Draft(), init=False)
    """What the form holds."""
    blank: var[bool] = var(True)
    """Whether nothing was put into the form yet."""
    shown: var[Shown] = var(Shown(Draft()), init=False)
    """What was last put into the form from elsewhere than its fields."""
    unsaved: var[bool] = var(False)
    source: var[str] = var("")
    """The name of the open file."""
    target: var[Target] = var(Target())
    authorizer_name: var[str] = var("")
    authorizer: var[Authorizer | None] = var[Authorizer | None](None)
    """What DescribeAuthorizer said of the one that the form names."""
    authorizer_problem: var[str] = var("")
    deployment: var[Deployment | None] = var[Deployment | None](None, init=False)
    """What AWS holds around that authorizer, read after a request was sent."""
    configured: var[Configured | None] = var[Configured | None](None)
    identity: var[Identity | None] = var[Identity | None](None)
    invocation: var[Invocation | None] = var[Invocation | None](None, init=False)
    """What the answer shows."""
    baseline: var[Invocation | None] = var[Invocation | None](None, init=False)
    """What every further invocation is compared with."""
    pinned: bool = False
    """Whether the person chose the baseline."""
    questions: var[tuple[Question, ...]] = var[tuple[Question, ...]]((), init=False)
    """What the person keeps asking of every answer: may this client …?"""
    running: var[Running | None] = var[Running | None](None)
    """The call under way, if any."""
    shown_number: var[int | None] = var[int | None](None)
    history_total: var[int | None] = var[int | None](None)
    history_problem: var[str] = var("")

    file: var[OpenFile] = var(OpenFile(Draft()))
    """The file that the form belongs to, if any."""

    def __init__(self, desk: Desk, sender: Sender) -> None:
        super().__init__()
        self.desk = desk
        self.sender = sender
        self.edits = Edits()
        self.history: History | None = None
        self.folder = desk.places.requests
        """Where saved requests are browsed and written."""

    @property
    def base(self) -> Path | None:
        """The folder that relative paths of the request start from."""
        return self.file.path.parent if self.file.path is not None else None

    @property
    def form(self) -> Form:
        return Form(self.draft, self.file)

    def begin(self, start: Start) -> None:
        """Open on a request, before anything is on the screen."""
        draft = self._overridden(of_saved(start.saved or SavedRequest(AuthorizerRequest())))
        loaded = start.loaded
        self.folder = start.folder or self.folder
        self.set_reactive(MainState.shown, Shown(draft))
        own = OpenFile(draft, origin=self.desk.source)
        self.file = OpenFile(draft, loaded.path, loaded.digest) if loaded else own
        self.draft = draft

    def put(self, draft: Draft, focus: str | None = None, file: OpenFile | None = None) -> None:
        """Put a draft into the form, as a step that can be undone."""
        self.edits.record(self.form, None, time.monotonic())
        self._put(Form(draft, file or self.file), focus)

    def _put(self, form: Form, focus: str | None) -> None:
        self.file = form.file
        self.draft = form.draft
        self.shown = Shown(form.draft, self.shown.serial + 1, focus)
        self._compare()

    def keep(self, file: OpenFile) -> None:
        """The form's file is saved, renamed or deleted. That is no step: it cannot be undone here."""
        self.edits.refile(self.file, file)
        self.file = file

    def show_field(self, member: str) -> None:
        """Bring a field of the form into view, with what it holds."""
        self.shown = Shown(self.draft, self.shown.serial + 1, member)

    def edit(self, changes: Mapping[str, Any], where: str | None) -> None:
        """The person changed values in the form, which shows them already."""
        after = replace(self.draft, **changes)
        if after != self.draft:
            self.edits.record(self.form, where, time.monotonic())
            self.draft = after

    def watch_draft(self, draft: Draft) -> None:
        self._compare()
        self.target = draft.target
        self.authorizer_name = draft.authorizer_name
        self.blank = draft.is_blank

    def watch_file(self, file: OpenFile) -> None:
        self.source = "" if file.path is None else file.path.name
        self._compare()

    def _compare(self) -> None:
        self.unsaved = self.draft != self.file.kept

    def _overridden(self, draft: Draft) -> Draft:
        """With what the command line said of the target."""
        overrides: dict[str, Any] = dict(self.desk.target_overrides or {})
        if overrides.keys() & {"endpoint_url", "profile"}:
            overrides["local"] = None
        return replace(draft, target=replace(draft.target, **overrides)) if overrides else draft

    def action_undo(self) -> None:
        self._step_back(self.edits.undo(self.form))

    def action_redo(self) -> None:
        self._step_back(self.edits.redo(self.form))

    def _step_back(self, step: Step | None) -> None:
        if step is not None:
            self._put(step.form, step.where)

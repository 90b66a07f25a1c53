"""What the form holds: every change of it goes through here, so that it can be undone."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from authlens.core.invocation.invocation import Invocation
from authlens.core.request.request import AuthorizerRequest
from authlens.core.saved.expectation import Expectation
from authlens.core.saved.saved_request import SavedRequest
from authlens.sending import Sender, files_of
from authlens.ui.model.draft import MEMBERS, Draft, PasswordKind, of_saved, with_kind
from authlens.ui.model.edits import Edits, EditStep, Form, OpenFile
from authlens.ui.model.screen_values import FormContent, FormState
from authlens.ui.runtime.host import Host
from authlens.ui.runtime.services import AppServices
from authlens.ui.runtime.start import Start
from authlens.ui.text.outcome_text import invocation_name

if TYPE_CHECKING:
    from authlens.core.saved.environment import Environment


class FormController:
    def __init__(self, services: AppServices, sender: Sender, host: Host, changed: Callable[[FormState], None]) -> None:
        self._services = services
        self._sender = sender
        self._host = host
        self._changed = changed
        self._edits = Edits()
        self.state = FormState(folder=services.places.requests)

    def begin(self, start: Start) -> None:
        """Open on a request, before anything is on the screen."""
        draft = self.overridden(of_saved(start.saved or SavedRequest(AuthorizerRequest())))
        loaded = start.loaded
        own = OpenFile(draft, origin=start.origin or self._services.source)
        file = OpenFile(draft, loaded.path, loaded.digest, cases=loaded.cases) if loaded else own
        folder = start.folder or self.state.folder
        self._publish(FormState(draft, FormContent(draft), file, folder, not_opened=start.problem))

    def move_to(self, folder: Path) -> None:
        """List and write saved requests there from now on."""
        self._publish(replace(self.state, folder=folder))

    def put(self, draft: Draft, focus: str | None = None, file: OpenFile | None = None) -> None:
        """Put a draft into the form, as a step that can be undone."""
        self._edits.record(self.state.form, None, time.monotonic())
        self._put(Form(draft, file or self.state.file), focus)

    def edit(self, changes: Mapping[str, Any], where: str | None) -> None:
        """The user changed values in the form, which shows them already."""
        after = replace(self.state.draft, **changes)
        if after != self.state.draft:
            self._edits.record(self.state.form, where, time.monotonic())
            self._publish(replace(self.state, draft=after))

    def keep(self, file: OpenFile) -> None:
        """The form's file was saved, renamed or deleted. That is not a step: it cannot be undone here."""
        self._edits.refile(self.state.file, file)
        self._publish(replace(self.state, file=file, not_opened=""))

    def undo(self) -> None:
        self._step(self._edits.undo(self.state.form))

    def redo(self) -> None:
        self._step(self._edits.redo(self.state.form))

    def choose_password_kind(self, kind: PasswordKind) -> None:
        """Write the password in another format."""
        self.put(with_kind(self.state.draft, kind))

    def not_opened(self, problem: str) -> None:
        """A file cannot be opened: this is said until another is."""
        self._publish(replace(self.state, not_opened=problem))

    def toggle_empty(self, field: str) -> None:
        """Send a field although it is empty, or no longer."""
        member = MEMBERS.get(field)
        if member is None:
            self._host.notify("Go to a field of the request first.")
            return
        draft = self.state.draft
        given = draft.given_empty ^ {member}
        self.put(replace(draft, given_empty=given))
        self._host.notify(f"{member} is {'sent even' if member in given else 'not sent'} when it is empty.")

    def load(self, invocation: Invocation) -> None:
        """Put the request of an invocation into the form. That of a device is not the open file's."""
        if invocation.way == "device":
            name = self.state.file_name
            self.load_apart(invocation)
            back = f"Ctrl+Z brings {name} back." if name else "Ctrl+Z undoes that."
            self._host.notify(f"Loaded the request of the connection as a new one. {back}", kind="form")
            return
        draft = self.state.draft
        kept = replace(invocation.saved, description=draft.description, expect=draft.expect, suite=draft.suite)
        origin = next(iter(files_of(invocation.source)), None)
        self.put(of_saved(kept), None, replace(self.state.file, origin=origin))
        name = invocation_name(invocation, self._services.now())
        self._host.notify(f"Loaded the request of {name}. Ctrl+Z undoes that.", kind="form")

    def load_apart(self, invocation: Invocation) -> None:
        """Put the request of an invocation into the form as a new one: nothing of the open file applies to it."""
        draft, file = of_saved(invocation.saved), self.state.file
        origin = next(iter(files_of(invocation.source)), file.path or file.origin)
        self.put(draft, None, OpenFile(draft, origin=origin))

    def can_be_sent(self) -> bool:
        """Whether the request can be sent as written; what prevents it is reported."""
        problem = self.state.draft.problem
        if problem is not None:
            self._host.notify(f"The password cannot be sent: {problem}", "warning")
        return problem is None

    def overridden(self, draft: Draft) -> Draft:
        """With the target options of the command line."""
        overrides: dict[str, Any] = dict(self._services.target_overrides or {})
        if overrides.keys() & {"endpoint_url", "profile"}:
            overrides["local"] = None
        return replace(draft, target=replace(draft.target, **overrides)) if overrides else draft

    def use_environment(self, name: str, environment: Environment | None) -> None:
        """Send in an environment from now on, or in none."""
        self._publish(replace(self.state, environment=environment, environment_name=name))

    def expectation_for(self, invocation: Invocation) -> Expectation | None:
        """What the form's file expects of an invocation that was sent from it."""
        return self.state.draft.expect if self.state.is_source_of(invocation) else None

    def _step(self, step: EditStep | None) -> None:
        if step is not None:
            self._host.forget("form")
            self._put(step.form, step.where)

    def _put(self, form: Form, focus: str | None) -> None:
        content = FormContent(form.draft, self.state.content.serial + 1, focus)
        after = replace(self.state, draft=form.draft, file=form.file, content=content)
        if form.file is not self.state.file:
            after = replace(after, not_opened="")
        if after.base != self.state.base:
            # Another folder has environments of its own.
            after = replace(after, environment=None, environment_name="")
        self._publish(after)

    def _publish(self, state: FormState) -> None:
        self.state = state
        self._changed(state)

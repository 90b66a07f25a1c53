"""Edits in the user's own editor: a field, the whole request, the function behind a local target."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from authlens.core.text.visible import visible_lines
from authlens.gate import changed_target
from authlens.sending import Sender
from authlens.ui.model.draft import of_saved
from authlens.ui.runtime import background
from authlens.ui.runtime.host import Host
from authlens.ui.runtime.services import AppServices
from authlens.ui.screens.main.answer import AnswerController
from authlens.ui.screens.main.form import FormController
from authlens.ui.screens.main.identity import IdentityController
from authlens.ui.screens.main.preflight import PreflightController, with_unsent

if TYPE_CHECKING:
    from authlens.ui.widgets.controls.field import Field


class EditController:
    def __init__(
        self,
        services: AppServices,
        sender: Sender,
        host: Host,
        form: FormController,
        identity: IdentityController,
        answer: AnswerController,
        preflight: PreflightController,
        watches: Callable[[], bool] = lambda: False,
    ) -> None:
        """watches: whether a change of the code sends the request."""
        self._watches = watches
        self._services = services
        self._sender = sender
        self._host = host
        self._form = form
        self._identity = identity
        self._answer = answer
        self._preflight = preflight

    def field(self, field: Field) -> None:
        """Edit the value of a field, hidden or not."""
        from authlens.ui.model.edited_text import value_from

        before = field.value
        after = self._edited(before, f"{field.member.replace(' ', '-')}.txt")
        if after is not None:
            field.take(value_from(after, before))

    def request(self) -> None:
        """Edit the whole request as YAML, at the finding that the user went to."""
        from authlens.ui.model.edited_text import line_of, request_text

        saved, authorizer = self._form.state.draft.saved, self._identity.state.authorizer
        text, finding = request_text(saved, authorizer), self._preflight.hints.target
        self._edit_request(text, line_of(text, finding.path) if finding is not None else 0)

    def _edit_request(self, text: str, line: int = 0) -> None:
        from authlens.ui.model.edited_text import NotTaken, request_from

        draft, authorizer = self._form.state.draft, self._identity.state.authorizer
        after = self._edited(text, "request.yaml", line)
        if after is None or not after.strip():
            return
        try:
            saved = request_from(after, draft.saved, authorizer)
        except NotTaken as error:
            said = str(error)
            self._host.run(lambda: self._ask_again(said, after), "edit", typing="waits for the dialog")
            return
        if saved != draft.saved:
            self._sender.gate.vouch(changed_target(draft.target, saved.target), self._form.state.base)
            self._form.put(with_unsent(of_saved(saved), draft))
            self._host.notify("The form holds the edited request. Ctrl+Z undoes that.", kind="form")

    async def _ask_again(self, said: str, text: str) -> None:
        from authlens.ui.screens.dialogs.dialog import Ask, Way

        ways = (Way("again", "Edit again"), Way("discard", "Discard the changes"))
        if await self._host.ask(Ask("The edited request cannot be read", said, ways)) == "again":
            self._edit_request(text)

    def function(self) -> None:
        """Edit the file of the function that answers this request here, at the line where it failed."""
        from authlens.core.invocation.failing_line import failing_place
        from authlens.endpoint.local_code import function_file

        shown = self._answer.invocation
        place = failing_place(shown.function_log) if shown is not None else None
        form = self._form.state
        target, name, base = form.target, form.draft.authorizer_name, form.base
        self._host.run(lambda: self._file(lambda: function_file(target, name, base), place), "edit")

    def target_file(self) -> None:
        """Edit the file that defines the local target: its authorizers and their status."""
        from authlens.endpoint.local_code import target_file

        form = self._form.state
        target, base = form.target, form.base
        self._host.run(lambda: self._file(lambda: target_file(target, base)), "edit")

    async def _file(self, find: Callable[[], Path], place: tuple[str, int] | None = None) -> None:
        """place: the name of a file and a line of it."""
        from authlens.endpoint.local_code import NoFunctionFile
        from authlens.ui.runtime.programs import ProgramFailed, edit_file, editor

        environ = self._services.environ
        try:
            path = await background.call(find)
        except NoFunctionFile as error:
            self._host.notify(str(error), "warning", 10)
            return
        before = _changed_at(path)
        line = place[1] if place is not None and place[0] == path.name else 0
        try:
            self._host.lend(lambda: edit_file(editor(environ), path, environ, line=line))
        except ProgramFailed as error:
            self._host.notify(f"{error} The file to edit is {path}.", "warning", 15)
        if _changed_at(path) not in (None, before):
            then = "The request is sent again." if self._watches() else "F5 sends again, Ctrl+R after every change."
            self._host.notify(f"{path.name} was changed. {then}", kind="to send")

    def show(self, text: str) -> None:
        """Show a document in the user's pager."""
        from authlens.ui.runtime.programs import pager, show_text

        environ = self._services.environ
        self._lent(lambda: show_text(pager(environ), f"{visible_lines(text)}\n", environ))

    def _edited(self, text: str, name: str, line: int = 0) -> str | None:
        """The text as the editor leaves it; `None` if nothing was changed."""
        from authlens.ui.runtime.programs import edit_text, editor

        folder, environ = self._services.places.history.parent, self._services.environ
        after: list[str] = []
        self._lent(lambda: after.append(edit_text(editor(environ), text, name, folder, environ, line)))
        return after[0] if after and after[0] != text else None

    def _lent(self, work: Callable[[], object]) -> None:
        """Run something with the terminal; failures are reported as a sentence."""
        from authlens.ui.runtime.programs import ProgramFailed

        try:
            self._host.lend(work)
        except ProgramFailed as error:
            self._host.notify(str(error), "warning", 10)


def _changed_at(path: Path) -> int | None:
    """`None` for a file that is not there; the editor says why."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None

"""Saved requests: new, open, save, save as, rename, duplicate, delete. Nothing is lost without being asked about."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from authlens.core.invocation.invocation import Invocation
from authlens.core.request.request import Mode
from authlens.core.saved.saved_request import SavedRequest
from authlens.sending import Sender
from authlens.store.files import write_new
from authlens.ui.model.draft import Draft, of_saved
from authlens.ui.model.edits import OpenFile
from authlens.ui.model.screen_values import FormState
from authlens.ui.runtime import background
from authlens.ui.runtime.host import Host, Work
from authlens.ui.runtime.services import AppServices
from authlens.ui.runtime.start import working_folder
from authlens.ui.screens.dialogs.dialog import Ask, AskText, Way
from authlens.ui.screens.dialogs.trust import trust_saved
from authlens.ui.screens.main.form import FormController
from authlens.ui.screens.main.request.beginning import is_empty, project_words
from authlens.ui.text.identity_line import target_name
from authlens.user_path import user_path

if TYPE_CHECKING:
    from authlens.store.requests import Loaded

Answer = TypeVar("Answer")

_KEEP = (Way("save", "Save"), Way("cancel", "Cancel"), Way("discard", "Discard the changes"))
_RESET = (Way("cancel", "Cancel"), Way("reset", "Reset"))
_NO_FILE = "This request has no file yet. Save it first."


class FileController:
    def __init__(
        self,
        services: AppServices,
        sender: Sender,
        host: Host,
        form: FormController,
        opened: Callable[[], None],
        filed: Callable[[], None],
    ) -> None:
        """opened: called when a file was opened. filed: when one was saved, renamed, copied or deleted."""
        self._services = services
        self._sender = sender
        self._host = host
        self._form = form
        self._opened = opened
        self._filed = filed

    @property
    def _state(self) -> FormState:
        return self._form.state

    def new(self) -> None:
        """An empty form."""
        self._run(self._new)

    def open(self) -> None:
        """Browse the saved requests and open one."""
        self._run(self._open)

    def open_file(self, path: Path, case: str = "") -> None:
        """Open a saved request, or a case of one, that was chosen elsewhere."""
        self._run(lambda: self.open_now(path, case))

    async def open_now(self, path: Path, case: str = "") -> None:
        """The same, for one who waits until it is open."""
        if await self.may_leave() and await self._open_file(path, case):
            self._opened()

    def choose_case(self, path: Path, case: str) -> None:
        """Put another case of the open file into the form; the cursor stays where it is."""

        async def work() -> None:
            if await self.may_leave():
                await self._open_file(path, case)

        self._run(work)

    def save(self) -> None:
        self._run(self._save)

    def save_as(self) -> None:
        self._run(self._save_as)

    def save_connection(self, invocation: Invocation) -> None:
        """Save the request of a device's connection to a file of its own."""

        async def work() -> None:
            from authlens.core.devices.report import connection_name  # with the first connection

            if await self.may_leave():
                self._form.load_apart(invocation)
                await self._save_as(connection_name(invocation))

        self._run(work)

    def rename(self, path: Path | None = None) -> None:
        """Give a file another name: this one, or the open one."""
        self._run(lambda: self._rename(path or self._state.file.path))

    def duplicate(self, path: Path | None = None) -> None:
        """Copy a file and open the copy."""
        self._run(lambda: self._duplicate(path or self._state.file.path))

    def delete(self) -> None:
        self._run(self._delete)

    def reset_samples(self) -> None:
        """Make the demo's samples as they were; files of the user's own stay."""
        self._run(self._reset_samples)

    async def _reset_samples(self) -> None:
        from authlens.endpoint.samples.unpack import unpack_samples

        say = "Make all samples and their functions as they were? Your changes to them are lost; other files stay."
        if await self._host.ask(Ask("Reset the samples", say, _RESET)) != "reset":
            return
        try:
            folder = await background.call(lambda: unpack_samples(self._services.places.demo, reset=True))
        except OSError as error:
            self._host.notify(f"The samples cannot be written: {error}", "error", 15)
            return
        path = self._state.file.path
        if path is not None and path.parent == folder:
            await self._open_file(path)
        self._host.notify("The samples are as they were. The history is kept.")
        self._filed()

    def write_text(self, text: str, what: str) -> None:
        """Write a displayed text to a new file."""
        self._run(lambda: self._write_text(text, what))

    def leave(self) -> None:
        """Leave the app. With --cli-auto-prompt the request goes back to the command line."""
        self._run(self._leave)

    def _run(self, work: Work) -> None:
        self._host.run(work, "file", typing="waits")

    def say_what_was_opened(self) -> None:
        """The user named a folder: report which of its files was opened, and where its request goes."""
        state = self._state
        path, local = state.file.path, state.target.local
        if path is not None:
            name = path.relative_to(state.folder)
            target = target_name(state.target, state.base, working_folder())
            self._host.notify(f"Opened {name}, target {target}. Ctrl+O opens another.", seconds=10, kind="file")
        elif local is not None:
            said = f"Opened {state.folder}, target {Path(local).name}. The form holds a new request: Ctrl+S saves it."
            self._host.notify(said, seconds=10, kind="file")
        elif not state.not_opened:
            said = f"No saved request in {state.folder} yet. Ctrl+S saves the form there."
            self._host.notify(
                f"{said} {project_words(state.folder)}" if is_empty(state.folder) else said, seconds=15, kind="file"
            )

    async def may_leave(self) -> bool:
        """Whether the form's content may be replaced; asks about unsaved changes."""
        if not self._state.unsaved:
            return True
        name = self._state.file_name or "this new request"
        way = await self._host.ask(Ask("Unsaved changes", f"Save the changes to {name} first?", _KEEP))
        return way == "discard" or (way == "save" and await self._save())

    async def _new(self) -> None:
        if await self.may_leave():
            draft = Draft(target=self._state.draft.target)
            # The target stays, and with it the file that it was taken from.
            file = self._state.file
            self._form.put(draft, "authorizer_name", OpenFile(draft, origin=file.path or file.origin))

    async def _open(self) -> None:
        await self.browse(self._state.folder)

    async def browse(self, folder: Path) -> None:
        """Open a saved request of a folder, which is then the one that is listed."""
        from authlens.ui.screens.dialogs.requests import RequestsScreen

        path = await self._host.ask(RequestsScreen(folder))
        if path is not None:
            await self.open_now(path)
            if self._state.file.path == path and self._state.folder != folder:
                self._form.move_to(folder)
                self._filed()

    async def load(self, path: Path) -> Loaded | None:
        """The saved request in a file; what is wrong with it is reported."""
        from authlens.store.requests import RequestFileError, load

        try:
            return await background.call(lambda: load(path))
        except RequestFileError as error:
            self._complain(error)
            self._form.not_opened(str(error))
            return None

    async def _open_file(self, path: Path, case: str = "") -> bool:
        """Whether it was opened."""
        loaded = await self.load(path)
        if loaded is None:
            return False
        saved = loaded.saved.case(case) if case else loaded.saved
        if saved is None:
            self._host.notify(f"{path.name} no longer has a case {case}.", "warning", kind="file")
            return False
        draft, before = self._form.overridden(of_saved(saved)), self._state.file.path
        self._form.put(draft, None, OpenFile(draft, loaded.path, loaded.digest, case=case, cases=loaded.cases))
        self._host.forget("file")  # what was said of another
        self._host.forget("form")
        if loaded.open_to_others and loaded.path != before:
            said = "holds a secret in plain text, and other users of this machine can read it. Ctrl+S makes it private."
            self._host.notify(f"{loaded.path.name} {said}", kind="file")
        return True

    async def _save(self) -> bool:
        """Save to the open file; a form without one asks for a name. False when it was not saved."""
        file = self._state.file
        if file.path is None:
            return await self._save_as()
        if file.case:
            said = f"The form holds the case {file.case} of {file.path.name}: save it to a file of its own."
            self._host.notify(said, kind="file")
            return await self._save_as()
        return await self._write(file.path, file.digest)

    async def _save_as(self, given: str = "") -> bool:
        from authlens.store.requests import named

        path = self._state.file.path
        case = f"-{self._state.file.case}" if self._state.file.case else ""
        given = given or (f"{path.stem}{case}" if path else self._state.draft.authorizer_name)
        folder = self._state.base or self._state.folder
        name = await self._host.ask(AskText("Save as", given, f"In {folder}; a / makes a folder."))
        target = await self._done(lambda: named(folder, name)) if name else None
        return target is not None and await self._write(target, None)

    async def _write(self, path: Path, digest: str | None, *, overwrite: bool = False) -> bool:
        from authlens.store.requests import Conflict, RequestFileError, save

        draft = self._state.draft
        if draft.problem is not None:
            self._host.notify(f"Not saved. The password: {draft.problem}", "warning", kind="file")
            return False
        saved = draft.saved
        try:
            loaded = await background.call(lambda: save(path, saved, digest, overwrite=overwrite))
        except Conflict as error:
            return await self._ask_about_conflict(path, digest, str(error))
        except RequestFileError as error:
            self._complain(error)
            return False
        await self._trust_own(saved, loaded.path)
        self._form.keep(self._state.file.saved(draft, loaded.path, loaded.digest))
        self._host.notify(f"Saved {loaded.path.name}.{_left_out(draft)}", kind="file")
        self._filed()
        return True

    async def _trust_own(self, saved: SavedRequest, path: Path) -> None:
        """A request that was made here is trusted when it is saved; an opened file is not."""
        gate, file = self._sender.gate, self._state.file
        if file.path is None and await background.call(lambda: gate.wanted(saved.target, None, file.sources)) is None:
            problem = await background.call(lambda: trust_saved(self._services, gate, saved.target, path))
            if problem:
                self._host.notify(problem, "warning", 15)

    async def _ask_about_conflict(self, path: Path, digest: str | None, said: str) -> bool:
        is_gone = not await background.call(lambda: os.path.lexists(path))
        over = (Way("over", "Save it again"),) if is_gone else (Way("reload", "Open it"), Way("over", "Overwrite"))
        ways = (Way("other", "Save as…"), Way("cancel", "Cancel"), *over)
        way = await self._host.ask(Ask("Not saved", said, ways))
        if way == "over":
            return await self._write(path, digest, overwrite=True)
        if way == "reload" and await self._open_file(path):
            self._opened()
        return way == "other" and await self._save_as()

    async def _rename(self, path: Path | None) -> None:
        from authlens.store.requests import rename

        if path is None:
            self._host.notify(_NO_FILE, kind="file")
            return
        name = await self._host.ask(AskText("Rename", path.stem))
        renamed = await self._done(lambda: rename(path, name)) if name and name != path.stem else None
        if renamed is None:
            return
        if path == self._state.file.path:
            self._form.keep(self._state.file.renamed(renamed))
        self._filed()

    async def _duplicate(self, path: Path | None) -> None:
        from authlens.store.requests import duplicate

        if path is None:
            self._host.notify(_NO_FILE, kind="file")
        elif await self.may_leave():
            copy = await self._done(lambda: duplicate(path))
            if copy is not None:
                if await self._open_file(copy):
                    self._opened()
                self._filed()

    async def _delete(self) -> None:
        from authlens.store.requests import delete

        path = self._state.file.path
        if path is None:
            self._host.notify("This request has no file.", kind="file")
            return
        ways = (Way("cancel", "Cancel"), Way("delete", "Delete"))
        if await self._host.ask(Ask("Delete", f"Delete {path}? The form keeps its content.", ways)) == "delete":
            await self._done(lambda: delete(path))
            self._filed()
            if not path.exists():
                self._form.keep(OpenFile(Draft(), origin=path))
                self._host.notify(
                    f"Deleted {path.name}. The form keeps its content; Ctrl+S saves it again.", kind="file"
                )

    async def _write_text(self, text: str, what: str) -> None:
        note = "A path; relative ones start in the folder where authlens was started."
        name = await self._host.ask(AskText(f"Save {what}", "", note))
        if not name:
            return
        try:
            await background.call(lambda: write_new(user_path(name), text.encode("utf-8", "replace")))
        except (OSError, ValueError) as error:
            self._host.notify(f"Not saved: {error}", "error", 15)
        else:
            self._host.notify(f"Saved {what} in {name}.")

    async def _leave(self) -> None:
        if self._services.prompt:
            self._host.leave(self._state.draft.saved)
        elif await self.may_leave():
            self._host.leave()

    async def _done(self, work: Callable[[], Answer]) -> Answer | None:
        """Do something with files, in the background; what goes wrong is reported."""
        from authlens.store.requests import RequestFileError

        try:
            return await background.call(work)
        except RequestFileError as error:
            self._complain(error)
            return None

    def _complain(self, error: Exception) -> None:
        self._host.notify(str(error), "error", 15, kind="file")
        self._filed()  # what is listed may be gone


def _left_out(draft: Draft) -> str:
    if not draft.left_out:
        return ""
    rest = "contexts are" if draft.mode is Mode.TOKEN else "token and signature are"
    return f" The {rest} not in it: the chosen mode does not send them, so only the form keeps them."

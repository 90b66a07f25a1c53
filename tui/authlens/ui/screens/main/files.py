"""Saved requests on the main screen: new, open, save, save as, rename, duplicate, delete. Nothing is lost unasked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from textual import work

from authlens.core.request.request import Mode
from authlens.store.files import write_new
from authlens.ui.model.draft import Draft, of_saved
from authlens.ui.model.edits import OpenFile
from authlens.ui.runtime import background
from authlens.ui.screens.dialogs.dialog import Ask, AskText, Way
from authlens.ui.screens.dialogs.trust import trust_saved
from authlens.ui.screens.main.form import MainState
from authlens.user_path import user_path

if TYPE_CHECKING:
    from authlens.core.saved.saved_request import SavedRequest
    from authlens.store.requests import Loaded

Answer = TypeVar("Answer")

_KEEP = (Way("save", "Save"), Way("cancel", "Cancel"), Way("discard", "Discard the changes"))


class Filing(MainState):
    @work(exclusive=True, group="file")
    async def action_new(self) -> None:
        if await self.may_leave():
            draft = Draft(target=self.draft.target)
            # The target stays, and with it the file that it was taken from.
            self.put(draft, "authorizer_name", OpenFile(draft, origin=self.file.path or self.file.origin))

    @work(exclusive=True, group="file")
    async def action_open(self) -> None:
        from authlens.ui.screens.dialogs.requests import RequestsScreen

        path = await self.app.push_screen_wait(RequestsScreen(self.folder))
        if path is not None and await self.may_leave():
            await self.open_file(path)

    async def open_file(self, path: Path) -> None:
        from authlens.store.requests import load

        loaded = await self._done(lambda: load(path))
        if loaded is not None:
            self._show(loaded)

    def _show(self, loaded: Loaded) -> None:
        draft = self._overridden(of_saved(loaded.saved))
        self.put(draft, None, OpenFile(draft, loaded.path, loaded.digest))
        if loaded.open_to_others:
            said = "holds a secret in plain text, and other users of this machine can read it. Ctrl+S makes it private."
            self.notify(f"{loaded.path.name} {said}", markup=False)

    @work(exclusive=True, group="file")
    async def action_save(self) -> None:
        await self.save()

    @work(exclusive=True, group="file")
    async def action_save_as(self) -> None:
        await self.save_as()

    async def save(self) -> bool:
        """Save to the open file; a form without one asks for a name. False when it was not saved."""
        path = self.file.path
        if path is None:
            return await self.save_as()
        return await self._write(path, self.file.digest)

    async def save_as(self) -> bool:
        from authlens.store.requests import named

        path = self.file.path
        given = path.stem if path else self.draft.authorizer_name
        folder = path.parent if path else self.folder
        name = await self.app.push_screen_wait(AskText("Save as", given, f"In {folder}; a / makes a folder."))
        target = await self._done(lambda: named(folder, name)) if name else None
        return target is not None and await self._write(target, None)

    async def _write(self, path: Path, digest: str | None, *, overwrite: bool = False, bare: bool = False) -> bool:
        from authlens.store.requests import Conflict, HasComments, RequestFileError, save

        if self.draft.problem is not None:
            self.notify(f"Not saved. The password: {self.draft.problem}", severity="warning", markup=False)
            return False
        draft = self.draft
        saved = draft.saved
        try:
            loaded = await background.call(lambda: save(path, saved, digest, overwrite=overwrite, drop_comments=bare))
        except HasComments as error:
            return await self._ask_about_comments(path, digest, str(error), overwrite)
        except Conflict as error:
            return await self._ask_about_conflict(path, str(error), bare)
        except RequestFileError as error:
            self._complain(error)
            return False
        await self._trust_own(saved, loaded.path)
        self.keep(self.file.saved(draft, loaded.path, loaded.digest))
        self.notify(f"Saved {loaded.path.name}.{_left_out(draft)}", markup=False)
        return True

    async def _trust_own(self, saved: SavedRequest, path: Path) -> None:
        """A request that was made here is trusted when it is saved; an opened file is not."""
        gate, sources = self.sender.gate, self.file.sources
        if self.file.path is None and await background.call(lambda: gate.wanted(saved.target, None, sources)) is None:
            problem = await background.call(lambda: trust_saved(self.desk, gate, saved.target, path))
            if problem:
                self.notify(problem, severity="warning", timeout=15, markup=False)

    async def _ask_about_comments(self, path: Path, digest: str | None, said: str, overwrite: bool) -> bool:
        ways = (Way("other", "Save as…"), Way("cancel", "Cancel"), Way("bare", "Save without them"))
        way = await self.app.push_screen_wait(Ask("Comments", said, ways))
        if way == "bare":
            return await self._write(path, digest, overwrite=overwrite, bare=True)
        return way == "other" and await self.save_as()

    async def _ask_about_conflict(self, path: Path, said: str, bare: bool) -> bool:
        ways = (Way("other", "Save as…"), Way("cancel", "Cancel"), Way("reload", "Open it"), Way("over", "Overwrite"))
        way = await self.app.push_screen_wait(Ask("Changed on the disk", said, ways))
        if way == "over":
            return await self._write(path, None, overwrite=True, bare=bare)
        if way == "reload":
            await self.open_file(path)
        return way == "other" and await self.save_as()

    @work(exclusive=True, group="file")
    async def action_rename(self) -> None:
        from authlens.store.requests import rename

        path = self.file.path
        if path is None:
            self.notify("This request is in no file yet. Save it first.", markup=False)
            return
        name = await self.app.push_screen_wait(AskText("Rename", path.stem))
        renamed = await self._done(lambda: rename(path, name)) if name and name != path.stem else None
        if renamed is not None:
            self.keep(self.file.renamed(renamed))

    @work(exclusive=True, group="file")
    async def action_duplicate(self) -> None:
        from authlens.store.requests import duplicate

        path = self.file.path
        if path is None:
            self.notify("This request is in no file yet. Save it first.", markup=False)
        elif await self.may_leave():
            copy = await self._done(lambda: duplicate(path))
            if copy is not None:
                await self.open_file(copy)

    @work(exclusive=True, group="file")
    async def action_delete(self) -> None:
        from authlens.store.requests import delete

        path = self.file.path
        if path is None:
            self.notify("This request is in no file.", markup=False)
            return
        ways = (Way("cancel", "Cancel"), Way("delete", "Delete"))
        if (
            await self.app.push_screen_wait(Ask("Delete", f"Delete {path}? The form keeps what it holds.", ways))
            == "delete"
        ):
            await self._done(lambda: delete(path))
            if not path.exists():
                self.keep(OpenFile(Draft(), origin=path))
                self.notify(f"Deleted {path.name}. The form still holds it; Ctrl+S saves it anew.", markup=False)

    @work(exclusive=True, group="file")
    async def write_text(self, text: str, what: str) -> None:
        """Write a shown text to a file that is not there yet."""
        name = await self.app.push_screen_wait(AskText(f"Save {what}", "", "A path; the folder you started in counts."))
        if not name:
            return
        try:
            await background.call(lambda: write_new(user_path(name), text.encode("utf-8", "replace")))
        except (OSError, ValueError) as error:
            self.notify(f"Not saved: {error}", severity="error", timeout=15, markup=False)
        else:
            self.notify(f"Saved {what} in {name}.", markup=False)

    async def may_leave(self) -> bool:
        """Whether what the form holds may go. Unsaved changes are asked about."""
        if not self.unsaved:
            return True
        name = self.source or "this new request"
        way = await self.app.push_screen_wait(Ask("Unsaved changes", f"Save the changes to {name} first?", _KEEP))
        return way == "discard" or (way == "save" and await self.save())

    async def _done(self, work: Callable[[], Answer]) -> Answer | None:
        """Do something with files, in the background; what goes wrong is told."""
        from authlens.store.requests import RequestFileError

        try:
            return await background.call(work)
        except RequestFileError as error:
            self._complain(error)
            return None

    def _complain(self, error: Exception) -> None:
        self.notify(str(error), severity="error", timeout=15, markup=False)

    @work(exclusive=True, group="file")
    async def action_leave(self) -> None:
        """Leave the app. With --cli-auto-prompt the request goes back to the command line."""
        if self.desk.prompt:
            self.app.exit(self.draft.saved)
        elif await self.may_leave():
            self.app.exit()


def _left_out(draft: Draft) -> str:
    if not draft.left_out:
        return ""
    rest = "contexts are" if draft.mode is Mode.TOKEN else "token and signature are"
    return f" The {rest} not in it: the chosen mode does not send them, and only the form keeps them."

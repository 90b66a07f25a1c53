"""How to begin where there is no project yet: one is made here, or the samples are opened. Nothing of it runs."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from shlex import quote

from authlens.sending import Sender
from authlens.ui.runtime import background
from authlens.ui.runtime.host import Host
from authlens.ui.runtime.services import AppServices
from authlens.ui.runtime.start import working_folder
from authlens.ui.screens.dialogs.dialog import AskText
from authlens.ui.screens.dialogs.trust import keep_trust
from authlens.user_path import NotAPath, user_path

_PROJECT = """A folder, which is created if it does not exist; . is this one.
It gets a function, authorizers.yaml, a key pair and saved requests. No file is overwritten, and nothing runs until you
send a request. For your own function or template, run 'authlens init DIR --from FILE' in a shell."""


def say_what_was_said(host: Host, said: str) -> None:
    """What the command line did before the app opened."""
    if said:
        host.notify(said, seconds=10)


def say_where_to_begin(host: Host) -> None:
    """The user named nothing: in an empty folder there is nothing else to begin with."""
    here = working_folder()
    if here is not None and is_empty(here):
        host.notify(f"This folder is empty. {project_words(here)}", seconds=15)


class BeginningController:
    def __init__(
        self, services: AppServices, sender: Sender, host: Host, browse: Callable[[Path], Awaitable[None]]
    ) -> None:
        """browse: lists the saved requests of a folder, and opens the one that is chosen."""
        self._services = services
        self._sender = sender
        self._host = host
        self._browse = browse

    def start_project(self) -> None:
        self._host.run(self._start_project, "file", typing="waits")

    def open_samples(self) -> None:
        self._host.run(self._open_samples, "file", typing="waits")

    async def _start_project(self) -> None:
        from authlens.core.saved.schema import request_schema
        from authlens.endpoint.projects.starter import NotWritten, project, write_project
        from authlens.store.modeline import content_of, line_to

        here = working_folder()
        name = await self._host.ask(AskText("Start a project in", "." if here and is_empty(here) else "", _PROJECT))
        if not name:
            return
        try:
            folder = user_path(name)
            files = await background.call(lambda: project(content_of(request_schema()), line_to))
            written = await background.call(lambda: len([*write_project(folder, files)]))
        except (NotWritten, NotAPath) as error:
            self._host.notify(f"No project was made: {error}", "warning", 15)
            return
        self._sender.gate.allow((folder,))
        problem = await background.call(lambda: keep_trust(self._services, (folder,)))
        self._host.notify(f"Wrote {written} files to {folder}.{f' {problem}' if problem else ''}", seconds=15)
        await self._browse(folder)

    async def _open_samples(self) -> None:
        from authlens.endpoint.samples.unpack import unpack_samples

        try:
            folder = await background.call(lambda: unpack_samples(self._services.places.demo))
        except OSError as error:
            self._host.notify(f"The samples cannot be written: {error}", "error", 15)
            return
        await self._browse(folder)


def project_words(folder: Path) -> str:
    """The commands that make a project in a folder, as they are written from here."""
    here = working_folder()
    name = quote("." if folder == here else os.path.relpath(folder, here) if here else str(folder))
    makes = f"'authlens init {name}' makes a project there, '… --from FILE' one for your own function or template"
    return f"{makes.replace('there', 'here') if name == '.' else makes}; 'authlens demo' opens samples."


def is_empty(folder: Path) -> bool:
    """Whether it holds nothing but hidden files."""
    try:
        return all(each.name.startswith(".") for each in folder.iterdir())
    except OSError:
        return False

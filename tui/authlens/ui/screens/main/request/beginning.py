"""How to begin where there is no project yet: the commands that make one, or open the samples."""

from __future__ import annotations

import os
from pathlib import Path
from shlex import quote

from authlens.ui.runtime.host import Host
from authlens.ui.runtime.start import working_folder


def say_what_was_said(host: Host, said: str) -> None:
    """What the command line did before the app opened."""
    if said:
        host.notify(said, seconds=10)


def say_where_to_begin(host: Host) -> None:
    """The user named nothing: in an empty folder there is nothing else to begin with."""
    here = working_folder()
    if here is not None and is_empty(here):
        host.notify(f"This folder is empty. {project_words(here)}", seconds=15)


def start_project(host: Host) -> None:
    host.notify(f"In a shell: {project_words(working_folder() or Path())}", seconds=30)


def open_samples(host: Host) -> None:
    said = "In a shell: 'authlens demo' opens the samples. F9 with the local file demo sends this request to them."
    host.notify(said, seconds=30)


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

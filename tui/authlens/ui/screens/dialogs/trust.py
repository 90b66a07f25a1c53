"""Trust this folder? Asked once per folder, when a request of it is sent for the first time. Escape sends nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from authlens.core.request.target import Target
from authlens.core.saved.reach import reach_of
from authlens.gate import Gate, WantedTrust
from authlens.store.trust import TrustList, TrustNotKept
from authlens.ui.runtime import background
from authlens.ui.runtime.host import Host
from authlens.ui.screens.dialogs.dialog import Dialog
from authlens.ui.text.safe_content import safe_content, safe_lines
from authlens.ui.text.trust_text import trust_lines
from authlens.ui.widgets.controls.key_line import KeyLine

if TYPE_CHECKING:
    from authlens.core.saved.saved_request import SavedRequest
    from authlens.sending import Sender
    from authlens.ui.runtime.services import AppServices


class TrustDialog(Dialog[bool]):
    """What would be run, contacted and read, and `t` to allow it from now on."""

    DEFAULT_CSS = """
    TrustDialog {
        & > .box { border: round $warning; border-title-color: $text-warning; }
        .asked { height: auto; max-height: 16; scrollbar-gutter: stable; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "dismiss(True)", "Trust it", id="trust.accept"),
        Binding("escape", "dismiss(False)", "Not now", id="dialog.cancel"),
    ]

    def __init__(self, lines: Sequence[str], folders: Sequence[Path]) -> None:
        super().__init__()
        self._lines = lines
        self._folders = folders

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = safe_content("Trust this folder?" if len(self._folders) == 1 else "Trust these folders?")
            with VerticalScroll(classes="asked"):
                yield Static(safe_lines("\n".join(self._lines)), classes="say", markup=False)
            folders = "\n".join(f"t trusts {folder} and everything below it." for folder in self._folders)
            yield Static(safe_lines(f"Nothing has been run or sent so far.\n{folders}"), classes="note", markup=False)
            yield KeyLine()


async def may_send(
    host: Host,
    sender: Sender,
    services: AppServices,
    saved: SavedRequest,
    base: Path | None,
    sources: Iterable[Path],
    stored: bool = False,
) -> bool:
    """Whether the request may be sent; the user is asked if its folder is not trusted yet.

    stored: it is an invocation of the history, which does not say in which environment it was sent.
    """
    files = tuple(sources)
    if stored:
        await background.call(lambda: sender.gate.note_stored(saved.target, base))
    wanted = await background.call(lambda: sender.gate.wanted(saved.target, base, files))
    if wanted is None:
        return True
    lines = await background.call(lambda: _lines(saved, wanted, files))
    if not await host.ask(TrustDialog(lines, wanted.folders)):
        host.notify("Not sent: the folder is not trusted.")
        return False
    await background.call(lambda: sender.gate.allow_wanted(saved.target, base, files))
    problem = await background.call(lambda: keep_trust(services, wanted.folders))
    if problem:
        host.notify(f"Trusted until you leave: {problem}", "warning", 15)
    return True


def _lines(saved: SavedRequest, wanted: WantedTrust, files: Sequence[Path]) -> list[str]:
    from authlens.endpoint.templates.child_environment import named_variables
    from authlens.endpoint.templates.outline import programs_of

    reach = reach_of(saved)
    programs: tuple[str, ...] = ()
    if wanted.local:
        local = Path(wanted.local)
        programs = programs_of(local)
        reach = replace(reach, variables=tuple(dict.fromkeys((*reach.variables, *named_variables(local)))))
    return trust_lines(str(files[0]) if files else "This request", reach, programs)


def trust_saved(services: AppServices, gate: Gate, target: Target, path: Path) -> str:
    """Trust a request that was made here and just saved, and what it names, but nothing else of its folder."""
    paths = gate.own_files(target, path)
    gate.allow(paths)
    return keep_trust(services, paths) if paths else ""


def keep_trust(services: AppServices, folders: Sequence[Path]) -> str:
    """Trust them from now on. Why the list could not be written; empty if it was."""
    try:
        TrustList(services.places.trust).add(folders, services.now())
    except TrustNotKept as error:
        return str(error)
    return ""

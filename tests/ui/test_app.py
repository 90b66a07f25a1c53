from __future__ import annotations

import gc
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from weakref import ref

import pytest
from textual.command import CommandList

from authlens.core.request.target import Target
from authlens.store.settings import Settings
from authlens.ui.runtime.mfa import MfaAsker
from authlens.ui.screens.dialogs.dialog import AskText
from authlens.ui.screens.dialogs.help import _KeyTable
from authlens.ui.text.partly_hidden import COVER
from authlens.ui.widgets.controls.key_line import KeyLine
from ui.robot import running


async def test_an_mfa_code_is_asked_in_the_app(tmp_path: Path) -> None:
    async with running(tmp_path) as robot:
        asker = MfaAsker()
        asker.app = robot.app
        codes: list[str] = []
        asking = threading.Thread(target=lambda: codes.append(asker("arn:aws:iam::1:mfa/me")), daemon=True)
        asking.start()
        while not isinstance(robot.app.screen, AskText):
            await robot.pilot.pause()
        await robot.settle()
        assert "mfa/me" in robot.text()
        await robot.type("123456")
        assert COVER in robot.text()
        assert "123456" not in robot.text()
        await robot.press("enter")
        while asking.is_alive():
            await robot.pilot.pause()
        assert codes == ["123456"]


async def test_a_theme_is_changed_live_and_remembered(tmp_path: Path) -> None:
    saved: list[Settings] = []
    async with running(tmp_path, saved_settings=saved) as robot:
        background = robot.screen.styles.background
        robot.app.theme = "light"
        await robot.settle()
        assert robot.screen.styles.background != background
        assert saved == [Settings(theme="light")]


async def test_the_palette_holds_what_can_be_done(tmp_path: Path) -> None:
    async with running(tmp_path) as robot:
        titles = {command.title for command in robot.app.get_system_commands(robot.screen)}
        assert {
            "Request: Send",
            "File: Save",
            "File: Save as",
            "File: Open",
            "File: Rename",
            "File: Delete",
            "App: Quit",
            "Theme: light",
            "View: Zoom the pane",
        } <= titles
        for typed, first in (
            ("edit", "Request: Edit in"),
            ("history", "View: History"),
            ("probe", "Request: Connect"),
            ("token", "Go to: Token"),
            ("policy", "Go to: Policy documents"),
            ("reset", "File: New"),
        ):
            await robot.press("ctrl+p")
            await robot.type(typed)
            hit = robot.app.screen.query_one(CommandList).get_option_at_index(0)
            assert str(hit.prompt).startswith(first)
            await robot.press("escape")
            assert len(robot.app.screen_stack) == 1
        await robot.press("ctrl+p")
        assert robot.screen.query_one(KeyLine)._drawn().plain == "esc Close", "the keys of the form do not work here"
        await robot.press("escape")
        assert "F5 Send" in robot.text().splitlines()[-1]
        for typed, member in (("password", "password"), ("header", "header name"), ("client id", "client_id")):
            await robot.press("ctrl+p")
            await robot.type(typed)
            await robot.press("enter")
            assert robot.app.focused is robot.field(member)
        await robot.run("page log")
        assert robot.answer.pages.chosen == "log"
        await robot.press("ctrl+p", *"paste", "enter")
        await robot.paste("Lambda function encountered error in execution")
        await robot.press("enter")
        await robot.rest()
        assert "The function raised an error, timed out or crashed" in robot.text()
        await robot.pilot.resize_terminal(80, 3)
        await robot.press("ctrl+p", "down", "pagedown")
        assert robot.app.is_running


@pytest.fixture
def frozen_memory() -> Iterator[None]:
    """Garbage is looked for among what the test makes, and not in the memory of all tests before it."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("frozen_memory")
async def test_a_closed_dialog_leaves_nothing_behind(tmp_path: Path) -> None:
    async with running(tmp_path, every_frame=True) as robot:
        await robot.press("f9")
        left = [ref(widget._styles_cache) for widget in robot.app.screen.query("*")]
        await robot.press("escape", "f9", "escape")

        def is_gone() -> bool:
            gc.collect()
            return not any(each() is not None for each in left)

        await robot.until(is_gone)  # the dialog's own timers end within a frame


async def test_keys_are_remapped_by_the_settings(tmp_path: Path) -> None:
    keymap = {"send": "ctrl+l", "go-to-finding": "alt+f,alt+g", "undo": "alt+u", "request-as": "f6"}
    async with running(tmp_path, settings=Settings(keymap=keymap)) as robot:
        await robot.rest()
        assert "Ctrl+L sends the request." in robot.text()
        assert "Alt+F Go to finding" in robot.text()
        robot.app.notify("Ctrl+Z undoes that, F3 copies it, F1 helps.")
        await robot.settle()
        assert robot.notifications()[-1] == "Alt+U undoes that, F6 copies it, F1 helps."
        await robot.press("ctrl+l")
        assert len(robot.gateway.sent) == 1
        await robot.press("f5")
        assert len(robot.gateway.sent) == 1


async def test_unknown_names_in_the_settings_are_reported(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    problems = tuple(f"{path}, line {line}, column 1: unknown key" for line in range(1, 13))
    settings = Settings(theme="drak", keymap={"sent": "f5", "leave": "f4"}, problems=problems)
    async with running(tmp_path, settings=settings) as robot:
        of_settings, *others = robot.notifications()
        assert of_settings.startswith(f"{path} has 12 problems, which 'authlens config show' lists too:\nline 1, ")
        assert len(others) == 2, "a message for the themes and one for the keymap, so that none hides the others"
        assert "leave" in "".join(others)
        said = "\n".join(robot.notifications())
        assert "theme: there is no theme 'drak'; there are dark, high-contrast, light, terminal." in said
        assert f"{tmp_path / 'config.yaml'}, keymap: there is no binding with the id 'sent'; did you mean send?" in said
        assert robot.app.theme == "dark"


async def test_the_target_is_chosen(tmp_path: Path) -> None:
    async with running(tmp_path) as robot:
        await robot.press("f9")
        await robot.type("dev")
        await robot.press("enter")
        await robot.type("eu-west-1")
        await robot.press("ctrl+s")
        assert robot.form.draft.target == Target("dev", "eu-west-1", local="demo")
        await robot.press("ctrl+z")
        assert robot.form.draft.target == Target(local="demo")


async def test_help_names_the_keys_that_work_here(tmp_path: Path) -> None:
    async with running(tmp_path) as robot:
        await robot.press("f1")
        text = robot.text()
        assert "Everywhere" in text
        assert re.search(r"F5 .*Send the request +send\b", text), "the id by which a keymap names it"
        assert "Send the request" in text
        await robot.press("escape")
        assert "Everywhere" not in robot.text()
        for width, height in ((80, 24), (120, 40)):
            await robot.pilot.resize_terminal(width, height)
            robot.answer.focus_page("documents")
            await robot.settle()
            assert "←→ Page" in robot.text().split("\n")[-1]
            await robot.press("f1")
            ids = re.findall(r"^(.*?) (?:answer|text)\.[a-z-]+ *(?:│|$)", robot.text(), re.MULTILINE)
            assert len({len(before) for before in ids}) == 1, "the names of the bindings are below each other"
            assert re.search(r"→ +Go to the next page +answer.next-page", robot.text())
            table = robot.app.screen.query_one(_KeyTable)
            assert "history.show" in "\n".join(line.plain for line in table._lines(99)), "of other panes too"
            await robot.press("escape")

"""Saved requests in view: a tree next to the form, or in its place by a key."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from authlens.ui.screens.dialogs.verdicts import VerdictsScreen
from authlens.ui.screens.main.batches import MOST_AT_ONCE
from authlens.ui.widgets.collection.collection_pane import CollectionPane, CollectionRows
from authlens.ui.widgets.controls.field import Field
from authlens.ui.widgets.controls.items import Items
from support.app_services import NOW
from ui.robot import running

ONE = """request: {authorizerName: SensorAuth, mqttContext: {username: sensor-7}}
expect: {isAuthenticated: true}
"""
CASES = """request: {authorizerName: SensorAuth, mqttContext: {username: u}}
cases:
  right: {}
  wrong: {request: {mqttContext: {username: nobody}}, expect: {isAuthenticated: false}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "requests"
    (folder / "deep").mkdir(parents=True)
    (folder / "one.yaml").write_text(ONE)
    (folder / "deep" / "cases.yaml").write_text(CASES)
    (folder / "deep" / "broken.yaml").write_text("request: {authorizerNam: x}\n")
    return folder


async def test_the_tree_is_next_to_the_form_if_there_is_room(folder: Path, tmp_path: Path) -> None:
    async with running(tmp_path, folder / "one.yaml", size=(200, 60)) as robot:
        await robot.rest()
        rows = robot.screen.query_one(CollectionRows)
        assert [node.name for node in rows.nodes] == ["deep/", "broken", "cases", "right", "wrong", "one"]
        assert rows.nodes[rows.cursor].name == "one", "the open request"
        rows.focus()
        await robot.press("home", "down", "down", "down", "down", "enter")
        await robot.rest()
        assert robot.form.draft.username == "nobody"
        rows.focus()
        await robot.press("r")
        await robot.rest()
        assert isinstance(robot.app.screen, VerdictsScreen)
        assert "2 of 3 as expected" in robot.text()
        assert robot.app.screen.query_one(Items).index == 1, "the first that is not"
        assert len(robot.gateway.sent) == 3
        await robot.press("escape")
        await robot.rest()
        assert [node.last is not None for node in rows.nodes] == [False, False, False, True, True, True]
        rows.focus()
        await robot.press("slash")
        await robot.type("one")
        await robot.press("enter", "e")
        await robot.settle()
        await robot.type("one-two")
        await robot.press("enter")
        await robot.rest()
        assert (folder / "one-two.yaml").exists()
        assert robot.form.file.case == "wrong", "the open request is a different one"
        robot.gateway.hold = hold = threading.Event()
        robot.screen.batches.replay((1, 2, 3, 1, 2, 3))
        await robot.until(lambda: len(robot.gateway.sent) == 3 + MOST_AT_ONCE)
        robot.screen.batches.replay((1,))
        await robot.settle()
        assert any("still being sent" in message for message in robot.notifications())
        await robot.press("escape")
        hold.set()
        await robot.until(lambda: isinstance(robot.app.screen, VerdictsScreen))
        assert "Stopped: 4 of 6 requests were sent." in robot.notifications()


DEFINITIONS = """authorizers:
  SensorAuth: {signingDisabled: true, codeUri: code, handler: app.handler}
"""


def written_before_it_was_sent(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        os.utime(path, (NOW.timestamp() - 60, NOW.timestamp() - 60))


async def test_what_changed_since_its_run_has_no_mark(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code/app.py").write_text("def handler(event, context): pass\n")
    (tmp_path / "authorizers.yaml").write_text(DEFINITIONS)
    local = f"target: {{local: {tmp_path / 'authorizers.yaml'}}}\n"
    (folder / "deep/broken.yaml").unlink()
    for name, text in (("one", ONE), ("deep/cases", CASES)):
        (folder / f"{name}.yaml").write_text(local + text)
    written_before_it_was_sent(tmp_path)
    async with running(tmp_path, folder / "one.yaml", size=(200, 60)) as robot:
        rows = robot.screen.query_one(CollectionRows)

        def marked() -> list[str]:
            return [node.name for node in rows.nodes if node.last is not None]

        rows.focus()
        await robot.press("r")
        await robot.rest()
        await robot.press("escape")
        await robot.send()
        assert marked() == ["right", "wrong", "one"]
        robot.screen.freshness.look()
        await robot.rest()
        assert "changed since" not in robot.text()
        (folder / "one.yaml").write_text(f"description: the same\n{local}{ONE}")
        (folder / "deep/cases.yaml").write_text(local + CASES.replace("nobody", "anyone"))
        robot.screen.collections.refresh()
        await robot.rest()
        assert marked() == ["right", "one"], "what is sent of those is as it was"
        (tmp_path / "code/app.py").write_text("handler = None\n")
        robot.screen.freshness.look()
        await robot.rest()
        assert marked() == []
        assert "app.py changed since · F5" in robot.text()
        written_before_it_was_sent(tmp_path)
        await robot.send()
        assert "changed since" not in robot.text()


async def test_elsewhere_a_key_shows_the_tree_in_place_of_the_form(folder: Path, tmp_path: Path) -> None:
    async with running(tmp_path, folder / "one.yaml") as robot:
        pane = robot.screen.query_one(CollectionPane)
        assert not pane.display or not pane.region.area
        await robot.press("ctrl+b")
        await robot.rest()
        assert "broken" in robot.text()
        assert "Authorizer " not in robot.text()
        await robot.press("end", "enter")
        await robot.rest()
        assert robot.form.file_name == "one.yaml"
        assert "Authorizer " in robot.text()
        await robot.pilot.resize_terminal(80, 24)
        await robot.press("ctrl+b")
        await robot.rest()
        assert "Saved" in robot.text()
        assert "one" in robot.text()


async def test_the_first_visit_by_the_key_for_panes_is_ready_for_keys(folder: Path, tmp_path: Path) -> None:
    async with running(tmp_path, folder / "one.yaml", size=(80, 24)) as robot:
        await robot.press("shift+f6")
        await robot.rest()
        await robot.press("end", "up", "enter")
        await robot.rest()
        assert robot.form.draft.username == "nobody", "the case above the open request"
        assert isinstance(robot.app.focused, Field)
    async with running(tmp_path, folder / "one.yaml", size=(80, 24)) as robot:
        await robot.type_ahead("ctrl+b", "r")
        assert isinstance(robot.app.screen, VerdictsScreen), "keys that come before the tree is read wait for it"
        assert len(robot.gateway.sent) == 3


async def test_lists_are_left_as_they_are_entered_at_every_size(folder: Path, tmp_path: Path) -> None:
    """With the same keys, and back to the field that the cursor was in."""
    async with running(tmp_path, folder / "one.yaml", size=(80, 24)) as robot:
        for width, height in ((80, 24), (120, 40), (200, 60)):
            await robot.pilot.resize_terminal(width, height)
            field = await robot.go_to("username")
            for key in ("ctrl+b", "escape"):
                await robot.press("ctrl+b")
                assert robot.screen.panes.front == "saved"
                assert "esc Back" in robot.text()
                await robot.press(key)
                assert (robot.app.focused, robot.screen.panes.front) == (field, "request")
            await robot.press("f6", "f6", "escape")
            assert robot.screen.panes.front == "answer", "from the history to where one was before"

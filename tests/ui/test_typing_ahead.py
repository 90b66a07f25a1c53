"""What is typed right after the key that opens a field is for that field, however fast it comes: never a command.

In these texts `'` starts what is typed; the rest are keys.
"""

from __future__ import annotations

from pathlib import Path

from authlens.ui.screens.dialogs.palette import Palette
from authlens.ui.screens.dialogs.requests import RequestsScreen
from authlens.ui.widgets.collection.collection_pane import CollectionRows
from ui.robot import running
from ui.test_collection import CASES, ONE


async def test_fields_take_in_what_is_typed_ahead(tmp_path: Path) -> None:
    folder = tmp_path / "requests"
    folder.mkdir()
    (folder / "one.yaml").write_text(ONE)
    (folder / "cases.yaml").write_text(CASES)
    async with running(tmp_path, folder / "one.yaml") as robot:
        await robot.send()
        await robot.type_ahead("f6", "f6", "slash", "'refused")
        assert robot.history.search == "refused"
        await robot.type_ahead("escape", "slash", "'lr", "enter")
        assert robot.history.search == "lr"
        await robot.type_ahead("escape", "ctrl+o", "'cas", "enter", "tab", "tab", "'x")
        assert robot.form.file_name == "cases.yaml"
        assert len(robot.gateway.sent) == 1, "r would send"
        assert robot.form.unsaved, "typed into the form"
        await robot.type_ahead("ctrl+z", "ctrl+b", "slash", "'ri")
        assert [node.name for node in robot.screen.query_one(CollectionRows).nodes] == ["cases", "right"]
        await robot.type_ahead("enter", "down", "enter", "f6", "right", "'publish a/b", "enter")
        assert robot.form.file.case == "right"
        assert robot.answer.view.questions[-1].resource == "topic/a/b"
        robot.history.rows.focus()
        await robot.type_ahead("ctrl+p", "'choose case")
        assert isinstance(robot.app.screen, Palette)
        await robot.type_ahead("enter", "'wro", "enter")
        assert robot.form.file.case == "wrong"
        robot.history.rows.focus()
        await robot.type_ahead("ctrl+o", "'one")
        assert isinstance(robot.app.screen, RequestsScreen)
        await robot.type_ahead("escape", "r", "slash", "'r")
        assert robot.history.search == "r"
        assert len(robot.gateway.sent) == 2, "between dialog and search it is a command"

"""What the app says now and then, and the keys below it, cover nothing; the history of a project is its own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from authlens.core.invocation.invocation import Invocation
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.target import Target
from authlens.store.history.history import History
from authlens.ui.widgets.controls.key_line import KeyLine
from support.app_services import NOW, PASSED
from ui.robot import SENSOR, running

REQUEST = """\
target: {local: demo}
request: {authorizerName: SensorAuth, mqttContext: {username: sensor-7, clientId: sensor-7}}
"""


async def test_messages_stand_above_the_keys_and_cover_nothing(tmp_path: Path) -> None:
    async with running(tmp_path, replace(SENSOR), size=(80, 24)) as robot:
        await robot.rest()
        before = robot.text().splitlines()
        finding = next(line for line in before if line.strip().startswith("· The username has no"))
        robot.app.notify("Saved [b]one[/b].yaml. " + "It is a long message " * 5)
        robot.app.notify("`x` is wrong", severity="warning", timeout=15)
        await robot.settle()
        lines = robot.text().splitlines()
        assert finding in lines, "what was to be read still is"
        assert [line[:24].rstrip() for line in lines[-4:-1]] == [
            " ● Saved [b]one[/b].yaml",
            "   long message It is a",
            " ! 'x' is wrong",
        ]
        assert lines[-1] == before[-1]
        await robot.pilot.click(KeyLine, offset=(5, 2))
        await robot.settle()
        assert robot.notifications() == [robot.notifications()[0]], "a click puts it away"
        await robot.press("f1")
        assert "Saved [b]one" not in robot.app.screen.query_one(KeyLine).render().plain, "it was said below the dialog"
        keys = robot.screen.query_one(KeyLine)._drawn().plain.split("\n")[-1]
        assert keys == "", "the keys of the form do not work in the dialog"
        robot.app.notify("of the dialog")
        await robot.settle()
        assert "of the dialog" in robot.text()
        await robot.press("escape")
        assert "of the dialog" in robot.text(), "what the dialog said outlives it"
        robot.app.clear_notifications()
        await robot.settle()
        assert robot.text().splitlines()[-1] == before[-1]
        assert "[b]one" not in robot.text()
        for number in range(9):
            robot.app.notify(f"message {number}")
        await robot.settle()  # more of them than there is room for
        assert [number for number in range(9) if f"message {number}" in robot.text()] == [6, 7, 8]
        robot.app.clear_notifications()
        host = robot.screen.host
        host.notify("Opened one.yaml.", kind="file")
        host.notify("app.py was changed. F5 runs it.", kind="to send")
        host.notify("Saved one.yaml.", kind="file")
        await robot.settle()
        assert "Opened one" not in robot.text(), "a newer one of its kind replaces it"
        assert "Saved one" in robot.text()
        await robot.send()
        assert "F5 runs it" not in robot.text(), "that was done"
        assert "Saved one" in robot.text()


async def test_each_pane_shows_its_most_useful_keys_and_the_way_on(tmp_path: Path) -> None:
    async with running(tmp_path, size=(80, 24)) as robot:
        await robot.send()
        footers = []
        for _ in range(4):
            footers.append(robot.text().splitlines()[-1])
            await robot.press("f6")
        assert all("F6 Next pane" in line and "F1 Help" in line and "F5 Send" in line for line in footers)
        assert "←→ Page  / Search  y Copy" in footers[0]
        assert "⏎ Show  d Diff  space Mark  F6" in footers[1]
        await robot.pilot.resize_terminal(120, 40)
        robot.history.rows.focus()
        await robot.settle()
        assert "d Diff  space Mark  r Resend  c Compare  / Search" in robot.text().splitlines()[-1]


async def test_the_history_of_a_project_is_its_own(tmp_path: Path) -> None:
    (tmp_path / "shop" / "requests").mkdir(parents=True)
    (tmp_path / "shop" / "requests" / "one.yaml").write_text(REQUEST)
    with History(tmp_path / "state" / "history.db") as history:
        for source in ("/elsewhere/requests/two.yaml", str(tmp_path / "shop" / "requests" / "old.yaml"), None):
            request = AuthorizerRequest("Other")
            history.record(Invocation(request, Target(local="demo"), PASSED, NOW, 0.01, source=source))
    async with running(tmp_path, tmp_path / "shop") as robot:
        rows = robot.history.rows
        assert [row.number for row in rows._rows] == [2]
        assert "runs of shop  a all 3" in robot.text()
        await robot.send()
        await robot.press("ctrl+n")
        await robot.fill("authorizer_name", "Typed")
        await robot.send()
        assert [row.number for row in rows._rows] == [5, 4, 2], (
            "what is sent from here is listed, with a file or without"
        )
        rows.focus()
        await robot.press("a")
        assert [row.number for row in rows._rows] == [5, 4, 3, 2, 1]
        assert "all runs  a only shop" in robot.text()
        await robot.pilot.resize_terminal(80, 24)
        await robot.settle()
        assert "all runs  a only shop" in robot.text(), "where there is no frame it has a line of its own"
        await robot.press("a")
        assert "runs of shop  a all 5" in robot.text()
    async with running(
        tmp_path, tmp_path / "shop", change=lambda given: replace(given, demo=True, start=None)
    ) as robot:
        assert [row.number for row in robot.history.rows._rows] == [5, 4, 3, 2, 1]
        assert "runs of the demo" in robot.text()

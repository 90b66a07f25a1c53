"""Every size of terminal works, and what matters is in view where it fits."""

from __future__ import annotations

from pathlib import Path

import pytest

from ui.robot import running

SIZES = ((1, 1), (2, 30), (200, 1), (7, 3), (13, 8), (30, 10), (61, 17), (99, 30), (100, 29), (140, 12), (200, 60))


async def test_the_app_survives_every_size_while_it_is_used(tmp_path: Path) -> None:
    async with running(tmp_path) as robot:
        for number, (width, height) in enumerate(SIZES):
            await robot.pilot.resize_terminal(width, height)
            await robot.press(("f5", "f6", "f4", "ctrl+o", "escape", "f1", "escape", "f6", "f6", "tab", "f5")[number])
            assert robot.app._exception is None
        await robot.pilot.resize_terminal(120, 40)
        await robot.settle()
        assert "✓ AUTHENTICATED" in robot.text()


@pytest.mark.slow
async def test_the_app_survives_every_width(tmp_path: Path) -> None:
    async with running(tmp_path) as robot:
        await robot.send()
        for pane in ("request", "answer", "history"):
            robot.screen.bring(pane)
            for width in range(1, 201, 3):
                await robot.pilot.resize_terminal(width, width % 59 + 1)
                await robot.pilot.pause()
                assert robot.app._exception is None


@pytest.mark.parametrize(
    ("size", "seen"),
    [
        ((80, 24), ("SensorAuth", "demo", "us-west-2", "AUTHENTICATED", "refresh", "Documents", "Version", "F5 Send")),
        ((120, 40), ("Client ID", "AUTHENTICATED", "Version", "History", "12 ms", "F5 Send", "account")),
        ((200, 60), ("Client ID", "AUTHENTICATED", "Version", "History", "12 ms", "F5 Send", "account")),
    ],
    ids=["80x24", "120x40", "200x60"],
)
async def test_what_matters_is_in_view(tmp_path: Path, size: tuple[int, int], seen: tuple[str, ...]) -> None:
    async with running(tmp_path, size=size) as robot:
        await robot.send()
        text = robot.text()
        assert [word for word in seen if word not in text] == []


async def test_a_pane_is_zoomed_and_the_panes_are_tabs_on_a_small_screen(tmp_path: Path) -> None:
    async with running(tmp_path) as robot:
        assert "History" in robot.text()
        await robot.press("f4")
        assert "NOT SENT" not in robot.text()
        await robot.press("f4")
        assert "NOT SENT" in robot.text()
        await robot.pilot.resize_terminal(80, 24)
        await robot.press("f6")
        assert "NOT SENT" in robot.text()
        assert "Client ID" not in robot.text()
        await robot.press("f6", "f6")
        await robot.fill("username", "x")
        assert "● unsaved" in robot.text()

"""What a terminal reports about its focus in quick succession is acted on once, and not at all if nothing changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events
from textual.screen import Screen

from ui.robot import Robot, running


@pytest.fixture
def restyled(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether the app had the focus each time that everything was styled anew."""
    seen: list[bool] = []
    original = Screen.update_node_styles

    def update_node_styles(screen: Screen[object], animate: bool = True) -> None:
        seen.append(screen.app.app_focus)
        original(screen, animate)

    monkeypatch.setattr(Screen, "update_node_styles", update_node_styles)
    return seen


def report(robot: Robot, *reports: type[events.Event]) -> None:
    for each in reports:
        robot.app.post_message(each())


async def test_a_stream_of_reports_styles_the_screen_once(tmp_path: Path, restyled: list[bool]) -> None:
    async with running(tmp_path) as robot:
        focused = robot.app.focused
        restyled.clear()
        report(robot, *[events.AppBlur, events.AppFocus] * 500)
        await robot.settle()
        assert restyled == []
        report(robot, *[events.AppFocus, events.AppBlur] * 500)
        await robot.settle()
        assert restyled == [False]
        assert robot.app.focused is None
        report(robot, events.AppFocus, events.AppFocus)
        await robot.settle()
        assert restyled == [False, True]
        assert robot.app.focused is focused
        report(robot, events.AppBlur)
        await robot.press("x")
        assert robot.app.app_focus, "who types has the focus"
        assert robot.app.focused is focused

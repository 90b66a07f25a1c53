"""Every size of terminal works, and what matters is in view where it fits."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from textual import events

from authlens.core.text.visible import is_visible
from authlens.store.settings import Settings
from authlens.ui.widgets.answer.verdict_header import VerdictHeader
from authlens.ui.widgets.controls.field import Field
from ui.robot import running
from ui.test_hostile import HOSTILE

USED = (
    *((1, 1, "f5"), (2, 30, "f6"), (200, 1, "f4"), (13, 8, "ctrl+o"), (61, 17, "escape"), (140, 12, "f5")),
    *((7, 3, "ctrl+o"), (13, 8, "escape"), (30, 10, "f1"), (61, 17, "escape"), (99, 30, "f6"), (100, 29, "f6")),
    *((140, 12, "tab"), (200, 60, "f5")),
)
"""Sizes, and a key that is hit at each: first those that leave nothing, one line, or one column of the screen."""


@pytest.mark.parametrize("used", [USED[:6], pytest.param(USED, marks=pytest.mark.slow)], ids=["the smallest", "all"])
async def test_the_app_survives_every_size_while_it_is_used(
    tmp_path: Path, used: Sequence[tuple[int, int, str]]
) -> None:
    async with running(tmp_path, every_frame=True) as robot:
        for width, height, key in used:
            await robot.pilot.resize_terminal(width, height)
            await robot.press(key)
            assert robot.app._exception is None
        await robot.pilot.resize_terminal(120, 40)
        await robot.settle()
        assert "✓ AUTHENTICATED" in robot.text()


async def test_the_app_comes_to_rest_in_a_narrow_terminal(tmp_path: Path) -> None:
    """A scrollbar that makes room for itself by leaving is painted for ever; the robot waits for the last frame."""
    async with running(tmp_path) as robot:
        await robot.send()
        for pane, sizes in {"request": ((2, 8), (17, 48), (19, 24)), "answer": ((3, 8), (2, 24))}.items():
            robot.screen.panes.go_to(pane)
            for size in sizes:
                await robot.pilot.resize_terminal(*size)
                assert robot.screen.size == size
        header = robot.screen.query_one(VerdictHeader)
        for width in range(114, 121):
            await robot.pilot.resize_terminal(width, 40)
            assert header.max_scroll_y == 0, "where there is room, all of the verdict is in view"
        robot.screen.panes.go_to("request")
        heights = set()
        for before in ((200, 60), (80, 24)):
            await robot.pilot.resize_terminal(*before)
            await robot.pilot.resize_terminal(120, 40)
            heights.add(header.size.height)
        assert len(heights) == 1, "the height of the verdict depends on the size alone, not on the one before"
        await robot.open_page("token")
        await robot.pilot.resize_terminal(4, 26)
        assert robot.screen.size == (4, 26)
        for key in ("f1", "ctrl+p"):
            await robot.press(key)
            for size in ((8, 18), (4, 40)):
                await robot.pilot.resize_terminal(*size)
                assert robot.app.screen.size == size
            await robot.press("escape")


@pytest.mark.slow
async def test_the_app_survives_every_width(tmp_path: Path) -> None:
    async with running(tmp_path, every_frame=True) as robot:
        await robot.send()
        for pane in ("request", "answer", "history"):
            robot.screen.panes.go_to(pane)
            for width in range(1, 201, 3):
                await robot.pilot.resize_terminal(width, width % 59 + 1)
                await robot.pilot.pause()
                assert robot.app._exception is None


KEYS = (
    *("f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "f10", "tab", "shift+tab", "enter", "escape", "space"),
    *(
        "up",
        "down",
        "left",
        "right",
        "home",
        "end",
        "pageup",
        "pagedown",
        "delete",
        "backspace",
        "a",
        "r",
        "y",
        "slash",
    ),
    *("ctrl+o", "ctrl+n", "ctrl+p", "ctrl+r", "ctrl+s", "ctrl+t", "ctrl+y", "ctrl+z", "shift+f6"),
)
SIZE = st.tuples(st.integers(1, 200), st.integers(1, 60))
STEP = st.one_of(SIZE, st.sampled_from(KEYS), st.sampled_from(sorted(HOSTILE)))
"""A new size, a key, or a hostile text pasted where the cursor is."""


async def use(folder: Path, steps: Sequence[tuple[int, int] | str]) -> None:
    async with running(folder, settings=Settings(clipboard="terminal")) as robot:
        for step in steps:
            if isinstance(step, tuple):
                await robot.pilot.resize_terminal(*step)
            elif step in HOSTILE:
                robot.app.post_message(events.Paste(HOSTILE[step]))
            else:
                await robot.pilot.press(step)
            await robot.pilot.pause()
            assert robot.app._exception is None
            if not robot.app.is_running:
                return
            assert all(is_visible(line) for line in robot.text().split("\n"))
        for field in robot.app.screen.query(Field):
            if field.masked:
                assert "correct-horse" not in robot.text()


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEP, max_size=25))
def test_no_order_of_sizes_keys_and_texts_stops_the_app(
    tmp_path_factory: pytest.TempPathFactory, steps: Sequence[tuple[int, int] | str]
) -> None:
    asyncio.run(use(tmp_path_factory.mktemp("use"), steps))


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
    async with running(tmp_path, size=size, every_frame=True) as robot:
        await robot.send()
        text = robot.text()
        assert [word for word in seen if word not in text] == []


async def test_a_small_screen_shows_what_happens_wherever_it_does(tmp_path: Path) -> None:
    error = "An error occurred (InvalidRequestException) when calling the TestInvokeAuthorizer operation: No"
    async with running(tmp_path, size=(80, 24)) as robot:
        await robot.go_to("username")
        robot.app.post_message(events.Paste(error))
        await robot.rest()
        assert "✗ REFUSED" in robot.text(), "what was pasted is an answer"
        robot.app.post_message(events.Paste("mosquitto_pub -h example.com -i pasted-1 -t a -m b"))
        await robot.rest()
        assert "pasted-1" in robot.text(), "what was pasted is a request"
        robot.gateway.hold = threading.Event()
        await robot.press("f5")
        assert "● SENDING" in robot.text()
        await robot.press("shift+f6")
        assert "Answer ●" in robot.text(), "on the tab, for whoever is elsewhere"
        robot.gateway.hold.set()
        robot.gateway.hold = None
        await robot.rest()
        assert "Answer ●" not in robot.text()


async def test_a_pane_is_zoomed_and_the_panes_are_tabs_on_a_small_screen(tmp_path: Path) -> None:
    async with running(tmp_path, every_frame=True) as robot:
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

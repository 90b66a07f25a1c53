"""What a typed key paints: the field, and nothing that says what it said before."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.geometry import Region
from textual.widget import Widget

from ui.robot import running


async def test_a_key_paints_its_field_and_a_pause_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    painted: list[tuple[str, bool]] = []
    original = Widget.refresh

    def refresh(widget: Widget, *regions: Region, repaint: bool = True, layout: bool = False, **more: bool) -> Widget:
        painted.append((type(widget).__name__, layout))
        return original(widget, *regions, repaint=repaint, layout=layout, **more)

    async with running(tmp_path) as robot:
        await robot.press("tab")
        await robot.type("aaaa")
        await robot.rest()
        await robot.app.wait_for_refresh()
        monkeypatch.setattr(Widget, "refresh", refresh)
        await robot.type("a")
        assert painted == [("Field", False)]
        painted.clear()
        await robot.rest()
        assert {name for name, _ in painted} <= {"KeyLine"}
        assert not any(layout for _, layout in painted)

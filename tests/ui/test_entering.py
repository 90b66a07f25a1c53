"""Entering fields and pasting, as everywhere: Tab selects all of a field, and any line end in a paste is one."""

from __future__ import annotations

from pathlib import Path

from textual import events

from ui.robot import running

COMMAND = "aws iot test-invoke-authorizer \\\r  --authorizer-name Pasted \\\r  --token abc"


async def test_what_is_typed_after_tab_replaces_the_field_hidden_or_not(tmp_path: Path) -> None:
    async with running(tmp_path) as robot:
        await robot.go_to("client_id")
        await robot.press("tab")
        await robot.type("u2")
        await robot.press("tab")
        await robot.type("p2")
        assert (robot.form.draft.username, robot.form.draft.password) == ("u2", "p2")


async def test_a_command_that_a_terminal_sends_with_carriage_returns_fills_the_form(tmp_path: Path) -> None:
    async with running(tmp_path) as robot:
        await robot.go_to("username")
        robot.app.post_message(events.Paste(COMMAND))
        await robot.rest()
        assert robot.form.draft.authorizer_name == "Pasted"
        assert robot.form.draft.token == "abc"

"""Entering fields and pasting, as everywhere: Tab selects all of a field, and what is pasted goes where it belongs."""

from __future__ import annotations

from pathlib import Path

from textual import events

from authlens.ui.app import LONGEST_PASTE
from authlens.ui.screens.document import DocumentScreen
from support.app_services import POLICY
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


async def test_what_is_pasted_goes_where_it_belongs(tmp_path: Path) -> None:
    async with running(tmp_path) as robot:
        await robot.go_to("username")
        await robot.paste("mosquitto_pub -h iot.example.com -u other -P secret-word -i c-9 -t t -m x")
        draft = robot.form.draft
        assert (draft.username, draft.client_id, draft.authorizer_name) == ("other", "c-9", "SensorAuth")
        assert draft.target.local == "demo"
        await robot.paste(
            "An error occurred (InvalidRequestException) when calling the TestInvokeAuthorizer operation: "
            "Token signature mismatch for authorizer SensorAuth"
        )
        assert "REFUSED" in robot.text()
        assert robot.form.draft == draft, "the form stays"
        await robot.paste(POLICY)
        assert isinstance(robot.app.screen, DocumentScreen)
        assert "sensors/7/data" in robot.text()
        await robot.press("escape")
        robot.screen.post_message(events.Paste("AWS_ERROR_MQTT_UNEXPECTED_HANGUP"))
        await robot.rest()
        assert "the function was not invoked" in robot.text()
        await robot.press("escape")
        robot.screen.post_message(events.Paste("nothing that is known"))
        await robot.rest()
        assert robot.notifications()[-1].startswith("Not recognised")
        await robot.paste("a plain value")
        assert "a plain value" in robot.form.draft.username
        draft = robot.form.draft
        robot.app.post_message(events.Paste("a\n" * LONGEST_PASTE))
        await robot.rest()
        assert robot.notifications()[-1].startswith("The pasted text is too long: 524,288 characters")
        assert robot.form.draft == draft

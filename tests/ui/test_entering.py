"""Entering fields and pasting, as everywhere: Tab selects all of a field, and what is pasted goes where it belongs."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from textual import events

from authlens.ui.app import LONGEST_PASTE
from authlens.ui.screens.document import DocumentScreen
from authlens.ui.widgets.controls.field import Field
from support.app_services import POLICY
from ui.robot import running


def _holds(field: Field, text: str) -> bool:
    return field.value == text


COMMAND = "aws iot test-invoke-authorizer \\\r  --authorizer-name Pasted \\\r  --token abc"


async def test_what_is_typed_after_tab_replaces_the_field_hidden_or_not(tmp_path: Path) -> None:
    async with running(tmp_path) as robot:
        await robot.go_to("client_id")
        await robot.press("tab")
        await robot.type("u2")
        await robot.press("tab")
        await robot.type("p2")
        assert (robot.form.draft.username, robot.form.draft.password) == ("u2", "p2")
        for command in ("save_as", "probe"):
            await robot.run(command)
            field = robot.app.focused
            assert isinstance(field, Field)
            assert field.selected_text == field.text != "", "and so is the first field of a dialog"
            await robot.press("escape")


SMALL, LARGE = (80, 24), (200, 60)


@pytest.mark.parametrize(
    "cases",
    [
        [(SMALL, 0), (SMALL, 1), (SMALL, 2), (LARGE, 1)],
        pytest.param([(size, number) for size in (SMALL, LARGE) for number in range(3)], marks=pytest.mark.slow),
    ],
    ids=["each", "all"],
)
async def test_the_first_field_has_the_cursor_after_a_file_was_opened(
    tmp_path: Path, cases: list[tuple[tuple[int, int], int]]
) -> None:
    requests = tmp_path / "requests"
    requests.mkdir()
    (requests / "a-mqtt.yaml").write_text("request: {authorizerName: A, mqttContext: {username: u, password: p}}\n")
    (requests / "b-token.yaml").write_text("request: {authorizerName: A, token: secret-token}\n")
    (requests / "c-nameless.yaml").write_text("request: {httpContext: {queryString: q}}\n")
    opened = (("client_id", "token", "history"), ("token", "event", "answer"), ("authorizer_name", "mqtt", "request"))
    async with running(tmp_path, None, size=SMALL) as robot:
        for size, number in cases:
            await robot.pilot.resize_terminal(*size)
            member, page, pane = opened[number]
            await robot.open_page(page)
            robot.screen.panes.go_to(pane)
            await robot.settle()
            await robot.press("ctrl+o", *["down"] * number, "enter")
            await robot.rest()
            field = robot.app.focused
            assert isinstance(field, Field), (size, member)
            assert (field.member, robot.screen.panes.front) == (member, "request")
            await robot.type("r5")
            await robot.until(partial(_holds, field, "r5"))
            await robot.press("ctrl+z", "ctrl+z")
            assert not robot.form.unsaved
            assert robot.gateway.sent == []


async def test_the_pages_of_the_form_are_one_key_apart(tmp_path: Path) -> None:
    async with running(tmp_path, size=(80, 24)) as robot:
        await robot.go_to("username")
        assert "PgUp/PgDn Page" in robot.text().splitlines()[-1]
        seen = []
        for key in ("pagedown", "pagedown", "ctrl+pagedown", "pagedown", "pagedown", "pageup", "ctrl+pageup"):
            await robot.press(key)
            focused = robot.app.focused
            seen.append(focused.member if isinstance(focused, Field) else focused.__class__.__name__)
        assert seen == ["server_name", "Choices", "token", "query_string", "client_id", "query_string", "token"]
        await robot.type("jwt")
        assert robot.form.draft.token == "jwt"


async def test_a_command_that_a_terminal_sends_with_carriage_returns_fills_the_form(tmp_path: Path) -> None:
    async with running(tmp_path) as robot:
        await robot.go_to("username")
        robot.app.post_message(events.Paste(COMMAND))
        await robot.rest()
        assert robot.form.draft.authorizer_name == "Pasted"
        assert robot.form.draft.token == "abc"
        assert robot.form.draft.target.local == "demo"
        robot.app.post_message(events.Paste(f"{COMMAND} --region eu-west-1"))
        await robot.rest()
        assert "It goes to region eu-west-1 now, not to demo." in robot.notifications()[-1]


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
        await robot.send()
        assert robot.screen.answer.view.baseline is None, "what was pasted is not what was sent before"
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

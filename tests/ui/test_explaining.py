"""Saying why, as a person meets it: hints and their fixes, questions, expectations, a pasted request."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from authlens.core.contract.outcome import Outcome
from authlens.core.invocation.gateway import Reply
from authlens.core.invocation.invocation import Failure, FailureKind
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext
from authlens.core.request.target import Target
from authlens.core.saved.expectation import Expectation, Question
from authlens.core.saved.saved_request import SavedRequest
from authlens.ui.widgets.controls.pages import Pages
from support.app_services import PASSED, ScriptedGateway
from ui.robot import SENSOR, running

UNSIGNED = Authorizer("SensorAuth", status="ACTIVE", signing_disabled=True)
EVENT = {"token": "of it", "protocolData": {"mqtt": {"username": "pasted", "clientId": "c9"}}}
COMMAND = (
    "aws iot test-invoke-authorizer \\\n --authorizer-name SensorAuth \\\n --mqtt-context username=pasted,clientId=c9"
)


def unsigned(*replies: Reply) -> ScriptedGateway:
    return ScriptedGateway(list(replies), authorizer=UNSIGNED)


async def test_a_pasted_request_fills_the_form_and_undo_brings_back(tmp_path: Path) -> None:
    async with running(tmp_path, gateway=unsigned()) as robot:
        for text in (COMMAND, json.dumps(EVENT, indent=2)):
            robot.screen.query_one("#mode").focus() if text == COMMAND else await robot.go_to("password")
            await robot.paste(text)
            expected = AuthorizerRequest("SensorAuth", mqtt_context=MqttContext("pasted", None, "c9"))
            assert robot.form.draft.request == expected
            assert robot.form.draft.target == SENSOR.target
            assert robot.field("username").value == "pasted"
            assert (
                (robot.form.draft.token == "of it") is ("The token is kept here" in robot.text()) is (text != COMMAND)
            )
            await robot.press("ctrl+z")
            assert robot.form.draft.saved == SENSOR
        pages = robot.screen.query_one("#members", Pages)
        for text, page in (("curl 'https://iot.example.com/topics/t?a=1' -H 'x: y'", "http"), (COMMAND, "mqtt")):
            await robot.paste(text)
            assert pages.chosen == page
            assert pages.current.has_focus_within, "the cursor does not go with the page that it was on"


async def test_a_fix_is_made_by_a_key_and_taken_back_by_another(tmp_path: Path) -> None:
    request = AuthorizerRequest("SensorAuth", http_context=HttpContext((("X-Key", "k"),), "a=1"))
    async with running(tmp_path, SavedRequest(request, target=Target(local="demo")), gateway=unsigned()) as robot:
        await robot.rest()
        assert "F8" in robot.text()
        await robot.press("f8")
        assert robot.form.draft.query_string == "?a=1"
        await robot.rest()
        assert "F8" not in robot.text()
        await robot.press("f8")
        assert robot.form.draft.query_string == "?a=1"
        await robot.press("ctrl+z")
        assert robot.form.draft.query_string == "a=1"


async def test_the_cursor_goes_to_what_is_wrong_and_then_to_the_notes(tmp_path: Path) -> None:
    request = AuthorizerRequest("SensorAuth", http_context=HttpContext((("X-Key", "k"),), "?a=1 2"))
    async with running(tmp_path, SavedRequest(request, target=Target(local="demo")), gateway=unsigned()) as robot:
        await robot.rest()
        await robot.press("f7")
        assert robot.app.focused is robot.field("query_string")
        assert robot.field("query_string").selected_text == " "
        await robot.press("f7")
        assert "Header names reach" in robot.text()
        assert robot.app.focused is robot.field("header name")
        await robot.press("f8")
        assert robot.form.draft.headers == (("x-key", "k"),)


PANES = ("request", "answer", "history", "saved")
SIZES = ((80, 24), (120, 40), (200, 60))
PLACES = [*((SIZES[0], pane) for pane in PANES), (SIZES[1], "answer"), (SIZES[1], "saved"), (SIZES[2], "history")]
"""Every pane where all of them are tabs, and those that differ where there is more room."""


@pytest.mark.parametrize(
    "places",
    [PLACES, pytest.param([(size, pane) for size in SIZES for pane in PANES], marks=pytest.mark.slow)],
    ids=["each kind", "all"],
)
async def test_the_cursor_goes_to_what_is_wrong_from_every_pane_at_every_size(
    tmp_path: Path, places: list[tuple[tuple[int, int], str]]
) -> None:
    request = AuthorizerRequest("SensorAuth", mqtt_context=MqttContext("sensor-7", "secret", "sensor-7"))
    async with running(tmp_path, SavedRequest(request, target=Target(local="demo")), size=(80, 24)) as robot:
        await robot.rest()
        field = robot.field("username")
        for size, pane in places:
            await robot.pilot.resize_terminal(*size)
            robot.screen.panes.go_to("request")
            await robot.settle()
            await robot.go_to("client_id")
            robot.screen.panes.go_to(pane)
            await robot.settle()
            while robot.screen.preflight.hints.target is not None:
                robot.screen.preflight.go_to_finding()
            await robot.press("f7")
            target = robot.screen.preflight.hints.target
            assert target is not None
            assert target.path == "mqttContext.username"
            assert robot.app.focused is field, (size, pane, robot.app.focused)
            assert robot.screen.panes.front == "request"
            assert field.selected_text == field.value[target.start : target.end]
            await robot.press("tab")
            assert robot.app.focused is robot.field("password"), (size, pane)


async def test_questions_stay_open_over_every_answer(tmp_path: Path) -> None:
    denied = Outcome(True, "sensor7", ('{"Version":"2012-10-17","Statement":[]}',))
    async with running(tmp_path, gateway=unsigned(Reply(PASSED, 0.01), Reply(denied, 0.01))) as robot:
        await robot.send()
        await robot.ask("publish sensors/7/data")
        await robot.ask("publish other")
        assert "✓ ALLOWED" in robot.text()
        assert "✗ IMPLICIT_DENY" in robot.text()
        assert "Access ✓2 ✗1" in robot.text()
        robot.answer.pages.page("access").query_one("Items").focus()  # type: ignore[union-attr]  # the page is made
        await robot.press("end", "up", "enter")
        assert robot.answer.pages.chosen == "documents"
        assert "allows iot:Publish topic/sensors/7/data" in robot.text()
        await robot.send()
        assert "Access ✗3" in robot.text()
        await robot.open_page("access")
        robot.answer.entrance().focus()  # type: ignore[union-attr]  # there is one
        await robot.press("end", "d")
        assert robot.screen.answer.questions == (
            Question("iot:Connect", "client/sensor-7"),
            Question("iot:Publish", "topic/sensors/7/data"),
        )


async def test_an_invalid_question_is_reported(tmp_path: Path) -> None:
    async with running(tmp_path, gateway=unsigned()) as robot:
        await robot.ask("publsh a")
        assert "did you mean iot:Publish?" in robot.text()


async def test_what_happened_is_recorded_and_watched_from_then_on(tmp_path: Path) -> None:
    refused = Outcome(False, "sensor7", ())
    async with running(tmp_path, gateway=unsigned(Reply(PASSED, 0.01), Reply(refused, 0.01))) as robot:
        await robot.send()
        await robot.run("record_expectation")
        await robot.rest()
        assert "✓ as expected" in robot.text()
        await robot.send()
        assert "expected true, got false" in robot.text()
        await robot.run("compare_expectation")
        assert "authenticated yes → no" in robot.text()


async def test_an_answer_keeps_its_judgement_when_the_form_moves_on(tmp_path: Path) -> None:
    saved = replace(SENSOR, expect=Expectation(principal_id="nobody"))
    async with running(tmp_path, saved, gateway=unsigned()) as robot:
        await robot.send()
        assert "not as expected" in robot.text()
        assert "edited since" not in robot.text()
        await robot.fill("username", "other")
        await robot.rest()
        assert "not as expected" in robot.text()
        assert "edited since" in robot.text()
        await robot.fill("authorizer_name", "Other")
        await robot.rest()
        assert "not as expected" in robot.text()
        assert "of SensorAuth" in robot.text()


async def test_a_long_message_leaves_room_for_the_pages(tmp_path: Path) -> None:
    failure = Failure(FailureKind.AWS, "InvalidResponseException", "long words " * 200, 400, "r-1")
    async with running(tmp_path, gateway=unsigned(Reply(failure, 0.01)), size=(80, 24)) as robot:
        await robot.send()
        assert "There are no documents" in robot.text()
        await robot.pilot.resize_terminal(120, 40)
        await robot.settle()
        assert "There are no documents" in robot.text()


async def test_a_question_is_typed_on_its_page_and_asked_again_after_a_restart(tmp_path: Path) -> None:
    async with running(tmp_path) as robot:
        await robot.send()
        robot.answer.focus_page("access")
        await robot.settle()
        await robot.type("connect other")
        await robot.press("enter")
        assert "IMPLICIT_DENY Connect client/other" in robot.text()
        assert robot.answer.pages.chosen == "access", "letters are not keys of the answer there"
        assert robot.form.draft.expect is None
    async with running(tmp_path) as robot:
        await robot.send()
        await robot.open_page("access")
        assert "IMPLICIT_DENY Connect client/other" in robot.text()
        robot.answer.focus_page("documents")
        await robot.settle()
        await robot.press("d")
        assert robot.answer.pages.chosen == "changes"
        assert "watching" not in robot.text()
        robot.screen.watching = True
        for size in ((120, 40), (80, 24)):
            await robot.pilot.resize_terminal(*size)
            await robot.settle()
            assert "● watching" in robot.text().splitlines()[0]

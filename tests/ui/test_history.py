from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from authlens.core.deployment.deployment import Deployment, Function
from authlens.core.invocation.invocation import Invocation
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest, MqttContext
from authlens.core.request.target import Target
from authlens.store.history.history import History
from authlens.ui.screens.main.history import PAGE
from authlens.ui.widgets.controls.field import Field
from support.app_services import NOW, PASSED, PERMISSION, ScriptedGateway
from support.one_command import Command
from ui.robot import SENSOR, running


def fill(folder: Path, count: int) -> None:
    with History(folder / "state" / "history.db") as history:
        for number in range(count):
            request = AuthorizerRequest(f"Auth{number}", mqtt_context=MqttContext(f"user-{number}"))
            history.record(Invocation(request, Target(local="demo"), PASSED, NOW, 0.01))


async def test_what_was_sent_is_found_again_after_a_restart(tmp_path: Path) -> None:
    async with running(tmp_path) as robot:
        await robot.send()
        await robot.fill("password", "wrong")
        await robot.send()
        assert "#2" in robot.text()
    async with running(tmp_path) as robot:
        assert [row.number for row in robot.history.rows._rows] == [2, 1]
        assert "History  2" in robot.text()


async def test_an_old_outcome_is_shown_its_request_loaded_and_sent_again(tmp_path: Path) -> None:
    fill(tmp_path, 3)
    async with running(tmp_path) as robot:
        robot.history.rows.focus()
        await robot.press("down", "enter")
        assert robot.screen.answer.invocation is not None
        assert robot.screen.answer.invocation.number == 2
        assert robot.form.draft.authorizer_name == "SensorAuth"
        await robot.press("l")
        assert robot.form.draft.authorizer_name == "Auth1"
        assert robot.field("username").value == "user-1"
        assert isinstance(robot.app.focused, Field), "what is typed next is for the form"
        await robot.press("ctrl+z")
        assert robot.form.draft.authorizer_name == "SensorAuth"
        robot.history.rows.focus()
        await robot.press("r")
        assert robot.gateway.sent[-1].authorizer_name == "Auth1"
        assert robot.screen.answer.invocation.number == 4
        assert robot.form.draft.authorizer_name == "SensorAuth"


async def test_the_history_is_searched_as_one_types(tmp_path: Path) -> None:
    fill(tmp_path, 12)
    async with running(tmp_path) as robot:
        robot.history.rows.focus()
        await robot.press("slash")
        await robot.type("auth1")
        assert [row.authorizer for row in robot.history.rows._rows] == ["Auth11", "Auth10", "Auth1"]
        await robot.press("down")
        assert robot.app.focused is robot.history.rows, "to the hits"
        await robot.press("slash")
        await robot.type("zzz")
        assert "No matches" in robot.text()
        await robot.press("down", "escape")
        assert robot.history.rows.row_count == 12


async def test_pages_are_loaded_when_they_come_in_sight(tmp_path: Path) -> None:
    fill(tmp_path, PAGE * 2 + 5)
    async with running(tmp_path) as robot:
        rows = robot.history.rows
        assert rows.row_count == PAGE
        rows.focus()
        await robot.press("end")
        assert rows.row_count == PAGE * 2
        await robot.press("end", "end")
        assert rows.row_count == PAGE * 2 + 5
        assert [row.number for row in rows._rows] == list(range(PAGE * 2 + 5, 0, -1))


async def test_a_history_that_cannot_be_written_is_reported_and_sending_goes_on(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "history.db").mkdir()
    async with running(tmp_path) as robot:
        await robot.send()
        assert "✓ AUTHENTICATED" in robot.text()
        assert robot.notifications() == [f"History: {robot.screen.history_state.problem}"], "shown completely, and once"
        assert "Nothing is recorded: the history" in robot.text()


async def test_a_new_outcome_does_not_move_the_row_one_reads(tmp_path: Path) -> None:
    fill(tmp_path, 3)
    async with running(tmp_path, replace(SENSOR)) as robot:
        robot.history.rows.focus()
        await robot.press("down")
        number = robot.history.rows.number
        await robot.send()
        assert robot.history.rows.number == number


async def test_what_was_read_after_the_send_is_in_its_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    authorizer = Authorizer(
        "SensorAuth", status="ACTIVE", function_arn="arn:aws:lambda:us-west-2:000000000000:function:f"
    )
    gateway = ScriptedGateway(authorizer=authorizer, deployed=Deployment(authorizer, Function("arn", 3), None))
    async with running(tmp_path, gateway=gateway) as robot:
        await robot.send()
        await robot.send()
    with History(tmp_path / "state" / "history.db") as history:
        records = [history.get(number) for number in (1, 2)]
    for record in records:
        assert record is not None
        assert record.authorizer == authorizer
        assert record.deployment == gateway.deployed
        assert record.wire is not None, "the rest of the record is as it was"
    (tmp_path / "state").rename(tmp_path / "authlens")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    explained = Command(capsys, monkeypatch)("explain", "--history", 1)
    assert "resource policy does not let iot.amazonaws.com invoke it" in explained.out, explained


@pytest.mark.parametrize("is_recorded_first", [True, False])
async def test_a_record_is_completed_in_whichever_order_both_come(tmp_path: Path, is_recorded_first: bool) -> None:
    authorizer = Authorizer("SensorAuth", status="ACTIVE")
    deployment = Deployment(authorizer, Function("arn", 3), PERMISSION)
    invocation = Invocation(SENSOR.request, SENSOR.target, PASSED, NOW, 0.01)
    async with running(tmp_path) as robot:
        history = robot.screen.history
        if is_recorded_first:
            history.record(invocation)
            await robot.settle()
            history.know(invocation, authorizer, deployment)
        else:
            history.know(invocation, authorizer, deployment)
            history.record(invocation)
        await robot.settle()
        kept = await history.get(1)
        assert kept is not None
        assert (kept.authorizer, kept.deployment) == (authorizer, deployment)

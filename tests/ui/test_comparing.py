"""Comparing, as a person does it: two runs, a baseline, replays, several targets, negative cases."""

from __future__ import annotations

import json
from pathlib import Path

from authlens.core.contract.outcome import Outcome
from authlens.core.invocation.gateway import Reply
from authlens.core.saved.saved_request_yaml import read
from authlens.ui.screens.dialogs.compare import CompareScreen
from authlens.ui.screens.dialogs.verdicts import VerdictsScreen
from authlens.ui.widgets.controls.compare_view import CompareView
from authlens.ui.widgets.controls.field import Field
from authlens.ui.widgets.controls.items import Items
from support.app_services import NOW, PASSED, ScriptedGateway
from ui.robot import Robot, running

OTHER = Outcome(True, "sensor8", ('{"Version":"2012-10-17","Statement":[]}',), 300, 86400)


def answering(*outcomes: Outcome) -> ScriptedGateway:
    return ScriptedGateway([Reply(outcome, 0.01) for outcome in outcomes])


async def send_twice(robot: Robot) -> None:
    await robot.send()
    await robot.fill("username", "sensor-8")
    await robot.send()
    robot.history.rows.focus()
    await robot.press("home")


async def test_two_runs_are_compared_side_by_side_and_copied(tmp_path: Path) -> None:
    async with running(tmp_path, gateway=answering(PASSED, OTHER)) as robot:
        await send_twice(robot)
        await robot.press("space", "space", "c")
        assert isinstance(robot.app.screen, CompareScreen)
        text = robot.text()
        time = NOW.astimezone()
        assert f"{time:%H:%M:%S} sensor-7 #1  →  {time:%H:%M:%S} sensor-7 #2" in text, "as the history names them"
        assert text.index("connect as sensor-7: ALLOWED → IMPLICIT_DENY") < text.index("principal sensor7 → sensor8")
        assert "mqttContext.username: sensor-7" in text
        await robot.press("n")
        view = robot.app.screen.query_one(CompareView)
        assert "username" in view.row(view.cursor, 110).plain
        await robot.press("y", "tab", "tab", "enter")
        assert json.loads(robot.app.clipboard)["equal"] is False
        assert "correct-horse" not in robot.app.clipboard


async def test_a_refused_run_is_compared_with_the_last_allowed_one_by_a_key(tmp_path: Path) -> None:
    refused = Outcome(False, "sensor8", ())
    async with running(tmp_path, gateway=answering(PASSED, refused, PASSED)) as robot:
        await robot.run("compare_allowed")
        assert "Send it first" in robot.notifications()[-1]
        await send_twice(robot)
        assert "d Diff" in robot.text().splitlines()[-1]
        await robot.press("d")
        assert isinstance(robot.app.screen, CompareScreen)
        assert "sensor-7 #1  →" in robot.text()
        assert "mqttContext.username sensor-7 → sensor-8" in robot.text()
        await robot.press("escape", "down", "d")
        assert "holds no other run of SensorAuth that was allowed" in robot.notifications()[-1]
        await robot.send()
        robot.history.rows.focus()
        await robot.press("home", "space", "space", "space", "c")
        assert "Compared: 1 of 2 the same by meaning" in robot.text(), "the third with the first"
        await robot.press("down", "enter")
        assert "sensor-7 #1  →" in robot.text()


async def test_an_answer_is_compared_with_the_baseline_as_it_comes(tmp_path: Path) -> None:
    async with running(tmp_path, gateway=answering(PASSED, PASSED, OTHER)) as robot:
        await robot.send()
        await robot.run("pin_shown")
        await robot.send()
        assert "= the same as #1 by meaning" in robot.text()
        assert "Changes =" in robot.text()
        await robot.send()
        assert "≠ since #1: connect as sensor-7: ALLOWED → IMPLICIT_DENY" in robot.text()
        await robot.open_page("changes")
        assert "+ principalId: sensor8" in robot.text()
        robot.history.rows.focus()
        await robot.press("end", "b")
        assert "since #1" not in robot.text()


async def test_old_requests_are_sent_again_as_they_were(tmp_path: Path) -> None:
    async with running(tmp_path, gateway=answering(PASSED, OTHER, PASSED, PASSED)) as robot:
        await send_twice(robot)
        await robot.press("space", "space", "r")
        assert isinstance(robot.app.screen, VerdictsScreen)
        assert "Replay: 1 of 2 the same by meaning" in robot.text()
        assert {request.mqtt_context.username for request in robot.gateway.sent[2:] if request.mqtt_context} == {
            "sensor-7",
            "sensor-8",
        }
        different = next(each for each in robot.app.screen._sent if each.label == "#2")
        robot.app.screen.query_one(Items)._go_to(robot.app.screen._sent.index(different))
        await robot.press("enter")
        assert isinstance(robot.app.screen, CompareScreen)
        await robot.press("escape", "escape")
        assert robot.history.rows.row_count == 4


async def test_one_request_goes_to_several_targets(tmp_path: Path) -> None:
    async with running(tmp_path, gateway=answering(PASSED, OTHER)) as robot:
        await robot.run("several_targets")
        robot.app.screen.query_one(Field).focus()
        await robot.paste("authorizer=Other")
        await robot.press("enter")
        assert "Targets: 0 of 1 the same by meaning" in robot.text()
        assert "authorizer=Other" in robot.text()
        assert sorted(request.authorizer_name or "" for request in robot.gateway.sent) == ["Other", "SensorAuth"]


async def test_negative_cases_are_written_next_to_the_request(tmp_path: Path) -> None:
    async with running(tmp_path) as robot:
        await robot.run("negative_cases")
        await robot.press("space", "enter")
        written = sorted((tmp_path / "requests").glob("*.yaml"))
        assert [path.name for path in written] == [
            "request-missing-client-id.yaml",
            "request-missing-password.yaml",
            "request-missing-username.yaml",
            "request-over-long-username.yaml",
        ]
        expect = read(written[0].read_text()).expect
        assert expect is not None
        assert expect.is_authenticated is False
        await robot.run("negative_cases")
        await robot.press("enter")
        assert any("a file of that name already exists" in said for said in robot.notifications())


async def test_the_form_is_compared_with_its_last_run(tmp_path: Path) -> None:
    async with running(tmp_path) as robot:
        await robot.run("compare_form")
        assert "Send it first" in robot.notifications()[-1]
        await robot.send()
        await robot.fill("username", "sensor-8")
        await robot.run("compare_form")
        assert "mqttContext.username sensor-7 → sensor-8" in robot.text()

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Button

from authlens.core.saved.saved_request_yaml import write
from authlens.store.requests import load
from authlens.ui.screens.dialogs.dialog import Ask, AskText
from authlens.ui.screens.dialogs.requests import RequestsScreen
from authlens.ui.widgets.controls.key_line import KeyLine
from ui.robot import SENSOR, Robot, running, with_prompt


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "requests" / "sensor.yaml"
    path.parent.mkdir()
    path.write_text(write(SENSOR))
    return path


def remove(path: Path) -> None:
    path.unlink()


def put(path: Path, text: str) -> None:
    path.write_text(text)


def text_of(path: Path) -> str:
    return path.read_text()


async def answer(robot: Robot, way: str) -> None:
    assert isinstance(robot.app.screen, Ask)
    robot.app.screen.query_one(f"#{way}", Button).focus()
    await robot.press("enter")


async def test_a_new_request_is_saved_opened_again_renamed_copied_and_deleted(tmp_path: Path) -> None:
    async with running(tmp_path) as robot:
        await robot.press("ctrl+s")
        assert isinstance(robot.app.screen, AskText)
        await robot.press("f1")
        assert "Fill in the form, press F5" in robot.text()
        await robot.press("escape")
        await robot.type("SensorAuth one")  # over the name that is offered
        line = robot.app.screen.query_one(KeyLine)
        assert line.region.height == 1
        await robot.pilot.click(line, offset=(1, 0))  # as Enter
        await robot.settle()
        path = tmp_path / "requests" / "SensorAuth one.yaml"
        assert load(path).saved == SENSOR
        assert "SensorAuth one.yaml" in robot.text()
        await robot.fill("username", "other")
        await robot.open_page("token")
        await robot.fill("token", "t")
        assert "● unsaved" in robot.text()
        await robot.press("ctrl+s")
        assert "unsaved" not in robot.text()
        assert "token and signature are not in it" in robot.notifications()[-1]
        assert load(path).saved == robot.form.draft.saved
        await robot.press("ctrl+z")
        assert "● unsaved" in robot.text(), "the file holds what was undone"
        await robot.press("ctrl+y")
        assert "unsaved" not in robot.text()
        await robot.send()
        await robot.run("record_expectation")
        await robot.press("ctrl+s")
        await robot.rest()
        assert "✓ as expected" in robot.text()
        await robot.run("duplicate")
        await robot.rest()
        assert robot.form.file_name == "SensorAuth one copy.yaml"
        assert "✓ as expected" in robot.text()
        await robot.send()
        await robot.run("rename")
        await robot.settle()
        await robot.press("end")
        await robot.type(" at some length")
        await robot.press("enter")
        assert robot.form.file_name == "SensorAuth one copy at some length.yaml"
        assert "length.yaml ─" in robot.text(), "what tells it from its like stands at its end"
        await robot.fill("username", "another")
        await robot.rest()
        assert "✓ as expected" in robot.text()
        await robot.run("delete")
        await robot.settle()
        await answer(robot, "delete")
        assert [each.name for each in path.parent.glob("*.yaml")] == ["SensorAuth one.yaml"]
        assert robot.form.unsaved


async def test_a_blank_form_asks_about_changes_and_undo_brings_all_back(saved: Path, tmp_path: Path) -> None:
    async with running(tmp_path, saved) as robot:
        await robot.fill("username", "other")
        await robot.press("ctrl+n")
        await robot.press("escape")
        assert robot.form.draft.username == "other"
        await robot.press("ctrl+n")
        await answer(robot, "discard")
        await robot.rest()
        assert robot.form.draft.username == ""
        assert robot.form.file_name == ""
        assert "Name the authorizer" in robot.text()
        assert "✗" not in robot.text(), "a form that nobody began has no faults"
        await robot.press("ctrl+z")
        assert robot.form.draft.username == "other"
        assert robot.form.file_name == "sensor.yaml"
        assert robot.form.unsaved
        assert load(saved).saved == SENSOR


async def test_a_file_is_found_in_the_folder_and_a_broken_one_is_reported_with_its_position(
    saved: Path, tmp_path: Path
) -> None:
    (saved.parent / "broken.yaml").write_text("request:\n  authorizerNam: x\n")
    (saved.parent / "deep").mkdir()
    (saved.parent / "deep" / "other.yaml").write_text("description: a car\nrequest: {authorizerName: Other}\n")
    alike = f"deep/{'sensor-with-its-password-' * 3}missing"
    for member in ("client-id", "username"):
        (saved.parent / f"{alike}-{member}.yaml").write_text("request: {authorizerName: Other}\n")
    async with running(tmp_path, None) as robot:
        await robot.press("ctrl+o")
        assert isinstance(robot.app.screen, RequestsScreen)
        assert "line 2, column 3" in robot.text()
        assert "-missing-client-id" in robot.text()
        assert "-missing-username" in robot.text()
        await robot.press("enter")
        assert isinstance(robot.app.screen, RequestsScreen)
        await robot.type("car")
        await robot.press("enter")
        assert robot.form.draft.authorizer_name == "Other"
        assert robot.form.file_name == "other.yaml"


async def test_saving_keeps_comments(saved: Path, tmp_path: Path) -> None:
    before = "# mine\n" + write(SENSOR).replace("sensor-7", "sensor-7  # the device", 1)
    put(saved, before)
    async with running(tmp_path, saved) as robot:
        await robot.fill("username", "other")
        await robot.press("ctrl+s")
        await robot.settle()
        assert text_of(saved) == before.replace("username: sensor-7", "username: other")
        assert load(saved).saved == robot.form.draft.saved


@pytest.mark.parametrize("way", ["cancel", "over", "reload"])
async def test_a_change_on_disk_is_asked_about(saved: Path, tmp_path: Path, way: str) -> None:
    async with running(tmp_path, saved) as robot:
        await robot.fill("username", "mine")
        theirs = write(SENSOR).replace("sensor-7", "theirs")
        put(saved, theirs)
        await robot.press("ctrl+s")
        await answer(robot, way)
        assert (text_of(saved) == theirs) is (way != "over")
        assert robot.form.draft.username == ("theirs" if way == "reload" else "mine")
        if way == "over":
            remove(saved)
            await robot.press("ctrl+s")
            assert "Open it" not in robot.text()
            await answer(robot, "over")
            assert "username: mine" in text_of(saved)


@pytest.mark.parametrize(
    ("text", "said"), [("request: [", "line 1, column 11"), ("request: {authorizerNam: x}", "did you mean"), ("", "")]
)
async def test_a_file_that_cannot_be_opened_is_reported_and_left(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    async with running(tmp_path, path) as robot:
        assert "✗ Not opened." in robot.text()
        assert said in robot.form.not_opened
        assert str(path) in robot.form.not_opened
        assert path.read_text() == text


async def test_leaving_asks_about_changes(tmp_path: Path) -> None:
    async with running(tmp_path) as robot:
        await robot.fill("username", "other")
        await robot.press("ctrl+q")
        await answer(robot, "cancel")
        assert robot.app.is_running
        await robot.press("ctrl+q")
        await answer(robot, "discard")
        assert not robot.app.is_running or robot.app._exit


async def test_a_prompt_leaves_with_the_request(tmp_path: Path) -> None:
    async with running(tmp_path, change=with_prompt) as robot:
        await robot.fill("username", "other")
        await robot.press("ctrl+q")
        assert robot.app.return_value == robot.form.draft.saved


async def test_a_project_is_made_and_the_samples_are_opened_where_one_is(tmp_path: Path) -> None:
    async with running(tmp_path) as robot:
        await robot.run("start_project")
        await robot.type(str(tmp_path / "mine"))
        await robot.press("enter")
        await robot.until(lambda: "3-wrong-password" in robot.text())
        await robot.press("enter")
        assert (tmp_path / "mine/authorizers.yaml").is_file()
        assert robot.form.file.path == tmp_path / "mine/requests/1-sensor-with-its-password.yaml"
        assert robot.form.folder == tmp_path / "mine"
        assert robot.screen.sending._sender.gate.wanted(robot.form.target, robot.form.base, ()) is None
        await robot.run("start_project")
        await robot.type(str(tmp_path / "mine"))
        await robot.press("enter")
        assert "nothing was written, because these files exist" in robot.notifications()[-1]
        await robot.run("open_samples")
        await robot.until(lambda: "8-authorizer-out-of-use" in robot.text())
        await robot.press("down", "enter")
        assert robot.form.file_name == "2-vehicle-with-a-signed-token.yaml"
        assert robot.form.target.local == "demo"
        assert robot.gateway.sent == [], "nothing runs until it is sent"

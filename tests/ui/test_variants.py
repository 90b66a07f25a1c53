"""Cases of a file and environments, chosen in the app."""

from __future__ import annotations

from pathlib import Path

import pytest

from authlens.core.request.target import Target
from authlens.ui.screens.dialogs.dialog import Ask
from authlens.ui.screens.dialogs.pick import PickOne
from authlens.ui.screens.dialogs.verdicts import VerdictsScreen
from authlens.ui.widgets.controls.picker import Picker
from ui.robot import running

FILE = """target: {profile: own}
request: {authorizerName: SensorAuth, mqttContext: {username: sensor-7, password: '${env:PASSWORD}'}}
cases:
  right: {description: the good one}
  wrong-user: {request: {mqttContext: {username: nobody}}, expect: {isAuthenticated: false}}
"""


async def test_a_case_and_an_environment_are_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "requests"
    (folder / "environments").mkdir(parents=True)
    (folder / "sensor.yaml").write_text(FILE)
    (folder / "environments" / "staging.yaml").write_text("profile: stage\nvalues: {PASSWORD: filled}\n")
    async with running(tmp_path, folder) as robot:
        assert "Opened sensor.yaml, target AWS" in robot.notifications()[0]
        assert "none of 2" in robot.text()
        await robot.press("shift+tab")
        while not isinstance(robot.app.focused, Picker):
            await robot.press("shift+tab")
        assert robot.app.focused.id == "environment"
        await robot.press("shift+tab", "right", "right", "left")
        assert "1 of 2 · right" in robot.text()
        assert "⏎ Choose  ←→ Step" in robot.text().splitlines()[-1]
        await robot.press("enter")
        assert isinstance(robot.app.screen, PickOne)
        assert "✓ right" in robot.text()
        await robot.type("wrong")
        await robot.press("enter")
        await robot.rest()
        assert robot.form.draft.username == "nobody"
        assert "sensor.yaml::wrong-user" in robot.text()
        assert not robot.form.unsaved
        assert "2 of 2 · wrong-user" in robot.text()
        await robot.press("tab", "right")
        await robot.rest()
        assert "staging" in robot.text()
        await robot.send()
        shown = robot.answer.view.invocation
        assert shown is not None
        assert shown.target == Target(profile="stage")
        assert shown.source == str(folder / "sensor.yaml::wrong-user")
        sent = robot.gateway.sent[-1].mqtt_context
        assert sent is not None
        assert sent.password_bytes == b"filled"
        assert robot.form.holds(shown)
        await robot.fill("username", "somebody")
        await robot.press("ctrl+s")
        assert "save it to a file of its own" in robot.notifications()[-1]
        await robot.press("enter")
        assert (folder / "sensor-wrong-user.yaml").exists()
        assert (folder / "sensor.yaml").read_text() == FILE
        await robot.run("choose_environment")
        await robot.press("up", "enter")
        assert robot.form.target == Target(profile="own")


async def test_several_ways_are_sent_in_the_environment_and_one_that_cannot_be_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "requests"
    (folder / "environments").mkdir(parents=True)
    (folder / "sensor.yaml").write_text(f"{FILE.partition('cases:')[0]}certificate: {{file: missing.pem}}\n")
    (folder / "environments" / "staging.yaml").write_text("profile: stage\nvalues: {PASSWORD: filled}\n")
    async with running(tmp_path, folder) as robot:
        await robot.run("choose_environment")
        await robot.press("down", "enter")
        await robot.rest()
        await robot.run("several_ways")
        await robot.press("f5")
        assert isinstance(robot.app.screen, Ask), robot.text()
        await robot.press("right", "enter")
        await robot.rest()
        shown = robot.app.screen
        assert isinstance(shown, VerdictsScreen)
        assert "Connect over" not in robot.text()
        assert "missing.pem is not a file" in " ".join(robot.notifications())
        assert len(robot.gateway.sent) == 1
        sent = robot.gateway.sent[0].mqtt_context
        assert sent is not None
        assert sent.password_bytes == b"filled"

"""Watching a function's code from the app, on real files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from authlens.core.contract.outcome import Outcome
from authlens.core.invocation.gateway import Reply
from authlens.core.request.target import Target
from authlens.endpoint.local_code import CodeWatch
from authlens.store.requests import save
from authlens.ui.screens.main import watching
from support.app_services import PASSED, ScriptedGateway
from ui.robot import SENSOR, running

DEFINITIONS = """\
authorizers:
  SensorAuth: {signingDisabled: true, codeUri: code, handler: app.handler, runtime: python3.11}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(watching, "PERIOD", 0.01)
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "app.py").write_text("handler = None\n")
    (tmp_path / "authorizers.yaml").write_text(DEFINITIONS)
    return tmp_path


async def test_a_change_of_the_code_sends_again_and_tells_the_difference(project: Path) -> None:
    gateway = ScriptedGateway([Reply(PASSED, 0.01), Reply(Outcome(True, "sensor8", PASSED.policy_documents), 0.01)])
    start = replace(SENSOR, target=Target(local=str(project / "authorizers.yaml")))
    async with running(project, start, gateway=gateway) as robot:
        await robot.send()
        await robot.press("ctrl+r")
        await robot.until(lambda: robot.screen.watcher.code_state is not None)
        (project / "code" / "app.py").write_text("handler = print\n")
        await robot.until(lambda: len(robot.gateway.sent) == 2)
        assert "≠ since #1: principal sensor7 → sensor8" in robot.text()
        await robot.press("ctrl+r")
        assert not robot.screen.watching


async def test_nothing_says_that_code_is_watched_once_the_request_goes_to_aws(project: Path) -> None:
    """Nor does a save of the request count as a change of the code around it."""
    definitions = DEFINITIONS.replace("codeUri: code", "codeUri: .").replace("app.handler", "code/app.handler")
    (project / "authorizers.yaml").write_text(definitions)
    (project / "requests").mkdir()
    saved = replace(SENSOR, target=Target(local="../authorizers.yaml"))
    save(project / "requests" / "sensor.yaml", saved, None)
    async with running(project, project / "requests" / "sensor.yaml") as robot:
        await robot.press("ctrl+r")
        await robot.until(lambda: robot.screen.watcher.code_state is not None)
        before = robot.screen.watcher.code_state
        await robot.go_to("username")
        await robot.type("x")
        await robot.press("ctrl+s")
        assert "xsensor-7" in (project / "requests" / "sensor.yaml").read_text()
        assert await robot.screen.watcher._look_at(CodeWatch.of(saved.target, project / "requests")) == before
        assert not robot.gateway.sent
        await robot.paste("aws iot test-invoke-authorizer --authorizer-name A --token t --region eu-west-1")
        await robot.until(lambda: not robot.screen.watching)
        assert "watching" not in robot.text().splitlines()[0]
        assert any("No longer watching" in said for said in robot.notifications())


async def test_only_code_on_this_machine_can_be_watched(tmp_path: Path) -> None:
    async with running(tmp_path, replace(SENSOR, target=Target(region="eu-west-1"))) as robot:
        await robot.press("ctrl+r")
        assert not robot.screen.watching
        assert "Only a local target" in robot.notifications()[-1]

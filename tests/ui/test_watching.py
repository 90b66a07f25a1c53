"""Watching a function's code from the app, on real files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from authlens.core.contract.outcome import Outcome
from authlens.core.invocation.gateway import Reply
from authlens.core.request.target import Target
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


async def test_only_code_on_this_machine_can_be_watched(tmp_path: Path) -> None:
    async with running(tmp_path, replace(SENSOR, target=Target(region="eu-west-1"))) as robot:
        await robot.press("ctrl+r")
        assert not robot.screen.watching
        assert "Only a local target" in robot.notifications()[-1]

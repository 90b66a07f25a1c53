"""A verdict belongs to its invocation: nothing that happens in the form afterwards changes a word of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from authlens.core.contract.outcome import Outcome
from authlens.core.invocation.gateway import Reply
from authlens.core.invocation.invocation import Failure, FailureKind
from authlens.core.request.authorizer import Authorizer
from authlens.endpoint.samples.unpack import unpack_samples
from authlens.ui.text.answer.answer_view import Relation
from authlens.ui.text.answer.stage_text import verdict_text
from support.app_services import PASSED, ScriptedGateway
from ui.robot import Robot, running

REFUSED = Failure(FailureKind.AWS, "InvalidRequestException", "Token signature mismatch for authorizer X", 400, "r-1")
CRASHED = Failure(FailureKind.AWS, "InvalidResponseException", "Lambda encountered error: 'mqtt': KeyError", 400, "r-2")
RESULTS = (PASSED, Outcome(False, "sensor7", ()), REFUSED, PASSED, CRASHED, Outcome(True, "p", ()), PASSED, CRASHED)


def said(robot: Robot) -> tuple[str, dict[str, str]]:
    view = robot.answer.view
    return verdict_text(view, 72, in_full=True).plain, view.marks()


def relation(robot: Robot) -> Relation:
    return robot.answer.view.relation


@pytest.mark.parametrize(
    "numbers", [(0, 1, 2, 4), pytest.param(range(8), marks=pytest.mark.slow)], ids=["of each kind", "all"]
)
async def test_a_verdict_stays_whatever_the_form_does(tmp_path: Path, numbers: Sequence[int]) -> None:
    samples = sorted(unpack_samples(tmp_path / "demo").glob("*.yaml"))
    assert len(samples) == 8
    samples = [samples[number] for number in numbers]
    gateway = ScriptedGateway([Reply(RESULTS[number], 0.01) for number in numbers])
    async with running(tmp_path, samples[0], gateway=gateway) as robot:
        for index, sample in enumerate(samples):
            name = robot.form.draft.authorizer_name
            gateway.authorizer = Authorizer(name, status="INACTIVE" if index % 2 else "ACTIVE", signing_disabled=True)
            robot.screen.identity.look_up()
            await robot.settle()
            await robot.send()
            before = said(robot)
            assert relation(robot) is Relation.SAME
            gateway.authorizer = Authorizer(name, status="ACTIVE" if index % 2 else "INACTIVE")
            robot.screen.form.edit({"username": f"edited-{index}", "token": f"edited-{index}"}, None)
            await robot.rest()
            assert said(robot) == before
            assert relation(robot) is Relation.EDITED
            assert "edited since" in robot.text()
            await robot.press("ctrl+z")
            robot.screen.files.open_file(samples[(index + 1) % len(samples)])
            await robot.rest()
            assert said(robot) == before
            assert relation(robot) is Relation.OTHER, sample
            assert f"of {sample.stem[:8]}" in robot.text()
        await robot.pilot.resize_terminal(80, 24)
        await robot.rest()
        assert said(robot) == before

"""Text from outside on the screens that explain, compare, sign and copy: it stays text, and nothing stops the app."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from authlens.core.invocation.gateway import Reply
from authlens.core.invocation.invocation import Failure, FailureKind
from authlens.core.request.authorizer import Authorizer
from authlens.core.saved.expectation import Expectation, ExpectedError, Question
from authlens.core.saved.saved_request import Sign
from authlens.ui.widgets.controls.choices import Choices
from support.app_services import ScriptedGateway
from ui.robot import Robot, running
from ui.test_hostile import HOSTILE, check, everywhere


def gateway_of(text: str, *replies: Reply) -> ScriptedGateway:
    authorizer = Authorizer(text, text, text, text, token_key_name=text, token_signing_public_keys=((text, text),))
    return ScriptedGateway(list(replies), authorizer=authorizer)


async def through(robot: Robot, *keys: str) -> None:
    await robot.press(*keys)
    await check(robot)


ALL = pytest.param("".join(HOSTILE.values()), id="all at once")
EACH = [pytest.param(text, id=name, marks=pytest.mark.slow) for name, text in HOSTILE.items()]


@pytest.mark.parametrize("text", [ALL, *EACH])
async def test_every_screen_that_explains_shows_hostile_text_as_text(tmp_path: Path, text: str) -> None:
    saved, reply = everywhere(text)
    expect = Expectation(
        True, text, (Question(text, text),), (Question("iot:Connect", text),), policy_documents=(text,)
    )
    saved = replace(saved, sign=Sign(text, "${env:NOT_THERE}", "headers"), expect=expect)
    failure = Failure(FailureKind.AWS, text, text, 400, text, text)
    gateway = gateway_of(text, reply, Reply(failure, 0.01), reply, Reply(failure, 0.01))
    async with running(tmp_path, replace(saved, sign=None), gateway=gateway, size=(80, 24), every_frame=True) as robot:
        await robot.rest()
        await through(robot, "f7", "f8")
        await robot.send()
        await robot.ask(f"publish {text}")
        await through(robot, "f3", "end")
        await through(robot, "escape", "f10")
        await through(robot, "escape", "f5")
        robot.history.rows.focus()
        await through(robot, "home", "b", "space", "space", "c")
        await through(robot, "t", "y", "enter", "escape")
        robot.history.rows.focus()
        await through(robot, "home", "space", "space", "r")
        await through(robot, "enter", "escape", "escape")
        await robot.run("compare_expectation")
        await check(robot)


@pytest.mark.parametrize("text", [ALL, *EACH])
async def test_the_bench_shows_hostile_text_as_text(tmp_path: Path, text: str) -> None:
    saved, _ = everywhere(text)
    request = replace(saved.request, token=text, token_signature=text)
    saved = replace(saved, request=request, sign=Sign(text.replace("\0", ""), "${env:NOT_THERE}"))
    async with running(tmp_path, saved, gateway=gateway_of(text), size=(80, 24), every_frame=True) as robot:
        await robot.rest()
        await through(robot, "ctrl+t", "f3", "f8", "f4", "f7")
        robot.app.screen.query_one(Choices).choose("queryString")
        await through(robot, "f5", "escape")


async def test_an_expected_error_that_is_not_a_pattern_stops_nothing(tmp_path: Path) -> None:
    saved, reply = everywhere("x")
    saved = replace(saved, expect=Expectation(error=ExpectedError("X", "([")))
    async with running(tmp_path, saved, gateway=gateway_of("x", reply), every_frame=True) as robot:
        await robot.send()
        await check(robot)

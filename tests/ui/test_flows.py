"""What a newcomer meets: a file that cannot be opened, a form without a name, the table of all saved requests."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from authlens.core.request.target import Target
from authlens.endpoint.samples.unpack import unpack_samples
from authlens.gate import Gate
from authlens.ui.model.draft import Draft
from authlens.ui.runtime.start import start
from authlens.ui.screens.dialogs.dialog import Ask
from authlens.ui.screens.dialogs.trust import TrustDialog
from authlens.ui.screens.dialogs.verdicts import VerdictsScreen
from support.app_services import POLICY, ScriptedGateway
from ui.robot import SENSOR, running

BAD = "request:\n  authorizerName: A\n  mqttContext: {usrname: x}\n"


async def test_what_cannot_be_opened_stays_on_the_screen_until_something_else_is(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(BAD)
    said = "bad.yaml, line 3, column 17: unknown key 'usrname'"
    shown = "".join(said.split())  # the screen breaks the line where the folder's name ends
    async with running(tmp_path, bad, size=(80, 24)) as robot:
        assert shown in "".join(robot.text().split())
        await robot.type("Auth")
        assert shown in "".join(robot.text().split())
        await robot.press("f5")
        robot.screen.files.open_file(bad)
        await robot.settle()
        await robot.press("right", "right", "enter")
        await robot.settle()
        assert said in robot.form.not_opened
        bad.write_text(BAD.replace("usrname", "username"))
        robot.screen.files.open_file(bad)
        await robot.settle()
        await robot.press("right", "right", "enter")
        await robot.settle()
        assert robot.form.file_name == "bad.yaml"
        assert robot.form.not_opened == ""


async def test_a_form_without_a_name_asks_for_one_and_sends_nothing(tmp_path: Path) -> None:
    blank = replace(SENSOR, request=replace(SENSOR.request, authorizer_name=None))
    async with running(tmp_path, blank) as robot:
        await robot.rest()
        assert "Give the name of an authorizer: BadAnswer, CrashingAuth," in " ".join(robot.text().split())
        await robot.send()
        assert robot.gateway.sent == []
        verdict = robot.screen.answer.view.verdict
        assert verdict is not None
        assert (verdict.headline, verdict.next_step) == (
            "The request names no authorizer.",
            "Give the name of an authorizer.",
        )


async def test_a_question_says_its_keys_and_enter_chooses(tmp_path: Path) -> None:
    async with running(tmp_path) as robot:
        await robot.fill("username", "other")
        await robot.press("ctrl+n")
        assert isinstance(robot.app.screen, Ask)
        assert "⏎ Choose" in robot.text()
        assert "←→ Move" in robot.text()
        await robot.press("right", "right", "enter")
        assert robot.form.draft == Draft(target=SENSOR.target)


async def test_enter_on_a_row_of_all_requests_opens_it_with_its_answer(tmp_path: Path) -> None:
    folder = tmp_path / "requests"
    folder.mkdir()
    for name in ("one", "two"):
        (folder / f"{name}.yaml").write_text("request: {authorizerName: A}\nexpect: {isAuthenticated: false}\n")
    async with running(tmp_path, folder / "one.yaml", size=(80, 24)) as robot:
        await robot.press("ctrl+b")
        await robot.rest()
        await robot.press("r")
        await robot.rest()
        assert isinstance(robot.app.screen, VerdictsScreen)
        assert "⏎ Show" in robot.text()
        await robot.press("down", "enter")
        await robot.rest()
        assert robot.form.file_name == "two.yaml"
        assert robot.screen.answer.invocation is not None
        assert robot.screen.answer.invocation.source == str(folder / "two.yaml")
        assert "not as expected" in robot.text()
        await robot.press("f6", "f6", "f6")
        assert robot.screen.panes.front == "request", "each pane remembers a place of its own"


async def test_the_samples_are_exercises_and_can_be_reset(tmp_path: Path) -> None:
    requests = unpack_samples(tmp_path / "state" / "demo")
    gateway = ScriptedGateway()
    async with running(tmp_path, None, gateway=gateway, change=lambda services: replace(services, demo=True)) as robot:
        assert robot.form.file_name == "1-sensor-with-its-password.yaml"
        await robot.press("ctrl+b")
        await robot.rest()
        await robot.press("r")
        await robot.rest()
        assert "to fix as an exercise" in robot.text()
        assert "○ exercise: press Ctrl+P, choose Edit the function" in robot.text()
        await robot.press("escape")
        await robot.fill("username", "other")
        await robot.press("ctrl+s")
        await robot.settle()
        assert "other" in (requests / "1-sensor-with-its-password.yaml").read_text()
        titles = [command.title for command in robot.app.get_system_commands(robot.screen)]
        assert "File: Reset the samples" in titles
        await robot.run("reset_samples")
        await robot.press("right", "enter")
        await robot.settle()
        assert robot.form.draft.username == "sensor-7"


async def test_the_samples_are_reset_only_in_the_demo(tmp_path: Path) -> None:
    async with running(tmp_path) as robot:
        titles = {command.title for command in robot.app.get_system_commands(robot.screen)}
        assert "File: Reset the samples" not in titles
        assert "Request: Make or verify a signature" in titles


@pytest.mark.parametrize("is_open", [True, False])
async def test_a_pasted_request_is_not_the_open_files(tmp_path: Path, is_open: bool) -> None:
    path = tmp_path / "requests" / "one.yaml"
    path.parent.mkdir()
    path.write_text("request: {authorizerName: A}\ntarget: {local: ../a.yaml}\nexpect: {isAuthenticated: false}\n")
    async with running(tmp_path, path if is_open else SENSOR) as robot:
        before = robot.form
        await robot.go_to("client_id")
        await robot.paste("curl https://iot.example.com/topics/t -H 'x-amz-customauthorizer-name: B' -d x")
        assert robot.form.draft.headers
        assert robot.form.file.path is None
        assert robot.form.unsaved
        if is_open:
            assert robot.form.draft.expect is None
            assert robot.form.target == Target(local="../a.yaml")
            assert robot.form.base == path.parent
            assert "as a new request. Ctrl+Z brings one.yaml back" in robot.notifications()[-1]
        await robot.press("ctrl+z")
        assert (robot.form.draft, robot.form.file) == (before.draft, before.file)


async def test_a_folder_without_saved_requests_opens_on_what_defines_its_authorizers(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "app.py").write_text("def handler(event, context): pass\n")
    own = folder / "authorizers.yaml"
    own.write_text("authorizers:\n  Only: {codeUri: ., handler: app.handler}\n")
    async with running(tmp_path, folder, gate=Gate(lambda path: False)) as robot:
        assert robot.form.draft.authorizer_name == "Only"
        assert robot.form.target == Target(local=str(own))
        assert robot.form.file.sources == (own,), "the file decides whether its code may run"
        assert f"Opened {folder}, target authorizers.yaml" in robot.notifications()[0]
        for name in ("app.py", "authorizers.yaml"):
            named = start(replace(robot.screen.services, start=folder / name))
            assert named.saved is not None, "the file is named in place of its folder"
            assert (named.saved.target, named.origin) == (Target(local=str(folder / name)), folder / name)
        (folder / "a.json").write_text(POLICY)
        (folder / "b.py").write_text("print()\n")
        own.write_text("authorizers:\n  Only: {codeUri: .}\n")
        (folder / "list.yaml").write_text(own.read_text())
        (folder / "c.rb").write_text("def handler(event:, context:)\nend\n")
        (folder / "d.json").write_text('{"@level":"info"}\n{"@level":"info"}\n')
        broken = {
            "a.json": "a.json: this is a policy; 'authlens lint FILE' checks it",
            "b.py": "handler",
            "c.rb": "this is Ruby",
            "d.json": "terraform plan",
            "authorizers.yaml": "line 2, column 3: handler is missing",
            "list.yaml": "line 2, column 3: handler is missing",
        }
        for name, said in broken.items():
            assert said in start(replace(robot.screen.services, start=folder / name)).problem
        await robot.press("f5")
        assert isinstance(robot.app.screen, TrustDialog)
        assert robot.gateway.sent == []


async def test_a_folder_of_another_tool_says_what_to_run(tmp_path: Path) -> None:
    (tmp_path / "serverless.yml").write_text("service: x\nprovider: {name: aws}\nfunctions: {}\n")
    async with running(tmp_path, tmp_path) as robot:
        assert "run 'serverless package'" in robot.form.not_opened

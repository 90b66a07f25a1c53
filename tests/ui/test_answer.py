from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from authlens.core.contract.outcome import Outcome
from authlens.core.deployment.deployment import Deployment, Function
from authlens.core.invocation.gateway import Reply
from authlens.core.invocation.invocation import Failure, FailureKind, Wire
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.target import Target
from authlens.ui.widgets.answer.answer_pane import AnswerPane
from authlens.ui.widgets.controls.code_view import CodeView
from support.app_services import POLICY, ScriptedGateway
from ui.robot import SENSOR, running


def answering(*results: Outcome | Failure) -> ScriptedGateway:
    return ScriptedGateway([Reply(result, 0.01) for result in results])


async def test_a_send_shows_the_verdict_and_the_document_to_search_select_and_copy(tmp_path: Path) -> None:
    async with running(tmp_path) as robot:
        assert "NOT SENT YET" in robot.text()
        await robot.send()
        text = robot.text()
        for said in ("✓ AUTHENTICATED", "sensor7", "12 ms", "refresh 5 min", "disconnect 24 h"):
            assert said in text
        assert '"Action": "iot:Connect"' in text

        robot.answer.text.focus()
        await robot.press("slash")
        await robot.type("iot:")
        assert "5 found" in robot.text()
        first = robot.answer.text.cursor
        await robot.press("enter")
        assert robot.answer.text.cursor > first
        await robot.press("escape")
        assert "5 found" not in robot.text()
        assert robot.app.focused is robot.answer.text

        await robot.press("y")
        assert robot.app.clipboard == "\n".join(line.content.plain for line in robot.answer.text.lines if line.number)
        assert "do not confirm" in robot.notifications()[-1]
        await robot.press("home", "down", "down", "shift+down", "ctrl+c")
        assert robot.app.clipboard == '  "Version": "2012-10-17",\n  "Statement": ['
        await robot.press("r", "y")
        assert robot.app.clipboard == POLICY

        await robot.press("r")
        view = robot.answer.text
        await robot.pilot.mouse_down(view, offset=(7, 2))
        await robot.pilot.hover(view, offset=(16, 2))
        await robot.pilot.mouse_up(view, offset=(16, 2))
        await robot.settle()
        assert view.selected in ('"Version"', '"Version":')


async def test_an_answer_hides_what_the_form_hides_until_it_is_revealed(tmp_path: Path) -> None:
    """In the message, the stages, the log, the wire with its base64, and what is copied of them."""
    said = "Lambda function encountered error in execution: no correct-horse: RuntimeError"
    wire = Wire("POST", "https://x", request_body=b'{"mqttContext": {"password": "Y29ycmVjdC1ob3JzZQ=="}}')
    failure = Failure(FailureKind.AWS, "InvalidResponseException", said, 400)
    gateway = ScriptedGateway([Reply(failure, 0.01, wire, "got correct-horse")])

    async with running(tmp_path, gateway=gateway) as robot:
        await robot.send()
        assert ("[redacted]" in robot.text(), "correct-horse" in robot.text()) == (True, False)
        for name in ("documents", "log", "wire"):
            await robot.open_page(name)
            seen = robot.text() + robot.app.export_screenshot()
            assert "[redacted]" in robot.text()
            assert ("correct-horse" in seen, "Y29y" in seen) == (False, False)
        robot.answer.text.focus()
        await robot.press("y")
        assert '"password": "[redacted]"' in robot.app.clipboard
        await robot.press("f2")
        assert "correct-horse" in robot.text()
        assert "[redacted]" not in robot.text()
        assert "Y29ycmVjdC1ob3JzZQ==" in robot.text()
        await robot.go_to("username")
        assert "correct-horse" not in robot.text()


async def test_an_error_is_shown_with_class_status_request_id_and_message(tmp_path: Path) -> None:
    failure = Failure(FailureKind.AWS, "InvalidRequestException", "Request must have context.", 400, "r-1", "Do that.")
    async with running(tmp_path, gateway=answering(failure)) as robot:
        await robot.send()
        text = robot.text()
        for said in (
            "✗ REFUSED",
            "InvalidRequestException",
            "HTTP 400",
            "r-1",
            "Request must have context.",
            "Do that.",
        ):
            assert said in text


async def test_the_running_time_is_shown_and_escape_gives_up(tmp_path: Path) -> None:
    gateway = ScriptedGateway(hold=threading.Event())
    async with running(tmp_path, gateway=gateway) as robot:
        await robot.press("f5")
        assert "SENDING" in robot.text()
        robot.screen.sending.count()
        await robot.pilot.pause()
        assert "Give up" in robot.text()
        assert "Esc stops waiting. Looking for credentials" in robot.text()
        await robot.press("escape")
        await robot.settle()
        assert "! ABANDONED" in robot.text()
        assert "You stopped waiting" in robot.text()
        assert "Give up" not in robot.text()
        assert gateway.hold is not None
        gateway.hold.set()
        gateway.hold = None
        await robot.settle()
        assert "! ABANDONED" in robot.text()
        await robot.send()
        assert "✓ AUTHENTICATED" in robot.text()
        assert [row.verdict for row in robot.history.rows._rows] == ["AUTHENTICATED", "ABANDONED"]

        pane = robot.screen.query_one(AnswerPane)
        gateway.hold = threading.Event()
        await robot.press("f5")
        assert "SENDING" in robot.text()
        assert "May connect as sensor-7" in robot.text()
        running_now = robot.screen.running
        assert running_now is not None
        assert pane.has_class("-older") is running_now.is_long
        robot.screen.sending.count()
        for _ in range(2):
            await robot.pilot.pause()
            assert "below is still #2 of 09:30:00" in robot.text()
            assert pane.has_class("-older")
            await robot.press("f5")
        gateway.hold.set()
        gateway.hold = None
        await robot.settle()
        assert not pane.has_class("-older")
        assert "below is still" not in robot.text()


async def test_the_form_can_be_used_while_a_request_runs(tmp_path: Path) -> None:
    gateway = ScriptedGateway(hold=threading.Event())
    async with running(tmp_path, gateway=gateway) as robot:
        await robot.press("f5")
        await robot.fill("username", "other")
        assert robot.form.draft.username == "other"


AWS = Target(region="us-west-2")
FUNCTION = "arn:aws:lambda:us-west-2:000000000000:function:sensors"


async def test_pages_show_the_raw_strings_the_wire_the_log_and_what_is_deployed(tmp_path: Path) -> None:
    gateway = ScriptedGateway(
        authorizer=Authorizer("SensorAuth", "arn:aws:iot:us-west-2:000000000000:authorizer/A", FUNCTION)
    )
    gateway.deployed = Deployment(
        gateway.authorizer, Function(FUNCTION, 3, log_group="/own/group"), None, data_endpoint="data.example"
    )
    async with running(tmp_path, replace(SENSOR, target=AWS), size=(200, 60), gateway=gateway) as robot:
        await robot.send()
        robot.answer.text.focus()
        await robot.press("r")
        assert POLICY[:40] in robot.text()
        await robot.press("r")
        assert robot.answer.pages.chosen == "documents"
        await robot.open_page("wire")
        assert "POST http://127.0.0.1/authorizer" in robot.text()
        await robot.open_page("log")
        assert "hello from the function" in robot.text()
        await robot.press("l")
        assert "from /own/group" in robot.text()
        await robot.run("read_connections")
        assert "from AWSIotLogsV2" in robot.text()
        assert "function's resource policy" in robot.text()
        await robot.open_page("device")
        assert "! permission-missing  function ran" in robot.text()
        assert robot.text().count("add-permission") == 1
        assert "✓ No default authorizer is set." in robot.text()
        await robot.press("f3", "end", "up", "up", "up", "up")
        assert "data.example" in robot.text()
        await robot.press("home")
        for key, said, is_whole in (("y", "masked", False), ("Y", "copied with it", True)):
            await robot.press(key)
            assert ("Y29ycmVjdC1ob3JzZQ==" in robot.app.clipboard) is is_whole
            assert any(said in each for each in robot.notifications())
        await robot.press("escape")
        robot.screen.form.put(replace(robot.form.draft, authorizer_name="Other"))
        await robot.rest()
        assert robot.screen.identity_state.deployment is None
        assert "permission-missing" in robot.text(), "what was read for the answer stays"


async def test_a_document_that_is_not_json_is_shown_with_its_fault(tmp_path: Path) -> None:
    async with running(tmp_path, gateway=answering(Outcome(True, "p", ("{oops",)))) as robot:
        await robot.send()
        assert "Not JSON" in robot.text()
        assert "line 1, column 2" in robot.answer.text.lines[1].content.plain
        assert "{oops" in robot.text()


async def test_a_long_line_is_wrapped_and_copied_in_one_piece(tmp_path: Path) -> None:
    document = '{"a":"' + "x" * 300 + '"}'
    async with running(tmp_path, gateway=answering(Outcome(True, "p", (document,)))) as robot:
        await robot.send()
        view = robot.answer.text
        assert view.row_count > len(view.lines)
        view.focus()
        await robot.press("home", "down", "down", *["shift+down"] * 5, "ctrl+c")
        assert "x" * 200 in robot.app.clipboard


async def test_a_body_of_ten_megabytes_stays_usable(tmp_path: Path) -> None:
    outcome = Outcome(True, "p", ("x" * 10_000_000,))
    async with running(tmp_path, gateway=answering(outcome)) as robot:
        await robot.send()
        assert "Showing the first 262,144 of 10,000,000 characters" in "".join(
            line.content.plain for line in robot.answer.text.lines
        )
        await robot.fill("username", "still here")
        assert "still here" in robot.text()


async def test_a_text_is_written_to_a_new_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    document = '{"a":"' + "x" * 400_000 + '"}'
    async with running(tmp_path, gateway=answering(Outcome(True, "p", (document,)))) as robot:
        await robot.send()
        for _ in range(2):
            robot.answer.text.focus()
            await robot.press("w")
            await robot.type("o")
            await robot.press("enter")
        assert "Not saved" in robot.notifications()[-1]
    assert (tmp_path / "o").read_text() == document
    assert (tmp_path / "o").stat().st_mode & 0o777 == 0o600


async def test_every_page_says_something_before_and_after(tmp_path: Path) -> None:
    failure = Failure(FailureKind.CREDENTIALS, "NoCredentialsError", "Unable to locate credentials")
    async with running(tmp_path, gateway=answering(failure)) as robot:
        await robot.send()
        for page in ("documents", "raw", "wire", "log"):
            view = robot.answer.open_page(page)
            await robot.settle()
            assert isinstance(view, CodeView)
            assert view.lines[0].content.plain

"""Scenes of the app as pictures. They are the golden files: `make screenshots` draws them again."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
from textual import events

from authlens.core.contract.outcome import Outcome
from authlens.core.deployment.deployment import Deployment, Domain, Function, Unread
from authlens.core.devices.ledger import Watched
from authlens.core.invocation.gateway import Reply
from authlens.core.invocation.invocation import Failure, FailureKind
from authlens.core.invocation.local_run import LocalRun, Unresolved
from authlens.core.mqtt.connection import ConnectionStage, ConnectionStep, Counts
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest, HttpContext
from authlens.core.saved.saved_request import SavedRequest, Sign
from authlens.core.saved.saved_request_yaml import write
from authlens.endpoint.local_devices import Address, DevicesSnapshot, LocalDevices
from authlens.store.settings import Settings
from authlens.ui.model.draft import of_saved
from authlens.ui.model.screen_values import RunningCall
from authlens.ui.screens.devices import DevicesScreen
from authlens.ui.widgets.controls.choices import Choices
from authlens.ui.widgets.controls.picker import Picker
from support import device_records
from support.app_services import NOW, PASSED, ScriptedGateway
from support.public_keys import pair
from ui.robot import SENSOR, Robot, running

FOLDER = Path(__file__).parent.parent.parent / "screenshots"
REFUSED = Failure(
    FailureKind.AWS,
    "InvalidRequestException",
    "Token signature mismatch for authorizer SensorAuth",
    400,
    "6f0d3f0e-7f0a-4c55-9a5d-2f6c0f0a9b11",
)

USELESS = Outcome(
    True,
    "sensor7",
    (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iot:Publish","iot:Subscribe"],'
        '"Resource":"arn:aws:iot:us-west-2:000000000000:topic/alerts/#"}]}',
    ),
    300,
    86400,
)

AUTHORIZER_ARN = "arn:aws:iot:us-west-2:000000000000:authorizer/SensorAuth"
FUNCTION_ARN = "arn:aws:lambda:us-west-2:000000000000:function:sensor-auth"
DEPLOYED = Deployment(
    Authorizer("SensorAuth", AUTHORIZER_ARN, FUNCTION_ARN, signing_disabled=True),
    Function(FUNCTION_ARN, 30),
    '{"Statement":[{"Effect":"Allow","Principal":{"Service":"apigateway.amazonaws.com"},'
    '"Action":"lambda:InvokeFunction"}]}',
    default_authorizer="OtherAuth",
    domains=(Domain("shop", "iot.example.com", "DISABLED", default_authorizer="OtherAuth", allows_override=False),),
    data_endpoint=Unread("iot:DescribeEndpoint", "AccessDeniedException"),
)

PICTURES = frozenset(path.stem for path in FOLDER.glob("*.svg"))


class Album:
    """Pictures of one run of the app, and what differs from the golden ones."""

    def __init__(self, robot: Robot) -> None:
        self._robot = robot
        self._changed: list[str] = []

    async def take(self, name: str) -> None:
        await self._robot.rest()
        drawn = self._robot.app.export_screenshot(title="authlens")
        golden = FOLDER / f"{name}.svg"
        if os.environ.get("AUTHLENS_UPDATE_SCREENSHOTS"):
            golden.write_text(drawn)
        if not golden.exists():
            self._changed.append(f"{golden.name} was never drawn")
        elif drawn != golden.read_text():
            self._changed.append(f"{golden.name}: {difference(golden.read_text(), drawn)}")

    async def take_in_light(self, name: str) -> None:
        self._robot.app.theme = "light"
        await self.take(name)
        self._robot.app.theme = "dark"

    def check(self) -> None:
        assert not self._changed, "run make screenshots and look at:\n" + "\n".join(self._changed)


def difference(golden: str, drawn: str) -> str:
    """The first text that is another: easier to read than the whole picture."""
    before, after = (re.findall(r"<text[^>]*>([^<]*)</text>", svg) for svg in (golden, drawn))
    pair = next(((old, new) for old, new in zip(before, after, strict=False) if old != new), None)
    return f"{pair[0]!r} is now {pair[1]!r}" if pair else "other colours or places"


@pytest.fixture
def fixed_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def requests(fixed_surroundings: None) -> Path:
    """Saved requests to browse."""
    folder = Path("requests")
    folder.mkdir()
    for name in ("sensor-7", "wrong-password", "gateway"):
        saved = replace(SENSOR, description=f"What {name} is about")
        (folder / f"{name}.yaml").write_text(write(saved))
    Path("private.pem").write_bytes(pair("screenshots").private_pem)
    (folder / "unfinished.yaml").write_text("request:\n  authorizerName: 7\n")
    return folder


def gateway(*results: Outcome | Failure) -> ScriptedGateway:
    made = ScriptedGateway([Reply(result, 0.0123) for result in results])
    made.authorizer = Authorizer("SensorAuth", signing_disabled=True)
    return made


async def test_the_first_minute_looks_as_it_did(requests: Path) -> None:
    async with running(Path(), requests / "sensor-7.yaml", gateway=gateway()) as robot:
        album = Album(robot)
        await album.take("first-screen")
        await robot.send()
        await album.take("first-answer-120x40")
        await robot.fill("password", "wrong")
        robot.gateway.results.append(Reply(Outcome(False, "sensor7", ()), 0.0087))
        await robot.send()
        await album.take("denied")
        await robot.press("ctrl+z")
        await robot.send()
        for theme in ("light", "high-contrast", "terminal", "dark"):
            robot.app.theme = theme
            await album.take(theme)
        await robot.press("ctrl+o")
        await album.take("open")
        await robot.press("escape", "f1")
        await album.take("help")
        await robot.press("escape", "ctrl+b")
        await album.take("saved")
        album.check()


PASTED = (
    "An error occurred (InvalidRequestException) when calling the TestInvokeAuthorizer operation: "
    "Token signature mismatch for authorizer SensorAuth"
)


async def test_other_sizes_look_as_they_did(requests: Path) -> None:
    async with running(Path(), requests / "sensor-7.yaml", size=(80, 24), gateway=gateway()) as robot:
        album = Album(robot)
        await album.take("request-80x24")
        await robot.go_to("username")
        await robot.press("tab", "shift+tab")
        await album.take("entered-80x24")
        await robot.send()
        await album.take("answer-80x24")
        await robot.press("f1")
        await album.take("help-80x24")
        await robot.press("escape", "f6")
        await album.take("history-80x24")
        robot.app.post_message(events.Paste(PASTED))
        await album.take("pasted-error-80x24")
        robot.history.rows.focus()
        await robot.press("enter")
        robot.screen.host.forget("form")  # its time would be over on a busy machine
        await robot.settle()
        await robot.pilot.resize_terminal(200, 60)
        await album.take("answer-200x60")
        album.check()


async def test_what_was_asked_before_looks_as_it_did(requests: Path) -> None:
    """The questions of an earlier run of the app are asked again."""
    async with running(Path(), requests / "sensor-7.yaml", gateway=gateway()) as robot:
        await robot.send()
        await robot.ask("publish alerts/7")
        await robot.ask("subscribe sensors/#")
    async with running(Path(), requests / "sensor-7.yaml", gateway=gateway()) as robot:
        album = Album(robot)
        await robot.rest()
        await robot.send()
        robot.answer.focus_page("access")
        await album.take("questions-kept")
        album.check()


async def test_what_is_refused_looks_as_it_did(requests: Path) -> None:
    async with running(Path(), requests / "sensor-7.yaml", gateway=gateway(REFUSED)) as robot:
        album = Album(robot)
        await robot.send()
        await album.take("refused")
        robot.screen.query_one("#mode", Choices).focus()
        await robot.press("left")
        await robot.fill("token", "device-token-7f3a")
        await robot.go_to("token_signature")
        await album.take("token-mode")
        album.check()


async def test_why_it_is_so_looks_as_it_did(requests: Path) -> None:
    async with running(Path(), requests / "sensor-7.yaml", gateway=gateway(USELESS, PASSED)) as robot:
        album = Album(robot)
        await robot.send()
        await robot.ask("subscribe alerts/#")
        await album.take("why-denied")
        robot.answer.focus_page("lint")
        await album.take("lint")
        await robot.fill("username", "sensor-8")
        await robot.send()
        robot.history.rows.focus()
        await robot.press("home", "space", "space", "c")
        await album.take("compare")
        await robot.press("escape")
        robot.gateway.deployed = DEPLOYED
        await robot.send()
        await robot.open_page("device")
        await album.take("device")
        album.check()


RETURNED = '{"isAuthenticated":"true","principalId":"sensor7","policyDocuments":[]}'
WRONG_TYPE = Failure(
    FailureKind.AWS, "InvalidResponseException", "Lambda invocation result is in invalid format", 400, "r-1"
)
RAISED = replace(WRONG_TYPE, message="Lambda function encountered error in execution: 'mqtt': KeyError")
RAN = LocalRun(
    "Python 3.11.7 (/usr/bin/python3)",
    returned=RETURNED,
    problem="isAuthenticated is the text 'true'; it must be the boolean true or false.",
    problem_member="isAuthenticated",
)


IN_LIGHT = pytest.mark.parametrize(
    "in_light", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["dark", "dark and light"]
)
"""Whether a scene is taken in the light theme too. The first minute is taken in every theme."""


@IN_LIGHT
async def test_every_kind_of_outcome_looks_as_it_did(requests: Path, in_light: bool) -> None:
    """Every kind of outcome in the history, an answer that a local function got wrong, and a function that runs."""
    made = gateway(PASSED, USELESS, Outcome(False, "sensor7", ()), REFUSED)
    made.results += [
        Reply(RAISED, 0.0141),
        Reply(Failure(FailureKind.UNREACHABLE, "EndpointConnectionError", "Could not connect.", advice="Try."), 0.1),
        Reply(WRONG_TYPE, 0.0123, None, "checking sensor-7\n", RAN),
    ]
    async with running(Path(), requests / "sensor-7.yaml", gateway=made) as robot:
        album = Album(robot)
        for _ in range(7):
            await robot.send()
        await album.take("wrong-answer")
        if in_light:
            await album.take_in_light("wrong-answer-light")
        await robot.pilot.resize_terminal(80, 24)
        await robot.press("f6")
        await album.take("wrong-answer-80x24")
        await robot.press("f6")
        await album.take("history-kinds-80x24")
        await robot.pilot.resize_terminal(200, 60)
        await album.take("history-kinds-200x60")
        if in_light:
            await album.take_in_light("history-kinds-light")
        await robot.pilot.resize_terminal(120, 40)
        robot.history.rows.focus()
        await robot.press("end", "enter")
        robot.answer.focus_page("access")
        await robot.settle()
        await album.take("access")
        if in_light:
            await album.take_in_light("access-light")
        await robot.press("f1")
        await album.take("help-answer")
        await robot.press("escape")
        robot.screen.watching = True
        robot.screen._running_changed(RunningCall(2.4, False, True, ("checking sensor-7", "asking the directory …")))
        await album.take("while-it-runs")
        await robot.pilot.resize_terminal(80, 24)
        await album.take("while-it-runs-80x24")
        robot.screen._running_changed(None)
        await album.take("access-80x24")
        album.check()


async def test_the_large_screen_before_the_first_send_looks_as_it_did(requests: Path) -> None:
    async with running(Path(), requests / "sensor-7.yaml", size=(200, 60), gateway=gateway()) as robot:
        album = Album(robot)
        await album.take("first-screen-200x60")
        await robot.press("ctrl+p")
        await robot.settle()
        await album.take("palette-200x60")
        album.check()


async def test_signing_and_events_look_as_they_did(requests: Path) -> None:
    made = gateway()
    pem = pair("screenshots").public_pem
    made.authorizer = Authorizer("TokenAuth", token_key_name="token", token_signing_public_keys=(("fleet", pem),))
    request = AuthorizerRequest("TokenAuth", "vehicle-42", http_context=HttpContext((("X-Vehicle", "42"),), "?a=1"))
    saved = SavedRequest(replace(request, http_context=None), target=SENSOR.target, sign=Sign("private.pem"))
    async with running(Path(), saved, gateway=made) as robot:
        album = Album(robot)
        await robot.rest()
        await robot.press("ctrl+t")
        await album.take("signature")
        await robot.press("escape")
        headers = (("Authorization", "Bearer 5f3a"), ("X-Amzn-Trace-Id", "Root=1-67891233-abcdef012345678912345678"))
        carried = replace(request, token=None, http_context=HttpContext(headers, "?token=vehicle-42"))
        robot.screen.form.put(of_saved(replace(saved, request=carried, sign=Sign("private.pem", place="queryString"))))
        await robot.rest()
        await album.take("signed")
        robot.screen.form.put(of_saved(replace(saved, request=replace(request, token=None), sign=None)))
        await robot.rest()
        await robot.press("f10")
        await album.take("events")
        album.check()


CASES = """cases:
  right-password: {description: what a sensor sends}
  wrong-password: {description: one letter is different, request: {mqttContext: {password: correct-hors}}}
  expired-token: {request: {mqttContext: {username: '${env:MISSING}'}}}
"""
MISSING = (
    Unresolved("the variable PASSWD is left out", "only AWS knows it", "template.yaml:31", "give --env PASSWD=VALUE"),
    Unresolved("the variable TABLE is left out", "only AWS knows it", "template.yaml:32"),
)


async def test_choosing_and_pasting_look_as_they_did(requests: Path) -> None:
    """Cases and environments, a pasted policy, and what a local function is missing, dark and light."""
    (requests / "environments").mkdir()
    (requests / "environments" / "staging.yaml").write_text("region: eu-west-1\n")
    (requests / "sensor-7.yaml").write_text((requests / "sensor-7.yaml").read_text() + CASES)
    (requests / "sensor-7.yaml").chmod(0o600)
    async with running(Path(), requests / "sensor-7.yaml", gateway=gateway(PASSED)) as robot:
        album = Album(robot)
        robot.screen.query_one("#case", Picker).focus()
        await robot.press("right", "right")
        await album.take("case")
        await robot.press("enter")
        await album.take("pick-a-case")
        await robot.press("escape")
        robot.screen.missing = MISSING
        await album.take("missing-values")
        robot.app.theme = "light"
        await album.take("missing-values-light")
        robot.screen.missing = ()
        robot.app.post_message(events.Paste(PASSED.policy_documents[0]))
        await album.take("pasted-policy")
        album.check()


class Quiet:
    """A listener that has seen two connections, and sees no more."""

    def on_change(self, changed: Callable[[], object] | None) -> None:
        pass

    def seen(self, since: int = -1) -> DevicesSnapshot | None:
        passed = (stage for stage in ConnectionStage if stage is not ConnectionStage.UPGRADE)
        steps = tuple(ConnectionStep(stage, True) for stage in passed)
        connected = replace(device_records.CONNECTED, steps=steps)
        decisions = (device_records.DENIED, device_records.ALLOWED)
        watched = (
            Watched(device_records.invocation(connected), connected, Counts(12, 1, 4, 1), decisions, decisions[:1]),
            Watched(device_records.invocation(device_records.REFUSED), device_records.REFUSED, Counts()),
        )
        return None if since == 1 else DevicesSnapshot(1, 18, 1, 1, watched)


async def test_devices_look_as_they_did(requests: Path) -> None:
    address = Address("mqtts://localhost:8883", "/home/me/.local/state/authlens/ca/ca.pem")
    async with running(Path(), SENSOR, gateway=gateway()) as robot:
        album = Album(robot)
        await robot.rest()
        robot.app.push_screen(
            DevicesScreen(
                cast(LocalDevices, Quiet()), address, lambda: datetime(2026, 11, 28, 0, 3, tzinfo=UTC), SENSOR.request
            )
        )
        await album.take("devices")
        await robot.pilot.resize_terminal(80, 24)
        await album.take("devices-80x24")
        await robot.press("escape")
        for days, device in ((1, device_records.CONNECTED), (1, device_records.REFUSED), (0, device_records.CONNECTED)):
            at = NOW - timedelta(days=days, hours=3)
            await robot.screen.history.add(replace(device_records.invocation(device), started_at=at, number=None))
        robot.screen.history.refresh()
        robot.history.rows.focus()
        await album.take("history-connections-80x24")
        await robot.pilot.resize_terminal(120, 40)
        robot.history.rows.focus()
        await robot.press("home", "space", "space", "r")
        await album.take("replayed")
        album.check()


async def test_wrong_settings_are_reported(requests: Path) -> None:
    settings = Settings(
        theme="no-such-theme", keymap={"sned": "f5"}, problems=("config.yaml, line 3: unknown key 'teme'",)
    )
    async with running(Path(), requests / "sensor-7.yaml", gateway=gateway(), settings=settings) as robot:
        album = Album(robot)
        await robot.rest()
        await album.take("wrong-settings")
        album.check()


def test_every_picture_is_of_a_scene() -> None:
    source = Path(__file__).read_text()
    assert [name for name in sorted(PICTURES) if f'"{name}"' not in source] == []

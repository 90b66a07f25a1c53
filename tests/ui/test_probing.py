"""Connecting as a device from the app: what it will do is said first, and the verdict says how far it got."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from textual.widgets import Static

from authlens.core.request.request import AuthorizerRequest, MqttContext
from authlens.core.request.target import Target
from authlens.core.saved.saved_request import SavedRequest
from authlens.ui.screens.dialogs.dialog import Ask, AskText
from authlens.ui.screens.dialogs.probe import ProbeDialog
from authlens.ui.screens.dialogs.verdicts import VerdictsScreen
from support.device_serving import project
from ui.robot import SENSOR, Robot, running


async def opened(robot: Robot) -> ProbeDialog:
    """Press the key, and wait for the dialog: the listener is a new process."""
    await robot.press("f11")
    await robot.until(lambda: isinstance(robot.app.screen, ProbeDialog), 50)
    assert isinstance(robot.app.screen, ProbeDialog)
    return robot.app.screen


def confirmation(robot: Robot) -> str:
    return str(robot.app.screen.query_one(".confirmation", Static).render())


async def sent(robot: Robot) -> None:
    await robot.until(lambda: not robot.screen.sending.is_running and not isinstance(robot.app.screen, ProbeDialog))
    await robot.rest()


async def test_a_probe_of_an_account_names_the_endpoint_and_the_topic_before_anything_is_sent(tmp_path: Path) -> None:
    async with running(tmp_path, replace(SENSOR, target=Target(region="eu-west-1"))) as robot:
        await opened(robot)
        assert "Connects to data.example port 443 as sensor-7." in robot.text()
        assert "A device that is connected as sensor-7 will be disconnected." in confirmation(robot)
        assert "Nothing is published or subscribed to." in confirmation(robot)
        for member, text in (("publish", "a/b"), ("payload", "on")):
            (await robot.go_to(member)).select_all()
            await robot.type(text)
        assert "Publishes 2 bytes to a/b. Every subscriber of that topic receives it." in confirmation(robot)

        await robot.press("escape")
        assert robot.screen.answer.invocation is None
        assert robot.gateway.sent == []

        robot.gateway.authorizer = replace(robot.gateway.authorizer, function_arn="arn:aws:lambda:r:1:function:f")
        await robot.press("shift+f5")
        assert "Lambda invokes the function now" in " ".join(robot.text().split())
        await robot.type("live")
        await robot.press("f5")
        await robot.rest()
        called = robot.screen.answer.invocation
        assert called is not None
        assert called.way == "function"
        assert [line.content.plain for line in robot.answer.text.lines] == ["called arn:aws:lambda:r:1:function:f live"]


async def test_a_request_to_an_account_is_compared_with_a_local_function(tmp_path: Path) -> None:
    file = project(tmp_path)
    async with running(tmp_path, replace(SENSOR, target=Target(region="eu-west-1"))) as robot:
        await robot.run("several_ways")
        await robot.press("down", "space", "down", "space", *("down", "space") * 4, "f5")
        assert isinstance(robot.app.screen, AskText), robot.text()
        await robot.type(str(file))
        await robot.press("enter")
        await robot.until(lambda: isinstance(robot.app.screen, VerdictsScreen), 50)
        assert "A local function" in robot.text()
        await robot.press("down", "enter")
        assert "target region eu-west-1 → local" in robot.text()
        assert len(robot.gateway.sent) == 2


async def test_one_request_is_sent_several_ways_and_https_publishes_only_what_was_asked_for(tmp_path: Path) -> None:
    request = AuthorizerRequest("A", mqtt_context=MqttContext("u", "right", "good-1"))
    start = SavedRequest(request, target=Target(local=str(project(tmp_path))))
    async with running(tmp_path, start) as robot:
        await robot.run("several_ways")
        await robot.press(
            "down", "space", "down", "down", "space", "down", "space", "down", "space", "down", "space", "f5"
        )
        assert isinstance(robot.app.screen, AskText), robot.text()
        await robot.type("ok/x")
        await robot.press("enter")
        await robot.until(lambda: isinstance(robot.app.screen, Ask), 50)
        said = " ".join(robot.text().split())
        assert "as good-1" in said
        assert "Publishes an empty message to ok/x at localhost" in said
        await robot.press("right", "enter")
        await robot.until(lambda: isinstance(robot.app.screen, VerdictsScreen), 50)
        shown = " ".join(robot.text().split())
        assert "CONNECTED Connect over MQTT 5" in shown
        assert "CONNECTED Publish over HTTPS" in shown
        assert "publish ok/x: the documents say IMPLICIT_DENY, and the broker: allowed" in shown


async def test_a_probe_of_the_local_listener_is_shown_kept_and_compared_with_the_test_call(tmp_path: Path) -> None:
    request = AuthorizerRequest("A", mqtt_context=MqttContext("u", "right", "good-1"))
    start = SavedRequest(request, target=Target(local=str(project(tmp_path))))
    async with running(tmp_path, start) as robot:
        await robot.send()
        await opened(robot)
        began = time.monotonic()
        await robot.press("f5")
        await sent(robot)
        took = time.monotonic() - began

        probe = robot.screen.answer.invocation
        assert probe is not None
        assert probe.device is not None
        assert probe.is_probe
        assert probe.outcome is not None, probe.failure
        assert took < 10
        text = " ".join(robot.text().split())
        assert "CONNECTED" in text
        assert "Connected as good-1 over MQTT 5 over TLS." in text
        assert "F12 shows each decision of the listener" in text
        page = "\n".join(line.content.plain for line in robot.answer.text.lines)
        assert "SNI localhost, ALPN mqtt offered, mqtt chosen" in page
        assert "receiveMaximum 100" in page
        changes = robot.screen.answer.view.changes
        assert changes is not None
        assert any("the connection over MQTT 5 over TLS is let in" in words for words in changes.words)
        assert probe.number is not None

        robot.screen.form.put(replace(robot.form.draft, password="wrong"))
        dialog = await opened(robot)
        assert "username with x-amz-customauthorizer-name added" in " ".join(confirmation(robot).split())
        for member, text in (("client_id", "good-2"), ("subscribe", "ok/x")):
            (await robot.go_to(member)).select_all()
            await robot.type(text)
        await robot.press("f5")
        await sent(robot)
        text = " ".join(robot.text().split())
        assert "→ The device listener's reason: the function answered isAuthenticated:" in text
        assert "Usual causes" not in text, "the listener knows the one that is true"
        refused = robot.screen.answer.invocation
        assert refused is not None
        assert refused.device is not None
        assert text.count(refused.device.reason.rpartition(":")[2]) == 2, "in the headline and in the record, no more"

        dialog = await opened(robot)
        assert (dialog.form.client_id, dialog.form.subscribe, dialog.form.publish) == ("good-2", "ok/x", "")

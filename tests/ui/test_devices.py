"""The screen of real devices, over a real listener and a small client."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
import pytest_asyncio

from authlens.core.devices.ledger import Watched
from authlens.core.mqtt.connection import Counts
from authlens.core.mqtt.packets import V5, Connack, Filter, Publish, Subscribe
from authlens.core.request.target import Target
from authlens.endpoint.local_devices import Address, DevicesSnapshot, LocalDevices
from authlens.ui.screens import devices
from authlens.ui.screens.devices import ConnectionRows, DevicesScreen
from authlens.ui.screens.dialogs.compare import CompareScreen
from authlens.ui.screens.dialogs.dialog import Ask
from authlens.ui.screens.dialogs.probe import ProbeDialog
from authlens.ui.widgets.controls.field import Field
from authlens.ui.widgets.controls.items import Items
from support import device_records
from support.app_services import NOW
from support.device_serving import project
from support.listening_devices import Client
from ui.robot import SENSOR, Robot, running


@pytest_asyncio.fixture
async def robot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Robot]:
    path = project(tmp_path)
    monkeypatch.chdir(path.parent)
    start = replace(SENSOR, target=Target(local=path.name))
    async with running(tmp_path, start) as started:
        await reopen(started)
        yield started


async def reopen(robot: Robot) -> None:
    """Open the screen and wait until it is there: the listener is a new process."""
    await robot.press("f12")
    await robot.until(lambda: isinstance(robot.app.screen, DevicesScreen), 50)


def screen_of(robot: Robot) -> DevicesScreen:
    assert isinstance(robot.app.screen, DevicesScreen)
    return robot.app.screen


async def until(robot: Robot, words: str) -> None:
    """Wait for words on the screen."""
    await robot.until(lambda: words in everything(robot))


def everything(robot: Robot) -> str:
    screen = screen_of(robot)
    rows, items = screen.query_one(ConnectionRows), screen.query_one(Items)
    lines = [rows.row(index, 200).plain for index in range(rows.row_count)]
    text = "\n".join((*lines, *(line.plain for item in items.items for line in item.lines)))
    return text.replace("\u00a0", " ")


async def client(robot: Robot, client_id: str, **members: Any) -> Client:
    address = screen_of(robot)._address
    context = ssl.create_default_context(cafile=address.ca_file)
    context.set_alpn_protocols(["mqtt"])
    streams = await asyncio.open_connection("127.0.0.1", address.port, ssl=context, server_hostname="localhost")
    made = Client(*streams, V5)
    answer = await made.connect(client_id, **members)
    assert isinstance(answer, Connack)
    return made


async def test_what_devices_do_is_seen_and_can_be_used(robot: Robot) -> None:
    screen = screen_of(robot)
    assert screen.query_one(".wait").display
    await robot.press("f11")
    await robot.until(lambda: isinstance(robot.app.screen, ProbeDialog), 50)
    await robot.press("escape")
    await reopen(robot)
    screen = screen_of(robot)
    await robot.press("b")
    text = robot.text()
    assert "--cacert" in text
    assert str(screen._address.port) in text
    await robot.press("c")
    assert "-i sensor-7" in robot.text(), "the request in the form"
    await robot.press("escape")

    device = await client(robot, "good-1")
    device.send(Subscribe(1, (Filter("ok/1", 1),)), Publish("no/1", b"x", 1, packet_id=2))
    await device.receive()
    await device.receive()
    await until(robot, "PUBLISH no/1")
    shown = everything(robot)
    assert "good-1" in shown
    assert "● connected" in shown
    assert "✓ network  ✓ TLS  ✓ authorizer found" in shown
    assert "→ PUBACK 0x87, stays connected" in shown
    assert "your client: mosquitto_pub prints" in shown
    assert "✓ SUBSCRIBE ok/1" in shown
    await robot.press("x")
    assert "SUBSCRIBE" not in everything(robot)

    await client(robot, "bad-1", password=b"wrong")
    await until(robot, "refused: the function answered isAuthenticated: false")
    await robot.press("l")
    await robot.settle()
    assert robot.form.draft.request.authorizer_name == "A"
    mqtt = robot.form.draft.request.mqtt_context
    assert mqtt is not None
    assert (mqtt.client_id, mqtt.password) == ("bad-1", "wrong")
    history = robot.screen.history.store
    assert history is not None
    assert sorted(row.verdict for row in history.page()) == ["CONNECTED", "REFUSED"]

    await robot.press("ctrl+z")
    before = robot.form
    assert before.draft.client_id == "sensor-7"
    await reopen(robot)
    await robot.press("d")
    await robot.settle()
    await robot.until(lambda: isinstance(robot.app.screen, CompareScreen))
    title = robot.app.screen.query_one(".box").border_title
    assert "connection " in str(title), "both sides are named"
    assert "test call " in str(title)
    await robot.press("escape")
    assert robot.form == before, "comparing does not touch the form"
    view = robot.answer.view
    assert view.baseline is None
    assert view.invocation is not None
    assert view.invocation.device is None
    assert robot.gateway.sent[-1].mqtt_context == mqtt
    assert all(Path(row.target).is_absolute() for row in history.page()), "each says which project it is of"

    robot.screen.form.edit({"username": "edited"}, None)
    await reopen(robot)
    await robot.press("s")
    await robot.settle()
    assert isinstance(robot.app.screen, Ask)
    robot.app.screen.dismiss("discard")
    await robot.settle()
    assert [field.value for field in robot.app.screen.query(Field)] == ["bad-1"]
    await robot.press("escape")
    draft = robot.form.draft
    assert (draft.request.mqtt_context, draft.expect, draft.description) == (mqtt, None, None)


class Reporting:
    """A listener whose next report the test chooses."""

    def __init__(self) -> None:
        self.changes = 0
        self.looks = 0
        self.changed: Callable[[], object] | None = None

    def on_change(self, changed: Callable[[], object] | None) -> None:
        self.changed = changed

    def report(self) -> None:
        self.changes += 1
        assert self.changed is not None
        self.changed()

    def seen(self, since: int = -1) -> DevicesSnapshot | None:
        if since == self.changes:
            return None
        self.looks += 1
        event = '{"protocolData": {"tls": {"x509CertificatePem": "PEM-of-it", "principalId": "id-of-it"}}}'
        device = replace(device_records.CONNECTED, event=event)
        watched = Watched(device_records.invocation(device), device, Counts(self.changes, 0, 0, 0))
        return DevicesSnapshot(self.changes, self.changes, 0, 1, (watched,))


async def test_the_first_news_are_painted_at_once_and_more_after_a_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices, "PAINT_EVERY", 1000.0)
    listener = Reporting()
    async with running(tmp_path) as robot:
        address = Address("mqtts://localhost:8883", "/ca.pem")
        robot.app.push_screen(DevicesScreen(cast(LocalDevices, listener), address, lambda: NOW, SENSOR.request))
        await robot.settle()
        assert listener.looks == 1
        listener.report()
        await robot.settle()
        assert listener.looks == 2, "at once, whatever the time between two paints"
        listener.report()
        listener.report()
        await robot.settle()
        assert listener.looks == 2
        screen_of(robot)._rested()
        await robot.settle()
        assert (listener.looks, "1 refused · 3 decisions, 0 denied" in robot.text()) == (3, True)
        await robot.press("e")
        assert "PEM-of-it" in robot.text()
        await robot.press("escape", "escape")
        assert listener.changed is None


async def test_only_a_local_target_has_devices(tmp_path: Path) -> None:
    async with running(tmp_path, replace(SENSOR, target=Target(region="eu-west-1"))) as robot:
        await robot.press("f12")
        assert "local target" in robot.notifications()[-1]

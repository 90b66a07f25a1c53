"""Drives the app in the words of a person. Waits for workers and messages, never for time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from textual import events

from authlens.core.request.request import AuthorizerRequest, MqttContext
from authlens.core.request.target import Target
from authlens.core.saved.saved_request import SavedRequest
from authlens.gate import Gate
from authlens.sending import Sender
from authlens.store.history.history import History
from authlens.store.places import Places
from authlens.store.settings import Settings
from authlens.ui.app import AuthlensApp
from authlens.ui.model.screen_values import FormState
from authlens.ui.runtime.services import AppServices
from authlens.ui.screens.main.screen import MainScreen
from authlens.ui.widgets.answer.answer_pane import AnswerPane
from authlens.ui.widgets.controls.field import Field
from authlens.ui.widgets.controls.pages import Pages
from authlens.ui.widgets.history.history_pane import HistoryPane
from support.app_services import NOW, ScriptedGateway, sender
from ui import stylesheets
from ui.frames import painting
from ui.stillness import StillPilot

stylesheets.share()

SENSOR = SavedRequest(
    AuthorizerRequest("SensorAuth", mqtt_context=MqttContext("sensor-7", "correct-horse", "sensor-7")),
    description="Sensor 7 with its password",
    target=Target(local="demo"),
)


_ASKING = {
    "file",
    "paste",
    "target",
    "devices",
    "probe",
    "function",
    "signature",
    "generate",
    "batch",
    "compare",
    "send",
}
"""Groups of workers that open a dialog and wait for what the person does there."""


class Robot:
    def __init__(self, app: AuthlensApp, pilot: StillPilot, gateway: ScriptedGateway) -> None:
        self.app = app
        self.pilot = pilot
        self.gateway = gateway

    @property
    def screen(self) -> MainScreen:
        screen = self.app.screen_stack[0]
        assert isinstance(screen, MainScreen)
        return screen

    @property
    def form(self) -> FormState:
        return self.screen.form.state

    async def settle(self) -> None:
        """Until nothing is left to do. A request that the test holds back stays under way."""
        await self.pilot.pause()
        while working := [worker for worker in self.app.workers if not self._waits(worker)]:
            # Looks again now and then: one of them may have opened a dialog, and wait for the person from then on.
            tasks = [worker._task for worker in working if worker._task is not None]
            await asyncio.wait(tasks or [asyncio.create_task(self.pilot.pause())], timeout=0.1)
            await self.pilot.pause()
        await self.pilot.pause()

    async def rest(self) -> None:
        """Until also what waits for a pause in the typing has been done: the pause is over at once."""
        await self.settle()
        for timer in list(self.screen.host.timers.values()):
            if timer._task is not None and not timer._task.done():
                timer.stop()
                await timer._tick(next_timer=0, count=0)
        await self.settle()

    async def until(self, done: Callable[[], bool], seconds: float = 20.0) -> None:
        """Wait for what another process or thread does."""
        async with asyncio.timeout(seconds):
            while not done():
                await self.pilot.pause(0.02)
        await self.settle()

    def _waits(self, worker: Any) -> bool:
        """Whether it waits for the test, or for the person."""
        if worker.group == "watch":
            return True
        screen = self.screen
        is_sent = {"send": screen.sending.is_running, "batch": screen.batches.is_running}.get(worker.group, False)
        return (is_sent and self.gateway.hold is not None) or (
            worker.group in _ASKING and len(self.app.screen_stack) > 1
        )

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.settle()

    async def type(self, text: str) -> None:
        """All of it at once: the app takes in one key after the other."""
        self.pilot.type_ahead(*_keys(text))
        await self.settle()

    async def type_ahead(self, *keys: str) -> None:
        """Hit keys, and type the texts among them, without waiting for the app in between."""
        self.pilot.type_ahead(*(key for each in keys for key in (_keys(each[1:]) if each[0] == "'" else [each])))
        await self.rest()

    async def send(self) -> None:
        await self.press("f5")
        await self.rest()

    def field(self, member: str) -> Field:
        return next(field for field in self.app.screen.query(Field) if field.member == member)

    async def go_to(self, member: str) -> Field:
        field = self.field(member)
        field.focus()
        await self.settle()
        return field

    async def open_page(self, name: str) -> None:
        """A page of the form or of the answer."""
        for pages in self.screen.query(Pages):
            if name in pages._pages:
                pages.open(name)
        await self.rest()

    async def fill(self, member: str, text: str) -> None:
        """Put a text over what a field holds."""
        field = await self.go_to(member)
        field.select_all()
        if text:
            field.post_message(events.Paste(text))
            await self.settle()
        else:
            await self.press("backspace")

    async def paste(self, text: str) -> None:
        """Paste into the field that the cursor is in."""
        focused = self.app.focused
        assert focused is not None
        focused.post_message(events.Paste(text))
        await self.rest()

    async def ask(self, question: str) -> None:
        """Ask what the client may do."""
        await self.run("ask")
        await self.paste(question)
        await self.press("enter")

    async def run(self, command: str) -> None:
        """A command of the palette."""
        await self.screen.run_action(f"do({command!r})")
        await self.settle()

    def text(self) -> str:
        """What is on the screen."""
        return "\n".join(
            "".join(segment.text for segment in strip) for strip in self.app.screen._compositor.render_strips()
        )

    @property
    def answer(self) -> AnswerPane:
        return self.screen.query_one(AnswerPane)

    @property
    def history(self) -> HistoryPane:
        return self.screen.query_one(HistoryPane)

    def notifications(self) -> list[str]:
        return [notification.message for notification in self.app._notifications]


def _keys(text: str) -> list[str]:
    return [{" ": "space"}.get(character, character) for character in text]


@asynccontextmanager
async def running(
    folder: Path,
    start: SavedRequest | Path | None = SENSOR,
    *,
    size: tuple[int, int] = (120, 40),
    gateway: ScriptedGateway | None = None,
    gate: Gate | None = None,
    settings: Settings | None = None,
    saved_settings: list[Settings] | None = None,
    change: Callable[[AppServices], AppServices] = lambda services: services,
    every_frame: bool = False,
    sending: Sender | None = None,
    is_faulty: bool = False,
) -> AsyncIterator[Robot]:
    """The app on real stores below the folder, with a gateway that answers from memory.

    every_frame: see frames. sending: what sends, in place of the gateway. is_faulty: whether internal errors, which the
    app survives, are expected.
    """
    gateway = gateway or ScriptedGateway()
    made = sending or sender(gateway, gate)
    history = History(folder / "state" / "history.db")
    services = AppServices(
        build_sender=lambda ask: made,
        open_history=lambda: history,
        places=Places(
            folder / "config.yaml",
            folder / "themes",
            folder / "state" / "history.db",
            folder / "cache",
            folder / "requests",
        ),
        settings=settings or Settings(),
        save_settings=(saved_settings if saved_settings is not None else []).append,
        now=lambda: NOW,
        environ={"SSH_TTY": "/dev/pts/0"},
        start=start,
    )
    app = AuthlensApp(change(services), made)
    app.animation_level = "none"
    with painting(every_frame):
        async with app.run_test(size=size, notifications=True, tooltips=True):
            robot = Robot(app, StillPilot(app), gateway)
            await robot.settle()
            yield robot
            if gateway.hold is not None:
                gateway.hold.set()
    history.close()
    report = services.places.crash_report
    assert is_faulty or not report.exists(), report.read_text()


def with_prompt(services: AppServices) -> AppServices:
    return replace(services, prompt=True)

"""A fault behind any call is a sentence on the screen: no key press ends the app, and the next send works."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from authlens.ui.runtime.background import TooManyAbandoned
from support.app_services import ScriptedGateway
from ui.robot import SENSOR, running

CALLS = ("invoke", "describe", "configured", "identity", "deployment")


class Raising(ScriptedGateway):
    """Raises at the calls that are named."""

    raising: tuple[str, ...] = ()

    def __getattribute__(self, name: str) -> Any:
        if name in CALLS and name in self.raising:

            def raises(*arguments: object) -> object:
                raise UnicodeDecodeError("utf-8", b"canary", 0, 1, "canary")

            made: Callable[..., object] = raises
            return made
        return super().__getattribute__(name)


@pytest.mark.parametrize("names", [("invoke",), CALLS[1:]], ids=["the send", "the questions"])
async def test_the_app_goes_on(names: tuple[str, ...], tmp_path: Path) -> None:
    gateway = Raising()
    gateway.raising = names
    async with running(tmp_path, SENSOR, gateway=gateway) as robot:
        await robot.send()
        assert robot.app.is_running
        assert ("INTERNAL FAULT" in robot.text()) is ("invoke" in names)
        assert "canary" not in robot.text()
        gateway.raising = ()
        await robot.send()
        assert "AUTHENTICATED" in robot.text()


async def test_too_many_abandoned_calls_are_a_message(tmp_path: Path) -> None:
    async def work() -> None:
        raise TooManyAbandoned

    async with running(tmp_path) as robot:
        robot.screen.host.run(work, "file")
        await robot.settle()
        assert "abandoned calls are still running" in robot.notifications()[-1]
        assert robot.app.is_running

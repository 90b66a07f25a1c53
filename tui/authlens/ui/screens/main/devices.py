"""The device listener of the form's local target: started when it is asked for, ended with the screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.app import App

from authlens.core.request.target import Target
from authlens.ui.runtime import background

if TYPE_CHECKING:
    from authlens.endpoint.local_devices import Address, LocalDevices
    from authlens.store.history import History
    from authlens.ui.screens.devices import Chosen

START_LIMIT = 30.0
"""Seconds until a listener must be ready."""


class DevicesController:
    """Holds one listener. Devices stay connected while the screen of devices is closed."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._running: tuple[LocalDevices, Address] | None = None

    async def watch(self, app: App[Any], target: Target, base: Path | None, history: History | None) -> Chosen | None:
        """Show the devices of a local target; what is to be done with one of their connections."""
        from authlens.endpoint.local import LocalTargetError
        from authlens.ui.screens.devices import Chosen, DevicesScreen

        try:
            devices, address = await background.call(lambda: self._start(target, base, history), START_LIMIT)
        except (LocalTargetError, TimeoutError) as error:
            app.notify(str(error) or "The device listener did not start.", severity="error", markup=False)
            return None
        chosen = await app.push_screen_wait(DevicesScreen(devices, address, self._now))
        return None if chosen is None else Chosen(chosen.action, replace(chosen.invocation, target=target))

    def close(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            running[0].close()

    def _start(self, target: Target, base: Path | None, history: History | None) -> tuple[LocalDevices, Address]:
        """The listener of the target's file; a new one when the file changed. Raises LocalTargetError."""
        from authlens.endpoint.local import definition_file
        from authlens.endpoint.local_devices import LocalDevices
        from authlens.store.device_history import DeviceHistory

        path = definition_file(target.local or "", base)
        running = self._running
        if running is not None and running[0].path == path and running[0].is_current():
            return running
        self.close()
        kept = None if history is None else DeviceHistory(history, replace(target, credentials=None))
        devices = LocalDevices(path, (lambda invocation: None) if kept is None else kept.take)
        self._running = running = devices, devices.address()
        return running

"""The device listener of the form's local target: started when it is asked for, ended with the screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from authlens.core.invocation.invocation import Invocation
from authlens.core.request.target import DEMO, Target
from authlens.sending import Sender
from authlens.ui.runtime import background
from authlens.ui.runtime.host import Host
from authlens.ui.runtime.services import AppServices
from authlens.ui.screens.dialogs.trust import may_send
from authlens.ui.screens.main.devices.own_probes import OwnProbes
from authlens.ui.screens.main.form import FormController
from authlens.ui.screens.main.history import HistoryController
from authlens.ui.screens.main.identity import IdentityController

if TYPE_CHECKING:
    from authlens.core.deployment.transport import DeviceEndpoint
    from authlens.endpoint.local_devices import Address, LocalDevices

START_LIMIT = 30.0
"""Seconds until a listener must be ready."""


class DevicesController:
    """Holds one listener. Devices stay connected while the screen of devices is closed."""

    def __init__(
        self,
        services: AppServices,
        sender: Sender,
        host: Host,
        form: FormController,
        history: HistoryController,
        identity: IdentityController,
        chosen: Callable[[str, Invocation], None],
        connect: Callable[[], None],
    ) -> None:
        """connect: asks how to connect with the request in the form."""
        self._services = services
        self._sender = sender
        self._host = host
        self._form = form
        self._history = history
        self._identity = identity
        self._connect = connect
        self._chosen = chosen
        """Receives what to do with one of the connections."""
        self._running: tuple[LocalDevices, Address] | None = None
        self.probes = OwnProbes()

    def open(self) -> None:
        """Show the devices of the form's local target."""
        if self._form.state.target.local is None:
            words = "Real devices connect to a local target: choose one with F9, or start 'authlens demo'."
            self._host.notify(words)
        else:
            self._host.run(self._open, "devices")

    async def _open(self) -> None:
        from authlens.endpoint.local import LocalTargetError
        from authlens.store.signing_keys import as_sent
        from authlens.ui.screens.devices import DevicesScreen

        form = self._form.state
        saved, base = form.sent, form.base
        if not await may_send(self._host, self._sender, self._services, saved, base, form.file.sources):
            return
        try:
            devices, address = await background.call(lambda: self._start(saved.target, base), START_LIMIT)
        except (LocalTargetError, TimeoutError) as error:
            self._host.notify(str(error) or "The device listener did not start.", "error")
            return
        authorizer = self._identity.known_authorizer(saved)
        request = as_sent(saved.request, saved.sign, authorizer, base, self._services.environ)
        screen = DevicesScreen(devices, address, self._services.now, request, authorizer)
        chosen = await self._host.ask(screen)
        self._history.refresh()
        if chosen is not None and chosen.action == "probe":
            self._connect()
        elif chosen is not None and chosen.invocation is not None:
            # What becomes a request of the form has its target; what is only sent has no file to start a path at.
            is_for_form = chosen.action in ("load", "save")
            target = saved.target if is_for_form else _apart(saved.target, devices.path)
            self._chosen(chosen.action, replace(chosen.invocation, target=target))

    def endpoint(self, target: Target, base: Path | None, authorizer: str) -> DeviceEndpoint:
        """Where devices connect to a local target; its listener is started when needed. Raises LocalTargetError.

        authorizer: the one that a device will name.
        """
        from authlens.core.deployment.transport import DeviceEndpoint

        devices, address = self._start(target, base)
        devices.prepare(authorizer)
        return DeviceEndpoint(address.url.partition("://")[2], address.ca_file)

    def reasons_against(self, target: Target, base: Path | None, client_id: str, since: datetime) -> tuple[str, ...]:
        """Why the listener was against what this client did since then, in its words."""
        running = self._running
        return running[0].reasons_against(client_id, since) if running is not None else ()

    def close(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            running[0].close()

    def _start(self, target: Target, base: Path | None) -> tuple[LocalDevices, Address]:
        """The listener of the target's file; a new one when the file changed. Raises LocalTargetError."""
        from authlens.endpoint.local import definition_file
        from authlens.endpoint.local_devices import LocalDevices
        from authlens.store.history.devices import DeviceHistory

        path = definition_file(target.local or "", base)
        running = self._running
        if running is not None and running[0].path == path and running[0].is_current():
            return running
        self.close()
        history = self._history.store
        kept = None if history is None else DeviceHistory(history, replace(_apart(target, path), credentials=None))
        probes = self.probes

        def keep(connection: Invocation) -> None:
            if kept is not None and not probes.have_made(connection):
                kept.take(connection)

        devices = LocalDevices(path, keep)
        self._running = running = devices, devices.address()
        return running


def _apart(target: Target, path: Path) -> Target:
    """A local target for an invocation without a file: its path says by itself which project it is."""
    return target if target.local == DEMO else replace(target, local=str(path))

"""Connects as a device with the form's request, once the user has seen the endpoint and what it does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from authlens import calls
from authlens.core.invocation.gateway import CallFailed, SendingWay
from authlens.core.invocation.invocation import Invocation
from authlens.core.saved.saved_request import SavedRequest
from authlens.sending import Sender, files_of
from authlens.ui.model.batch import base_of, is_redacted
from authlens.ui.runtime import background
from authlens.ui.runtime.host import Host
from authlens.ui.runtime.services import AppServices
from authlens.ui.screens.dialogs.trust import may_send
from authlens.ui.screens.main.answer import AnswerController
from authlens.ui.screens.main.devices.listening import DevicesController
from authlens.ui.screens.main.form import FormController
from authlens.ui.screens.main.sending import SendController

if TYPE_CHECKING:
    from authlens.core.deployment.transport import DeviceEndpoint
    from authlens.core.probe.plan import ProbeOptions
    from authlens.ui.model.probe_form import ProbeForm

_KEPT = ("client_id", "subscribe", "publish", "payload")
LOOK_UP = 30.0
"""Seconds that finding the endpoint may take; a listener is started in them."""


class ProbeController:
    def __init__(
        self,
        services: AppServices,
        sender: Sender,
        host: Host,
        form: FormController,
        answer: AnswerController,
        sending: SendController,
        devices: DevicesController,
    ) -> None:
        self._services = services
        self._sender = sender
        self._host = host
        self._form = form
        self._answer = answer
        self._sending = sending
        self._devices = devices
        self._protocol = ""
        """The one that was chosen last."""
        self._changed: dict[tuple[object, ...], dict[str, str]] = {}
        """For each request, the choices in which the user last differed from what was offered."""

    def open(self) -> None:
        """Ask for the endpoint and what to try, then connect with the request in the form."""
        self._host.run(lambda: self._open(None), "probe", typing="waits for the dialog")

    def again(self, invocation: Invocation) -> None:
        """Connect again as an earlier probe did, after the user has confirmed it."""
        if is_redacted(invocation):
            self._host.notify("The history holds this request redacted, so it cannot be sent again.")
            return
        self._host.run(lambda: self._open(invocation), "probe", typing="waits for the dialog")

    async def _open(self, again: Invocation | None) -> None:
        from authlens.ui.screens.dialogs.probe import ProbeDialog

        form = self._form.state
        saved = form.sent if again is None else again.saved
        base = form.base if again is None else base_of(again, form.base)
        sources = form.file.sources if again is None else files_of(again.source)
        if again is None and not self._form.can_be_sent():
            return
        if not await may_send(self._host, self._sender, self._services, saved, base, sources, again is not None):
            return
        calls.start(_load, lambda attempt: None)
        found = await self._endpoint(saved, base)
        offered, before = self._offered(saved, found, again), self._changed.setdefault(self._key(saved), {})
        if again is None:
            offered = replace(offered, **before)
        chosen = await self._host.ask(ProbeDialog(offered, _note(found)))
        if chosen is not None:
            self._protocol = chosen.protocol
            if again is None:
                kept = {name: getattr(chosen, name) for name in _KEPT}
                before |= {name: text for name, text in kept.items() if text != getattr(offered, name)}
            self._connect(chosen, saved, base, again)

    def _key(self, saved: SavedRequest) -> tuple[object, ...]:
        """The request in the form, as the same device."""
        file, request = self._form.state.file, saved.request
        return file.path, file.case, request.authorizer_name, request.client_id

    async def offered(self, saved: SavedRequest, base: Path | None) -> ProbeForm:
        """How this request would connect: to the endpoint of its target, with its own client id."""
        return self._offered(saved, await self._endpoint(saved, base), None)

    def _offered(self, saved: SavedRequest, found: DeviceEndpoint | str, again: Invocation | None) -> ProbeForm:
        """What the dialog begins with: the endpoint that was found, and the protocol of the last time."""
        from authlens.core.commands.device import added_to_username
        from authlens.core.commands.probe_plan import client_id_of, recorded_options
        from authlens.ui.model.probe_form import ProbeForm

        known = ProbeForm(client_id=client_id_of(saved) or "", added=" and ".join(added_to_username(saved.request)))
        if self._protocol:
            known = replace(known, protocol=self._protocol)
        if again is not None and again.device is not None:
            before = recorded_options(again.device)
            protocol, name = _protocol_of(before), before.server_name or ""
            endpoint = again.device.peer if before.host else ""
            known = replace(known, protocol=protocol, endpoint=endpoint, server_name=name)
            known = replace(known, ca_file=before.ca_file or "")
        if isinstance(found, str):
            return known
        host = known.endpoint or found.address
        is_found = host == found.address
        own = found.address if saved.target.local is not None else ""
        ca_file = (found.ca_file or "") if is_found else known.ca_file
        return replace(known, endpoint=host, ca_file=ca_file, own_listener=own)

    async def _endpoint(self, saved: SavedRequest, base: Path | None) -> DeviceEndpoint | str:
        """Where the request's target has its devices; a sentence if that cannot be read."""
        from authlens.core.deployment.transport import DeviceEndpoint

        tls, target = saved.request.tls_context, saved.target
        if target.local is None and tls is not None and tls.server_name:
            return DeviceEndpoint(tls.server_name)
        try:
            return await background.call(lambda: self._ask(saved, base), LOOK_UP)
        except CallFailed as error:
            return f"The endpoint could not be read: {error.words}"
        except (RuntimeError, TimeoutError, background.TooManyAbandoned) as error:
            return f"The endpoint could not be read: {error or 'no answer'}"

    def _ask(self, saved: SavedRequest, base: Path | None) -> DeviceEndpoint:
        if saved.target.local is not None:
            return self._devices.endpoint(saved.target, base, saved.request.authorizer_name or "")
        return self._sender.device_endpoint(saved.target, base)

    def _connect(self, chosen: ProbeForm, saved: SavedRequest, base: Path | None, again: Invocation | None) -> None:
        shown = self._answer.invocation
        earlier = shown if shown is not None and not shown.is_probe and self._form.state.holds(shown) else None
        if earlier is not None:
            self._answer.follow()
        probed = self.probed(chosen, saved, base, earlier)
        if probed is not None:
            request, probe = probed
            self._sending.send(request, again, probe)

    def probed(
        self, form: ProbeForm, saved: SavedRequest, base: Path | None, earlier: Invocation | None
    ) -> tuple[SavedRequest, SendingWay] | None:
        """The request as a probe sends it, and the way it is sent; what makes it impossible is reported."""
        from authlens.probe.making import CannotProbe, probe_of, probed_request

        options = form.options
        request = probed_request(options, saved)
        try:
            probe = probe_of(
                options,
                request,
                base,
                self._sender.device_endpoint,
                earlier,
                reasons=self._devices.reasons_against,
            )
            return request, self._devices.probes.watch(probe)
        except CannotProbe as problem:
            self._host.notify(str(problem), "warning")
            return None


def _load() -> None:
    """What a connection needs, loaded while the user reads the dialog: it takes as long as connecting."""
    "host".encode("idna")  # loads the codec with which every host is looked up

    import authlens.core.compare.connections
    import authlens.core.devices.report
    import authlens.core.verdict.probe_verdict
    import authlens.probe.channel
    import authlens.probe.conversation
    import authlens.probe.making  # noqa: F401


def _note(found: DeviceEndpoint | str) -> str:
    return found if isinstance(found, str) else ""


def _protocol_of(options: ProbeOptions) -> str:
    from authlens.core.mqtt.packets import V3  # probes are few; it loads all packets of MQTT

    return "https" if options.way == "https" else f"{options.way}-{'3' if options.version == V3 else '5'}"

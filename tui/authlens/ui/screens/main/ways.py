"""Ways to send other than the test call: calling the deployed function directly, and several ways side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from authlens.core.invocation.gateway import SendingWay
from authlens.core.invocation.invocation import Invocation
from authlens.core.request.target import Target
from authlens.core.saved.saved_request import SavedRequest
from authlens.sending import Sender, left_behind
from authlens.ui.runtime import background
from authlens.ui.runtime.host import Host
from authlens.ui.runtime.services import AppServices
from authlens.ui.screens.dialogs.dialog import Ask, AskText
from authlens.ui.screens.dialogs.dialog import Way as Choice
from authlens.ui.screens.dialogs.trust import may_send
from authlens.ui.screens.main.answer import AnswerController
from authlens.ui.screens.main.devices.probing import ProbeController
from authlens.ui.screens.main.form import FormController
from authlens.ui.screens.main.history import HistoryController
from authlens.ui.screens.main.sending import SendController

if TYPE_CHECKING:
    from authlens.core.saved.expectation import Expectation
    from authlens.ui.model.probe_form import ProbeForm
    from authlens.ui.screens.dialogs.function import FunctionCall


class WaysController:
    def __init__(
        self,
        services: AppServices,
        sender: Sender,
        host: Host,
        form: FormController,
        answer: AnswerController,
        history: HistoryController,
        sending: SendController,
        probing: ProbeController,
        show: Callable[[Invocation, Expectation | None], None],
    ) -> None:
        """show: puts an answer in view, judged by an expectation."""
        self._services = services
        self._sender = sender
        self._host = host
        self._form = form
        self._answer = answer
        self._history = history
        self._sending = sending
        self._probing = probing
        self._show = show
        self._last: FunctionCall | None = None
        """The previous choices."""

    def call_function(self) -> None:
        """Ask which version and which event, then call the function of the form's authorizer."""
        self._host.run(self._call_function, "function")

    async def _call_function(self) -> None:
        from authlens.ui.screens.dialogs.function import FunctionCall, FunctionDialog

        if not self._form.can_be_sent():
            return
        chosen = await self._host.ask(FunctionDialog(self._last or FunctionCall()))
        if chosen is not None:
            self._last = chosen
            way = self._sender.function_way(chosen.version, chosen.event)
            self._sending.send(self._form.state.sent, way=way)

    def several(self) -> None:
        """The same request by several ways, one table of verdicts."""
        self._host.run(self._several, "batch")

    async def _several(self) -> None:
        from authlens.ui.model.probe_form import PROTOCOLS
        from authlens.ui.screens.dialogs.pick import PickScreen
        from authlens.ui.screens.dialogs.verdicts import Sent, VerdictsScreen

        if not self._form.can_be_sent():
            return
        form = self._form.state
        saved, base = form.sent, form.base
        if not await may_send(self._host, self._sender, self._services, saved, base, form.file.sources):
            return
        labels = {"test": "The test call", "function": "The deployed function, called directly"}
        if saved.target.local is None:
            labels["local"] = "A local function"
        labels |= {key: f"Connect over {label}" for key, (label, *_) in PROTOCOLS.items()}
        labels["https"] = "Publish over HTTPS"
        unmarked = ("local", "https")
        chosen = await self._host.ask(PickScreen("Send it several ways", list(labels.items()), unmarked=unmarked))
        local = await self._local(saved) if "local" in (chosen or ()) else None
        probe = await self._confirmed(saved, [key for key in chosen or () if key in PROTOCOLS])
        sent: list[Sent] = []
        for key in chosen or ():
            if key in PROTOCOLS and (probe is None or (key == "https" and not probe.publish)):
                continue
            if key == "local" and local is None:
                continue
            of_way = local if key == "local" and local is not None else saved
            answer = await self._send(key, of_way, probe, sent[0].invocation if sent else None)
            if answer is None:
                continue
            sent.append(Sent(labels[key], await self._history.add(answer), sent[0].invocation if sent else None))
        if sent:
            self._history.refresh()
            index = await self._host.ask(VerdictsScreen("Ways", sent, self._answer.questions))
            if index is not None:
                self._show(sent[index].invocation, None)

    async def _local(self, saved: SavedRequest) -> SavedRequest | None:
        """The same request for a local function, from the file that the user names; `None` without one."""
        from authlens.endpoint.projects.source import file_to_serve
        from authlens.endpoint.templates.definitions import DefinitionError

        form = self._form.state
        try:
            offered = str(await background.call(lambda: file_to_serve(form.folder)))
        except (DefinitionError, OSError):
            offered = ""
        note = "The file that defines the authorizer, such as authorizers.yaml or a template."
        file = (await self._host.ask(AskText("A local function", offered, note)) or "").strip()
        if not file:
            return None
        target = Target(local=file)
        if file != offered:
            self._sender.gate.vouch(target, form.base)
        found = replace(saved, target=target)
        may = await may_send(self._host, self._sender, self._services, found, form.base, form.file.sources)
        return found if may else None

    async def _confirmed(self, saved: SavedRequest, protocols: list[str]) -> ProbeForm | None:
        """Where to connect, once the user has seen what that does; `None` if nothing connects."""
        if not protocols:
            return None
        from authlens.ui.model.probe_form import confirmation_of

        topic = (await self._topic() if "https" in protocols else None) or ""
        form = replace(await self._probing.offered(saved, self._form.state.base), publish=topic)
        forms = [form.by(key) for key in protocols if key != "https" or topic]
        problem = next((each.problem for each in forms if each.problem), "")
        if problem or not forms:
            self._host.notify(f"Nothing connects: {problem or 'no topic to publish to was given.'}", "warning")
            return None
        said = confirmation_of(forms)
        ways = (Choice("no", "Leave connections out"), Choice("yes", "Connect"))
        answer = await self._host.ask(Ask("Connect as a device", said, ways))
        return form if answer == "yes" else None

    async def _topic(self) -> str | None:
        note = "An empty message is published to this topic. Leave it empty to leave HTTPS out."
        return await self._host.ask(AskText("Publish over HTTPS", note=note))

    async def _send(
        self, key: str, saved: SavedRequest, probe: ProbeForm | None, first: Invocation | None
    ) -> Invocation | None:
        """What came of one way; `None` if it is not possible and nothing was sent."""
        base, source, started_at = self._form.state.base, self._form.state.source, self._services.now()
        seconds = self._services.settings.total_timeout
        made: SendingWay | None = None
        if key == "function":
            made = self._sender.function_way()
        elif probe is not None and key != "test":
            probed = self._probing.probed(probe.by(key), saved, base, first)
            if probed is None:
                return None
            saved, made = probed
        try:
            return await background.call(lambda: self._sender.send(saved, base, source, way=made), seconds)
        except (TimeoutError, background.TooManyAbandoned):
            return left_behind(saved, source, started_at, seconds, doubt=made.doubt if made is not None else "")

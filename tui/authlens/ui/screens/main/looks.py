"""Dialogs about the request in the form: its target, its formats, its events, its signature."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from authlens.core.request.request import AuthorizerRequest, Mode
from authlens.core.request.token_place import Place, find_token
from authlens.gate import changed_target
from authlens.sending import Sender
from authlens.ui.model.draft import Draft, of_saved
from authlens.ui.model.screen_values import IdentityState
from authlens.ui.runtime.host import Host
from authlens.ui.runtime.services import AppServices
from authlens.ui.screens.main.form import FormController
from authlens.ui.screens.main.identity import IdentityController
from authlens.ui.screens.main.preflight import presented_certificate, with_unsent

if TYPE_CHECKING:
    from authlens.core.event.event import Presented
    from authlens.ui.screens.dialogs.signature import SignatureScreen, Signed

_SWITCHED = {
    Mode.TOKEN: "The mode is now Token: AWS accepts no token next to contexts. The form keeps them, unsent.",
    Mode.BOTH: "The mode is now Both: the token moves into its context when it is signed.",
}
"""What the form says of a mode that it switched to, so that the token is sent."""


class LooksController:
    def __init__(
        self,
        services: AppServices,
        sender: Sender,
        host: Host,
        form: FormController,
        identity: IdentityController,
    ) -> None:
        self._services = services
        self._sender = sender
        self._host = host
        self._form = form
        self._identity = identity
        self._bench: SignatureScreen | None = None

    def target(self) -> None:
        """Choose where requests are sent."""
        self._host.run(self._target, "target", typing="waits for the dialog")

    async def _target(self) -> None:
        from authlens.ui.screens.dialogs.target import TargetScreen

        draft = self._form.state.draft
        target = await self._host.ask(TargetScreen(draft.target))
        if target is not None and target != draft.target:
            self._sender.gate.vouch(changed_target(draft.target, target), self._form.state.base)
            self._form.put(replace(self._form.state.draft, target=target))

    def request_as(self) -> None:
        """The request as a command, as code, as an event."""
        self._host.run(self._request_as, "request as", typing="waits for the dialog")

    async def _request_as(self) -> None:
        from authlens.core.deployment.transport import transport_of
        from authlens.store.certificates import found_from_here
        from authlens.ui.screens.dialogs.request_as import RequestAs

        identity, draft = self._identity.state, self._form.state.draft
        domain = identity.deployment.domain_of(draft.server_name) if identity.deployment is not None else None
        certificate = found_from_here(draft.certificate, self._form.state.base)
        transport = transport_of(domain, draft.authorizer_name, certificate)
        request, endpoint = self._as_sent(), identity.data_endpoint
        presented = await self._presented()
        self._host.open(
            RequestAs(request, self._form.state.target, identity.authorizer, endpoint, transport, presented)
        )

    def events(self) -> None:
        """The event of this test and that of a real device."""
        self._host.run(self._events, "events", typing="waits for the dialog")

    async def _events(self) -> None:
        from authlens.ui.screens.dialogs.events import EventsScreen

        request, authorizer = self._as_sent(), self._identity.state.authorizer
        self._host.open(EventsScreen(request, authorizer, await self._presented()))

    async def _presented(self) -> Presented | None:
        form = self._form.state
        return await presented_certificate(form.draft.certificate, form.base)

    def _as_sent(self) -> AuthorizerRequest:
        """The request with the signature that it gets when it is sent."""
        from authlens.store.signing_keys import as_sent

        form, authorizer = self._form.state, self._identity.state.authorizer
        return as_sent(form.sent.request, form.sent.sign, authorizer, form.base, self._services.environ)

    def signature(self) -> None:
        """Open the signature bench on the request."""
        self._host.run(self._signature, "signature", typing="waits for the dialog")

    async def _signature(self) -> None:
        from authlens.store.references import References
        from authlens.ui.screens.dialogs.signature import SignatureScreen

        form, authorizer = self._form.state, self._identity.state.authorizer
        draft = form.draft
        # A token that a context carries is what is sent; one that the form holds besides is only kept.
        carried = draft.mode is Mode.CONTEXT and find_token(draft.request, authorizer) is not None
        written = draft.request if carried else replace(draft, mode=Mode.BOTH).request
        references = References(self._services.environ, form.base)
        self._bench = SignatureScreen(
            written, draft.sign, authorizer, form.base, self._services.now, references.text, _place_of_token(draft)
        )
        signed = await self._host.ask(self._bench)
        self._bench = None
        if signed is not None:
            made = of_saved(replace(draft.saved, request=signed.request, sign=signed.sign))
            mode = _mode_of(signed, draft) if made.mode is Mode.BOTH else made.mode
            self._form.put(with_unsent(replace(made, mode=mode), draft))
            if made.mode is Mode.BOTH and mode is not draft.mode:
                self._host.notify(_SWITCHED[mode])

    def know(self, identity: IdentityState) -> None:
        """The authorizer may become known while the bench is open."""
        if self._bench is not None:
            self._bench.authorizer = identity.authorizer


def _place_of_token(draft: Draft) -> Place:
    """Where this mode sends a token and its signature."""
    request = draft.request
    if draft.mode is not Mode.CONTEXT:
        return "token"
    return "username" if request.mqtt_context else "headers" if request.http_context else "token"


def _mode_of(signed: Signed, draft: Draft) -> Mode:
    """The mode that sends a token that the bench left next to contexts."""
    if draft.mode is not Mode.CONTEXT:
        return draft.mode
    return Mode.BOTH if signed.sign is not None and signed.sign.place != "token" else Mode.TOKEN

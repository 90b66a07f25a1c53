"""Who the form's request is sent as, what its authorizer is, what is deployed around it. None of it blocks sending."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from authlens.core.deployment.deployment import DENIED, Deployment
from authlens.core.invocation.gateway import CallFailed
from authlens.core.invocation.invocation import FailureKind, Invocation
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.target import Configured, Identity, Target
from authlens.core.saved.saved_request import SavedRequest
from authlens.sending import Sender
from authlens.ui.model.batch import base_of
from authlens.ui.model.screen_values import FormState, IdentityState
from authlens.ui.runtime import background
from authlens.ui.runtime.background import TooManyAbandoned
from authlens.ui.runtime.host import Host
from authlens.ui.runtime.services import AppServices
from authlens.ui.screens.main.form import FormController

Answer = TypeVar("Answer")

SETTLED = 0.6
"""Seconds without typing after which a name is looked up."""
LOOK_UP = 15.0
"""Seconds that looking up an authorizer or an identity may take."""


class IdentityController:
    def __init__(
        self,
        services: AppServices,
        sender: Sender,
        host: Host,
        form: FormController,
        changed: Callable[[IdentityState], None],
        known: Callable[[Invocation, Authorizer | None, Deployment | None], None],
    ) -> None:
        self._services = services
        self._sender = sender
        self._host = host
        self._form = form
        self._changed = changed
        self._known = known
        """Receives what was read for an invocation after it was sent."""
        self._looked_up: tuple[Target, str] | None = None
        self.state = IdentityState()

    def settle(self, form: FormState) -> None:
        """Something was typed: look the authorizer up when the typing has paused."""
        wanted = (form.target, form.draft.authorizer_name)
        self._publish(target=wanted[0], base=form.base, name=wanted[1], environment=form.environment_name)
        if wanted != self._looked_up and self._host.is_open:
            self._host.after("look up", SETTLED, self.look_up)

    def look_up(self, sent: Invocation | None = None) -> None:
        """Ask who we are and what the authorizer is; after a send, also what is deployed around the one it was sent to.

        What belongs to the sent request is read apart: typing starts the look-up of the form again, and ends that one.
        """
        base = self._form.state.base
        if sent is not None and _reached(sent) and sent.request.authorizer_name:
            self._host.run(lambda: self._read_for(sent, base_of(sent, base)), "deployment", exclusive=False)
        if sent is None or not self._knows_who_asks:
            self._host.run(lambda: self._look_up(sent), "look up")

    @property
    def _knows_who_asks(self) -> bool:
        return self.state.configured is not None and self.state.identity is not None

    def known_authorizer(self, saved: SavedRequest) -> Authorizer | None:
        """What was read of the request's authorizer at its target: its tokenKeyName says where the token is."""
        authorizer, name = self.state.authorizer, saved.request.authorizer_name
        is_meant = self._looked_up == (saved.target, name)
        return authorizer if is_meant and authorizer is not None and authorizer.name == name else None

    async def _look_up(self, sent: Invocation | None) -> None:
        """Of the form. `sent`: its authorizer is being read, and need not be twice."""
        draft, base, sender = self._form.state.draft, self._form.state.base, self._sender
        target, name = self._form.state.target, draft.authorizer_name
        if self._looked_up is None or self._looked_up[0] != target:
            self._publish(configured=None, identity=None, unresolved={})
        if self._looked_up != (target, name):
            self._publish(deployment=None)
        self._looked_up = (target, name)
        self._publish(problem="")
        if target.local is not None:
            await self._read_file(target, base)
        sources = self._form.state.file.sources
        if not await background.call(lambda: sender.gate.may_look_up(target, base, sources)):
            # What only a file names is used for nothing before the first send.
            wanted = await background.call(lambda: sender.gate.wanted(target, base, sources, remember=False))
            self._publish(authorizer=None, problem="not trusted" if wanted else "looked up when it is sent")
            return
        if self.state.configured is None:
            configured = await _asked(lambda: sender.configured(target, base))
            self._publish(configured=None if isinstance(configured, str) else configured)
        is_read = sent is not None and _reached(sent) and _is_of(sent, name, target)
        if name and not is_read:
            self._describes(await _asked(lambda: sender.describe(name, target, base)))
        if self.state.identity is None:
            identity = await _asked(lambda: sender.identity(target, base))
            self._publish(identity=None if isinstance(identity, str) else identity)

    async def _read_file(self, target: Target, base: Path | None) -> None:
        """Of a local target its file says it all, before anything of it runs."""
        from authlens.endpoint.local_code import local_facts  # after the first paint: it loads what reads the file

        facts = await background.call(lambda: local_facts(target, base))
        if facts is not None and self.state.target == target:
            self._publish(
                configured=Configured("", facts.region),
                identity=Identity(facts.account, "", facts.region),
                unresolved=facts.unresolved,
            )

    def _describes(self, found: Authorizer | str) -> None:
        """What the form's authorizer is, or in a word why that is not known."""
        is_known = not isinstance(found, str)
        self._publish(authorizer=found if is_known else None, problem="" if is_known else found)

    async def _read_for(self, sent: Invocation, base: Path | None) -> None:
        """The authorizer and what is deployed around it, for the request that was sent; the form may have moved on."""
        target, name = sent.target, sent.request.authorizer_name or ""
        found = await _asked(lambda: self._sender.describe(name, target, base))
        if self._shows(target, name):
            self._looked_up = (target, name)
            self._describes(found)
        if isinstance(found, str) and found != _NOT_ALLOWED:
            return
        known = Authorizer(name) if isinstance(found, str) else found
        deployment: Deployment | str = "off"
        if self._services.settings.deployment != "off":
            deployment = await _asked(lambda: self._sender.deployment(known, target, base))
        read = None if isinstance(deployment, str) else deployment
        self._known(sent, None if isinstance(found, str) else found, read)
        if self._shows(target, name):
            self._publish(deployment=read)

    def _shows(self, target: Target, name: str) -> bool:
        """Whether this is the authorizer of the form."""
        return (self.state.target, self.state.name) == (target, name)

    def _publish(self, **changes: Any) -> None:
        state = replace(self.state, **changes)
        if state != self.state:
            self.state = state
            self._changed(state)


def _is_of(sent: Invocation, name: str, target: Target) -> bool:
    return (sent.target, sent.request.authorizer_name) == (target, name)


def _reached(invocation: Invocation) -> bool:
    """Whether AWS answered: where it did not, asking it more would only wait as long."""
    return invocation.failure is None or invocation.failure.kind is FailureKind.AWS


async def _asked(work: Callable[[], Answer]) -> Answer | str:
    """The answer, or in a word why there is none."""
    try:
        return await background.call(work, LOOK_UP)
    except CallFailed as error:
        failure = error.failure
        return _SHORT.get(failure.kind) or _SHORT_AWS.get(failure.error, failure.error)
    except (TimeoutError, TooManyAbandoned):
        return "no answer"


_SHORT = {
    FailureKind.CREDENTIALS: "no credentials",
    FailureKind.CONFIGURATION: "not configured",
    FailureKind.UNREACHABLE: "unreachable",
    FailureKind.LOCAL: "local endpoint failed",
    FailureKind.NOT_TRUSTED: "not trusted",
    FailureKind.TIMED_OUT: "no answer",
    FailureKind.BROKEN_ANSWER: "incomplete response",
}
_NOT_ALLOWED = "not allowed to describe it"
_SHORT_AWS = {"ResourceNotFoundException": "not found", **dict.fromkeys(DENIED, _NOT_ALLOWED)}

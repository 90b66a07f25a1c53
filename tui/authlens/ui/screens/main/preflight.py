"""Preflight while typing: what it finds, its fixes, and going to the characters that a finding is about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from authlens.core.event.event import Presented
from authlens.core.preflight.finding import Finding, Known
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import Mode
from authlens.core.saved.certificate import Certificate
from authlens.ui.model.draft import Draft, fields_of, of_saved
from authlens.ui.model.finding_target import fixable, member_of, next_finding
from authlens.ui.model.screen_values import HintState
from authlens.ui.runtime import background
from authlens.ui.runtime.host import Host
from authlens.ui.runtime.services import AppServices
from authlens.ui.screens.main.form import FormController
from authlens.ui.screens.main.identity import IdentityController

PAUSE = 0.15
"""Seconds without typing after which preflight looks at the request: a key must never wait for it."""


class PreflightController:
    def __init__(
        self,
        services: AppServices,
        host: Host,
        form: FormController,
        identity: IdentityController,
        changed: Callable[[HintState], None],
    ) -> None:
        self._services = services
        self._host = host
        self._form = form
        self._identity = identity
        self._changed = changed
        self._presented: tuple[tuple[Certificate | None, Path | None], Presented | None] | None = None
        """What a certificate read as, with the certificate and the folder that its path starts from."""
        self.hints = HintState()

    def look_ahead(self) -> None:
        """The form changed: look at it when the typing pauses."""
        self._host.after("preflight", PAUSE, self._look_ahead)

    def _look_ahead(self) -> None:
        from authlens.core.secrets.redaction import token_names  # after the first paint

        draft, authorizer = self._form.state.draft, self._identity.known_authorizer(self._form.state.sent)
        # An untouched form has no findings.
        found = () if draft.is_blank else self._findings(draft, authorizer)
        names = token_names(draft.request, authorizer)
        wanted = (draft.certificate, self._form.state.base)
        known = self._presented[1] if self._presented is not None and self._presented[0] == wanted else None
        self._publish(HintState(draft.request, authorizer, found, None, names, known, self.hints.said))
        if draft.certificate is not None:
            self._host.run(lambda: self._read_certificate(*wanted), "certificate")

    async def _read_certificate(self, certificate: Certificate | None, base: Path | None) -> None:
        """For the event of a real connection."""
        presented = await presented_certificate(certificate, base)
        self._presented = ((certificate, base), presented)
        if (self._form.state.draft.certificate, self._form.state.base) == (certificate, base):
            self._publish(replace(self.hints, presented=presented))

    def _findings(self, draft: Draft, authorizer: Authorizer | None) -> tuple[Finding, ...]:
        from authlens.core.preflight.preflight import preflight  # after the first paint

        return preflight(draft.request, authorizer, draft.sign, self._services.now(), self._known())

    def _known(self) -> Known:
        """What sending would find missing. Small local files are read for it, and nothing is started."""
        from authlens.look_ahead import look_ahead

        state, identity = self._form.state, self._identity.state
        known = look_ahead(state.sent, self._services.environ, state.base)
        is_absent = identity.is_absent and identity.name == state.draft.authorizer_name
        return replace(known, has_authorizer=False, authorizer=None) if is_absent else known

    def answered(self, said: frozenset[str]) -> None:
        """The answer in view gives the reason for findings with these ids."""
        if said != self.hints.said:
            self._publish(replace(self.hints, said=said))

    def fix(self) -> None:
        """Make the fix of the finding that the user went to, otherwise of the first that has one."""
        finding = fixable(self.hints.findings, self.hints.target)
        if finding is None or finding.fix is None:
            self._host.notify("No finding here can be fixed with a key.")
            return
        draft = self._form.state.draft
        fixed = of_saved(replace(draft.saved, request=finding.fix.request))
        self._form.put(with_unsent(fixed, draft), member_of(finding.path))
        self._host.notify(f"{finding.fix.label}: done. Ctrl+Z undoes it.")

    def go_to_finding(self) -> None:
        """Put the cursor on the characters that the next finding is about; notes are shown on the way."""
        if not self.hints.findings:
            self._host.notify("No findings for this request.")
            return
        self._publish(replace(self.hints, target=next_finding(self.hints.findings, self.hints.target)))

    def _publish(self, hints: HintState) -> None:
        self.hints = hints
        self._changed(hints)


async def presented_certificate(certificate: Certificate | None, base: Path | None) -> Presented | None:
    """The certificate that a device connects with. If it cannot be read, a finding of the form says so."""
    if certificate is None:
        return None
    from authlens.store.certificates import presented_by

    try:
        return await background.call(lambda: presented_by(certificate, base))
    except (OSError, ValueError):
        return None


def with_unsent(fixed: Draft, draft: Draft) -> Draft:
    """The fixed draft with what its mode leaves out, which no request holds, and the password as it was written."""
    contexts = (*fields_of(Mode.CONTEXT), "password_kind")
    left_out = {Mode.TOKEN: contexts, Mode.CONTEXT: fields_of(Mode.TOKEN)}.get(fixed.mode, ())
    kept = {name: getattr(draft, name) for name in left_out}
    if _password(fixed) == _password(draft):
        kept |= {"password": draft.password, "password_kind": draft.password_kind}
    return replace(fixed, **kept)


def _password(draft: Draft) -> bytes | None:
    mqtt = draft.request.mqtt_context
    return mqtt.password_bytes if mqtt else None

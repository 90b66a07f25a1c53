"""The record of one connection in progress: facts are added as they become known, and reported."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from authlens.core.deployment.client_certificate import ClientCertificate
from authlens.core.devices.effects import Judged
from authlens.core.devices.permissions import Permissions
from authlens.core.invocation.invocation import Failure, FailureKind, Invocation
from authlens.core.mqtt.connection import (
    KEPT_DECISIONS,
    ConnectionStage,
    ConnectionStep,
    Counts,
    DeviceConnection,
    PacketDecision,
)
from authlens.core.mqtt.rules import Rule
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.target import Target
from authlens.endpoint.devices.gate import Admission
from authlens.endpoint.devices.ports import Sink


class ConnectionRecord:
    def __init__(
        self,
        device: DeviceConnection,
        request: AuthorizerRequest,
        sink: Sink,
        certificate: ClientCertificate | None = None,
    ) -> None:
        self.device = device
        self._invocation = Invocation(
            request=request,
            target=Target(),
            result=Failure(FailureKind.DEVICE, "", None),
            started_at=datetime.now(UTC),
            duration=0.0,
            certificate=None if certificate is None else certificate.certificate,
            variables=() if certificate is None else certificate.variables,
            device=device,
        )
        self._sink = sink
        self._is_judged = False
        self._counts: dict[tuple[str, bool], int] = {}
        self._kept: list[tuple[float, Judged, Permissions]] = []
        """Turned into text only when the record is reported: most are never read."""

    def asked(self, request: AuthorizerRequest, version: int | None) -> None:
        """What the client sent in CONNECT."""
        self.device = replace(self.device, version=version)
        self._invocation = replace(self._invocation, request=request)

    def admitted(self, admission: Admission) -> None:
        """How far it got, and what the function answered."""
        self._is_judged = True
        self.device = replace(self.device, steps=(*self.device.steps, *admission.steps), event=admission.event)
        self._invocation = replace(
            self._invocation,
            request=admission.request,
            result=admission.result,
            authorizer=admission.authorizer,
            function_log=admission.log,
            local_run=admission.local_run,
        )

    def connected(self, judged: Judged, permissions: Permissions, seconds: float) -> None:
        """The client was accepted. judged: the decision about its CONNECT."""
        decision = self._add(judged, permissions)
        self.device = replace(self.device, steps=(*self.device.steps, ConnectionStep(ConnectionStage.CONNECTED, True)))
        self._tell(seconds)
        if self._sink.wants_all:
            self._sink.decided(self._invocation, decision)

    def refused(self, rule: Rule, reason: str, stage: ConnectionStage | None, seconds: float) -> None:
        """The client was refused at a stage; `None` if its steps already say so."""
        steps = self.device.steps if stage is None else (*self.device.steps, ConnectionStep(stage, False, reason))
        self.device = replace(self.device, steps=steps, refused_by=rule.id, reason=reason)
        if not self._is_judged:
            failure = Failure(FailureKind.DEVICE, rule.id, reason)
            self._invocation = replace(self._invocation, result=failure)
        self._tell(seconds)

    def denied(self, judged: Judged, permissions: Permissions) -> PacketDecision:
        """The policies deny its CONNECT or HTTPS publish."""
        return self._add(judged, permissions)

    def note(self, judged: Judged, permissions: Permissions) -> None:
        """Count a decision; store and report it if wanted."""
        self._keep(judged, permissions)
        if self._sink.wants_all or not judged.is_allowed:
            self._sink.decided(self._invocation, described(time.time(), judged, permissions))

    def throttled(self, direction: str) -> None:
        """Report it once per connection."""
        if self.device.throttled is None:
            self.device = replace(self.device, throttled=direction)
            self._sink.throttled(self._invocation, direction)

    def refreshed(self, seconds: float, factor: float) -> None:
        """The function's new documents replaced the previous ones. seconds, factor: as in Sink."""
        self.device = replace(self.device, refreshes=self.device.refreshes + 1)
        self._sink.refreshed(replace(self._invocation, device=self.device), seconds, factor)

    def ended(self, rule: Rule, detail: str, seconds: float) -> None:
        """The accepted connection ended."""
        self.device = replace(self.device, ended_by=rule.id, reason=detail, lasted=seconds)
        self._invocation = replace(self._invocation, device=self._whole())
        self._sink.ended(self._invocation)

    def _tell(self, seconds: float) -> None:
        self._invocation = replace(self._invocation, duration=seconds, device=self._whole())
        self._sink.fate(self._invocation)

    def _whole(self) -> DeviceConnection:
        decisions = tuple(described(*kept) for kept in self._kept)
        return replace(self.device, decisions=decisions, counts=_totals(self._counts))

    def _add(self, judged: Judged, permissions: Permissions) -> PacketDecision:
        self._keep(judged, permissions)
        return described(time.time(), judged, permissions)

    def _keep(self, judged: Judged, permissions: Permissions) -> None:
        key = judged.packet, judged.is_allowed
        self._counts[key] = self._counts.get(key, 0) + 1
        if len(self._kept) < KEPT_DECISIONS:
            self._kept.append((time.time(), judged, permissions))


def described(at: float, judged: Judged, permissions: Permissions) -> PacketDecision:
    """The decision as it is stored, with the reason of a denial."""
    word, statement, detail = None, "", judged.detail
    if judged.decision is not None:
        word, statement = str(judged.decision.word), permissions.deciding(judged.decision)
        detail = detail if judged.is_allowed else permissions.why(judged.decision)
    rule = None if judged.rule is None else judged.rule.id
    return PacketDecision(at, judged.packet, judged.topic, judged.qos, judged.action, word, statement, rule, detail)


def _totals(counted: Mapping[tuple[str, bool], int]) -> Counts:
    return Counts(
        published=counted.get(("PUBLISH", True), 0),
        subscribed=counted.get(("SUBSCRIBE", True), 0),
        received=counted.get(("RECEIVE", True), 0),
        denied=sum(number for (_, is_allowed), number in counted.items() if not is_allowed),
    )

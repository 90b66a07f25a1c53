"""The probe as a way to send: the sender resolves and signs the request, the probe connects with it as a device."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime

from authlens.core.commands.device import host_and_port
from authlens.core.commands.probe_plan import planned
from authlens.core.commands.probe_predictions import CONNECT
from authlens.core.contract.outcome import Outcome
from authlens.core.deployment.deployment import Domain
from authlens.core.deployment.transport import DeviceEndpoint, transport_of
from authlens.core.invocation.gateway import CallFailed, Reply
from authlens.core.invocation.invocation import UNREACHED, Failure, FailureKind
from authlens.core.probe.plan import ProbePlan
from authlens.core.probe.record import connection_of
from authlens.core.probe.report import ProbeReport, ProbeVerdict
from authlens.core.probe.words import headline
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.target import Target
from authlens.core.saved.certificate import Certificate
from authlens.probe.pace import PACE
from authlens.probe.run import run

Predictions = Mapping[tuple[str, str], str]
"""An action and a client id, topic or filter → what the documents say of it, as `decide` says it."""


class Probe:
    """One probe, made for one send. Afterwards `report` and `plan` hold what it met and what it did."""

    name: str

    def __init__(
        self,
        plan: ProbePlan,
        certificate: Certificate | None = None,
        *,
        token_key_name: str | None = None,
        endpoint: Callable[[Target], DeviceEndpoint] | None = None,
        needs_target: bool | None = None,
        predictions: Predictions | None = None,
        announce: Callable[[ProbePlan], None] = lambda plan: None,
        reasons: Callable[[Target, str, datetime], tuple[str, ...]] = lambda target, client_id, since: (),
    ) -> None:
        """endpoint: asked if the plan has no host. announce: receives the plan before anything is sent.

        reasons: asked for a listener's, as in `probe_of`.

        needs_target: whether the request's target is called too, beyond its devices; by default if the plan has no
        host.
        """
        self.name = plan.way
        self.plan = plan
        self.report: ProbeReport | None = None
        self.needs_target = not plan.host if needs_target is None else needs_target
        self._certificate = certificate
        self.token_key_name = token_key_name
        self._endpoint = endpoint
        self._predictions = predictions or {}
        self._announce = announce
        self._reasons = reasons
        self._has_begun = False

    @property
    def doubt(self) -> str:
        topics = [each.topic for each in self.plan.trials if each.kind == "publish"]
        if not topics or not self._has_begun:
            return ""
        return f"It may have published to {', '.join(topics)} at {self.plan.host}."

    def ask(self, request: AuthorizerRequest, target: Target, authorizer: Authorizer | None) -> Reply:
        plan, domain = self.plan, None
        if not plan.host:
            try:
                plan, domain = self._at(plan, target)
            except CallFailed as failed:
                return Reply(failed.failure, 0.0)
        key_name = self.token_key_name or (authorizer.token_key_name if authorizer else None)
        transport = transport_of(domain, request.authorizer_name or "", self._certificate)
        plan = replace(plan, needs_certificate=domain is not None and domain.requires_certificate)
        self.plan = plan = planned(plan, request, key_name, transport)
        self._announce(plan)
        self._has_begun = True
        # An HTTPS publish has no client id.
        with nullcontext() if plan.way == "https" else PACE.turn(plan.host, plan.client_id):
            began = datetime.now(UTC)
            report = self._compared(run(plan))
        if plan.own_listener and not report.is_yes:
            client_id = "" if plan.way == "https" else plan.client_id
            report = replace(report, listener_reasons=self._reasons(target, client_id, began))
        self.report = report
        device = connection_of(plan, report, str(uuid.uuid4()), began.timestamp())
        return Reply(_result(report), report.seconds, device=device)

    def _at(self, plan: ProbePlan, target: Target) -> tuple[ProbePlan, Domain | None]:
        """The plan for the target's endpoint, whose address may name a port. Raises CallFailed."""
        found = self._endpoint(target) if self._endpoint else DeviceEndpoint("")
        host, port = host_and_port(found.address)
        if not host:
            message = "The target has no data endpoint; name a host."
            raise CallFailed(Failure(FailureKind.CONFIGURATION, "NoEndpoint", message))
        ca_file = plan.ca_file or found.ca_file
        own = found.domain.domain_name if found.domain else ""
        # A local listener holds the names of all its domains.
        name = plan.server_name or (own if own.lower() != host.lower() else None) or None
        plan = replace(plan, host=host, port=port or plan.port, ca_file=ca_file, server_name=name)
        return replace(plan, own_listener=target.local is not None), found.domain

    def _compared(self, report: ProbeReport) -> ProbeReport:
        tried = tuple(
            replace(each, predicted=self._predictions.get((each.trial.action, each.trial.topic)))
            for each in report.tried
        )
        return replace(report, tried=tried, predicted=self._predictions.get((CONNECT, report.client_id)))


def _result(report: ProbeReport) -> Outcome | Failure:
    """What the other side said of the login. A device never sees what the function answered."""
    if report.verdict is ProbeVerdict.CONNECTED:
        return Outcome(True)
    if report.refused_by is not None:
        return Failure(FailureKind.DEVICE, report.refused_by, headline(report))
    return Failure(FailureKind.UNREACHABLE, UNREACHED, report.problem)

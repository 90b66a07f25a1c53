"""The probe as a way to send: the sender resolves and signs the request, the probe connects with it as a device."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace

from authlens.core.commands.device import host_of
from authlens.core.commands.probe_plan import planned
from authlens.core.contract.outcome import Outcome
from authlens.core.deployment.transport import Transport
from authlens.core.invocation.gateway import CallFailed, Reply
from authlens.core.invocation.invocation import Failure, FailureKind
from authlens.core.probe.plan import ProbePlan
from authlens.core.probe.record import connection_of
from authlens.core.probe.report import ProbeReport, Verdict, refused_by
from authlens.core.probe.words import headline
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.target import Target
from authlens.probe.run import run

Predictions = Mapping[tuple[str, str], str]
"""An action and a client id, topic or filter → what the documents say of it, as `decide` says it."""
CONNECT = "iot:Connect"


class Probe:
    """One probe, made for one send. Afterwards `report` and `plan` tell what it met and what it did."""

    def __init__(
        self,
        plan: ProbePlan,
        transport: Transport,
        *,
        token_key_name: str | None = None,
        data_endpoint: Callable[[Target], str] | None = None,
        predictions: Predictions | None = None,
        announce: Callable[[ProbePlan], None] = lambda plan: None,
    ) -> None:
        """data_endpoint: asked where the plan has no host. announce: told of the plan before anything is sent."""
        self.plan = plan
        self.report: ProbeReport | None = None
        self._transport = transport
        self._token_key_name = token_key_name
        self._data_endpoint = data_endpoint
        self._predictions = predictions or {}
        self._announce = announce

    @property
    def needs_target(self) -> bool:
        return not self.plan.host

    def ask(self, request: AuthorizerRequest, target: Target, authorizer: Authorizer | None) -> Reply:
        plan = self.plan
        if not plan.host:
            try:
                plan = _at(plan, self._data_endpoint(target) if self._data_endpoint else "")
            except CallFailed as failed:
                return Reply(failed.failure, 0.0)
        key_name = self._token_key_name or (authorizer.token_key_name if authorizer else None)
        self.plan = plan = planned(plan, request, key_name, self._transport)
        self._announce(plan)
        at = time.time()
        report = self._compared(run(plan))
        self.report = report
        device = connection_of(plan, report, str(uuid.uuid4()), at)
        return Reply(_result(report), report.seconds, device=device)

    def _compared(self, report: ProbeReport) -> ProbeReport:
        tried = tuple(
            replace(each, predicted=self._predictions.get((each.trial.action, each.trial.topic)))
            for each in report.tried
        )
        return replace(report, tried=tried, predicted=self._predictions.get((CONNECT, report.client_id)))


def _at(plan: ProbePlan, address: str) -> ProbePlan:
    """The plan for an address that may name a port, as a local endpoint's does. Raises CallFailed."""
    host = host_of(address)
    if host is None:
        failure = Failure(FailureKind.CONFIGURATION, "NoEndpoint", "The target has no data endpoint; name a host.")
        raise CallFailed(failure)
    port = address.rpartition(":")[2]
    return replace(plan, host=host, port=int(port) if ":" in address and port.isdigit() else plan.port)


def _result(report: ProbeReport) -> Outcome | Failure:
    """What the other side said of the login. A device is not told what the function answered."""
    if report.verdict is Verdict.CONNECTED:
        return Outcome(True)
    if report.verdict is Verdict.REFUSED and report.answer is not None:
        return Failure(FailureKind.DEVICE, refused_by(report.answer), headline(report))
    return Failure(FailureKind.UNREACHABLE, "Unreached", report.problem)

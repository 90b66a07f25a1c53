"""Authorizes a connection: finds the authorizer, verifies the signature and runs the function.

The rules are those of a test call, the event is that of a real connection.
"""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace

from authlens.core.contract import test_call
from authlens.core.contract.answer import FunctionAnswer, judge
from authlens.core.contract.outcome import Outcome
from authlens.core.contract.refusal import Refusal
from authlens.core.deployment.client_certificate import ClientCertificate
from authlens.core.deployment.deployment import Domain
from authlens.core.devices.authorizer_choice import choose
from authlens.core.event import event
from authlens.core.invocation.invocation import Failure, FailureKind, failure_of_refusal
from authlens.core.invocation.local_run import LocalRun
from authlens.core.mqtt.connection import ConnectionStage, ConnectionStep, Transport
from authlens.core.policy import document
from authlens.core.policy.document import Document
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest
from authlens.endpoint.api.state import Endpoint
from authlens.endpoint.runtime.function_host import FunctionResult
from authlens.frozen import dataclass

_CACHED = 1000
"""How many outcomes are cached for authorizers with enableCachingForHttp."""
_KINDS: dict[Transport, event.Kind] = {
    Transport.MQTTS: "mqtt",
    Transport.MQTT: "mqtt",
    Transport.WSS: "wss",
    Transport.WS: "wss",
    Transport.HTTPS: "http",
    Transport.HTTP: "http",
}


_CacheKey = tuple[str, Authorizer, AuthorizerRequest, ClientCertificate | None]
"""The HTTP connection first: AWS IoT caches for clients that keep theirs."""


@dataclass(frozen=True, slots=True)
class Admission:
    """How far a connection got, and what the function answered."""

    request: AuthorizerRequest
    result: Outcome | Failure
    steps: tuple[ConnectionStep, ...]
    authorizer: Authorizer | None = None
    event: str | None = None
    log: str | None = None
    local_run: LocalRun | None = None
    """Which code ran."""
    documents: tuple[Document, ...] = ()
    """The function's, then those attached to the client certificate."""
    certificate: ClientCertificate | None = None
    reason: str = ""
    """Why it is refused, as a sentence; empty if it is authenticated."""

    @property
    def outcome(self) -> Outcome | None:
        return None if self.reason or not isinstance(self.result, Outcome) else self.result


class ConnectGate:
    """Authorizes connections with the endpoint's current authorizers."""

    def __init__(self, endpoint: Endpoint, monotonic: Callable[[], float], time_factor: float = 1.0) -> None:
        self._endpoint = endpoint
        self._now = monotonic
        self._time_factor = time_factor
        self._running: set[asyncio.Task[FunctionResult]] = set()
        self._cache: OrderedDict[_CacheKey, tuple[float, Admission]] = OrderedDict()

    def domain(self, server_name: str | None) -> Domain | None:
        """The domain configuration of a server name."""
        return None if server_name is None else self._endpoint.domains.of_host(server_name)

    def hosts(self) -> frozenset[str]:
        """The names of all domain configurations, in lower case."""
        return frozenset(domain.domain_name.lower() for domain in self._endpoint.domains.all())

    async def admit(
        self,
        request: AuthorizerRequest,
        transport: Transport,
        connection_id: str,
        certificate: ClientCertificate | None = None,
        kept_for: str = "",
    ) -> Admission:
        """request: what the client sent. The result's request also names the chosen authorizer.

        kept_for: the HTTP connection, which may carry more requests.
        """
        server_name = request.tls_context.server_name if request.tls_context else None
        default = self._endpoint.registry.default
        named = default.name if default else None
        choice = choose(request, transport, self.domain(server_name), named, certificate is not None)
        request = replace(request, authorizer_name=choice.name)
        if choice.name is None:
            return _refused(request, (), ConnectionStage.FOUND, choice.why, _failure("NoAuthorizer", choice.why))
        authorizer = self._endpoint.registry.get(choice.name)
        if authorizer is None:
            refusal = test_call.UNKNOWN_AUTHORIZER.refusal(name=choice.name)
            reason = f"there is no authorizer {choice.name} ({choice.why})"
            return _refused(request, (), ConnectionStage.FOUND, reason, failure_of_refusal(refusal))
        if authorizer.status != "ACTIVE":
            reason = f"the authorizer {authorizer.name} is {authorizer.status}; a test call does not notice"
            failed = _refused(request, (), ConnectionStage.FOUND, reason, _failure("InactiveAuthorizer", reason))
            return replace(failed, authorizer=authorizer)
        found = ConnectionStep(ConnectionStage.FOUND, True, f"{authorizer.name}, {choice.why}")
        return await self._verified(request, authorizer, transport, connection_id, (found,), certificate, kept_for)

    async def refresh(self, admission: Admission) -> Admission:
        """Run the function again with the same event, as AWS does after refreshAfterInSeconds."""
        name = admission.request.authorizer_name or ""
        authorizer = self._endpoint.registry.get(name)
        if authorizer is None or authorizer.status != "ACTIVE" or admission.event is None:
            reason = f"the authorizer {name} is gone or INACTIVE"
            return replace(admission, reason=reason, result=_failure("InactiveAuthorizer", reason))
        steps = admission.steps[:2]
        return await self._asked(admission.request, authorizer, admission.event, steps, admission.certificate)

    async def _verified(
        self,
        request: AuthorizerRequest,
        authorizer: Authorizer,
        transport: Transport,
        connection_id: str,
        steps: tuple[ConnectionStep, ...],
        certificate: ClientCertificate | None,
        kept_for: str,
    ) -> Admission:
        refusal = test_call.signature_refusal(request, authorizer, self._endpoint.verify)
        if refusal is not None:
            message = refusal.message or "the token or its signature is missing"
            failed = _refused(request, steps, ConnectionStage.SIGNATURE, message, failure_of_refusal(refusal))
            return replace(failed, authorizer=authorizer)
        skipped = "signing is disabled" if authorizer.signing_disabled else ""
        steps = (*steps, ConnectionStep(ConnectionStage.SIGNATURE, True, skipped, is_skipped=bool(skipped)))
        kind = _KINDS[transport]
        key = (kept_for, authorizer, request, certificate)
        if kind == "http" and authorizer.enable_caching_for_http and key in self._cache:
            until, kept = self._cache[key]
            if self._now() < until:
                return kept
        presented = None if certificate is None else event.Presented(certificate.pem, certificate.id)
        sent = event.real_event(kind, request, authorizer, connection_id=connection_id, presented=presented)
        admission = await self._asked(request, authorizer, json.dumps(sent), steps, certificate)
        if kind == "http" and authorizer.enable_caching_for_http:
            self._remember(key, admission)
        return admission

    def _remember(self, key: _CacheKey, admission: Admission) -> None:
        if admission.outcome is not None:
            seconds = (admission.outcome.refresh_after_in_seconds or 0) / self._time_factor
            self._cache[key] = (self._now() + seconds, admission)
            if len(self._cache) > _CACHED:
                self._cache.popitem(last=False)

    async def _asked(
        self,
        request: AuthorizerRequest,
        authorizer: Authorizer,
        sent: str,
        steps: tuple[ConnectionStep, ...],
        certificate: ClientCertificate | None,
    ) -> Admission:
        result = await self._run(authorizer, sent.encode())
        answer = FunctionAnswer(result.payload, result.error_type, result.error_message)
        judged = judge(answer, needs_documents=certificate is None)
        admission = _admission(request, judged, result, steps, certificate)
        code = result.code
        run = LocalRun(code=code.digest, code_files=code.files) if code is not None else None
        return replace(
            admission, authorizer=authorizer, event=sent, log=result.log, local_run=run, certificate=certificate
        )

    async def _run(self, authorizer: Authorizer, sent: bytes) -> FunctionResult:
        """Run the function to completion even if the client disconnects: its process is reused."""
        task = asyncio.get_running_loop().create_task(self._endpoint.run(authorizer, sent))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)


def _admission(
    request: AuthorizerRequest,
    judged: Outcome | Refusal,
    result: FunctionResult,
    steps: tuple[ConnectionStep, ...],
    certificate: ClientCertificate | None,
) -> Admission:
    """The admission that follows from the function's answer."""
    took = f"{result.duration * 1000:.0f} ms" + (", cold start" if result.cold else "")
    if isinstance(judged, Refusal):
        stage = ConnectionStage(judged.stage or ConnectionStage.FUNCTION)
        if stage is ConnectionStage.ANSWER:
            steps = (*steps, ConnectionStep(ConnectionStage.FUNCTION, True, took))
        return _refused(request, steps, stage, judged.message or judged.error, failure_of_refusal(judged))
    steps = (*steps, ConnectionStep(ConnectionStage.FUNCTION, True, took), ConnectionStep(ConnectionStage.ANSWER, True))
    if not judged.is_authenticated:
        reason = "the function answered isAuthenticated: false"
        return _refused(request, steps, ConnectionStage.AUTHENTICATED, reason, judged)
    if certificate is not None:
        return _with_certificate(request, judged, steps, certificate)
    if not judged.policy_documents:
        reason = "the function authenticated the client but returned no policy documents"
        return _refused(request, steps, ConnectionStage.AUTHENTICATED, reason, judged)
    steps = (*steps, ConnectionStep(ConnectionStage.AUTHENTICATED, True, judged.principal_id or ""))
    documents = tuple(document.parse(text) for text in judged.policy_documents)
    return Admission(request, judged, steps, documents=documents)


def _with_certificate(
    request: AuthorizerRequest, judged: Outcome, steps: tuple[ConnectionStep, ...], certificate: ClientCertificate
) -> Admission:
    """Authenticated with CUSTOM_AUTH_X509: the documents attached to the certificate add to the function's."""
    if judged.principal_id != certificate.id:
        reason = "the answer's principalId is not the id of the client certificate, which CUSTOM_AUTH_X509 requires"
        return _refused(request, steps, ConnectionStage.AUTHENTICATED, reason, judged)
    unknown = "policies attached to the certificate apply too; list them under policies to include them"
    warning = unknown if certificate.policies is None else ""
    steps = (*steps, ConnectionStep(ConnectionStage.AUTHENTICATED, True, certificate.id, warning))
    documents = tuple(document.parse(text) for text in (*judged.policy_documents, *(certificate.policies or ())))
    return Admission(request, judged, steps, documents=documents)


def _refused(
    request: AuthorizerRequest,
    steps: tuple[ConnectionStep, ...],
    stage: ConnectionStage,
    reason: str,
    result: Outcome | Failure,
) -> Admission:
    return Admission(request, result, (*steps, ConnectionStep(stage, False, reason)), reason=reason)


def _failure(error: str, message: str) -> Failure:
    return Failure(FailureKind.DEVICE, error, message)

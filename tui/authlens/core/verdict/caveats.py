"""What passes the test call but is refused, or different, on a real connection (contract §7).

Each caveat is one function in one table, checked only for an authenticated outcome. Findings about the deployment are
added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from authlens.core.contract.caveat import Caveat, in_order
from authlens.core.contract.limits import FUNCTION_LIMIT
from authlens.core.contract.outcome import Outcome
from authlens.core.contract.stage import Stage
from authlens.core.deployment.deployment import Deployment, Unread
from authlens.core.deployment.findings import deployment_caveats
from authlens.core.deployment.transport import DeviceTransport
from authlens.core.invocation.access import ALLOWED, EXPLICIT_DENY, IMPLICIT_DENY, AccessQuestions
from authlens.core.invocation.invocation import Invocation
from authlens.core.policy import arn
from authlens.core.request.authorizer import AUTHORIZER_NAME, Authorizer
from authlens.core.request.references import refers
from authlens.core.request.request import Mode
from authlens.core.request.token_place import find
from authlens.core.saved.expectation import Question
from authlens.frozen import dataclass

_YOUNG = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Passed:
    """An authenticated invocation, with what is known about its authorizer."""

    invocation: Invocation
    outcome: Outcome
    authorizer: Authorizer | None
    answers: AccessQuestions
    deployment: Deployment | None = None
    """What is deployed; `None` if it was not read."""

    transport: DeviceTransport = DeviceTransport()
    """How a device reaches the authorizer."""

    @property
    def is_x509(self) -> bool:
        """Whether a client certificate is also used, whose own policies add to those of the function."""
        return self.transport.certificate is not None


def client_id_of(passed: Passed) -> str | None:
    """The client id that was sent; also `None` if it is a reference, whose value is not stored."""
    client_id = passed.invocation.request.client_id
    return None if client_id is None or refers(client_id) else client_id


def _inactive(passed: Passed) -> Iterator[Caveat]:
    if passed.authorizer is not None and passed.authorizer.status == "INACTIVE":
        yield Caveat(
            "inactive",
            Stage.FOUND,
            "warning",
            "The authorizer is INACTIVE: it answers a test call, but a device is refused without the function running.",
            f"Activate it: aws iot update-authorizer --status ACTIVE --authorizer-name {passed.authorizer.name}.",
        )


def _young(passed: Passed) -> Iterator[Caveat]:
    created = _instant(passed.authorizer.creation_date) if passed.authorizer else None
    if created is not None and timedelta(0) <= passed.invocation.started_at - created < _YOUNG:
        yield Caveat(
            "just-created",
            Stage.FOUND,
            "info",
            "The authorizer was created minutes ago: right after creation AWS sporadically refuses valid connections.",
            "If a device is refused, try again a little later.",
        )


def _no_documents(passed: Passed) -> Iterator[Caveat]:
    if not passed.outcome.policy_documents and passed.is_x509:
        yield Caveat(
            "no-documents",
            Stage.POLICY,
            "info",
            "The function returned no policy document, which CUSTOM_AUTH_X509 allows: the documents attached to the "
            "certificate decide.",
            "Look at the policies of the certificate: aws iot list-attached-policies --target CERTIFICATE_ARN.",
        )
    elif not passed.outcome.policy_documents:
        yield Caveat(
            "no-documents",
            Stage.POLICY,
            "warning",
            "The list of policy documents is empty: the test call accepts it, but a real connection is refused.",
            "Return at least one document that allows iot:Connect.",
        )


def depending(client: str, keys: tuple[str, ...]) -> str:
    return f"Whether the client id {client!r} may connect depends on {' and '.join(keys)}, unknown before it connects."


def _no_connect(passed: Passed) -> Iterator[Caveat]:
    client = client_id_of(passed)
    if not passed.outcome.policy_documents or client is None:
        return
    question = Question("iot:Connect", f"client/{client}")
    word, unknown = passed.answers.word(question), passed.answers.depends_on(question)
    if unknown:
        yield Caveat(
            "no-connect",
            Stage.POLICY,
            "info",
            depending(client, unknown),
            "Connect as a device would ('authlens connect').",
        )
    elif word == IMPLICIT_DENY and passed.is_x509:
        yield Caveat(
            "no-connect",
            Stage.POLICY,
            "info",
            f"The function's documents do not allow iot:Connect for the client id {client!r}; those attached to the "
            "certificate add to them.",
            "Allow it there or here: aws iot list-attached-policies --target CERTIFICATE_ARN lists those policies.",
        )
    elif word == EXPLICIT_DENY:
        yield Caveat(
            "no-connect",
            Stage.POLICY,
            "warning",
            f"A Deny applies to iot:Connect for the client id {client!r}: its real connection is refused.",
            "Remove or narrow that Deny: no Allow overrides it.",
        )
    elif word != ALLOWED:
        yield Caveat(
            "no-connect",
            Stage.POLICY,
            "warning",
            f"No document allows iot:Connect for the client id {client!r}: its real connection is refused.",
            f"Allow iot:Connect on arn:aws:iot:REGION:ACCOUNT:client/{client}.",
        )
    elif passed.authorizer is not None and passed.answers.word_at(passed.authorizer, question) != ALLOWED:
        own = passed.authorizer.arn.rpartition(":")[0]
        yield Caveat(
            "connect-elsewhere",
            Stage.POLICY,
            "warning",
            f"The client id {client!r} may connect, but not in the authorizer's region and account: the "
            f"documents are for others, so its real connection is refused.",
            f"Allow iot:Connect on {own}:client/{client}.",
        )


def _token_mode(passed: Passed) -> Iterator[Caveat]:
    if passed.invocation.request.mode is Mode.TOKEN:
        yield Caveat(
            "no-protocol-data",
            Stage.RAN,
            "warning",
            "Token mode sent no protocolData: the function saw no username, password, headers or query string.",
            "Test it in context mode too, with what the device sends.",
        )


def _header_case(passed: Passed) -> Iterator[Caveat]:
    http = passed.invocation.request.http_context
    if http is not None and any(name != name.lower() for name, _ in http.headers or ()):
        yield Caveat(
            "header-case",
            Stage.RAN,
            "warning",
            "Header names were sent with capitals; a real connection delivers them in lower case.",
            "Make the function look up headers case-insensitively.",
        )


def _query_mark(passed: Passed) -> Iterator[Caveat]:
    http = passed.invocation.request.http_context
    if http is not None and http.query_string:
        yield Caveat(
            "query-string-mark",
            Stage.RAN,
            "info",
            "The function saw the query string with its '?'; over a real connection it does not have one.",
            "Make the function strip a leading '?'.",
        )


def _slow(passed: Passed) -> Iterator[Caveat]:
    if passed.invocation.duration > FUNCTION_LIMIT * 0.8:
        yield Caveat(
            "slow",
            Stage.RAN,
            "warning",
            f"The call took {passed.invocation.duration:.1f} s; AWS ends an authorizer's function after 5 seconds.",
            "Send again to see a warm call; cache keys and connections outside the handler.",
        )


def _transport(passed: Passed) -> Iterator[Caveat]:
    transport, mqtt = passed.transport, passed.invocation.request.mqtt_context
    if transport.certificate is not None:
        message = "The test call has no transport: a device needs SNI and its client certificate, and no ALPN."
    elif not transport.is_default:
        name = "" if transport.needs_name else " nor to name the authorizer"
        message = (
            f"The test call has no transport: according to its domain configuration a device needs SNI, but "
            f"neither ALPN{name}."
            if name
            else "The test call has no transport: according to its domain configuration a device needs SNI and no ALPN."
        )
    elif mqtt is not None:
        message = "The test call has no transport: a device needs port 443, ALPN 'mqtt' (none over WebSocket) and SNI."
    else:
        return
    cure = (
        " A client that cannot set ALPN needs a domain configuration with applicationProtocol SECURE_MQTT and "
        "authenticationType CUSTOM_AUTH, or a WebSocket."
    )
    next_step = f"Use the device commands, which include all of this.{cure if transport.is_default else ''}"
    yield Caveat("alpn-and-port", Stage.AUTHENTICATED, "info", message, next_step)


def _certificate(passed: Passed) -> Iterator[Caveat]:
    if not passed.is_x509:
        return
    if passed.invocation.device is None:
        yield Caveat(
            "certificate-not-sent",
            Stage.RAN,
            "info",
            "A test call cannot include the client certificate: the function received no x509CertificatePem and no "
            "principalId in protocolData.tls.",
            "Look at the event of a real connection, which has them, and make the function accept events without them.",
        )
    known = dict(passed.invocation.variables).get("iot:CertificateId")
    if known and passed.outcome.principal_id != known[0]:
        yield Caveat(
            "principal-not-certificate",
            Stage.VALID,
            "warning",
            "The answer's principalId is not the id of the certificate, which it must equal with CUSTOM_AUTH_X509.",
            f"Return protocolData.tls.principalId, {known[0]}, as principalId.",
        )


def _deployed(passed: Passed) -> Iterator[Caveat]:
    if passed.deployment is not None:
        yield from deployment_caveats(passed.deployment, passed.invocation.request)


def _default_authorizer(passed: Passed) -> Iterator[Caveat]:
    """Applies only if the default authorizer is not known."""
    if passed.deployment is not None and not isinstance(passed.deployment.default_authorizer, Unread):
        return
    request = passed.invocation.request
    if not passed.transport.needs_name:
        return
    if request.mode is not Mode.EMPTY and find(request, AUTHORIZER_NAME) is None:
        yield Caveat(
            "default-authorizer",
            Stage.FOUND,
            "info",
            f"The contexts do not name the authorizer: without {AUTHORIZER_NAME} a device reaches it only if it "
            f"is the default.",
            "Check with 'aws iot describe-default-authorizer', or add the parameter.",
        )


def _wrong_account(passed: Passed) -> Iterator[Caveat]:
    """A domain configuration may send devices elsewhere; the call itself shows which authorizer was tested."""
    found = arn.split(passed.authorizer.arn) if passed.authorizer else None
    identity, region = passed.invocation.identity, found.region if found else ""
    if identity is not None and region and identity.region != region:
        yield Caveat(
            "other-region",
            Stage.FOUND,
            "warning",
            f"The authorizer is in {region}, but the caller's region is {identity.region}.",
            "Check that devices connect to an endpoint of the authorizer's region.",
        )


def _json_text(passed: Passed) -> Iterator[Caveat]:
    run = passed.invocation.local_run
    if run is not None and run.answered_text:
        yield Caveat(
            "json-text",
            Stage.VALID,
            "info",
            "The function returned JSON text of the answer, not an object: whether AWS accepts that was not measured.",
            "Return the object itself, without json.dumps or JSON.stringify.",
        )


CAVEATS: tuple[Callable[[Passed], Iterator[Caveat]], ...] = (
    _inactive,
    _no_documents,
    _no_connect,
    _certificate,
    _deployed,
    _token_mode,
    _header_case,
    _slow,
    _wrong_account,
    _default_authorizer,
    _transport,
    _query_mark,
    _young,
    _json_text,
)


def caveats(passed: Passed) -> tuple[Caveat, ...]:
    """All caveats that apply, warnings first."""
    return in_order(caveat for applies in CAVEATS for caveat in applies(passed))


def _instant(text: str | None) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return instant if instant is not None and instant.tzinfo is not None else None

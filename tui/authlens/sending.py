"""The only way to send a request, for the app and the command line: references, local target, signature, gateway. It
records nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self, TypeVar

from authlens import calls
from authlens.core.deployment.deployment import Deployment, Domain
from authlens.core.invocation.cloud_log import LogLine, LogQuery
from authlens.core.invocation.gateway import CallFailed, Gateway, Reply, SendingWay
from authlens.core.invocation.invocation import Failure, FailureKind, Invocation, fault_of
from authlens.core.request import token_place
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.target import Configured, Identity, Target
from authlens.core.saved.saved_request import SavedRequest, Sign
from authlens.core.saved.source import split_source
from authlens.core.text.url import is_loopback
from authlens.core.text.visible import visible
from authlens.gate import Gate
from authlens.lazy_parts import LazyGateway, LazyListeners, LazyLocalTargets, Listeners
from authlens.user_path import NotAPath, user_path

if TYPE_CHECKING:
    from authlens.aws.sessions import Retries
    from authlens.core.deployment.transport import DeviceEndpoint
    from authlens.function_way import Event

Answer = TypeVar("Answer")

TOTAL_DEADLINE = 45.0
"""Seconds for everything that sending does; botocore's own timeouts apply to each socket read."""


class References(Protocol):
    """Resolves `${env:…}`, `${file:…}` and `${keyring:…}`. Raises ValueError with a complete sentence for a missing
    one."""

    def resolve(self, request: AuthorizerRequest) -> AuthorizerRequest: ...

    def text(self, text: str) -> str: ...


class LocalTargets(Protocol):
    """The running local endpoints. Raises RuntimeError with a complete sentence if one cannot be started."""

    def locate(self, target: Target, base: Path | None = None) -> Target: ...

    def printed(self, target: Target, base: Path | None = None) -> str: ...

    def close(self) -> None: ...


class NotSent(Exception):
    """Something needed before the call is missing; nothing was sent."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message or failure.error)
        self.failure = failure


class Sender:
    """Sends requests. A context manager that stops the local endpoints it started on exit."""

    def __init__(
        self,
        gateway: Gateway,
        local_targets: LocalTargets,
        references: Callable[[Path | None], References],
        now: Callable[[], datetime],
        gate: Gate | None = None,
        listeners: Listeners | None = None,
    ) -> None:
        """gate: decides what may be run and contacted; without one, nothing that only a file names."""
        self.gate = gate or Gate()
        self._gateway = gateway
        self._local_targets = local_targets
        self._references = references
        self._now = now
        self._listeners = listeners

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._local_targets.close()
        if self._listeners is not None:
            self._listeners.close()

    def send(
        self,
        saved: SavedRequest,
        base: Path | None = None,
        source: str | None = None,
        authorizer: Authorizer | None = None,
        deployment: Deployment | None = None,
        way: SendingWay | None = None,
    ) -> Invocation:
        """Send and wait for the answer. Any error, external or internal, becomes the invocation's failure.

        base: the folder that relative paths of the saved request start from; `None` is the working folder. authorizer,
        deployment: as known now; stored in the invocation. way: a way of sending other than TestInvokeAuthorizer.
        """
        started_at = self._now()
        try:
            sent = self._sent(saved, base, source, started_at, way)
            return replace(sent, authorizer=sent.authorizer or authorizer, deployment=deployment)
        except Exception as error:  # noqa: BLE001  # the catch-all: no internal error may end a run or the app
            return not_sent(saved, source, started_at, fault_of(error))

    def _sent(
        self, saved: SavedRequest, base: Path | None, source: str | None, started_at: datetime, way: SendingWay | None
    ) -> Invocation:
        # With the first send: the app's first screen needs neither.
        from authlens.core.secrets.invocation_redaction import without_resolved
        from authlens.store.certificates import variables_of

        authorizer: Authorizer | None = None
        request = saved.request
        uses_target = way is None or way.needs_target
        untrusted = self._refusal(saved.target, base, source) if uses_target else None
        if untrusted is not None:
            return not_sent(saved, source, started_at, untrusted)
        try:
            target = self.locate(saved.target, base) if uses_target else saved.target
            request = self._resolved(saved.request, base)
            if saved.sign is not None:
                known = way.token_key_name if way is not None else None
                if not known and uses_target:
                    authorizer = self._signer(saved.sign, request, target)
                signer = Authorizer("", token_key_name=known) if known else authorizer
                request = self._signed(request, saved.sign, signer, base)
            reply = way.ask(request, target, authorizer) if way else self._gateway.invoke(request, target)
        except NotSent as refusal:
            reply = Reply(refusal.failure, 0.0)
        invocation = Invocation(
            request=saved.request,
            target=saved.target,
            result=reply.result,
            started_at=started_at,
            duration=reply.duration,
            source=_absolute(source),
            sign=saved.sign,
            authorizer=authorizer or reply.authorizer,
            via=way.name if way is not None and reply.device is None else "",
            wire=reply.wire,
            function_log=reply.function_log,
            local_run=reply.local_run,
            device=reply.device,
            certificate=saved.certificate,
            variables=variables_of(saved.certificate, base),
        )
        # The history finds the values of references on the wire, and here there may be no wire.
        return invocation if reply.wire is not None else without_resolved(invocation, request)

    def send_within(
        self,
        saved: SavedRequest,
        base: Path | None = None,
        source: str | None = None,
        seconds: float = TOTAL_DEADLINE,
        way: SendingWay | None = None,
    ) -> Invocation:
        """Like `send`, but with a deadline: a call cannot be killed, so it is abandoned on a daemon thread."""
        started_at = self._now()
        try:
            return calls.within(seconds, lambda: self.send(saved, base, source, way=way))
        except calls.TooLate:
            return left_behind(saved, source, started_at, seconds, doubt=way.doubt if way is not None else "")
        except Exception as error:  # noqa: BLE001  # the system has no thread left, say
            return not_sent(saved, source, started_at, fault_of(error))

    def prepare(self) -> None:
        """Load what the first call to a local endpoint needs, while that endpoint starts."""
        self._gateway.prepare()

    def locate(self, target: Target, base: Path | None = None) -> Target:
        """The target with its URL; a local one is started if necessary. Raises NotSent."""
        if refusal := self.gate.refusal(target, base):
            raise NotSent(refusal)
        if target.local is None:
            return target
        try:
            return self._local_targets.locate(target, base)
        except RuntimeError as error:
            raise _local_failure(error) from error

    def printed(self, target: Target, base: Path | None = None) -> str:
        """What the functions of a local target printed since this was last asked. Never blocks."""
        try:
            return self._local_targets.printed(target, base) if target.local is not None else ""
        except RuntimeError:  # its path cannot be one
            return ""

    def seeks_credentials(self) -> bool:
        """Whether a call is currently waiting for credentials. Never blocks."""
        return self._gateway.seeks_credentials()

    def describe(self, name: str, target: Target, base: Path | None = None) -> Authorizer:
        """DescribeAuthorizer. Raises CallFailed."""
        return self._asked(target, base, lambda there: self._gateway.describe(name, there))

    def authorizer_names(self, target: Target, base: Path | None = None) -> tuple[str, ...]:
        """ListAuthorizers. Raises CallFailed."""
        return self._asked(target, base, self._gateway.authorizer_names)

    def configured(self, target: Target, base: Path | None = None) -> Configured:
        """What the AWS configuration resolves the target to. Raises CallFailed."""
        return self._asked(target, base, self._gateway.configured)

    def identity(self, target: Target, base: Path | None = None) -> Identity:
        """GetCallerIdentity. Raises CallFailed."""
        return self._asked(target, base, self._gateway.identity)

    def deployment(self, authorizer: Authorizer, target: Target, base: Path | None = None) -> Deployment:
        """What is deployed around the authorizer. Raises CallFailed only if a local endpoint cannot be started."""
        return self._asked(target, base, lambda there: self._gateway.deployment(authorizer, there))

    def data_endpoint(self, target: Target, base: Path | None = None) -> str:
        """DescribeEndpoint. Raises CallFailed."""
        return self._asked(target, base, self._gateway.data_endpoint)

    def device_endpoint(self, target: Target, base: Path | None = None, configuration: str = "") -> DeviceEndpoint:
        """Where devices connect: DescribeEndpoint, or DescribeDomainConfiguration. Raises CallFailed.

        For a local target it is a device listener, which is started if necessary.
        """
        from authlens.core.deployment.transport import DeviceEndpoint  # only probes need it

        if target.local is not None and self._listeners is not None:
            try:
                if refusal := self.gate.refusal(target, base):
                    raise CallFailed(refusal)
                found = self._listeners.endpoint(target, base)
            except RuntimeError as error:
                raise CallFailed(_local_failure(error).failure) from error
            return replace(found, domain=self._domain(configuration, target, base))
        domain = self._domain(configuration, target, base)
        if domain is not None and not is_loopback(target.endpoint_url):
            return DeviceEndpoint(domain.domain_name, domain=domain)
        address = self.data_endpoint(target, base)
        ca_file = self._listeners.ca_file(target, address) if self._listeners is not None else None
        return DeviceEndpoint(address, ca_file, domain)

    def reasons_against(self, target: Target, base: Path | None, client_id: str, since: datetime) -> tuple[str, ...]:
        """Why the device listener of a local target was against what this client did since then, in its words."""
        return self._listeners.reasons_against(target, base, client_id, since) if self._listeners is not None else ()

    def _domain(self, name: str, target: Target, base: Path | None) -> Domain | None:
        """The domain configuration of that name; `None` without a name. Raises CallFailed."""
        return self._asked(target, base, lambda there: self._gateway.domain(name, there)) if name else None

    def function_way(self, version: str = "", event: Event = "test") -> SendingWay:
        """Calls the authorizer's function directly."""
        from authlens.function_way import FunctionWay

        return FunctionWay(self._gateway, version, event)

    def log(self, query: LogQuery, target: Target, base: Path | None = None) -> tuple[LogLine, ...]:
        """FilterLogEvents of CloudWatch Logs. Raises CallFailed."""
        return self._asked(target, base, lambda there: self._gateway.log(query, there))

    def _asked(self, target: Target, base: Path | None, ask: Callable[[Target], Answer]) -> Answer:
        """The target's answer, after locating the target. Raises CallFailed, also for an internal error."""
        try:
            return ask(self.locate(target, base))
        except CallFailed:
            raise
        except NotSent as refusal:
            raise CallFailed(refusal.failure) from refusal
        except Exception as error:
            raise CallFailed(fault_of(error)) from error

    def _refusal(self, target: Target, base: Path | None, source: str | None) -> Failure | None:
        """If the file is known it decides, whatever else in its folder passed before."""
        if source is None:
            return self.gate.refusal(target, base)
        wanted = self.gate.wanted(target, base, files_of(source))
        return wanted.failure if wanted else None

    def _resolved(self, request: AuthorizerRequest, base: Path | None) -> AuthorizerRequest:
        try:
            return self._references(base).resolve(request)
        except ValueError as error:
            raise _missing("MissingReference", str(error)) from error

    def _signer(self, sign: Sign, request: AuthorizerRequest, target: Target) -> Authorizer | None:
        """The authorizer, which defines the token's parameter name; looked up only if that name is needed."""
        if sign.place == "token":
            return None
        try:
            return self._gateway.describe(request.authorizer_name or "", target)
        except CallFailed as error:
            if error.failure.error == "AccessDeniedException":
                return None
            raise NotSent(error.failure) from error

    def _signed(
        self, request: AuthorizerRequest, sign: Sign, authorizer: Authorizer | None, base: Path | None
    ) -> AuthorizerRequest:
        from authlens.core.signing import signing
        from authlens.store.signing_keys import missing_key, read_key

        token = token_place.token_of(request, authorizer)
        if not token:
            raise _missing("NothingToSign", "The saved request has `sign:`, but there is no token to sign.")
        try:
            path = user_path(sign.key, base)
        except NotAPath as error:
            raise _missing("SigningKeyUnreadable", f"The signing key {visible(sign.key)}: {error}.") from error
        try:
            passphrase = self._references(base).text(sign.passphrase) if sign.passphrase else None
            signature = signing.sign(token, read_key(sign.key, base), passphrase.encode() if passphrase else None)
        except FileNotFoundError as error:
            raise _missing("SigningKeyUnreadable", missing_key(path)) from error
        except OSError as error:
            raise _missing(
                "SigningKeyUnreadable", f"The signing key {path} cannot be read: {error.strerror or error}."
            ) from error
        except ValueError as error:
            raise _missing("SigningKeyUnusable", f"The signing key {path}: {error}") from error
        try:
            return token_place.place(request, sign.place, signature, authorizer)
        except ValueError as error:
            raise _missing("NoPlaceForSignature", str(error)) from error


def _local_failure(error: RuntimeError) -> NotSent:
    advice = "Fix the file that the message names; 'authlens serve' shows the same message."
    return NotSent(Failure(FailureKind.LOCAL, "LocalEndpointFailed", str(error), advice=advice))


def left_behind(
    saved: SavedRequest, source: str | None, started_at: datetime, seconds: float, why: str = "", doubt: str = ""
) -> Invocation:
    """The invocation of a call that was abandoned after `seconds`. doubt: as in SendingWay."""
    message = why or f"Abandoned after {seconds:.1f} s without a complete answer."
    failure = Failure(
        FailureKind.ABANDONED,
        "Abandoned",
        f"{message} {doubt}".rstrip(),
        advice="It may still run on AWS. Send again, or allow more time.",
    )
    return not_sent(saved, source, started_at, failure, seconds)


def not_sent(
    saved: SavedRequest, source: str | None, started_at: datetime, failure: Failure, seconds: float = 0.0
) -> Invocation:
    """The invocation of a call without an answer."""
    source = _absolute(source)
    return Invocation(saved.request, saved.target, failure, started_at, seconds, source=source, sign=saved.sign)


def files_of(source: str | None) -> tuple[Path, ...]:
    """The file of a source, which may also name a case."""
    return () if source is None else (Path(split_source(source)[0]),)


def _absolute(source: str | None) -> str | None:
    """The path made absolute, because in a replay from another folder a relative path would mean a different file."""
    return None if source is None else str(Path(source).absolute())


def build_sender(
    environ: Mapping[str, str],
    now: Callable[[], datetime],
    retries: Retries = "once",
    mfa_code: Callable[[str], str] | None = None,
    gate: Gate | None = None,
) -> Sender:
    """The sender with boto3, the user's references and local endpoints, none of which is imported before the first
    call."""
    from authlens.store.places import places
    from authlens.store.references import References as StoredReferences

    return Sender(
        LazyGateway(retries, mfa_code, lambda: places(environ, Path()).cache),
        LazyLocalTargets(),
        lambda base: StoredReferences(environ, base),
        now,
        gate,
        LazyListeners(lambda: places(environ, Path()).authority),
    )


def _missing(error: str, message: str) -> NotSent:
    return NotSent(
        Failure(
            FailureKind.REFERENCE, error, message, advice="Nothing was sent. Provide what is missing and send again."
        )
    )

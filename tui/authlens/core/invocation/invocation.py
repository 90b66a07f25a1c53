"""Invocation: one run of one request, with everything that was sent and received. This is what is shown, stored and
compared."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from authlens.core.contract.outcome import Outcome
from authlens.core.contract.refusal import Refusal
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.target import Identity, Target
from authlens.core.saved.certificate import Certificate
from authlens.core.saved.saved_request import SavedRequest, Sign
from authlens.frozen import dataclass

if TYPE_CHECKING:  # only some invocations have these; a one-shot command does not load them
    from authlens.core.deployment.deployment import Deployment
    from authlens.core.invocation.local_run import LocalRun
    from authlens.core.mqtt.connection import DeviceConnection


class FailureKind(StrEnum):
    """Why there is no outcome. Only `AWS` means that the service answered."""

    AWS = "aws"
    REFUSED_HERE = "refused here"
    """The client refused to send it (botocore's parameter validation); nothing was sent."""
    REFERENCE = "reference"
    """An `${env:…}`, `${file:…}` or `${keyring:…}`, or a signing key, could not be resolved; nothing was sent."""
    CREDENTIALS = "credentials"
    CONFIGURATION = "configuration"
    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed out"
    BROKEN_ANSWER = "broken answer"
    ABANDONED = "abandoned"
    LOCAL = "local endpoint"
    DEVICE = "device"
    """A real connection was refused before the function ran, or for a reason other than the function's answer."""
    NOT_TRUSTED = "not trusted"
    """A file of a folder that is not trusted names a program or a host; nothing was run or sent."""
    FAULT = "fault"
    """A bug in authlens."""


UNREACHED = "Unreached"
"""The error of a probe that got no answer of its protocol."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a call has no outcome, in the words of the component that refused it."""

    kind: FailureKind
    error: str
    """AWS's exception class (`InvalidRequestException`) or botocore's (`NoCredentialsError`)."""
    message: str | None
    """Word for word; AWS sends `null` for one of its refusals."""
    http_status: int | None = None
    request_id: str | None = None
    advice: str | None = None
    """What to do about it, if `aws` knows (credentials, region, network)."""
    retries: int | None = None
    """The number of retries if the last one failed too; `None` if retries are off."""

    @property
    def is_of_connection(self) -> bool:
        """Whether a connection failed: the message is then the whole sentence, and the error only its id."""
        return self.kind is FailureKind.DEVICE or self.error == UNREACHED


@dataclass(frozen=True, slots=True)
class Wire:
    """The HTTP exchange as transmitted. Never contains AWS credentials."""

    method: str
    url: str
    request_headers: tuple[tuple[str, str], ...] = ()
    request_body: bytes = b""
    status: int | None = None
    """`None` if there was no answer."""
    response_headers: tuple[tuple[str, str], ...] = ()
    response_body: bytes = b""


@dataclass(frozen=True, slots=True)
class Invocation:
    request: AuthorizerRequest
    """As written, with references unresolved, so that it can be replayed and shown."""
    target: Target
    result: Outcome | Failure
    started_at: datetime
    """UTC."""
    duration: float
    """Seconds, from the call to its answer."""
    number: int | None = None
    """Its id in the history; `None` if not recorded yet."""
    source: str | None = None
    """The path of the saved request it was sent from."""
    sign: Sign | None = None
    """How it was signed, so that a replay signs it again."""
    authorizer: Authorizer | None = None
    """The authorizer at that time, if DescribeAuthorizer was called."""
    identity: Identity | None = None
    wire: Wire | None = None
    function_log: str | None = None
    """What the function printed, with any stack trace, if the target returns it (a local endpoint does)."""
    local_run: LocalRun | None = None
    """What a local endpoint reports about the run."""
    device: DeviceConnection | None = None
    """Set for a real connection, whichever side observed it; `None` for a test call."""
    certificate: Certificate | None = None
    """The device's client certificate in the saved request. Not part of a test call."""
    variables: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """The policy variables of the certificate and its thing at the time of sending."""
    deployment: Deployment | None = None
    """What is deployed around the authorizer, as read for this invocation."""
    via: str = ""
    """`function` where the function was called directly; empty for a test call, and for a connection."""

    @property
    def saved(self) -> SavedRequest:
        """A saved request that sends it again unchanged."""
        return SavedRequest(self.request, target=self.target, sign=self.sign, certificate=self.certificate)

    @property
    def is_probe(self) -> bool:
        """Whether authlens connected as a device would: the outcome is then what a client sees, and no answer."""
        return self.device is not None and self.device.is_probe

    @property
    def way(self) -> str:
        """How it was sent: `test`, `function`, `probe`, or `device` for a connection that a listener saw."""
        if self.device is not None:
            return "probe" if self.device.is_probe else "device"
        return self.via or "test"

    @property
    def outcome(self) -> Outcome | None:
        return self.result if isinstance(self.result, Outcome) else None

    @property
    def failure(self) -> Failure | None:
        return self.result if isinstance(self.result, Failure) else None


def failure_of_refusal(refusal: Refusal) -> Failure:
    return Failure(FailureKind.AWS, refusal.error, refusal.message, refusal.http_status)


def fault_of(error: Exception) -> Failure:
    """A bug in authlens as a failure: where it happened, but never the exception's text, which may contain a secret."""
    return Failure(
        FailureKind.FAULT,
        type(error).__name__,
        f"Internal error in authlens: {type(error).__name__}{_system_words(error)} {_place_of(error)}.",
        advice="Please report it with the steps that led to it. Everything else continues to work.",
    )


def _system_words(error: Exception) -> str:
    """The operating system's own error text contains no secrets."""
    words = error.strerror if isinstance(error, OSError) else None
    return f" ({words})" if words else ""


def _place_of(error: Exception) -> str:
    trace = error.__traceback__
    if trace is None:
        return "at an unknown place"
    while trace.tb_next is not None:
        trace = trace.tb_next
    return f"in {trace.tb_frame.f_code.co_filename.rpartition('/')[2]}, line {trace.tb_lineno}"

"""Invocation: one run of one request, with all that was sent and came back. The one thing shown, kept and compared."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from authlens.core.contract.outcome import Outcome
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.target import Identity, Target
from authlens.core.saved.certificate import Certificate
from authlens.core.saved.saved_request import SavedRequest, Sign
from authlens.frozen import dataclass

if TYPE_CHECKING:  # only some invocations have these; a one-shot command has none
    from authlens.core.deployment.deployment import Deployment
    from authlens.core.invocation.local_run import LocalRun
    from authlens.core.mqtt.connection import DeviceConnection


class FailureKind(StrEnum):
    """Why there is no outcome. `AWS` alone means that the service answered."""

    AWS = "aws"
    REFUSED_HERE = "refused here"
    """The client would not send it (botocore's parameter validation); nothing was sent."""
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
    """A real connection was refused before the function ran, or by a rule that is not the function's."""
    NOT_TRUSTED = "not trusted"
    """A file of a folder that is not trusted names a program or a host; nothing was run or sent."""
    FAULT = "fault"
    """A defect of ours."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a call has no outcome, in the words of whoever refused it."""

    kind: FailureKind
    error: str
    """AWS's exception class (`InvalidRequestException`) or botocore's (`NoCredentialsError`)."""
    message: str | None
    """Word for word; AWS sends `null` for one of its refusals."""
    http_status: int | None = None
    request_id: str | None = None
    advice: str | None = None
    """What to do about it, where `aws` knows (credentials, region, network)."""
    retries: int | None = None
    """How often it was tried again when the last allowed try failed too; `None` where retries are off."""


@dataclass(frozen=True, slots=True)
class Wire:
    """The exchange as bytes saw it. AWS credentials are never kept in it."""

    method: str
    url: str
    request_headers: tuple[tuple[str, str], ...] = ()
    request_body: bytes = b""
    status: int | None = None
    """`None` when no answer came."""
    response_headers: tuple[tuple[str, str], ...] = ()
    response_body: bytes = b""


@dataclass(frozen=True, slots=True)
class Invocation:
    request: AuthorizerRequest
    """As written: references unresolved, so that it can be replayed and shown."""
    target: Target
    result: Outcome | Failure
    started_at: datetime
    """UTC."""
    duration: float
    """Seconds, from the call to its answer."""
    number: int | None = None
    """Its id in the history; `None` while it is not recorded."""
    source: str | None = None
    """The saved request it was sent from, as a path."""
    sign: Sign | None = None
    """How it was signed here, so that a replay signs anew."""
    authorizer: Authorizer | None = None
    """What DescribeAuthorizer said then, where it was asked."""
    identity: Identity | None = None
    wire: Wire | None = None
    function_log: str | None = None
    """What the function printed and its stack trace, where the target tells (a local endpoint does)."""
    local_run: LocalRun | None = None
    """What a local endpoint reports about the run."""
    device: DeviceConnection | None = None
    """Set for a real connection, by whichever side it was observed; `None` for a test call."""
    certificate: Certificate | None = None
    """What the saved request says of the device's client certificate. A test call does not carry it."""
    variables: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """The policy variables that the certificate and its thing settled when it was sent."""
    deployment: Deployment | None = None
    """What AWS holds around the authorizer, as it was read for this invocation."""
    via: str = ""
    """`function` where the function was called directly; empty for a test call, and for a connection."""

    @property
    def saved(self) -> SavedRequest:
        """What sends it again as it was."""
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


def fault_of(error: Exception) -> Failure:
    """A defect of ours as a failure: where it happened, never the exception's own words, which may hold a secret."""
    return Failure(
        FailureKind.FAULT,
        type(error).__name__,
        f"A fault in authlens: {type(error).__name__}{_system_words(error)} {_place_of(error)}.",
        advice="Please report it with what led to it; everything else goes on.",
    )


def _system_words(error: Exception) -> str:
    """The operating system's own words name no secret."""
    words = error.strerror if isinstance(error, OSError) else None
    return f" ({words})" if words else ""


def _place_of(error: Exception) -> str:
    trace = error.__traceback__
    if trace is None:
        return "at an unknown place"
    while trace.tb_next is not None:
        trace = trace.tb_next
    return f"in {trace.tb_frame.f_code.co_filename.rpartition('/')[2]}, line {trace.tb_lineno}"

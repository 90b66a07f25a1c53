"""Gateway: the interface to AWS, or to a local endpoint that answers like it. `aws` implements it with boto3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from authlens.core.contract.outcome import Outcome
from authlens.core.deployment.deployment import Deployment, Domain
from authlens.core.invocation.cloud_log import LogLine, LogQuery
from authlens.core.invocation.invocation import Failure, Wire
from authlens.core.invocation.local_run import LocalRun
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.target import Configured, Identity, Target
from authlens.frozen import dataclass

if TYPE_CHECKING:
    from authlens.core.mqtt.connection import DeviceConnection


@dataclass(frozen=True, slots=True)
class Reply:
    """The result of one call of TestInvokeAuthorizer."""

    result: Outcome | Failure
    duration: float
    """Seconds."""
    wire: Wire | None = None
    function_log: str | None = None
    local_run: LocalRun | None = None
    """What a local endpoint reports about the run."""
    device: DeviceConnection | None = None
    """What a probe observed."""
    authorizer: Authorizer | None = None
    """What DescribeAuthorizer said, where it was asked on the way."""


class SendingWay(Protocol):
    """A way to send a request other than TestInvokeAuthorizer, such as a probe."""

    @property
    def name(self) -> str:
        """`function`, or the protocol of a probe."""
        ...

    @property
    def needs_target(self) -> bool:
        """Whether the saved request's target is used at all."""
        ...

    @property
    def token_key_name(self) -> str | None:
        """The authorizer's tokenKeyName, where it need not be looked up to sign a token in a context."""
        ...

    @property
    def doubt(self) -> str:
        """What it may have done if it is abandoned now, as a sentence; empty if nothing remains of it."""
        ...

    def ask(self, request: AuthorizerRequest, target: Target, authorizer: Authorizer | None) -> Reply:
        """Send the request, already resolved and signed. Never raises for external failures."""
        ...


class CallFailed(Exception):
    """A call other than TestInvokeAuthorizer failed; `failure` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message or failure.error)
        self.failure = failure

    @property
    def words(self) -> str:
        """The error in AWS's words and what to do; only the latter for a call that the endpoint does not know."""
        failure = self.failure
        if failure.error == "UnknownOperationException" and failure.advice:
            return failure.advice
        said = _said(failure)
        ended = said if not failure.advice or said.endswith((".", "!", "?")) else f"{said}."
        return " ".join(filter(None, (ended, failure.advice)))


def _said(failure: Failure) -> str:
    return f"{failure.error}: {failure.message}" if failure.message else failure.error


class Gateway(Protocol):
    """Every method blocks, makes one attempt, respects the target's timeouts and is safe to call from any thread."""

    def prepare(self) -> None:
        """Load in advance what the first call to a local endpoint needs. Makes no call."""
        ...

    def seeks_credentials(self) -> bool:
        """Whether a call has to fetch credentials: from a profile's process, a role or the instance. Never blocks."""
        ...

    def invoke(self, request: AuthorizerRequest, target: Target) -> Reply:
        """Call TestInvokeAuthorizer. References must be resolved. Never raises for external failures."""
        ...

    def describe(self, name: str, target: Target) -> Authorizer:
        """Call DescribeAuthorizer; without a name, DescribeDefaultAuthorizer. Raises CallFailed."""
        ...

    def authorizer_names(self, target: Target) -> tuple[str, ...]:
        """The names from every page of ListAuthorizers, sorted. Raises CallFailed."""
        ...

    def configured(self, target: Target) -> Configured:
        """Read the AWS configuration without sending anything. Raises CallFailed."""
        ...

    def identity(self, target: Target) -> Identity:
        """Call STS GetCallerIdentity. Raises CallFailed."""
        ...

    def deployment(self, authorizer: Authorizer, target: Target) -> Deployment:
        """Read what is deployed around the authorizer; anything that cannot be read is an Unread. Never raises."""
        ...

    def data_endpoint(self, target: Target) -> str:
        """Call DescribeEndpoint for the host that the account's devices connect to. Raises CallFailed."""
        ...

    def domain(self, name: str, target: Target) -> Domain:
        """Call DescribeDomainConfiguration. Raises CallFailed."""
        ...

    def call_function(self, function: str, version: str, payload: bytes, target: Target) -> Reply:
        """Call Lambda's Invoke and hold the answer to AWS IoT's rules. Never raises for what can go wrong outside.

        version: a version or an alias; empty for the function itself.
        """
        ...

    def log(self, query: LogQuery, target: Target) -> tuple[LogLine, ...]:
        """The lines of a CloudWatch log group that match a query. Raises CallFailed."""
        ...

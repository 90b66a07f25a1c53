"""The state of a running endpoint: its authorizers, its functions and its dependencies, as one object."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from authlens.core.contract.limits import FUNCTION_LIMIT
from authlens.core.contract.test_call import Verify
from authlens.core.invocation.local_run import Unresolved
from authlens.core.policy.arn import function_named, split
from authlens.core.request.authorizer import Authorizer
from authlens.endpoint.api.domain_state import Domains
from authlens.endpoint.api.function_log import FunctionLog
from authlens.endpoint.api.registry import Registry
from authlens.endpoint.runtime.function_host import FunctionResult
from authlens.endpoint.templates.definitions import Definitions, FunctionDefinition, function_arn


class FunctionInvoker(Protocol):
    """Runs functions: `runtime.FunctionHost`, or a replacement in tests."""

    async def invoke(
        self, function: FunctionDefinition, event: bytes, *, request_id: str = "", client_context: str = ""
    ) -> FunctionResult: ...

    async def close(self) -> None: ...


Give = Callable[[str, Mapping[str, str], Mapping[str, str], bytes], str | None]
"""Routes a message to the subscribers: topic, parameters, headers, payload. Returns what is wrong with it."""


class DevicePort:
    """What the API knows about the device listener; empty without one."""

    def __init__(self) -> None:
        self.address: str | None = None
        """Host and port."""
        self.publish: Give | None = None


@dataclass(slots=True)
class Endpoint:
    """Changed only by `take`."""

    region: str
    account: str
    registry: Registry
    functions: dict[str, FunctionDefinition]
    """By name."""
    host: FunctionInvoker
    verify: Verify
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    """A lower-case UUID."""
    started_at: datetime
    domains: Domains
    """The domain configurations."""
    devices: DevicePort
    log: FunctionLog = field(default_factory=FunctionLog)
    """What the functions printed."""
    throttles: deque[tuple[str, datetime]] = field(default_factory=lambda: deque(maxlen=10_000))
    """Each call that found every process of its function busy until its time was over, by the function's name."""
    permissions: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Statements by function and id that calls added; `None` marks a removed one."""
    left_out: dict[str, Unresolved] = field(default_factory=dict)
    """The files' authorizers that cannot run here, by name."""
    problem: str = ""
    """Why the current files could not be loaded."""

    async def run(self, authorizer: Authorizer, sent: bytes, request_id: str = "") -> FunctionResult:
        """Run the authorizer's function with an event, within AWS IoT's time limit."""
        function = self.function_of(authorizer.function_arn)
        if function is None:
            return FunctionResult(None, "ResourceNotFoundException", f"Function not found: {authorizer.function_arn}")
        if function.timeout > FUNCTION_LIMIT:
            function = replace(function, timeout=FUNCTION_LIMIT)
        return await self.invoke(function, sent, request_id)

    async def invoke(
        self, function: FunctionDefinition, event: bytes, request_id: str = "", client_context: str = ""
    ) -> FunctionResult:
        """Run a function and store its output."""
        result = await self.host.invoke(function, event, request_id=request_id, client_context=client_context)
        if result.is_throttled:
            self.throttles.append((function.name, self.now()))
        self.log.keep(function.name, result.log, self.now())
        return result

    def take(self, definitions: Definitions) -> None:
        """Serve what the files define now; what calls created is kept."""
        self.region, self.account, self.problem = definitions.region, definitions.account, ""
        self.functions.clear()
        self.functions.update({function.name: function for function in definitions.functions})
        self.left_out.clear()
        self.left_out.update(definitions.left_out)
        self.registry.unload(self.region, self.account)
        for definition in definitions.authorizers:
            self.functions.setdefault(definition.function.name, definition.function)
            self.registry.load(definition.authorizer, self.function_arn(definition.function.name))
        default = definitions.default_authorizer
        self.registry.set_default(default if default and self.registry.get(default) else None)
        self.domains = Domains(definitions.region, definitions.account, definitions.domains)

    def function_arn(self, name: str) -> str:
        return function_arn(self.region, self.account, name)

    def function_of(self, arn: str) -> FunctionDefinition | None:
        """The function of an ARN with any qualifier; `None` if it is not one of this endpoint's."""
        asked, function = split(arn), self.functions.get(function_named(arn))
        own = split(function.arn or self.function_arn(function.name)) if function else None
        if asked is None or own is None:
            return None
        return function if (asked.region, asked.account) == (own.region, own.account) else None


def build_endpoint(
    definitions: Definitions,
    host: FunctionInvoker,
    verify: Verify,
    now: Callable[[], datetime],
    new_id: Callable[[], str],
) -> Endpoint:
    """An endpoint that serves the definitions of a file."""
    registry = Registry(definitions.region, definitions.account, now)
    endpoint = Endpoint(
        region=definitions.region,
        account=definitions.account,
        registry=registry,
        functions={},
        host=host,
        verify=verify,
        now=now,
        new_id=new_id,
        started_at=now(),
        domains=Domains(definitions.region, definitions.account, definitions.domains),
        devices=DevicePort(),
    )
    endpoint.take(definitions)
    return endpoint

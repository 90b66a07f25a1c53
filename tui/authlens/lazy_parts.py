"""The parts of a sender that need slow imports, each created when first needed: the imports take longer than the first
screen."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from authlens.core.deployment.deployment import Deployment, Domain
from authlens.core.invocation.cloud_log import LogLine, LogQuery
from authlens.core.invocation.gateway import Gateway, Reply
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.target import Configured, Identity, Target
from authlens.core.text.url import is_loopback

if TYPE_CHECKING:
    from authlens.aws.sessions import Retries
    from authlens.core.deployment.transport import DeviceEndpoint
    from authlens.endpoint.local import LocalTargets
    from authlens.endpoint.local_devices import LocalDevices


class LazyLocalTargets:
    """The running local endpoints, created for the first local target, because a call to AWS does not need them."""

    def __init__(self) -> None:
        self._made: LocalTargets | None = None
        self._lock = threading.Lock()

    def locate(self, target: Target, base: Path | None = None) -> Target:
        with self._lock:
            if self._made is None:
                from authlens.endpoint.local import LocalTargets

                self._made = LocalTargets()
        return self._made.locate(target, base)

    def printed(self, target: Target, base: Path | None = None) -> str:
        return self._made.printed(target, base) if self._made is not None else ""

    def close(self) -> None:
        if self._made is not None:
            self._made.close()


class Listeners(Protocol):
    """The device listeners of local targets. Raises RuntimeError with a sentence when one cannot be started."""

    def endpoint(self, target: Target, base: Path | None = None) -> DeviceEndpoint: ...

    def ca_file(self, target: Target, address: str) -> str | None: ...

    def reasons_against(
        self, target: Target, base: Path | None, client_id: str, since: datetime
    ) -> tuple[str, ...]: ...

    def close(self) -> None: ...


class LazyListeners:
    """The device listeners of local targets, one per file, started for its first probe and ended together."""

    def __init__(self, authority: Callable[[], Path]) -> None:
        """authority: the folder of the certificate authority of this user's local endpoints."""
        self._authority = authority
        self._running: dict[Path, tuple[LocalDevices, DeviceEndpoint]] = {}
        self._lock = threading.Lock()

    def endpoint(self, target: Target, base: Path | None = None) -> DeviceEndpoint:
        """Raises RuntimeError with a sentence when it cannot be started."""
        from authlens.core.deployment.transport import DeviceEndpoint
        from authlens.endpoint.local import definition_file
        from authlens.endpoint.local_devices import LocalDevices

        path = definition_file(target.local or "", base)
        with self._lock:
            running = self._running.get(path)
            if running is not None and not running[0].is_current():
                running[0].close()
                running = None
            if running is None:
                devices = LocalDevices(path, lambda invocation: None)
                address = devices.address()
                running = devices, DeviceEndpoint(address.url.partition("://")[2], address.ca_file)
                self._running[path] = running
            return running[1]

    def reasons_against(self, target: Target, base: Path | None, client_id: str, since: datetime) -> tuple[str, ...]:
        """As `LocalDevices` gives it."""
        from authlens.endpoint.local import definition_file

        with self._lock:
            running = self._running.get(definition_file(target.local or "", base))
        return running[0].reasons_against(client_id, since) if running is not None else ()

    def ca_file(self, target: Target, address: str) -> str | None:
        """What to trust at the listener of a local endpoint that was started apart; `None` for any other address."""
        file = self._authority() / "ca.pem"
        is_here = is_loopback(target.endpoint_url) and is_loopback(f"https://{address}")
        return str(file) if is_here and file.is_file() else None

    def close(self) -> None:
        with self._lock:
            running = [devices for devices, _ in self._running.values()]
            self._running.clear()
        for devices in running:
            devices.close()


class LazyGateway:
    """The gateway over boto3, created on the first call, because importing boto3 takes longer than drawing the first
    screen."""

    def __init__(self, retries: Retries, mfa_code: Callable[[str], str] | None, cache: Callable[[], Path]) -> None:
        self._retries = retries
        self._cache = cache
        self._mfa_code = mfa_code
        self._made: Gateway | None = None
        self._lock = threading.Lock()

    def _gateway(self) -> Gateway:
        with self._lock:
            if self._made is None:
                from authlens.aws.gateway import BotoGateway

                self._made = BotoGateway(self._retries, self._mfa_code, self._cache())
            return self._made

    def prepare(self) -> None:
        self._gateway().prepare()

    def seeks_credentials(self) -> bool:
        return self._made is not None and self._made.seeks_credentials()

    def invoke(self, request: AuthorizerRequest, target: Target) -> Reply:
        return self._gateway().invoke(request, target)

    def describe(self, name: str, target: Target) -> Authorizer:
        return self._gateway().describe(name, target)

    def authorizer_names(self, target: Target) -> tuple[str, ...]:
        return self._gateway().authorizer_names(target)

    def configured(self, target: Target) -> Configured:
        return self._gateway().configured(target)

    def identity(self, target: Target) -> Identity:
        return self._gateway().identity(target)

    def deployment(self, authorizer: Authorizer, target: Target) -> Deployment:
        return self._gateway().deployment(authorizer, target)

    def data_endpoint(self, target: Target) -> str:
        return self._gateway().data_endpoint(target)

    def domain(self, name: str, target: Target) -> Domain:
        return self._gateway().domain(name, target)

    def call_function(self, function: str, version: str, payload: bytes, target: Target) -> Reply:
        return self._gateway().call_function(function, version, payload, target)

    def log(self, query: LogQuery, target: Target) -> tuple[LogLine, ...]:
        return self._gateway().log(query, target)

"""An endpoint on loopback in its own thread with a Python callable as its function, and real boto3 clients for it."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from authlens.core.request.authorizer import Authorizer
from authlens.endpoint.api.server import Patience, Server, endpoint_of, listen
from authlens.endpoint.runtime.function_host import FunctionResult
from authlens.endpoint.templates.definitions import AuthorizerDefinition, Definitions, FunctionDefinition

ACCOUNT = "123456789012"
REGION = "eu-west-1"


class Failing(Exception):
    """Raised by a stand-in function to fail with this type and message."""

    def __init__(self, error_type: str, message: str | None) -> None:
        super().__init__(message)
        self.error_type = error_type
        self.message = message


@dataclass
class StandIn:
    """Runs every function as the callable `function`, and keeps the events it was given."""

    function: Callable[[dict[str, Any]], Any] = dict
    events: list[dict[str, Any]] = field(default_factory=list)
    contexts: list[str] = field(default_factory=list)
    timeouts: list[float] = field(default_factory=list)
    log: str = ""
    is_throttled: bool = False
    closed: bool = False

    async def invoke(
        self, function: FunctionDefinition, event: bytes, *, request_id: str = "", client_context: str = ""
    ) -> FunctionResult:
        self.events.append(json.loads(event))
        self.contexts.append(client_context)
        self.timeouts.append(function.timeout)
        try:
            value = self.function(self.events[-1])
        except Failing as failing:
            return FunctionResult(None, failing.error_type, failing.message, ("line 1",), self.log)
        payload = value if isinstance(value, bytes) else json.dumps(value).encode()
        return FunctionResult(payload, log=self.log, is_throttled=self.is_throttled)

    async def close(self) -> None:
        self.closed = True


@dataclass
class Running:
    url: str
    port: int
    host: StandIn
    log: list[str]
    clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str = "iot") -> Any:
        """A real boto3 client without validation and retries; created on first use, then kept."""
        if service not in self.clients:
            self.clients[service] = self.new_client(service)
        return self.clients[service]

    def new_client(self, service: str, **settings: Any) -> Any:
        config = Config(parameter_validation=False, retries={"total_max_attempts": 1}, proxies={}, **settings)
        return session().client(service, endpoint_url=self.url, config=config)


@cache
def session() -> boto3.Session:
    """Shared by all tests, because it keeps the service models that it has read."""
    return boto3.Session(aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="secret", region_name=REGION)


def function(name: str = "sensor", **settings: Any) -> FunctionDefinition:
    return FunctionDefinition(name, Path("/nowhere"), "app.handler", "python3.11", **settings)


def definitions(*authorizers: Authorizer, functions: Sequence[FunctionDefinition] = ()) -> Definitions:
    run = function(timeout=30.0)
    return Definitions(REGION, ACCOUNT, tuple(AuthorizerDefinition(one, run) for one in authorizers), (run, *functions))


@contextmanager
def running(
    defined: Definitions,
    host: Any = None,
    address: str = "127.0.0.1",
    names: Sequence[str] = (),
    patience: Patience | None = None,
) -> Iterator[Running]:
    """A listening endpoint, stopped afterwards."""
    stand_in = host or StandIn()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    log: list[str] = []

    async def start() -> Server:
        server = Server(endpoint_of(defined, stand_in), listen(address, 0), names, log.append, patience)
        await server.start()
        return server

    async def stop(server: Server) -> None:
        await server.close()
        lingering = asyncio.all_tasks() - {asyncio.current_task()}
        for task in lingering:
            task.cancel()
        await asyncio.gather(*lingering, return_exceptions=True)

    server = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    try:
        yield Running(server.url, int(server.url.rpartition(":")[2]), stand_in, log)
    finally:
        asyncio.run_coroutine_threadsafe(stop(server), loop).result(20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def refused(call: Any, **members: Any) -> tuple[int, str, str]:
    """Status, class and message of a refused call."""
    try:
        call(**members)
    except ClientError as error:
        response: Any = error.response
        return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"], response["Error"]["Message"]
    raise AssertionError("the call was answered")

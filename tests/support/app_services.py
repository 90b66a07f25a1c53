"""Services for tests of the app: a gateway that answers with given values, and a fixed clock."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from authlens.core.contract.outcome import Outcome
from authlens.core.deployment.deployment import Deployment, Domain, Function
from authlens.core.invocation.cloud_log import LogLine, LogQuery
from authlens.core.invocation.gateway import Reply
from authlens.core.invocation.invocation import Wire
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.target import Configured, Identity, Target
from authlens.gate import Gate
from authlens.sending import Sender

NOW = datetime(2026, 11, 23, 9, 30, 0, tzinfo=UTC)

POLICY = (
    '{"Version":"2012-10-17","Statement":[{"Action":"iot:Connect","Effect":"Allow",'
    '"Resource":"arn:aws:iot:us-west-2:000000000000:client/sensor-7"},'
    '{"Action":["iot:Publish","iot:Receive"],"Effect":"Allow",'
    '"Resource":["arn:aws:iot:us-west-2:000000000000:topic/sensors/7/data"]}]}'
)
PERMISSION = (
    '{"Statement":[{"Sid":"iot","Effect":"Allow","Principal":{"Service":"iot.amazonaws.com"},'
    '"Action":"lambda:InvokeFunction","Condition":{"StringEquals":{"AWS:SourceArn":""}}}]}'
)
PASSED = Outcome(True, "sensor7", (POLICY,), 300, 86400)


@dataclass
class ScriptedGateway:
    """Answers with the results that the test provides; `hold` keeps calls waiting until the test sets it."""

    results: list[Reply] = field(default_factory=list)
    sent: list[AuthorizerRequest] = field(default_factory=list)
    hold: threading.Event | None = None
    authorizer: Authorizer = field(default_factory=lambda: Authorizer("SensorAuth", status="ACTIVE"))
    deployed: Deployment | None = None

    def prepare(self) -> None:
        """Nothing to load."""

    def seeks_credentials(self) -> bool:
        return self.hold is not None

    def invoke(self, request: AuthorizerRequest, target: Target) -> Reply:
        self.sent.append(request)
        if self.hold is not None:
            self.hold.wait(20)
        if self.results:
            return self.results.pop(0)
        wire = Wire("POST", "http://127.0.0.1/authorizer/SensorAuth/test", status=200, response_body=b"{}")
        return Reply(PASSED, 0.0123, wire, "START RequestId\nhello from the function\n")

    def describe(self, name: str, target: Target) -> Authorizer:
        return replace(self.authorizer, name=name)

    def authorizer_names(self, target: Target) -> tuple[str, ...]:
        return ("SensorAuth",)

    def configured(self, target: Target) -> Configured:
        return Configured(target.profile or "default", target.region or "us-west-2")

    def identity(self, target: Target) -> Identity:
        return Identity("000000000000", "arn:aws:iam::000000000000:root", "us-west-2")

    def deployment(self, authorizer: Authorizer, target: Target) -> Deployment:
        return self.deployed or Deployment(authorizer, Function(authorizer.function_arn or "arn", 3), PERMISSION)

    def data_endpoint(self, target: Target) -> str:
        return "data.example"

    def domain(self, name: str, target: Target) -> Domain:
        return Domain(name, "shop.example")

    def call_function(self, function: str, version: str, payload: bytes, target: Target) -> Reply:
        return Reply(PASSED, 0.01, function_log=f"called {function} {version or 'itself'}")

    def log(self, query: LogQuery, target: Target) -> tuple[LogLine, ...]:
        return (LogLine(query.since, "stream", f"from {query.group}"),)


class NoLocalTargets:
    def locate(self, target: Target, base: Path | None = None) -> Target:
        return target

    def printed(self, target: Target, base: Path | None = None) -> str:
        return ""

    def close(self) -> None:
        pass


class PlainReferences:
    def resolve(self, request: AuthorizerRequest) -> AuthorizerRequest:
        return request

    def text(self, text: str) -> str:
        return text


def trusting() -> Gate:
    """A gate for requests whose files the test wrote itself."""
    return Gate(lambda path: True)


def sender(gateway: ScriptedGateway, gate: Gate | None = None) -> Sender:
    return Sender(gateway, NoLocalTargets(), lambda base: PlainReferences(), lambda: NOW, gate or trusting())

"""One way to send: what must be resolved first, what is kept, and that nothing is sent when something is missing."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from authlens.aws.gateway import BotoGateway
from authlens.core.contract.outcome import Outcome
from authlens.core.deployment.deployment import Deployment
from authlens.core.invocation.gateway import CallFailed
from authlens.core.invocation.invocation import Failure, FailureKind
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest, MqttContext
from authlens.core.request.target import StaticCredentials, Target
from authlens.core.saved.certificate import Certificate
from authlens.core.saved.saved_request import SavedRequest, Sign
from authlens.core.signing import keys, signing
from authlens.sending import Sender
from authlens.store.references import References
from support.app_services import trusting
from support.certificates import certificate_pem
from support.fault_server import FaultServer, fault_server, http

GRANTED = json.dumps({"isAuthenticated": True, "principalId": "p", "policyDocuments": []})
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
GATEWAY = BotoGateway()


class Elsewhere:
    """Local targets whose one endpoint is the test's server."""

    def __init__(self, url: str | None) -> None:
        self.url = url
        self.closed = False

    def locate(self, target: Target, base: Path | None = None) -> Target:
        if self.url is None:
            raise RuntimeError("authorizers.yaml, line 3: handler is missing")
        return replace(target, endpoint_url=self.url, region="eu-west-1", credentials=StaticCredentials("a", "b"))

    def printed(self, target: Target, base: Path | None = None) -> str:
        return ""

    def close(self) -> None:
        self.closed = True


def sender(url: str | None, **environ: str) -> Sender:
    return Sender(GATEWAY, Elsewhere(url), lambda base: References(environ, base), lambda: NOW, trusting())


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with fault_server(http(GRANTED)) as running:
        yield running


def saved(request: AuthorizerRequest, sign: Sign | None = None) -> SavedRequest:
    return SavedRequest(request, target=Target(local="authorizers.yaml"), sign=sign)


def failure(result: Outcome | Failure) -> Failure:
    assert isinstance(result, Failure)
    return result


def test_references_are_resolved_for_the_wire_only(server: FaultServer) -> None:
    request = AuthorizerRequest("A", mqtt_context=MqttContext("u", "${env:PASSWORD}"))
    invocation = sender(server.url, PASSWORD="hunter2").send(saved(request), source="requests/a.yaml")
    assert json.loads(server.received[0].body)["mqttContext"]["password"] == "aHVudGVyMg=="
    assert invocation.request == request
    assert (invocation.started_at, invocation.source) == (NOW, str(Path("requests/a.yaml").absolute()))
    assert invocation.target == Target(local="authorizers.yaml")
    assert isinstance(invocation.result, Outcome)


def test_a_missing_reference_sends_nothing(server: FaultServer) -> None:
    request = AuthorizerRequest("A", token="${env:NOT_SET}")
    refused = failure(sender(server.url).send(saved(request)).result)
    assert refused.kind is FailureKind.REFERENCE
    assert "NOT_SET" in (refused.message or "")
    assert server.received == []


def test_a_local_target_that_does_not_start_says_why() -> None:
    refused = failure(sender(None).send(saved(AuthorizerRequest("A"))).result)
    assert (refused.kind, refused.message) == (FailureKind.LOCAL, "authorizers.yaml, line 3: handler is missing")
    with pytest.raises(CallFailed, match="handler is missing"):
        sender(None).describe("A", Target(local="x"))


def test_the_token_is_signed_when_it_is_sent(server: FaultServer, tmp_path: Path) -> None:
    pair = keys.generate_key_pair()
    (tmp_path / "key.pem").write_bytes(pair.private_pem)
    request = AuthorizerRequest("A", token="my token")
    invocation = sender(server.url).send(saved(request, Sign("key.pem")), base=tmp_path)
    sent = json.loads(server.received[0].body)
    assert signing.verify("my token", sent["tokenSignature"], pair.public_pem)
    assert invocation.request == request
    assert invocation.sign == Sign("key.pem")


@pytest.mark.parametrize(
    ("sign", "token", "says"),
    [
        (Sign("missing.pem"), "t", "missing.pem"),
        (Sign("garbage.pem"), "t", "PEM"),
        (Sign("garbage.pem"), None, "no token"),
        (Sign("garbage.pem", passphrase="${env:NOT_SET}"), "t", "NOT_SET"),
    ],
)
def test_a_signature_that_cannot_be_made_sends_nothing(
    sign: Sign, token: str | None, says: str, server: FaultServer, tmp_path: Path
) -> None:
    (tmp_path / "garbage.pem").write_text("nothing of the kind")
    refused = failure(sender(server.url).send(saved(AuthorizerRequest("A", token=token), sign), base=tmp_path).result)
    assert refused.kind is FailureKind.REFERENCE
    assert says in (refused.message or "")
    assert server.received == []


def test_a_call_ends_by_the_total_deadline() -> None:
    released = threading.Event()

    def say_nothing(_connection: socket.socket) -> None:
        released.wait(30)

    with fault_server(say_nothing) as server:
        invocation = sender(server.url).send_within(saved(AuthorizerRequest("A")), seconds=0.3)
        released.set()
    assert failure(invocation.result).kind is FailureKind.ABANDONED
    assert invocation.duration == 0.3


def test_leaving_the_sender_ends_the_local_endpoints() -> None:
    local_targets = Elsewhere(None)
    with Sender(GATEWAY, local_targets, lambda base: References({}, base), lambda: NOW):
        assert not local_targets.closed
    assert local_targets.closed


def test_what_is_known_when_it_is_sent_stays_with_the_invocation(server: FaultServer) -> None:
    authorizer = Authorizer("A", status="INACTIVE")
    deployment = Deployment(authorizer, None, None)
    invocation = sender(server.url).send(saved(AuthorizerRequest("A")), None, None, authorizer, deployment)
    assert (invocation.authorizer, invocation.deployment) == (authorizer, deployment)


@pytest.mark.parametrize(("file", "count"), [("device.pem", 1), ("gone.pem", 0), ("broken.pem", 0)])
def test_the_variables_of_a_certificate_are_read_and_never_stop_a_call(
    server: FaultServer, tmp_path: Path, file: str, count: int
) -> None:
    (tmp_path / "device.pem").write_text(certificate_pem())
    (tmp_path / "broken.pem").write_text("PEM")
    certificate = Certificate(file, thing_name="sensor-7")
    invocation = sender(server.url).send(replace(saved(AuthorizerRequest("A")), certificate=certificate), tmp_path)
    variables = dict(invocation.variables)
    assert isinstance(invocation.result, Outcome)
    assert invocation.certificate == certificate
    assert variables["iot:Connection.Thing.ThingName"] == ("sensor-7",)
    assert ("iot:Certificate.Subject.CommonName" in variables) == bool(count)

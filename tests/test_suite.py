"""The runner of suites: what it judges, what it hides, how often it asks, and how it waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from authlens.core.contract.outcome import Outcome
from authlens.core.expect.check import JudgementState
from authlens.core.invocation.gateway import Reply
from authlens.core.invocation.invocation import Failure, FailureKind, Invocation
from authlens.core.invocation.throttling import MOST_ATTEMPTS
from authlens.core.request.request import AuthorizerRequest, MqttContext
from authlens.core.request.target import StaticCredentials, Target
from authlens.core.saved.expectation import Expectation, Question
from authlens.core.saved.saved_request import SavedRequest
from authlens.sending import Sender
from authlens.suite import Suite
from authlens.suite_items import ReadProblem, SuiteItem
from support.app_services import NOW, PASSED, PlainReferences, ScriptedGateway, sender, trusting

THROTTLED = Reply(Failure(FailureKind.AWS, "ThrottlingException", "Rate exceeded", 400), 0.001)
REQUEST = AuthorizerRequest("A", mqtt_context=MqttContext(password="${env:SECRET}", client_id="${env:CLIENT}"))


def item(request: AuthorizerRequest = REQUEST, target: Target | None = None, **expect: Any) -> SuiteItem:
    expectation = Expectation(**expect) if expect else None
    return SuiteItem("a.yaml", SavedRequest(request, target=target or Target(), expect=expectation))


def suite(gateway: ScriptedGateway, **more: Any) -> Suite:
    environ = {"SECRET": "canary-of-a-secret", "CLIENT": "sensor-7"}
    return Suite(sender(gateway), environ, **more)


def test_an_answer_is_judged() -> None:
    assert suite(ScriptedGateway()).run(item()).state is JudgementState.KEPT
    assert suite(ScriptedGateway()).run(item(principal_id="other")).state is JudgementState.BROKEN


def test_an_invalid_file_cannot_be_judged_and_sends_nothing() -> None:
    gateway = ScriptedGateway()

    result = suite(gateway).run(SuiteItem("a.yaml", None, ReadProblem("no", 3, 1)))

    assert result.state is JudgementState.UNJUDGED
    assert result.judgement.reason == "line 3, column 1: no"
    assert gateway.sent == []


def test_policy_variables_come_from_the_values_of_references() -> None:
    own = Outcome(True, "p", (PASSED.policy_documents[0].replace("client/sensor-7", "client/${iot:ClientId}"),))
    gateway = ScriptedGateway([Reply(own, 0.001)])

    result = suite(gateway).run(item(allow=(Question("iot:Connect", "client/sensor-7"),)))

    assert result.state is JudgementState.KEPT


def test_values_of_references_are_hidden_and_not_kept() -> None:
    result = suite(ScriptedGateway()).run(item())

    assert result.redactor.text("it was canary-of-a-secret") == "it was [redacted]"
    assert result.invocation is not None
    assert result.invocation.request == REQUEST


def test_throttled_requests_are_sent_again_after_longer_and_longer_pauses() -> None:
    gateway, pauses = ScriptedGateway([THROTTLED, THROTTLED]), list[float]()

    result = suite(gateway, wait=pauses.append).run(item())

    assert result.state is JudgementState.KEPT
    assert len(gateway.sent) == 3
    assert len(pauses) == 2
    assert 0.25 <= pauses[0] <= 0.5 <= pauses[1] <= 1.0


def test_throttling_without_end_ends() -> None:
    gateway, pauses = ScriptedGateway([THROTTLED] * 20), list[float]()

    result = suite(gateway, wait=pauses.append).run(item())

    assert result.state is JudgementState.UNJUDGED
    assert len(gateway.sent) == MOST_ATTEMPTS


def test_only_the_last_attempt_is_recorded() -> None:
    recorded: list[Invocation] = []

    def record(invocation: Invocation) -> Invocation:
        recorded.append(invocation)
        return replace(invocation, number=7)

    gateway = ScriptedGateway([THROTTLED])
    result = suite(gateway, wait=lambda seconds: None, record=record).run(item())

    assert result.invocation is not None
    assert result.invocation.number == 7
    assert len(recorded) == 1


class Located:
    """Local targets that count how often they are asked."""

    def __init__(self, answer: Callable[[Target], Target]) -> None:
        self.asked: list[tuple[Target, Path | None]] = []
        self._answer = answer

    def locate(self, target: Target, base: Path | None = None) -> Target:
        self.asked.append((target, base))
        return self._answer(target)

    def printed(self, target: Target, base: Path | None = None) -> str:
        return ""

    def close(self) -> None:
        pass


def here(target: Target) -> Target:
    return replace(target, endpoint_url="http://127.0.0.1:1", credentials=StaticCredentials("a", "b"))


def nowhere(target: Target) -> Target:
    raise RuntimeError("no such file")


def test_a_local_target_is_located_once_and_remembered_by_its_file() -> None:
    targets = Located(here)
    runner = Suite(Sender(ScriptedGateway(), targets, lambda base: PlainReferences(), lambda: NOW, trusting()), {})

    results = [runner.run(item(target=Target(local="a.yaml"))) for _ in range(3)]

    assert len(targets.asked) == 1
    assert {result.invocation and result.invocation.target for result in results} == {Target(local="a.yaml")}


def test_a_target_that_cannot_start_fails_each_item_and_is_tried_once() -> None:
    targets = Located(nowhere)
    runner = Suite(Sender(ScriptedGateway(), targets, lambda base: PlainReferences(), lambda: NOW, trusting()), {})

    results = [runner.run(item(target=Target(local="a.yaml"))) for _ in range(3)]

    assert len(targets.asked) == 1
    assert [result.judgement.reason for result in results] == ["LocalEndpointFailed: no such file"] * 3


def test_serve_replaces_every_target() -> None:
    targets = Located(here)
    runner = Suite(
        Sender(ScriptedGateway(), targets, lambda base: PlainReferences(), lambda: NOW, trusting()),
        {},
        serve=Path("a.yaml"),
    )

    assert runner.ready() is None
    result = runner.run(item(target=Target(profile="prod")))

    expected = Target(local=str(Path("a.yaml").absolute()))
    assert targets.asked == [(expected, None)]
    assert result.invocation is not None
    assert result.invocation.target == expected


def test_what_keeps_the_endpoint_from_starting_is_known_before_anything_is_sent() -> None:
    runner = Suite(
        Sender(ScriptedGateway(), Located(nowhere), lambda base: PlainReferences(), lambda: NOW, trusting()),
        {},
        serve=Path("a.yaml"),
    )

    failure = runner.ready()

    assert failure is not None
    assert failure.message == "no such file"

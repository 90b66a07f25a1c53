"""One edge for faults: whatever is raised behind it, a send is a failure with a sentence, and a suite goes on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.strategies import sampled_from

from authlens.core.expect.check import JudgementState
from authlens.core.invocation.cloud_log import LogQuery
from authlens.core.invocation.gateway import CallFailed
from authlens.core.invocation.invocation import FailureKind, Invocation
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest, MqttContext
from authlens.core.request.target import Target
from authlens.core.saved.saved_request import SavedRequest, Sign
from authlens.sending import Sender
from authlens.suite import Suite
from authlens.suite_items import SuiteItem, read_items
from support.app_services import NOW, NoLocalTargets, PlainReferences, ScriptedGateway, trusting
from support.one_command import Command

SECRET = "canary-of-a-secret"
ERRORS: tuple[Callable[[], Exception], ...] = (
    lambda: ValueError(f"token {SECRET}"),
    lambda: KeyError(SECRET),
    lambda: OSError(28, "No space left on device"),
    lambda: RecursionError(SECRET),
    lambda: MemoryError(),
    lambda: UnicodeDecodeError("utf-8", SECRET.encode(), 0, 1, "x"),
    lambda: AssertionError(SECRET),
    lambda: TimeoutError(SECRET),
)
PARTS = ("gateway", "local targets", "references")
REQUEST = AuthorizerRequest("A", token="t", mqtt_context=MqttContext("u", "p", "c"))


class Broken:
    """Hands every call on, but for the one that raises."""

    def __init__(self, inner: object) -> None:
        self.inner = inner
        self.raising: dict[str, Callable[[], Exception]] = {}

    def __getattr__(self, name: str) -> Any:
        whole = getattr(self.inner, name)

        def called(*arguments: Any) -> Any:
            if name in self.raising:
                raise self.raising[name]()
            return whole(*arguments)

        return called


class Parts:
    """A sender whose every call out can be made to raise."""

    def __init__(self) -> None:
        self.gateway, self.targets, self.references = map(
            Broken, (ScriptedGateway(), NoLocalTargets(), PlainReferences())
        )
        self.sender = Sender(self.gateway, self.targets, lambda base: self.references, lambda: NOW, trusting())

    def all(self) -> dict[str, Broken]:
        return dict(zip(PARTS, (self.gateway, self.targets, self.references), strict=True))


ON_SENDING = [("gateway", "invoke"), ("gateway", "describe"), ("local targets", "locate"), ("references", "resolve")]


@pytest.mark.parametrize(("part", "name"), ON_SENDING)
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error()).__name__)
def test_a_send_ends_with_a_sentence(part: str, name: str, error: Callable[[], Exception], tmp_path: Path) -> None:
    parts = Parts()
    parts.all()[part].raising[name] = error
    saved = SavedRequest(REQUEST, target=Target(local="authorizers.yaml"), sign=Sign("key.pem", place="username"))
    failure = parts.sender.send_within(saved, tmp_path).failure
    assert failure is not None
    assert failure.kind in (FailureKind.FAULT, FailureKind.REFERENCE, FailureKind.LOCAL)
    assert failure.message
    assert failure.kind is not FailureKind.FAULT or SECRET not in failure.message


ASKED: dict[str, Callable[[Sender], object]] = {
    "describe": lambda sender: sender.describe("A", Target()),
    "authorizer_names": lambda sender: sender.authorizer_names(Target()),
    "configured": lambda sender: sender.configured(Target()),
    "identity": lambda sender: sender.identity(Target()),
    "deployment": lambda sender: sender.deployment(Authorizer("A"), Target()),
    "data_endpoint": lambda sender: sender.data_endpoint(Target()),
    "log": lambda sender: sender.log(LogQuery("g", NOW, NOW), Target()),
}


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error()).__name__)
def test_a_question_fails_as_a_call(name: str, error: Callable[[], Exception]) -> None:
    parts = Parts()
    parts.gateway.raising[name] = error
    with pytest.raises(CallFailed) as failed:
        ASKED[name](parts.sender)
    assert failed.value.failure.kind is FailureKind.FAULT
    assert SECRET not in failed.value.words


def test_a_fault_is_not_a_time_out(tmp_path: Path) -> None:
    parts = Parts()
    parts.gateway.raising["invoke"] = ERRORS[0]
    invocation = parts.sender.send_within(SavedRequest(REQUEST), tmp_path, "a.yaml", seconds=30)
    assert invocation.duration < 1
    assert "ValueError in test_faults.py, line" in str(invocation.failure)
    assert invocation.source == str(Path("a.yaml").absolute())


FILES = {
    "a key of nobody": "request: {authorizerName: A, token: t}\nsign: {key: ~nobody-of-that-name/private.pem}\n",
    "a NUL in a key": 'request: {authorizerName: A, token: t}\nsign: {key: "a\\0b"}\n',
    "a token of nobody": 'request: {authorizerName: A, token: "${file:~nobody-of-that-name/token}"}\n',
    "a NUL in a token": 'request: {authorizerName: A, token: "${file:a\\0b}"}\n',
    "half a bracket": 'target: {endpointUrl: "http://[::1", region: eu-west-1}\nrequest: {authorizerName: A}\n',
    "a NUL in local": 'target: {local: "a\\0b.yaml"}\nrequest: {authorizerName: A}\n',
    "a local of nobody": "target: {local: ~nobody-of-that-name/a.yaml}\nrequest: {authorizerName: A}\n",
}


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
def test_one_broken_file_does_not_end_a_run(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.yaml").write_text(text)
    (tmp_path / "b.yaml").write_text("request: {authorizerName: A}\nexpect: {isAuthenticated: true}\n")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    ended = Command(capsys, monkeypatch)("run", tmp_path, "--output", "json", "--no-history")
    first, second = map(json.loads, ended.out.splitlines()[:2])
    assert ended.code == 2
    assert (first["result"], second["name"]) == ("error", str(tmp_path / "b.yaml"))
    for word in ("Given up", "Traceback", "internal fault", "authlens: FAULT"):
        assert word not in ended.out + ended.err


class FaultySuite(RuleBasedStateMachine):
    """Whatever raises at any moment, each item has a result, and what is whole works as before."""

    @initialize()
    def build(self) -> None:
        self.parts = Parts()
        self.recorded: list[Invocation] = []
        self.record_fails = False
        self.suite = Suite(self.parts.sender, {}, record=self.record)

    def record(self, invocation: Invocation) -> Invocation:
        if self.record_fails:
            raise OSError(28, "No space left on device")
        self.recorded.append(invocation)
        return invocation

    @rule(place=sampled_from([*ON_SENDING, ("references", "text"), ("history", "record")]), error=sampled_from(ERRORS))
    def breaks(self, place: tuple[str, str], error: Callable[[], Exception]) -> None:
        part, name = place
        if part == "history":
            self.record_fails = True
        else:
            self.parts.all()[part].raising[name] = error

    @rule()
    def heals(self) -> None:
        self.record_fails = False
        for part in self.parts.all().values():
            part.raising.clear()

    @rule(where=sampled_from([Target(), Target(local="a.yaml"), Target(local="\0"), Target(endpoint_url="http://[")]))
    def runs(self, where: Target) -> None:
        result = self.suite.run(SuiteItem("a.yaml", SavedRequest(REQUEST, target=where)))
        assert result.state in (JudgementState.KEPT, JudgementState.UNJUDGED)
        assert result.state is JudgementState.KEPT or result.judgement.reason
        assert SECRET not in result.judgement.reason or result.invocation

    @invariant()
    def whole_items_are_judged(self) -> None:
        if hasattr(self, "suite") and not self.record_fails and not any(p.raising for p in self.parts.all().values()):
            assert self.suite.run(SuiteItem("b.yaml", SavedRequest(REQUEST))).state is JudgementState.KEPT


FaultySuite.TestCase.settings = settings(max_examples=25, stateful_step_count=12, deadline=None)
TestFaultySuite = FaultySuite.TestCase


def test_a_file_that_is_not_a_request_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("request: 7\n")
    (item,) = read_items(tmp_path / "a.yaml")
    assert Suite(Parts().sender, {}).run(item).state is JudgementState.UNJUDGED

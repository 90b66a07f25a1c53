"""Compares a probe with a test call or another probe: does each let the client in, and where do they differ?

The rule: a client does not see the function's answer, so documents and times are not compared, only what was tried:
each publish and subscription, against the decision of the test call's documents.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlens.core.compare.changes import Change, result_words
from authlens.core.contract.outcome import Outcome
from authlens.core.invocation.access import ALLOWED, AccessQuestions
from authlens.core.invocation.invocation import Failure, FailureKind
from authlens.core.mqtt.connection import DeviceConnection, PacketDecision
from authlens.core.request.request import AuthorizerRequest
from authlens.core.saved.expectation import Question
from authlens.frozen import dataclass

_COMPARED = ("iot:Subscribe", "iot:Publish")


@dataclass(frozen=True, slots=True)
class ComparedSide:
    """One side: a test call, or a connection."""

    request: AuthorizerRequest | None
    result: Outcome | Failure
    device: DeviceConnection | None
    variables: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Policy variables that its certificate settled."""
    is_direct: bool = False
    """Whether the function was called directly."""

    @property
    def name(self) -> str:
        if self.device is not None:
            return f"the connection over {self.device.protocol}"
        return "the direct call" if self.is_direct else "the test call"

    @property
    def is_let_in(self) -> bool:
        if isinstance(self.result, Failure) or not self.result.is_authenticated:
            return False
        return self.device is not None or self._may_connect

    @property
    def words(self) -> str:
        """`the test call passes`, `the connection over MQTT 5 over TLS fails at TLS: …`."""
        if self.device is not None:
            return f"{self.name} {_how(self.device, self.result)}"
        if isinstance(self.result, Failure) or not self.result.is_authenticated:
            return f"{self.name} does not pass: {result_words(self.result)}"
        if not self._may_connect:
            return f"{self.name} passes, but its policies do not allow iot:Connect for this client id"
        return f"{self.name} passes"

    @property
    def _may_connect(self) -> bool:
        client = self.request.client_id if self.request else None
        return client is None or self.word(Question("iot:Connect", f"client/{client}")) in (None, ALLOWED)

    def word(self, question: Question) -> str | None:
        """The decision of the documents; `None` if there are none, or if it depends on what they cannot know."""
        if self.request is None or not isinstance(self.result, Outcome) or not self.result.policy_documents:
            return None
        variables = dict(self.variables)
        access = AccessQuestions(self.result, self.request, variables, has_certificate=bool(variables))
        return access.settled_word(question)


def connection_changes(left: ComparedSide, right: ComparedSide) -> Iterator[Change]:
    """At least one of them is a probe."""
    differs = left.is_let_in is not right.is_let_in
    yield Change("answer", f"{left.words}; {right.words}", differs=differs)
    for test_call, probe in ((left, right), (right, left)):
        if probe.device is not None and test_call.device is None:
            yield from _tried(test_call, probe.device)
    if left.device is not None and right.device is not None:
        yield from _between(left.device, right.device)


def connection_words(device: DeviceConnection, result: Outcome | Failure) -> str:
    """What a probe met, for a line of a table: `connected; publish a/b denied`, `refused with HTTP 403`."""
    if isinstance(result, Failure):
        words = device.reason or result.message or result.error
        # Without the reason string, which holds a new id each time.
        return words if result.kind is not FailureKind.DEVICE else words.partition(": ")[0]
    tried = [each for each in device.decisions if each.action in _COMPARED]
    return "; ".join(["connected", *(f"{_what(each)} {each.result}" for each in tried)])


def _how(device: DeviceConnection, result: Outcome | Failure) -> str:
    failed = next((step for step in device.steps if not step.passed), None)
    if isinstance(result, Failure):
        at = f" at {failed.stage}" if failed is not None else ""
        return f"fails{at}: {device.reason or result.message or result.error}"
    return "is let in"


def _tried(test_call: ComparedSide, device: DeviceConnection) -> Iterator[Change]:
    for each in device.decisions:
        word = test_call.word(Question(each.action, each.resource)) if each.action in _COMPARED else None
        if word is not None and (each.is_open or (word == ALLOWED) is not each.is_allowed):
            yield Change("answer", f"{_what(each)}: the documents say {word}, and the broker: {each.detail}")


def _between(left: DeviceConnection, right: DeviceConnection) -> Iterator[Change]:
    known = {(each.action, each.topic): each for each in left.decisions}
    for each in right.decisions:
        before = known.get((each.action, each.topic))
        if before is not None and before.result != each.result:
            yield Change("answer", f"{_what(each)}: {before.detail} → {each.detail}")


def _what(decision: PacketDecision) -> str:
    return f"{decision.packet.lower()} {decision.topic}"

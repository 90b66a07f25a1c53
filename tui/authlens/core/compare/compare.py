"""What changed between two invocations: the access decisions that flipped, the request, the rest; then aligned text.

Secrets are compared as they are and shown redacted. The target, the time and the order of documents are reported but do
not count as differences; a part missing on one side (a stored answer has no request) is not compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields, replace
from typing import Any

from authlens.core.compare.changes import Change, policy_changes, request_changes, result_changes
from authlens.core.compare.policies import DocumentPair, pair_documents
from authlens.core.compare.probes import probes
from authlens.core.contract.outcome import Outcome
from authlens.core.invocation.access import ALLOWED, Access, AccessQuestions
from authlens.core.invocation.invocation import Failure, Invocation
from authlens.core.invocation.ran_code import RanCode, code_change, ran_code
from authlens.core.invocation.read_for import read_for
from authlens.core.mqtt.connection import DeviceConnection
from authlens.core.policy.arn import tail_of
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.references import refers
from authlens.core.request.request import AuthorizerRequest, MqttContext
from authlens.core.request.target import Target
from authlens.core.saved.expectation import Question
from authlens.core.saved.saved_request import SavedRequest
from authlens.core.secrets.redaction import Redactor, redact_request, secrets_of
from authlens.frozen import dataclass

Redact = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Side:
    """What is compared: an invocation, a stored answer (no request) or a draft (no answer)."""

    label: str
    request: AuthorizerRequest | None = None
    result: Outcome | Failure | None = None
    target: Target | None = None
    authorizer: Authorizer | None = None
    duration: float | None = None
    saved: SavedRequest | None = None
    """The whole saved request, for a draft."""
    device: DeviceConnection | None = None
    """Set for a real connection."""
    policies_alone: bool = False
    """Its result contains only policy documents to compare."""
    variables: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Policy variables that its certificate settled."""
    has_certificate: bool = False
    """Whether a client certificate authenticates too."""
    is_direct: bool = False
    """Whether the function was called directly."""
    code: RanCode | None = None
    """The code that ran; `None` if it is unknown."""

    @classmethod
    def of(cls, invocation: Invocation, label: str | None = None) -> Side:
        name = f"invocation {invocation.number}" if invocation.number else "this invocation"
        return cls(
            label or name,
            invocation.request,
            invocation.result,
            invocation.target,
            invocation.authorizer,
            invocation.duration,
            device=invocation.device,
            variables=invocation.variables,
            has_certificate=read_for(invocation).has_certificate,
            is_direct=invocation.way == "function",
            code=ran_code(invocation),
        )

    @classmethod
    def of_draft(cls, saved: SavedRequest, label: str = "draft", authorizer: Authorizer | None = None) -> Side:
        return cls(label, saved.request, target=saved.target, authorizer=authorizer, saved=saved)

    @property
    def is_probe(self) -> bool:
        return self.device is not None and self.device.is_probe

    @property
    def documents(self) -> tuple[str, ...]:
        return self.result.policy_documents if isinstance(self.result, Outcome) else ()


@dataclass(frozen=True, slots=True)
class Flip:
    """A question whose decision changed."""

    before: Access
    after: Access

    @property
    def is_about_allowing(self) -> bool:
        """Whether allowing changed, not only how it is denied."""
        return ALLOWED in (self.before.word, self.after.word)

    @property
    def words(self) -> str:
        """`publish to sensors/7/data: ALLOWED → IMPLICIT_DENY, because …`"""
        because = self.after.because and f", because {self.after.because[0].lower()}{self.after.because[1:]}"
        before, after = self.before.question, self.after.question
        was = "" if before == after else f" (before as {tail_of(before.resource).partition('/')[2]})"
        return f"{asked(after)}{was}: {self.before.word} → {self.after.word}{because}"


@dataclass(frozen=True, slots=True)
class Comparison:
    left: Side
    """Requests and answers are unredacted: show them through `sections` or `redactor`."""
    right: Side
    flips: tuple[Flip, ...]
    changes: tuple[Change, ...]
    """Redacted."""
    documents: tuple[DocumentPair, ...]

    @property
    def request_equal(self) -> bool:
        return not self._differs("request")

    @property
    def answer_equal(self) -> bool:
        return not (self._differs("answer") or self._differs("policies") or self.flips)

    @property
    def equal(self) -> bool:
        """Equal by meaning."""
        return self.request_equal and self.answer_equal

    @property
    def code_changed(self) -> bool:
        """Whether other code ran, which may be why the answers differ."""
        return any(change.about == "function" for change in self.changes)

    @property
    def words(self) -> tuple[str, ...]:
        """What changed, then notes."""
        return (*self.differing, *(change.words for change in self.changes if not change.differs))

    @property
    def differing(self) -> tuple[str, ...]:
        """Only what changed: what is decided differently, then the request, which may be why, then the rest."""
        rest = (change.words for change in self.changes if change.differs and not change.is_of_request)
        return (*(flip.words for flip in self.flips), *(change.words for change in self.of_request), *rest)

    @property
    def of_request(self) -> tuple[Change, ...]:
        """What changed in the request."""
        return tuple(change for change in self.changes if change.differs and change.is_of_request)

    def redactor(self) -> Redactor:
        """A redactor for the secrets of both requests."""
        sides = (self.left, self.right)
        return Redactor([each for side in sides if side.request for each in secrets_of(side.request, side.authorizer)])

    def _differs(self, about: str) -> bool:
        return any(change.differs and change.about == about for change in self.changes)


def compare(
    a: Invocation | Side,
    b: Invocation | Side,
    questions: Sequence[Question] | None = None,
    also: Sequence[Question] = (),
) -> Comparison:
    """Compare `b` with `a`. Without questions, those that follow from the documents of both sides are used.

    also: what is asked in addition to them.
    """
    left = a if isinstance(a, Side) else Side.of(a)
    right = b if isinstance(b, Side) else Side.of(b)
    if left.policies_alone or right.policies_alone:
        left, right = _policies_of(left), _policies_of(right)
    if left.is_probe or right.is_probe:
        return comparison_of(left, right, (), ())
    pairs = pair_documents(left.documents, right.documents)
    flips = sorted(_flips(left, right, pairs, questions, also), key=lambda flip: not flip.is_about_allowing)
    return comparison_of(left, right, pairs, flips)


def _policies_of(side: Side) -> Side:
    if not isinstance(side.result, Outcome):
        return side
    return replace(side, result=Outcome(True, policy_documents=side.result.policy_documents))


def comparison_of(
    left: Side, right: Side, documents: tuple[DocumentPair, ...], flips: Iterable[Flip], more: Iterable[Change] = ()
) -> Comparison:
    """The comparison in words, secrets redacted. `more` are further changes known to the caller."""
    comparison = Comparison(left, right, (), (), documents)
    redact = comparison.redactor().text
    changes = (*_changes(left, right, documents), *more)
    return replace(comparison, flips=tuple(_redacted(flip, redact) for flip in flips), changes=_hidden(changes, redact))


def asked(question: Question) -> str:
    """`publish to sensors/7/data`"""
    verb, kinds = _VERBS.get(question.action, (f"{question.action} on", ()))
    tail = tail_of(question.resource)
    kind, _, name = tail.partition("/")
    return f"{verb} {name if kind in kinds and name else tail}"


_VERBS: dict[str, tuple[str, tuple[str, ...]]] = {
    "iot:Connect": ("connect as", ("client",)),
    "iot:Publish": ("publish to", ("topic",)),
    "iot:Receive": ("receive on", ("topic",)),
    "iot:Subscribe": ("subscribe to", ("topicfilter",)),
    "iot:RetainPublish": ("publish retained to", ("topic",)),
}


def members(request: AuthorizerRequest) -> dict[str, str]:
    """Every member that is present by its dotted API name; a binary password in hex."""
    return dict(_flat("", request.to_api()))


def shown_members(request: AuthorizerRequest, authorizer: Authorizer | None) -> dict[str, str]:
    """Like `members`, secrets redacted."""
    return members(redact_request(request, authorizer))


def _flat(prefix: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for name, item in value.items():
            yield from _flat(f"{prefix}.{name}" if prefix else name, item)
    else:
        yield prefix, _member_text(value)


def _member_text(value: Any) -> str:
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return f"0x{value.hex()}"
    return value if isinstance(value, str) else "(empty)"


def _changes(left: Side, right: Side, pairs: Sequence[DocumentPair]) -> Iterator[Change]:
    names = {side.request.authorizer_name for side in (left, right) if side.request}
    code = code_change(left.code, right.code) if len(names) < 2 and left.result and right.result else ""
    if code:
        yield Change("function", code, differs=False)
    if left.result is not None and right.result is not None:
        if left.is_probe or right.is_probe:
            from authlens.core.compare.connections import ComparedSide, connection_changes  # few answers are a probe's

            yield from connection_changes(
                ComparedSide(left.request, left.result, left.device, left.variables, left.is_direct),
                ComparedSide(right.request, right.result, right.device, right.variables, right.is_direct),
            )
        else:
            yield from result_changes(left.result, right.result)
            yield from _connection_changes(left, right)
    if isinstance(left.result, Outcome) and isinstance(right.result, Outcome) and pairs:
        yield from policy_changes(pairs)
    if left.request and right.request:
        before, after = _asked(left.request, left, right), _asked(right.request, right, left)
        shown = (shown_members(before, left.authorizer), shown_members(after, right.authorizer))
        yield from request_changes(members(before), members(after), *shown)
    if left.saved and right.saved:
        yield from _saved_changes(left.saved, right.saved)
    yield from _notes(left, right)


def _asked(request: AuthorizerRequest, side: Side, other: Side) -> AuthorizerRequest:
    """Without the client id of a probe whose test call has none: one with a token cannot carry it."""
    mqtt, there = request.mqtt_context, other.request
    if not side.is_probe or other.device is not None or mqtt is None or there is None or there.client_id:
        return request
    bare = replace(mqtt, client_id=None)
    return replace(request, mqtt_context=None if there.mqtt_context is None and bare == MqttContext() else bare)


def _saved_changes(left: SavedRequest, right: SavedRequest) -> Iterator[Change]:
    """The differences of two saved requests apart from their requests."""
    for name, before, after in (
        ("description", left.description, right.description),
        (
            "sign",
            left.sign and f"{left.sign.key} ({left.sign.place})",
            right.sign and f"{right.sign.key} ({right.sign.place})",
        ),
    ):
        if before != after:
            differs = name == "sign"
            yield Change("request", f"{name} {before or '(absent)'} → {after or '(absent)'}", differs)
    if left.expect != right.expect:
        yield Change("request", "expect changed")


def _hidden(changes: tuple[Change, ...], redact: Redact) -> tuple[Change, ...]:
    """The changes, redacted. There is almost never anything to hide, which one check of all of them shows."""
    text = "\n".join(change.words for change in changes)
    if redact(text) == text:
        return changes
    return tuple(replace(change, words=redact(change.words)) for change in changes)


def _connection_words(side: Side) -> str:
    """How it was sent, and whether a device was let in."""
    device = side.device
    if device is None:
        return "test call"
    return f"{device.protocol}, {f'refused: {device.reason}' if device.is_refused else 'connected'}"


def _connection_changes(left: Side, right: Side) -> Iterator[Change]:
    """A device that is refused differs from one that is let in, and from a test call that passes."""
    if left.device is None and right.device is None:
        return
    before, after = _connection_words(left), _connection_words(right)
    if before != after:
        refused = [side.device is not None and side.device.is_refused for side in (left, right)]
        yield Change("answer", f"connection {before} → {after}", differs=refused[0] != refused[1])


def _notes(left: Side, right: Side) -> Iterator[Change]:
    if left.is_direct is not right.is_direct:
        before, after = ("the function called directly" if side.is_direct else "test call" for side in (left, right))
        yield Change("target", f"sent as {before} → {after}", differs=False)
    if left.target and right.target and left.target != right.target:
        yield Change("target", f"target {target_words(left.target)} → {target_words(right.target)}", differs=False)
    if left.authorizer and right.authorizer and left.authorizer.name == right.authorizer.name:
        differing = [
            (each.name, getattr(left.authorizer, each.name), getattr(right.authorizer, each.name))
            for each in fields(Authorizer)
            if getattr(left.authorizer, each.name) != getattr(right.authorizer, each.name)
        ]
        if not {name for name, _, _ in differing} <= _DATES:
            for member, before, after in differing:
                name = member.replace("_", " ")
                words = f"authorizer's {name} changed" if isinstance(after, tuple) else f"{name} {before} → {after}"
                yield Change("authorizer", words, differs=False)


_DATES = {"creation_date", "last_modified_date"}
"""Of an authorizer that is otherwise the same they say nothing: a local endpoint sets them again at each start."""


def target_words(target: Target) -> str:
    """`local demo`, `profile prod, region eu-west-1`, `AWS's own configuration`."""
    if target.local:
        return f"local {target.local}"
    named = (("profile", target.profile), ("region", target.region), ("endpoint", target.endpoint_url))
    return ", ".join(f"{name} {value}" for name, value in named if value) or "AWS's own configuration"


def _flips(
    left: Side,
    right: Side,
    pairs: Sequence[DocumentPair],
    questions: Sequence[Question] | None,
    also: Sequence[Question],
) -> Iterator[Flip]:
    if not isinstance(left.result, Outcome) or not isinstance(right.result, Outcome):
        return
    before = AccessQuestions(left.result, left.request, dict(left.variables))
    after = AccessQuestions(right.result, right.request, dict(right.variables))
    asked = [(question, question) for question in questions or ()]
    if questions is None:
        let_in_differs = left.result.is_authenticated != right.result.is_authenticated
        found = probes(pairs, (left.request, right.request), ask_all=let_in_differs)
        asked = [*((question, question) for question in also), *_own_connects(left, right)]
        known = {(was.action, was.resource) for was, now in asked if was == now}
        asked += [(each, each) for each in found if (each.action, tail_of(each.resource)) not in known]
    for was, now in dict.fromkeys(asked):
        word = before.word(was)
        if word != after.word(now):
            yield Flip(Access(was, word), after.ask(now, in_short=True))


def _own_connects(left: Side, right: Side) -> list[tuple[Question, Question]]:
    """Whether each client may connect, as itself; nothing if one has no client id, or one that is not known here."""
    clients = [side.request.client_id if side.request is not None else None for side in (left, right)]
    was, now = (Question("iot:Connect", f"client/{client}") for client in clients)
    return [(was, now)] if all(client and not refers(client) for client in clients) else []


def _redacted(flip: Flip, redact: Redact) -> Flip:
    return Flip(_hidden_access(flip.before, redact), _hidden_access(flip.after, redact))


def _hidden_access(access: Access, redact: Redact) -> Access:
    question = replace(access.question, resource=redact(access.question.resource))
    return replace(access, question=question, reasons=tuple(map(redact, access.reasons)))

"""Lint rules and their input. A rule is a row of a table with one function over a subject."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from authlens.core.contract.outcome import Outcome
from authlens.core.contract.statement import Severity, Source
from authlens.core.policy import arn
from authlens.core.policy.decision.permissions import Summary, summarize
from authlens.core.policy.document import ActionElement, Condition, Document, ResourceElement, Statement
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.policy_variables import connection_variables
from authlens.core.request.request import AuthorizerRequest
from authlens.core.text import json_reader
from authlens.core.text.json_reader import JsonObject, Span


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known in addition to the documents. Anything may be missing; rules that need it are then skipped."""

    request: AuthorizerRequest | None = None
    authorizer: Authorizer | None = None
    region: str | None = None
    """Overrides that of the authorizer's ARN."""
    account: str | None = None
    client_id: str | None = None
    """Overrides that of the request."""
    has_certificate: bool = False
    """Whether devices also present a client certificate, because their domain authenticates with CUSTOM_AUTH_X509.

    Then thing and certificate variables have values, and policies attached to the certificate add to the function's."""


NOTHING_KNOWN = Surroundings()


@dataclass(frozen=True, slots=True)
class LintedAnswer:
    """The members of an authorizer's answer."""

    values: Mapping[str, Any]
    spans: Mapping[str, Span]
    """The position of each member; empty for an outcome received from AWS."""
    span: Span | None = None
    is_text: bool = False
    """Whether it was returned as JSON text (`json.dumps(answer)`) rather than as an object."""

    @classmethod
    def of_outcome(cls, outcome: Outcome) -> LintedAnswer:
        return cls({name: value for name, value in outcome.to_api().items() if value is not None}, {})

    @classmethod
    def of_node(cls, node: JsonObject, is_text: bool) -> LintedAnswer:
        values = {name.value: json_reader.plain(value) for name, value in node.members}
        return cls(values, {name.value: value.span for name, value in node.members}, node.span, is_text)


@dataclass(frozen=True)
class LintSubject:
    """Everything that the rules look at in one run."""

    documents: tuple[Document, ...]
    surroundings: Surroundings = NOTHING_KNOWN
    answer: LintedAnswer | None = None

    @cached_property
    def region(self) -> str | None:
        return self.surroundings.region or (self._authorizer_arn.region if self._authorizer_arn else None) or None

    @cached_property
    def account(self) -> str | None:
        return self.surroundings.account or (self._authorizer_arn.account if self._authorizer_arn else None) or None

    @cached_property
    def _authorizer_arn(self) -> arn.Arn | None:
        authorizer = self.surroundings.authorizer
        return arn.split(authorizer.arn) if authorizer else None

    @cached_property
    def client_id(self) -> str | None:
        request = self.surroundings.request
        return self.surroundings.client_id or (request.client_id if request else None)

    @property
    def refuses(self) -> bool:
        """Whether the answer refuses the login, so that its documents have no effect."""
        return self.answer is not None and self.answer.values.get("isAuthenticated") is False

    @cached_property
    def permissions(self) -> Summary:
        """What the documents allow in combination, for this client id if it is known.

        In any region and account: ARNs of others have their own rules.
        """
        request = self.surroundings.request
        variables = connection_variables(request) if request else {}
        if self.client_id is not None:
            variables["iot:ClientId"] = (self.client_id,)
        return summarize(self.documents, variables, has_certificate=self.surroundings.has_certificate)

    def statements(self) -> Iterator[StatementAt]:
        for index, document in enumerate(self.documents):
            for statement in document.statements:
                yield StatementAt(index, statement)

    def usable(self, effect: str | None = None) -> Iterator[StatementAt]:
        """Statements without faults, with one effect or either."""
        return (one for one in self.statements() if one.statement.is_usable and effect in (None, one.statement.effect))

    def actions(self) -> Iterator[tuple[StatementAt, ActionElement]]:
        return ((one, element) for one in self.statements() for element in one.statement.actions)

    def resources(self) -> Iterator[tuple[StatementAt, ResourceElement]]:
        return ((one, element) for one in self.statements() for element in one.statement.resources)

    def conditions(self) -> Iterator[tuple[StatementAt, Condition]]:
        return ((one, condition) for one in self.statements() for condition in one.statement.conditions)


@dataclass(frozen=True, slots=True)
class StatementAt:
    """A statement and the index of its document."""

    document: int
    statement: Statement

    def hit(self, message: str, span: Span | None = None, severity: Severity | None = None) -> Hit:
        return Hit(message, self.document, self.statement.index, span or self.statement.span, severity)

    @property
    def name(self) -> str:
        return f"statement {self.statement.index + 1} of document {self.document + 1}"


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where a rule applies."""

    message: str
    document: int | None = None
    """`None` for the answer around the documents."""
    statement: int | None = None
    span: Span | None = None
    severity: Severity | None = None
    """Overrides the rule's severity."""


@dataclass(frozen=True, slots=True)
class LintRule:
    id: str
    severity: Severity
    """error: AWS refuses it, it can never take effect, or AWS calls it critical; warning: it does not do what it
    appears to; info: worth knowing."""
    reason: str
    fix: str
    source: Source
    """How the reason is known, and where to read it."""
    check: Callable[[LintSubject], Iterable[Hit]]
    reason_code: str | None = None
    """The reason code of AWS IoT Device Defender."""


@dataclass(frozen=True, slots=True)
class LintFinding:
    """What a rule reports about one place. Line and column count from 1 in the document, or in the answer."""

    id: str
    severity: Severity
    message: str
    document: int | None
    """Counted from 0; `None` for the answer around the documents."""
    statement: int | None
    span: Span | None
    reason: str
    fix: str
    source: Source
    reason_code: str | None = None

    @property
    def line(self) -> int:
        return self.span.line if self.span else 1

    @property
    def column(self) -> int:
        return self.span.column if self.span else 1

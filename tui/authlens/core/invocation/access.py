"""Answers access questions about an outcome, with the policy variables of its request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from authlens.core.contract.broker import BrokerRefusal, broker_limits, broker_refusals
from authlens.core.contract.outcome import Outcome
from authlens.core.policy.arn import split
from authlens.core.request.references import refers
from authlens.core.request.request import AuthorizerRequest
from authlens.core.saved.expectation import Question
from authlens.frozen import dataclass

if TYPE_CHECKING:
    from authlens.core.policy.arn import Arn
    from authlens.core.policy.decision.decide import Decision
    from authlens.core.policy.decision.near_miss import NearMiss
    from authlens.core.policy.decision.permissions import Permission
    from authlens.core.policy.document import Document
    from authlens.core.policy.variables import Context
    from authlens.core.request.authorizer import Authorizer

ALLOWED = "ALLOWED"
EXPLICIT_DENY = "EXPLICIT_DENY"
IMPLICIT_DENY = "IMPLICIT_DENY"


@dataclass(frozen=True, slots=True)
class Access:
    question: Question
    word: str
    """`ALLOWED`, `EXPLICIT_DENY` or `IMPLICIT_DENY`."""
    reasons: tuple[str, ...] = ()
    """The reasons, one clause each: what the broker refuses, what decided, and notes on the action."""
    nearest: NearMiss | None = None
    """What came closest to allowing it; for something allowed, the Deny that almost applies."""
    unknown: tuple[str, ...] = ()
    """The context keys without a value here that decide it on a real connection."""

    @property
    def because(self) -> str:
        """The reasons in one line."""
        near = "a Deny nearly applies" if self.word == ALLOWED else "the nearest miss"
        return "; ".join((*self.reasons, *([f"{near}: {self.nearest.message}"] if self.nearest else ())))


class AccessQuestions:
    """The documents of one outcome, parsed once for any number of questions.

    With an AWS authorizer, `ask` decides in its region and account; `word` decides in any.
    """

    def __init__(
        self,
        outcome: Outcome,
        request: AuthorizerRequest | None = None,
        variables: Mapping[str, tuple[str, ...]] | None = None,
        authorizer: Authorizer | None = None,
        documents: tuple[Document, ...] | None = None,
        has_certificate: bool = False,
    ) -> None:
        """documents: those of the outcome as formatted elsewhere, so that line numbers in reasons match.
        has_certificate: whether a client certificate is also used (CUSTOM_AUTH_X509)."""
        self._outcome = outcome
        self._place = _beginning_in(authorizer)
        self._region_and_account = place_of(authorizer)
        self._variables = {**variables_of(request), **(variables or {})}
        self._documents = documents
        self._has_certificate = has_certificate
        self._context: Context | None = None
        self._decided: dict[Question, Decision] = {}

    def word(self, question: Question) -> str:
        """Only the decision."""
        return str(self._decide(question).word) if self._outcome.is_authenticated else IMPLICIT_DENY

    def depends_on(self, question: Question) -> tuple[str, ...]:
        """The context keys without a value here that decide it on a real connection."""
        return self._decide(question).depends_on(self._has_certificate) if self._outcome.is_authenticated else ()

    def settled_word(self, question: Question) -> str | None:
        """The decision; `None` if it depends on an unknown context key, or on the policies of a certificate."""
        word = self.word(question)
        is_open = self.depends_on(question) or (self._has_certificate and word == IMPLICIT_DENY)
        return None if is_open else word

    def word_at(self, authorizer: Authorizer, question: Question) -> str:
        """The decision in the region and account of an authorizer, if its ARN has them."""
        own = split(authorizer.arn)
        if own is None or question.resource.startswith("arn:"):
            return self.word(question)
        place = replace(own, tail=question.resource)
        return self.word(replace(question, resource=str(place)))

    def ask(self, question: Question, in_short: bool = False) -> Access:
        """The decision with its reasons, and the nearest miss if nothing allows it; `in_short` gives only the first
        reason.

        A client that is not authenticated is allowed nothing, whatever the documents say.
        """
        if not self._outcome.is_authenticated:
            return Access(question, IMPLICIT_DENY, ("the client is not authenticated",))
        decision = self.decide(question)
        if in_short:
            return Access(question, str(decision.word), decision.reasons[:1])
        refused = (f"but the broker refuses it: {one.message}" for one in refused_by_broker(decision))
        reasons = (*refused, *decision.reasons, *decision.notes)
        nearest = next(iter(decision.near_misses), None)
        return Access(question, str(decision.word), reasons, nearest, decision.depends_on(self._has_certificate))

    def decide(self, question: Question) -> Decision:
        """The decision of the documents in the authorizer's region and account, as if the client were authenticated."""
        return self._decide(replace(question, resource=self._here(question.resource)))

    def permissions(self) -> Iterator[Permission]:
        """What the documents allow, action by action, in the authorizer's region and account, without a certificate.

        Raises TooMuchWork if working it out would take too long.
        """
        from authlens.core.policy.decision.permissions import permissions

        return permissions(self._parsed(), self._variables, *self._region_and_account)

    def _here(self, resource: str) -> str:
        """The resource; a tail is completed with the region and account of the authorizer."""
        whole = self._place is None or resource.startswith("arn:") or resource == "*"
        return resource if whole else f"{self._place}{resource}"

    def _decide(self, question: Question) -> Decision:
        from authlens.core.policy.decision import decide
        from authlens.core.policy.variables import Context

        if self._context is None:
            self._context = Context(self._variables)
        if question not in self._decided:
            self._decided[question] = decide.decide(self._parsed(), question.action, question.resource, self._context)
        return self._decided[question]

    def _parsed(self) -> tuple[Document, ...]:
        from authlens.core.policy import document

        if self._documents is None:
            self._documents = document.parse_answer(self._outcome.policy_documents)
        return self._documents


def refused_by_broker(decision: Decision) -> tuple[BrokerRefusal, ...]:
    """Why the broker refuses what the documents allow; empty if they do not allow it."""
    return broker_refusals(decision.asking.action, decision.asking.resource.tail) if decision.allowed else ()


def limited_by_broker(decision: Decision) -> tuple[BrokerRefusal, ...]:
    """When the broker refuses what the documents allow and it normally accepts."""
    taken = decision.allowed and not refused_by_broker(decision)
    return broker_limits(decision.asking.action, decision.asking.resource.tail) if taken else ()


def place_of(authorizer: Authorizer | None) -> tuple[str | None, str | None]:
    """The region and account of an authorizer's devices; none for a local endpoint, whose account is made up."""
    found = _own_arn(authorizer)
    return (None, None) if found is None else (found.region, found.account)


def _beginning_in(authorizer: Authorizer | None) -> str | None:
    """The prefix of every ARN in an authorizer's region and account."""
    found = _own_arn(authorizer)
    return None if found is None else str(replace(found, tail=""))


def _own_arn(authorizer: Authorizer | None) -> Arn | None:
    found = split(authorizer.arn) if authorizer else None
    return None if found is None or found.account == _LOCAL_ACCOUNT else found


_LOCAL_ACCOUNT = "000000000000"


def variables_of(request: AuthorizerRequest | None) -> dict[str, tuple[str, ...]]:
    """The policy variables of a request. An unresolved reference is not a value."""
    from authlens.core.request.policy_variables import connection_variables

    known = connection_variables(request) if request else {}
    return {name: values for name, values in known.items() if not any(map(refers, values))}

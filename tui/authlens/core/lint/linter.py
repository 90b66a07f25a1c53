"""Runs all lint rules over documents, or over an answer with its documents; the table of all rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from authlens.core.contract.limits import LONGEST_DOCUMENT, MOST_DOCUMENTS
from authlens.core.contract.outcome import Outcome
from authlens.core.contract.statement import assumed
from authlens.core.lint import (
    action_rules,
    answer_rules,
    arn_rules,
    audit_rules,
    condition_rules,
    statement_rules,
    structure_rules,
    variable_rules,
)
from authlens.core.lint.rule import NOTHING_KNOWN, Hit, LintedAnswer, LintFinding, LintRule, LintSubject, Surroundings
from authlens.core.policy.document import Document, parse_answer
from authlens.core.policy.wildcards import MOST_STEPS, TooMuchWork, bounded_work
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest
from authlens.core.text.clip import clip
from authlens.frozen import dataclass

RULES: tuple[LintRule, ...] = (
    *structure_rules.RULES,
    *arn_rules.RULES,
    *action_rules.RULES,
    *variable_rules.RULES,
    *condition_rules.RULES,
    *statement_rules.RULES,
    *audit_rules.RULES,
    *answer_rules.RULES,
)


_OF_CLIENTS = frozenset((*statement_rules.RULES, *audit_rules.RULES))
"""The rules about what clients can do: none of them applies to an answer that refuses."""

TOO_COMPLEX = LintRule(
    "too-complex",
    "warning",
    "Checks that would take longer than about a second are left out: those of more statements or text than ten "
    "documents of AWS's size can hold, and comparisons of very many wildcards.",
    "Use fewer statements and wildcards, or check the documents one by one.",
    assumed(),
    lambda subject: (),
)
"""Not in `RULES`: it says that some of these were left out."""
MOST_CHECKS = 40_000
"""A statement checked by a rule is one. Ten documents of AWS's size have at most 340 statements, or 28,000 checks."""
_MOST_CHARACTERS = 2 * MOST_DOCUMENTS * LONGEST_DOCUMENT
_CHARACTERS_OF_A_STATEMENT = 50
"""Characters beyond twice of what AWS accepts count as statements, because an element may list thousands of values."""
_MOST_STEPS = MOST_STEPS // 4
_INCOMPLETE = Hit("these documents are too complex to be checked completely")


def lint(
    documents: Sequence[Document], surroundings: Surroundings = NOTHING_KNOWN, answer: LintedAnswer | None = None
) -> tuple[LintFinding, ...]:
    """All findings in document order; those of the answer first."""
    subject = LintSubject(tuple(documents), surroundings, answer)
    statements = sum(len(document.statements) for document in documents)
    excess = sum(document.compact_size for document in documents) - _MOST_CHARACTERS
    checked = statements + max(0, excess) // _CHARACTERS_OF_A_STATEMENT
    rules = RULES[: MOST_CHECKS // checked] if checked else RULES
    found = [_finding(TOO_COMPLEX, _INCOMPLETE)] if len(rules) < len(RULES) else []
    with bounded_work(_MOST_STEPS):
        for rule in rules:
            if not (subject.refuses and rule in _OF_CLIENTS):
                found += _findings(rule, subject)
    return tuple(sorted(dict.fromkeys(found), key=_place))


def _findings(rule: LintRule, subject: LintSubject) -> Iterator[LintFinding]:
    try:
        yield from [_finding(rule, hit) for hit in rule.check(subject)]
    except TooMuchWork:
        yield _finding(TOO_COMPLEX, _INCOMPLETE)


def lint_outcome(
    outcome: Outcome,
    request: AuthorizerRequest | None = None,
    authorizer: Authorizer | None = None,
    has_certificate: bool = False,
) -> tuple[LintFinding, ...]:
    """The findings for AWS's answer, with the request's client id and the authorizer's region and account."""
    documents = parse_answer(outcome.policy_documents)
    surroundings = Surroundings(request, authorizer, has_certificate=has_certificate)
    return lint(documents, surroundings, LintedAnswer.of_outcome(outcome))


@dataclass(frozen=True, slots=True)
class Gauge:
    """How much of a limit is used."""

    name: str
    used: int
    limit: int

    @property
    def left(self) -> int:
        """Negative if the limit is exceeded."""
        return self.limit - self.used


def gauges(documents: Sequence[Document]) -> Iterator[Gauge]:
    """The number of documents, and the characters of each: as it is, and without white space if that differs."""
    yield Gauge("documents", len(documents), MOST_DOCUMENTS)
    for index, document in enumerate(documents):
        yield Gauge(f"document {index + 1}", document.size, LONGEST_DOCUMENT)
        if document.compact_size != document.size:
            yield Gauge(f"document {index + 1} without white space", document.compact_size, LONGEST_DOCUMENT)


def _finding(rule: LintRule, hit: Hit) -> LintFinding:
    message = clip(hit.message)
    if rule.reason_code:
        message = f"{message} ({rule.reason_code})"
    return LintFinding(
        rule.id,
        hit.severity or rule.severity,
        message,
        hit.document,
        hit.statement,
        hit.span,
        rule.reason,
        rule.fix,
        rule.source,
        rule.reason_code,
    )


def _place(finding: LintFinding) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Findings without a document, or without a position in it, come first."""
    document = () if finding.document is None else (finding.document,)
    return document, (finding.span.start,) if finding.span else ()

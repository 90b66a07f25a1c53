"""Why an answer is what it is, as text: stages, access decisions, findings, and the lines that they are about. Pure."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from authlens.core.compare.compare import Comparison, compare
from authlens.core.deployment.deployment import Deployment
from authlens.core.invocation.access import AccessQuestions, place_of, variables_of
from authlens.core.invocation.invocation import Invocation
from authlens.core.invocation.read_for import read_for
from authlens.core.lint.linter import Gauge, gauges, lint_outcome
from authlens.core.policy import document as policy
from authlens.core.policy.decision.decide import Decision
from authlens.core.policy.decision.permissions import Summary, summarized
from authlens.core.policy.wildcards import STEPS_OF_AN_ANSWER, shared_work
from authlens.core.request.authorizer import Authorizer
from authlens.core.saved.expectation import Question
from authlens.core.verdict.stages import Verdict, stages
from authlens.frozen import dataclass
from authlens.ui.text.answer.in_app import in_app
from authlens.ui.text.page import laid_out
from authlens.ui.text.pretty_json import Pretty

if TYPE_CHECKING:
    from authlens.core.lint.rule import LintFinding
    from authlens.core.policy.decision.near_miss import NearMiss

Place = tuple[int, int]
"""A document from 0, and a line of it as it is laid out, from 1."""


@dataclass(frozen=True, slots=True)
class Decided:
    question: Question
    decision: Decision | None
    """`None` if the client is not authenticated."""
    near_misses: tuple[NearMiss, ...] = ()
    """Those of the decision, as far as the bound of the explanation allows."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that authlens says about one invocation."""

    verdict: Verdict
    decided: tuple[Decided, ...]
    findings: tuple[LintFinding, ...]
    gauges: tuple[Gauge, ...]
    layout: tuple[Pretty | None, ...]
    """How each document is laid out; `None` for one that is not JSON, or too long to be laid out."""
    permissions: Summary | None = None
    """What the documents allow this client, without a question; `None` for a client that is not authenticated."""
    is_too_complex: bool = False
    """Whether working that out would take too long."""

    @property
    def denied(self) -> int:
        return sum(each.decision is None or not each.decision.allowed for each in self.decided)

    def place(self, document: int | None, offset: int) -> Place | None:
        """The line that shows this offset of a document as received."""
        laid_out = self.layout[document] if document is not None and document < len(self.layout) else None
        return None if laid_out is None or document is None else (document, laid_out.line_at(offset) + 1)


@lru_cache(maxsize=8)
def explain(
    invocation: Invocation,
    questions: tuple[Question, ...],
    authorizer: Authorizer | None,
    deployment: Deployment | None = None,
) -> Explanation:
    """Build the explanation. Costs a few milliseconds, but only once for equal arguments.

    All parts share one bound: what would take longer than about a second in total is left out, and says so.
    """
    with shared_work(STEPS_OF_AN_ANSWER):
        return _explained(invocation, questions, authorizer, deployment)


def _explained(
    invocation: Invocation,
    questions: tuple[Question, ...],
    authorizer: Authorizer | None,
    deployment: Deployment | None,
) -> Explanation:
    outcome = invocation.outcome
    verdict = _with_keys(
        stages(invocation, questions, authorizer, deployment=deployment), bool(invocation.function_log)
    )
    read = read_for(invocation, authorizer, deployment)
    if outcome is None or invocation.is_probe:
        return Explanation(verdict, (), (), (), ())
    read_documents = policy.parse_answer(outcome.policy_documents)
    pages = tuple(laid_out(one.text) if one.root else None for one in read_documents)
    # Decided on the text as it is laid out, so that every line that is named is the line on the screen.
    documents = tuple(
        policy.parse("\n".join(page.lines)) if isinstance(page, Pretty) else one
        for page, one in zip(pages, read_documents, strict=True)
    )
    variables = {**variables_of(invocation.request), **read.variables}
    access = AccessQuestions(outcome, invocation.request, read.variables, read.authorizer, documents)
    decisions = [access.decide(each) if outcome.is_authenticated else None for each in questions]
    decided = tuple(
        Decided(each, decision, decision.near_misses if decision else ())
        for each, decision in zip(questions, decisions, strict=True)
    )
    is_wanted = outcome.is_authenticated and bool(outcome.policy_documents)
    place = place_of(read.authorizer)
    permissions = summarized(documents, variables, *place, read.has_certificate) if is_wanted else None
    return Explanation(
        verdict,
        decided,
        lint_outcome(outcome, invocation.request, read.authorizer, read.has_certificate),
        tuple(gauges(read_documents)),
        tuple(page if isinstance(page, Pretty) else None for page in pages),
        permissions,
        is_wanted and permissions is None,
    )


def _with_keys(verdict: Verdict, has_log: bool) -> Verdict:
    """The verdict with the app's keys where its advice names commands."""
    return replace(
        verdict,
        headline=in_app(verdict.headline),
        next_step=in_app(verdict.next_step, has_log=has_log),
        stages=tuple(
            replace(one, why=in_app(one.why), next_step=in_app(one.next_step, has_log=has_log))
            for one in verdict.stages
        ),
        caveats=tuple(
            replace(one, message=in_app(one.message), next_step=in_app(one.next_step)) for one in verdict.caveats
        ),
    )


@lru_cache(maxsize=8)
def compared(left: Invocation, right: Invocation, questions: tuple[Question, ...]) -> Comparison:
    """The comparison of two invocations, made only once for equal arguments."""
    return compare(left, right, also=questions)

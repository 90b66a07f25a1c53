"""Why an answer is what it is, as text: stages, access decisions, findings, and the lines that they are about. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from textual.content import Content

from authlens.core.access import ALLOWED, EXPLICIT_DENY, variables_of
from authlens.core.authorizer import Authorizer
from authlens.core.compare import Comparison, compare
from authlens.core.deployment import Deployment
from authlens.core.expectation import Question
from authlens.core.expectation_check import Judgement
from authlens.core.expectation_check import State as Judged
from authlens.core.finding import Finding
from authlens.core.invocation import FailureKind, Invocation
from authlens.core.judgement_text import sentence
from authlens.core.policy import document as policy
from authlens.core.policy.evaluate import Decision, decide
from authlens.core.policy.lint import Gauge, gauges, lint_outcome
from authlens.core.stages import Conclusion, Stage, StageResult, State, Verdict, stages
from authlens.ui.pointing import to_mend, told
from authlens.ui.pretty_json import Pretty, pretty
from authlens.ui.shown import shown
from authlens.ui.widgets.code_view import Mark
from authlens.ui.widgets.items import Item

if TYPE_CHECKING:
    from authlens.core.policy.json_text import Span
    from authlens.core.policy.rule import Finding as LintFinding

Place = tuple[int, int]
"""A document from 0, and a line of it as it is laid out, from 1."""

_STATE_STYLES = {
    State.PASSED: ("✓", "$text-success"),
    State.FAILED: ("✗", "bold $text-error"),
    State.WARNED: ("!", "$text-warning"),
    State.NOT_REACHED: ("–", "$foreground-disabled"),
}
_STAGE_NAMES = {
    Stage.CREDENTIALS: "credentials",
    Stage.WELL_FORMED: "well-formed",
    Stage.FOUND: "found",
    Stage.FITS: "fits",
    Stage.SIGNATURE: "signature",
    Stage.RAN: "ran",
    Stage.VALID: "valid",
    Stage.AUTHENTICATED: "authenticated",
    Stage.POLICY: "policy",
}
_LONGEST_CHANGE = 160
"""Characters of a change that are told beside the verdict; the Changes page holds all of it."""
_SEVERITIES = {"error": ("✗", "$text-error"), "warning": ("!", "$text-warning"), "info": ("·", "$text-primary")}


@dataclass(frozen=True, slots=True)
class Decided:
    question: Question
    decision: Decision | None
    """`None` where the client is not authenticated."""


@dataclass(frozen=True, slots=True)
class Why:
    """Everything said about one invocation beside its own words."""

    verdict: Verdict
    decided: tuple[Decided, ...]
    findings: tuple[LintFinding, ...]
    gauges: tuple[Gauge, ...]
    layout: tuple[Pretty | None, ...]
    """How each document is laid out; `None` for one that is not JSON."""

    @property
    def denied(self) -> int:
        return sum(each.decision is None or not each.decision.allowed for each in self.decided)

    def place(self, document: int | None, offset: int) -> Place | None:
        """The line that shows what stands at this offset of a document as it came."""
        laid_out = self.layout[document] if document is not None and document < len(self.layout) else None
        return None if laid_out is None or document is None else (document, laid_out.line_at(offset) + 1)


@lru_cache(maxsize=8)
def why(
    invocation: Invocation,
    questions: tuple[Question, ...],
    authorizer: Authorizer | None,
    deployment: Deployment | None = None,
) -> Why:
    """Work out what there is to say. Costs a few milliseconds; equal arguments cost it once."""
    outcome = invocation.outcome
    verdict = stages(invocation, questions, authorizer, deployment=deployment)
    if outcome is None:
        return Why(verdict, (), (), (), ())
    laid_out = tuple(pretty(text) for text in outcome.policy_documents)
    # Decided on the text as it is laid out, so that every line that is named is the line on the screen.
    documents = tuple(
        policy.parse("\n".join(page.lines) if isinstance(page, Pretty) else text)
        for page, text in zip(laid_out, outcome.policy_documents, strict=True)
    )
    variables = variables_of(invocation.request)
    decided = tuple(
        Decided(each, decide(documents, each.action, each.resource, variables) if outcome.is_authenticated else None)
        for each in questions
    )
    return Why(
        verdict,
        decided,
        lint_outcome(outcome, invocation.request, authorizer or invocation.authorizer),
        tuple(gauges([policy.parse(text) for text in outcome.policy_documents])),
        tuple(each if isinstance(each, Pretty) else None for each in laid_out),
    )


@lru_cache(maxsize=8)
def compared(left: Invocation, right: Invocation, questions: tuple[Question, ...]) -> Comparison:
    """The comparison of two invocations; equal arguments cost it once."""
    return compare(left, right, questions or None)


# The stages


def stage_line(verdict: Verdict, width: int) -> Content:
    """Every stage with its glyph, the first failing one lit; no stage is broken over two lines."""
    lines: list[list[Content]] = [[]]
    used = 0
    for result in verdict.stages:
        part = _stage(result, result is verdict.lit)
        if used and used + 2 + part.cell_length > width:
            lines.append([])
            used = 0
        lines[-1].append(part)
        used += part.cell_length + 2
    return Content("\n").join(Content("  ").join(line) for line in lines)


def _stage(result: StageResult, lit: bool) -> Content:
    glyph, style = _STATE_STYLES[result.state]
    return Content.styled(
        f" {glyph} {result.stage.value} " if lit else f"{glyph} {_STAGE_NAMES[result.stage]}",
        f"{style} reverse" if lit else style,
    )


_OF_THE_TARGET = frozenset({FailureKind.CREDENTIALS, FailureKind.CONFIGURATION, FailureKind.UNREACHABLE})
"""What another target may mend; the advice itself names the ways of a shell."""


def because(verdict: Verdict) -> Content:
    """The one sentence, and the one thing to do; where a question is denied, what came nearest to allowing it."""
    said = [shown(verdict.headline, "bold" if verdict.conclusion is Conclusion.FAILED or verdict.lit else "")]
    if verdict.next_step:
        said.append(Content.assemble(("→ ", "bold $text-primary"), shown(_sentence(_next_step(verdict)))))
    if verdict.explanation in _OF_THE_TARGET:
        said.append(_aside("F9 chooses the profile, region and endpoint."))
    return Content("\n").join(said)


def _next_step(verdict: Verdict) -> str:
    """Of a denied question the headline says already that nothing allows it."""
    if verdict.conclusion is not Conclusion.PARTLY:
        return verdict.next_step
    reason, nearest, miss = verdict.next_step.partition("; the nearest miss: ")
    return f"Nearest: {miss}" if nearest else reason


def _sentence(text: str) -> str:
    """Nothing is put after a command, which is copied from there."""
    return text if text.endswith((".", "!", "?")) or ": aws " in text else f"{text}."


def since(comparison: Comparison) -> Content:
    """What differs from the baseline, in a line."""
    number = comparison.left.label.removeprefix("invocation ")
    name = f"#{number}" if number.isdecimal() else "the one before"
    if comparison.equal:
        return Content.styled(f"= the same as {name} by meaning", "$text-success")
    first, *more = comparison.differing
    said = first if len(first) <= _LONGEST_CHANGE else f"{first[:_LONGEST_CHANGE]}…"
    left = f" · {len(more)} more in Changes" if more else ""
    return Content.assemble((f"≠ since {name}: ", "$text-warning"), shown(said), (left, "$foreground-muted"))


def kept(judgement: Judgement) -> Content:
    """Whether the answer keeps what the saved request expects."""
    if judgement.state is Judged.KEPT:
        return Content.styled("✓ as expected", "$text-success")
    if judgement.state is Judged.UNJUDGED:
        return Content.assemble(("! not judged: ", "$text-warning"), shown(judgement.reason))
    lines = [Content.styled(f"✗ {_broken_count(len(judgement.broken))} not kept", "$text-error")]
    for broken in judgement.broken[:3]:
        said = f"  {sentence(broken)}"
        lines.append(shown(said if len(said) < 300 else said[:300] + "…"))
    return Content("\n").join(lines)


def _broken_count(number: int) -> str:
    return "one expectation is" if number == 1 else f"{number} expectations are"


# Access


def access_items(reasons: Why | None, questions: Sequence[Question]) -> list[Item]:
    """Each open question with its decision and why."""
    if reasons is None or len(reasons.decided) != len(questions):
        return [Item((_question("–", "$foreground-muted", "NOT ASKED YET", each),)) for each in questions]
    return [_access_item(each) for each in reasons.decided]


def _access_item(decided: Decided) -> Item:
    decision = decided.decision
    word = str(decision.word) if decision is not None else "IMPLICIT_DENY"
    glyph, style = ("✓", "$text-success") if word == ALLOWED else ("✗", "$text-error")
    lines = [_question(glyph, style, word, decided.question)]
    if decision is None:
        return Item((*lines, _aside("The client is not authenticated, so it may do nothing.")))
    lines += [_aside(reason) for reason in decision.reasons]
    lines += [_aside(f"nearly: {miss.message}") for miss in decision.near_misses[:3]]
    named = {(each.variable, each.value) for each in decision.substitutions}
    lines += [
        _aside(f"{name} is {'not known here' if value is None else value}") for name, value in sorted(named, key=str)
    ]
    return Item(tuple(lines))


def _question(glyph: str, style: str, word: str, question: Question) -> Content:
    return Content.assemble(
        (f"{glyph} ", style),
        (f"{word:<14}", f"bold {style}"),
        shown(question.action.removeprefix("iot:"), "bold"),
        " ",
        shown(question.resource),
    )


def _aside(text: str) -> Content:
    return Content.assemble("   ", shown(text, "$foreground-muted"))


def deciding_places(reasons: Why, index: int) -> dict[Place, tuple[Mark, ...]]:
    """The lines of the statements that decided a question, or of what came nearest."""
    decided = reasons.decided[index] if index < len(reasons.decided) else None
    if decided is None or decided.decision is None:
        return {}
    decision = decided.decision
    word = str(decision.word)
    style = "$text-error" if word == EXPLICIT_DENY else "$text-success"
    said = f"{'denies' if word == EXPLICIT_DENY else 'allows'} {decided.question.action} {decided.question.resource}"
    marks: dict[Place, tuple[Mark, ...]] = {}
    for each in decision.deciding:
        marks |= _marked(each.document, each.statement.span, style, said)
    for miss in decision.near_misses[:1] if not decision.deciding else ():
        if miss.document is not None and miss.span is not None:
            marks |= _marked(miss.document, miss.span, "$text-warning", miss.message)
    return marks


def _marked(document: int, span: Span, style: str, text: str) -> dict[Place, tuple[Mark, ...]]:
    """A bar beside every line of the span, and the sentence below its last."""
    lines = range(span.line, span.end_line + 1)
    return {(document, line): (Mark("▌", style, shown(text).plain if line == span.end_line else ""),) for line in lines}


# Findings in documents


def finding_items(reasons: Why | None) -> list[Item]:
    """What lint says, the gravest first, under the gauges of what is left."""
    if reasons is None:
        return [Item((_aside("Nothing to check yet."),))]
    head = Item((_gauge_line(reasons.gauges),)) if reasons.gauges else None
    found = sorted(reasons.findings, key=lambda each: list(_SEVERITIES).index(each.severity))
    items = [_finding_item(reasons, each) for each in found]
    if not items:
        items = [Item((Content.styled("✓ Nothing to find fault with.", "$text-success"),))]
    return [head, *items] if head else items


def _finding_item(reasons: Why, finding: LintFinding) -> Item:
    glyph, style = _SEVERITIES[finding.severity]
    place = reasons.place(finding.document, finding.span.start) if finding.span else None
    where = f"document {place[0] + 1}, line {place[1]}" if place else "the answer"
    return Item(
        (
            Content.assemble(
                (f"{glyph} {finding.severity}  ", style), (finding.id, "bold"), (f"  {where}", "$foreground-muted")
            ),
            Content.assemble("   ", shown(finding.message)),
            Content.assemble("   ", ("→ ", "bold $text-primary"), shown(finding.fix)),
            _aside(f"{finding.reason} [{finding.source}]"),
        ),
        place,
    )


def _gauge_line(all_gauges: Iterable[Gauge]) -> Content:
    """How much of AWS's limits is used, as bars."""
    parts = []
    for gauge in all_gauges:
        if gauge.name.endswith("white space"):
            continue
        style = (
            "$text-error" if gauge.left < 0 else "$text-warning" if gauge.left < gauge.limit // 10 else "$text-primary"
        )
        filled = min(8, round(8 * gauge.used / gauge.limit))
        parts.append(
            Content.assemble(
                (f"{gauge.name} ", "$foreground-muted"),
                ("█" * filled, style),
                ("░" * (8 - filled), "$foreground-disabled"),
                (f" {gauge.used:,}/{gauge.limit:,}", style),
            )
        )
    return Content("   ").join(parts)


def finding_marks(reasons: Why) -> dict[Place, tuple[Mark, ...]]:
    """The lines that lint finds fault with, with what it says."""
    marks: dict[Place, tuple[Mark, ...]] = {}
    for finding in reasons.findings:
        place = reasons.place(finding.document, finding.span.start) if finding.span else None
        if place is not None and finding.severity != "info":
            glyph, style = _SEVERITIES[finding.severity]
            marks[place] = (*marks.get(place, ()), Mark(glyph, style, shown(finding.message).plain))
    return marks


def all_marks(reasons: Why, question: int | None) -> Mapping[Place, tuple[Mark, ...]]:
    """Findings at their lines, and the statements that decided the question looked at."""
    marks = finding_marks(reasons)
    for place, deciding in (deciding_places(reasons, question) if question is not None else {}).items():
        marks[place] = (*deciding, *marks.get(place, ()))
    return marks


# Preflight


def hint_lines(findings: Sequence[Finding], pointed: Finding | None) -> list[Content]:
    """What preflight says of the request, the gravest first, and the one fix that a key makes. Notes are counted."""
    mended = to_mend(findings, pointed)
    grave = told(findings, pointed)
    lines = [line for finding in grave for line in _hint(finding, finding is pointed, finding is mended)]
    left = len(findings) - len(grave)
    if left:
        lines.append(Content.styled(f"· {left} note{'' if left == 1 else 's'}", "$foreground-muted"))
    return lines


def hint_keys(findings: Sequence[Finding], pointed: Finding | None) -> Content:
    """The keys that work on what preflight says."""
    keys = [("F7", "goes there")] + ([("F8", "mends it")] if to_mend(findings, pointed) else [])
    return Content("  ").join(
        Content.assemble((key, "bold $footer-key-foreground"), (f" {what}", "$foreground-muted")) for key, what in keys
    )


def _hint(finding: Finding, is_pointed: bool, is_mended: bool) -> Iterable[Content]:
    glyph, style = _SEVERITIES[finding.severity]
    yield Content.assemble((f"{glyph} ", style), shown(finding.message, "bold" if is_pointed else ""))
    if finding.fix is not None:
        key = ("  F8 ", "bold $footer-key-foreground") if is_mended else ("  → ", "$foreground-muted")
        yield Content.assemble(key, shown(finding.fix.label, "" if is_mended else "$foreground-muted"))

"""What the answer shows: one invocation with what was read for it, its stages, its judgement, its changes. Pure.

The rule: all of it belongs to that one invocation. What the form holds now, and what is known of the form's
authorizer, do not come into it; that the form has moved on is said, and nothing more.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from authlens.core.deployment.deployment import Deployment
from authlens.core.invocation.invocation import Invocation
from authlens.core.request.authorizer import Authorizer
from authlens.core.saved.expectation import Expectation, Question
from authlens.frozen import dataclass
from authlens.ui.text.answer.cloud_log_lines import CloudLog, printed_lines
from authlens.ui.text.key_words import in_own_keys

if TYPE_CHECKING:
    from authlens.core.compare.compare import Comparison
    from authlens.core.expect.check import Judgement
    from authlens.core.preflight.finding import Finding
    from authlens.core.verdict.stages import Verdict
    from authlens.ui.text.answer.explanation import Explanation

# What reads an answer is loaded with the first one, not before the first paint.


class Relation(StrEnum):
    """How the form relates to the invocation that is shown."""

    SAME = "same"
    EDITED = "edited since"
    """It holds the same saved request, changed since it was sent."""
    OTHER = "of another request"


_AS_FINDING = {"inactive": "authorizer-inactive"}
"""Caveats that have another id in preflight."""


@dataclass(frozen=True, slots=True)
class AnswerView:
    invocation: Invocation | None = None
    questions: tuple[Question, ...] = ()
    authorizer: Authorizer | None = None
    """As it was read for the invocation; before anything is sent, that of the form."""
    deployment: Deployment | None = None
    """What AWS held around that authorizer, read after the invocation."""
    baseline: Invocation | None = None
    """What it is compared with."""
    expect: Expectation | None = None
    """What its saved request expected when it was sent."""
    findings: tuple[Finding, ...] = ()
    """What preflight says about the form: all there is to say before anything is sent."""
    relation: Relation = Relation.SAME
    changed_file: str = ""
    """The name of a file of its local target that was changed since."""
    is_blank: bool = True
    """Whether the form holds nothing yet."""
    is_demo: bool = False
    """Whether the form's target is the samples."""

    @property
    def is_of_now(self) -> bool:
        """Whether F5 would send the same, to the same code."""
        return self.invocation is None or (self.relation is Relation.SAME and not self.changed_file)

    def relation_parts(self, compare: str = "") -> tuple[str, ...]:
        """Why the invocation is not what F5 would give now: the form no longer holds it, or a file was changed.

        compare: the key that compares it with the form, if one does; said in a part of its own.
        """
        if self.invocation is None or self.is_of_now:
            return ()
        if self.relation is Relation.SAME:
            return (f"{self.changed_file} changed since · {in_own_keys('F5')}",)
        source = self.invocation.source
        name = Path(source).stem if source else self.invocation.request.authorizer_name or "another request"
        said = "edited since" if self.relation is Relation.EDITED else f"of {name}"
        return (said, f"{compare} compares") if compare else (said,)

    @property
    def explanation(self) -> Explanation | None:
        """The whole explanation of the invocation."""
        if self.invocation is None:
            return None
        from authlens.ui.text.answer.explanation import explain

        return explain(self.invocation, self.questions, self.authorizer, self.deployment)

    @property
    def is_allowed(self) -> bool:
        """Whether nothing failed and no question is denied."""
        from authlens.core.verdict.stages import Conclusion

        explanation = self.explanation
        return explanation is not None and explanation.verdict.conclusion in (Conclusion.ALLOWED, Conclusion.OPEN)

    @property
    def has_failed(self) -> bool:
        return self.invocation is not None and self.invocation.outcome is None

    @property
    def verdict(self) -> Verdict | None:
        explanation = self.explanation
        if explanation is not None:
            return explanation.verdict
        if not self.findings:
            return None
        from authlens.core.verdict.stages import foreseen

        return foreseen(self.findings, self.authorizer)

    @property
    def reasons_said(self) -> frozenset[str]:
        """The ids of findings of preflight that the header gives as the reason or as a warning: once is enough."""
        explanation = self.explanation
        if explanation is None or self.relation is not Relation.SAME:
            return frozenset()
        verdict = explanation.verdict
        warnings = [each.id for each in verdict.caveats if each.severity == "warning"][:1]
        return frozenset(_AS_FINDING.get(each, each) for each in (verdict.explanation, *warnings) if each)

    @property
    def judgement(self) -> Judgement | None:
        """Whether the answer is what the saved request expects."""
        if self.expect is None or self.invocation is None:
            return None
        from authlens.core.expect.check import judge

        return judge(self.expect, self.invocation)

    @property
    def changes(self) -> Comparison | None:
        """The answer compared with the baseline."""
        if self.baseline is None or self.invocation is None:
            return None
        from authlens.ui.text.answer.explanation import compared

        return compared(self.baseline, self.invocation, self.questions)

    def marks(self, cloud_log: CloudLog | None = None) -> dict[str, str]:
        """What the tabs show about their pages."""
        explanation = self.explanation
        if explanation is None or self.invocation is None:
            return {}
        from authlens.ui.text.answer.device_text import device_mark

        outcome = self.invocation.outcome
        marks = {"documents": str(len(outcome.policy_documents))} if outcome and outcome.policy_documents else {}
        allowed = len(explanation.decided) - explanation.denied
        access = [f"✓{allowed}"] if allowed else []
        access += [f"✗{explanation.denied}"] if explanation.denied else []
        marks |= {"access": " ".join(access)} if access else {}
        marks |= {"device": device_mark(explanation.verdict.caveats)} if explanation.verdict.caveats else {}
        severities = [finding.severity for finding in explanation.findings if finding.severity != "info"]
        worst = "✗" if "error" in severities else "!"
        marks |= {"lint": f"{worst}{len(severities)}"} if severities else {}
        changes = self.changes
        if changes is not None:
            marks["changes"] = "=" if changes.equal else f"≠{len(changes.differing)}"
        printed = printed_lines(self.invocation.function_log)
        has_more = cloud_log is not None and cloud_log.is_of(self.invocation)
        return marks | ({"log": f"{printed or ''}{'•' if has_more else ''}"} if printed or has_more else {})

"""How the answer in view is read: its stages, its judgement, its difference to the baseline, and the marks on the tabs.

Pure. The rule: it is about one invocation, and says nothing where there is none; what is deployed counts only for an
answer that came from there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from authlens.core.deployment.deployment import Deployment
from authlens.core.invocation.invocation import Invocation
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.target import Target
from authlens.core.saved.expectation import Expectation, Question
from authlens.frozen import dataclass
from authlens.ui.text.answer.cloud_log_lines import CloudLog

if TYPE_CHECKING:
    from authlens.core.compare.compare import Comparison
    from authlens.core.expect.check import Judgement
    from authlens.core.preflight.finding import Finding
    from authlens.core.verdict.stages import Verdict
    from authlens.ui.text.answer.explanation import Why

# What reads an answer is loaded with the first one, not before the first paint.


def deployed_for(invocation: Invocation | None, target: Target, deployment: Deployment | None) -> Deployment | None:
    """What is deployed where the invocation was sent, and not elsewhere."""
    if invocation is None or deployment is None or invocation.target != target:
        return None
    return deployment if deployment.authorizer.name == invocation.request.authorizer_name else None


@dataclass(frozen=True, slots=True)
class Reading:
    invocation: Invocation | None
    questions: tuple[Question, ...] = ()
    authorizer: Authorizer | None = None
    deployed: Deployment | None = None
    baseline: Invocation | None = None
    expect: Expectation | None = None
    findings: tuple[Finding, ...] = ()
    """What preflight says of the form: all there is to say while nothing was sent."""

    @property
    def reasons(self) -> Why | None:
        """Everything there is to say about the invocation."""
        if self.invocation is None:
            return None
        from authlens.ui.text.answer.explanation import why

        return why(self.invocation, self.questions, self.authorizer, self.deployed)

    @property
    def has_failed(self) -> bool:
        return self.invocation is not None and self.invocation.outcome is None

    @property
    def verdict(self) -> Verdict | None:
        reasons = self.reasons
        if reasons is not None:
            return reasons.verdict
        if not self.findings:
            return None
        from authlens.core.verdict.stages import foreseen

        return foreseen(self.findings, self.authorizer)

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
        """What the tabs tell of their pages."""
        reasons = self.reasons
        if reasons is None or self.invocation is None:
            return {}
        from authlens.ui.text.answer.device_text import device_mark

        outcome = self.invocation.outcome
        marks = {"documents": str(len(outcome.policy_documents))} if outcome and outcome.policy_documents else {}
        allowed = len(reasons.decided) - reasons.denied
        access = [f"✓{allowed}"] if allowed else []
        access += [f"✗{reasons.denied}"] if reasons.denied else []
        marks |= {"access": " ".join(access)} if access else {}
        marks |= {"device": device_mark(reasons.verdict.caveats)} if reasons.verdict.caveats else {}
        grave = sum(finding.severity != "info" for finding in reasons.findings)
        marks |= {"lint": f"!{grave}"} if grave else {}
        changes = self.changes
        if changes is not None:
            marks["changes"] = "=" if changes.equal else f"≠{len(changes.differing)}"
        has_log = self.invocation.function_log or (cloud_log is not None and cloud_log.is_of(self.invocation))
        return marks | ({"log": "•"} if has_log else {})

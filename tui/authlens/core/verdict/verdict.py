"""A verdict: each stage passed, failed, warned, skipped or not reached, one sentence, and the one thing to do next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from authlens.core.contract.caveat import Caveat
from authlens.core.contract.sources import of_explanation
from authlens.core.contract.stage import Stage
from authlens.core.contract.statement import Source
from authlens.core.invocation.access import ALLOWED, Access
from authlens.core.invocation.invocation import Invocation
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.token_place import signature_of
from authlens.frozen import dataclass

if TYPE_CHECKING:
    from authlens.core.mqtt.connection import ConnectionStage
    from authlens.core.policy.decision.near_miss import NearMiss


class StageState(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    WARNED = "warned"
    """Passed, with a warning about real connections."""
    SKIPPED = "skipped"
    """The call got through, but nothing was checked here."""
    NOT_REACHED = "not reached"


class Conclusion(StrEnum):
    """The overall result of all stages."""

    ALLOWED = "authenticated"
    """Authenticated, and every open question is allowed."""
    PARTLY = "authenticated, partly denied"
    DENIED = "authenticated, everything denied"
    """Authenticated, but nothing is allowed: AWS's own pattern for a wrong password."""
    OPEN = "authenticated, the certificate's policies decide"
    """With CUSTOM_AUTH_X509: the function's documents do not allow everything asked; the certificate's may."""
    REFUSED = "refused"
    """isAuthenticated is false."""
    FAILED = "failed"
    """No outcome; a stage before `authenticated` failed."""
    RECOGNISED = "recognised"
    """Messages of a device, a broker or a log, independent of any test call."""
    READY = "ready"
    """Not sent yet: preflight finds nothing that AWS would refuse."""


@dataclass(frozen=True, slots=True)
class StageResult:
    stage: Stage | ConnectionStage
    state: StageState
    why: str = ""
    """One sentence; empty if there is nothing to say."""
    next_step: str = ""
    aws_words: str | None = None
    """What AWS answered, word for word."""


@dataclass(frozen=True, slots=True)
class Verdict:
    conclusion: Conclusion
    stages: tuple[StageResult, ...]
    """Every stage, in order."""
    headline: str
    """The verdict in one sentence."""
    next_step: str
    """The one thing to do."""
    explanation: str = ""
    """The id of the explanation that matched, for scripts."""
    caveats: tuple[Caveat, ...] = ()
    answers: tuple[Access, ...] = ()
    """The open questions with their decisions."""

    @property
    def source(self) -> Source | None:
        """How the explanation is known; `None` after a pass."""
        return of_explanation(self.explanation) if self.explanation else None

    @property
    def nearest(self) -> NearMiss | None:
        """What came nearest to allowing the first open question that is denied."""
        return next((access.nearest for access in self.answers if access.word != ALLOWED), None)

    @property
    def lit(self) -> StageResult | None:
        """The first stage that failed; `None` if all passed or none could be checked."""
        return next((result for result in self.stages if result.state is StageState.FAILED), None)

    @property
    def aws_words(self) -> str | None:
        """The answer or error, word for word, if a call had no outcome."""
        return next((result.aws_words for result in self.stages if result.aws_words is not None), None)


def with_skipped(verdict: Verdict, invocation: Invocation, authorizer: Authorizer | None) -> Verdict:
    """The verdict, with what was not checked marked as that instead of as passed."""
    reasons = _reasons(invocation, authorizer)
    stages = tuple(
        replace(each, state=StageState.SKIPPED, why=each.why or reasons[each.stage])
        if each.state is StageState.PASSED and each.stage in reasons
        else each
        for each in verdict.stages
    )
    return replace(verdict, stages=stages) if stages != verdict.stages else verdict


def _reasons(invocation: Invocation, authorizer: Authorizer | None) -> Mapping[str, str]:
    """Why each of these stages checked nothing."""
    reasons: dict[str, str] = {}
    if invocation.target.local is not None:
        reasons[Stage.CREDENTIALS] = "A local target needs no AWS credentials."
    if invocation.via == "function":
        reasons[Stage.FITS] = "The function was called directly, without AWS IoT."
        reasons[Stage.SIGNATURE] = "The function was called directly: nothing verified a signature."
    elif authorizer is not None and authorizer.signing_disabled:
        reasons[Stage.SIGNATURE] = "Not required: signing is disabled for this authorizer."
    elif authorizer is None and invocation.sign is None and signature_of(invocation.request) is None:
        reasons[Stage.SIGNATURE] = "No signature was sent, so none was verified."
    return reasons

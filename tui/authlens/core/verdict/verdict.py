"""A verdict: each stage passed, failed, warned or not reached, one sentence, and the one thing to do next."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from authlens.core.contract.caveat import Caveat
from authlens.core.contract.sources import of_explanation
from authlens.core.contract.stage import Stage
from authlens.core.contract.statement import Source
from authlens.core.invocation.access import ALLOWED, Access
from authlens.frozen import dataclass

if TYPE_CHECKING:
    from authlens.core.mqtt.connection import DeviceStage
    from authlens.core.policy.decision.near_miss import NearMiss


class State(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    WARNED = "warned"
    """Passed, with something that a real connection would meet."""
    NOT_REACHED = "not reached"


class Conclusion(StrEnum):
    """What all stages together come to."""

    ALLOWED = "authenticated"
    """Authenticated, and every open question is allowed."""
    PARTLY = "authenticated, partly denied"
    DENIED = "authenticated, everything denied"
    """Authenticated, and not one thing is allowed: AWS's own pattern for a wrong password."""
    OPEN = "authenticated, the certificate's policies decide"
    """With CUSTOM_AUTH_X509: the function's documents do not allow all that is asked; the certificate's may."""
    REFUSED = "refused"
    """isAuthenticated is false."""
    FAILED = "failed"
    """No outcome; a stage before `authenticated` failed."""
    RECOGNISED = "recognised"
    """Words of a device, a broker or a log, of which no test call knows."""
    READY = "ready"
    """Not sent yet: preflight finds nothing that AWS would refuse."""


@dataclass(frozen=True, slots=True)
class StageResult:
    stage: Stage | DeviceStage
    state: State
    why: str = ""
    """One sentence; empty where there is nothing to say."""
    next_step: str = ""
    aws_words: str | None = None
    """What AWS answered, word for word."""


@dataclass(frozen=True, slots=True)
class Verdict:
    conclusion: Conclusion
    stages: tuple[StageResult, ...]
    """Every stage, in order."""
    headline: str
    """The one sentence."""
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
        """The first stage that failed; none where all passed, and none where nobody could judge one."""
        return next((result for result in self.stages if result.state is State.FAILED), None)

    @property
    def aws_words(self) -> str | None:
        """What was answered or raised, word for word, where a call came to nothing."""
        return next((result.aws_words for result in self.stages if result.aws_words is not None), None)

"""The stage line and the sentences below it: why, what changed, what was expected. Pure."""

from __future__ import annotations

from textual.content import Content

from authlens.core.compare.compare import Comparison
from authlens.core.expect.check import Judgement
from authlens.core.expect.check import State as Judged
from authlens.core.expect.judgement_text import sentence
from authlens.core.invocation.invocation import FailureKind
from authlens.core.verdict.stages import Conclusion, Stage, StageResult, State, Verdict
from authlens.ui.text.page import aside
from authlens.ui.text.safe_content import safe_content

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


def failure_text(verdict: Verdict) -> Content:
    """The one sentence, and the one thing to do; where a question is denied, what came nearest to allowing it."""
    said = [safe_content(verdict.headline, "bold" if verdict.conclusion is Conclusion.FAILED or verdict.lit else "")]
    if verdict.next_step:
        said.append(Content.assemble(("→ ", "bold $text-primary"), safe_content(_sentence(_next_step(verdict)))))
    if verdict.explanation in _OF_THE_TARGET:
        said.append(aside("F9 chooses the profile, region and endpoint."))
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


def change_text(comparison: Comparison) -> Content:
    """What differs from the baseline, in a line."""
    number = comparison.left.label.removeprefix("invocation ")
    name = f"#{number}" if number.isdecimal() else "the one before"
    if comparison.equal:
        return Content.styled(f"= the same as {name} by meaning", "$text-success")
    first, *more = comparison.differing
    said = first if len(first) <= _LONGEST_CHANGE else f"{first[:_LONGEST_CHANGE]}…"
    left = f" · {len(more)} more in Changes" if more else ""
    return Content.assemble((f"≠ since {name}: ", "$text-warning"), safe_content(said), (left, "$foreground-muted"))


def expectation_text(judgement: Judgement) -> Content:
    """Whether the answer keeps what the saved request expects."""
    if judgement.state is Judged.KEPT:
        return Content.styled("✓ as expected", "$text-success")
    if judgement.state is Judged.UNJUDGED:
        return Content.assemble(("! not judged: ", "$text-warning"), safe_content(judgement.reason))
    lines = [Content.styled(f"✗ {_broken_count(len(judgement.broken))} not kept", "$text-error")]
    for broken in judgement.broken[:3]:
        said = f"  {sentence(broken)}"
        lines.append(safe_content(said if len(said) < 300 else said[:300] + "…"))
    return Content("\n").join(lines)


def _broken_count(number: int) -> str:
    return "one expectation is" if number == 1 else f"{number} expectations are"

"""The stage line and the sentences below it: why, what changed, what was expected. Pure."""

from __future__ import annotations

from dataclasses import replace

from textual.content import Content

from authlens.core.compare.compare import Comparison
from authlens.core.expect.check import Judgement, JudgementState
from authlens.core.expect.judgement_text import sentence
from authlens.core.invocation.invocation import FailureKind
from authlens.core.policy.decision.permission_text import sentence as permission_sentence
from authlens.core.verdict.stages import Conclusion, Stage, StageResult, StageState, Verdict
from authlens.ui.text import outcome_text
from authlens.ui.text.answer.access_text import near_miss_text
from authlens.ui.text.answer.answer_view import AnswerView
from authlens.ui.text.answer.device_text import warning_of_another_stage, warning_text
from authlens.ui.text.answer.mask import REVEALED, Mask
from authlens.ui.text.answer.sample_text import sample_text
from authlens.ui.text.key_words import in_own_keys
from authlens.ui.text.page import aside
from authlens.ui.text.safe_content import prose, safe_content

_STATE_STYLES = {
    StageState.PASSED: ("✓", "$text-success"),
    StageState.FAILED: ("✗", "bold $text-error"),
    StageState.WARNED: ("!", "$text-warning"),
    StageState.SKIPPED: ("–", "$foreground-muted"),
    StageState.NOT_REACHED: ("–", "$foreground-disabled"),
}

_STAGE_NAMES: dict[str, str] = {
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
_SKIPPED: dict[str, str] = {
    Stage.FITS: "called directly",
    Stage.SIGNATURE: "no signature",
}
"""What is said of a stage where nothing was checked."""


def verdict_text(
    view: AnswerView, width: int, mask: Mask = REVEALED, *, in_full: bool = False, with_keys: bool = False
) -> Content:
    """Everything below the headline. A success takes one line, a failure as many as it needs.

    with_keys: whether those of the answer work, so that they are said.
    mask: what must not be shown. Advice about a sample is our own text, and may name what the form hides.
    """
    verdict = view.verdict
    if verdict is None:
        return Content("")
    if verdict.conclusion is Conclusion.READY:
        return prose(verdict.headline)  # above it is said how to send it
    judgement = view.judgement
    sample = sample_text(view.invocation, judgement) if judgement is not None and view.invocation is not None else None
    said = _passed(view, verdict, width, in_full, sample) if view.is_allowed else _failed(view, verdict, width)
    warning = warning_of_another_stage(verdict)
    if warning is not None and warning.plain not in Content("\n").join(said).plain:
        said.append(warning)
    if view.changes is not None:
        said.append(change_text(view.changes, width, "d" if with_keys else ""))
    if sample is None and judgement is not None and not (view.is_allowed and judgement.state is JudgementState.KEPT):
        said.append(expectation_text(judgement, width, "x" if with_keys else ""))
    device = view.invocation.device if view.invocation is not None else None
    if device is not None and device.is_probe and device.own_listener and not device.is_refused:
        words = in_own_keys("F12 shows each decision of the listener, with its statement.")
        said.append(Content.assemble(("→ ", "bold $text-primary"), words))
    hidden = mask.content(Content("\n").join(said))
    return hidden if sample is None else Content("\n").join([hidden, sample])


def _passed(view: AnswerView, verdict: Verdict, width: int, in_full: bool, sample: Content | None) -> list[Content]:
    """What the client may do, and the stages in a line. sample: what is said of a sample, in place of its judgement."""
    permissions = view.explanation.permissions if view.explanation is not None else None
    said = [] if permissions is None else _glance(permission_sentence(permissions), verdict)
    first = verdict.caveats[0] if verdict.caveats else None
    if in_full:
        said.append(stage_line(verdict, width))
    outcome = view.invocation.outcome if view.invocation is not None else None
    is_probe = view.invocation is not None and view.invocation.is_probe
    facts = [passed_words(verdict)]
    if outcome is not None and not is_probe:
        facts += outcome_text.limits(outcome)
    parts = [Content.styled(fact, "$foreground-muted") for fact in facts]
    if sample is None and view.judgement is not None and view.judgement.state is JudgementState.KEPT:
        parts.append(_AS_EXPECTED)
    said.append(_packed([Content.assemble(("✓ ", "$text-success"), parts[0]), *parts[1:]], width))
    if permissions is None:
        said.append(failure_text(verdict))
    elif first is not None and first.severity == "warning" and first.id not in _REFUSES_ALL:
        said.append(warning_text(first))
    return said


def _packed(parts: list[Content], width: int) -> Content:
    """Parts on as few lines as possible, none of them split."""
    lines = [parts[0]]
    for part in parts[1:]:
        joined = Content.assemble(lines[-1], (" · ", "$foreground-muted"), part)
        lines = [*lines[:-1], joined] if joined.cell_length <= width else [*lines, part]
    return Content("\n").join(lines)


def passed_words(verdict: Verdict) -> str:
    """That the stages passed, and which of them checked nothing."""
    said = ["all stages passed"]
    if any(each.stage is Stage.SIGNATURE and each.state is StageState.SKIPPED for each in verdict.stages):
        said.append(_SKIPPED[Stage.SIGNATURE])
    unasked = [_name(each) for each in verdict.stages if each.state is StageState.NOT_REACHED]
    if unasked:
        said.append(f"{' and '.join(unasked)} not asked")
    return ", ".join(said)


def _name(result: StageResult) -> str:
    if result.state is StageState.SKIPPED and result.stage in _SKIPPED:
        return _SKIPPED[result.stage]
    return _STAGE_NAMES.get(result.stage, result.stage.value)


_REFUSES_ALL = {"inactive": "Once it is ACTIVE"}
"""Caveats with which no real device gets in, whatever the answer allows; when it would."""


def _glance(sentence: str, verdict: Verdict) -> list[Content]:
    """What the client may do. If every real device is refused, that comes first."""
    first = verdict.caveats[0] if verdict.caveats else None
    if first is None or first.id not in _REFUSES_ALL:
        return [safe_content(sentence, "bold")]
    then = f"{_REFUSES_ALL[first.id]}: {sentence[:1].lower()}{sentence[1:]}"
    return [warning_text(first).stylize("bold"), safe_content(then)]


def _failed(view: AnswerView, verdict: Verdict, width: int) -> list[Content]:
    """The stages with the failing one highlighted, why, what to do next; then AWS's own message, once."""
    invocation = view.invocation
    device = invocation.device if invocation is not None else None
    if device is not None and device.own_listener and device.is_refused and not device.listener_reasons:
        # The listener knows the cause, which the client can only guess; its record did not arrive in time.
        verdict = replace(verdict, next_step=in_own_keys("F12 shows why the listener refused it."))
    said = [stage_line(verdict, width), failure_text(verdict)]
    details = Content("") if invocation is None else outcome_text.details(invocation, verdict.headline, width)
    return [*said, details] if details.cell_length else said


_AS_EXPECTED = Content.styled("✓ as expected", "$text-success")


def stage_line(verdict: Verdict, width: int) -> Content:
    """Every stage with its glyph, the first failing one highlighted; no stage is split across lines.

    A local target needs no credentials: there the stage would only look like something that the client left out.
    """
    lines: list[list[Content]] = [[]]
    used = 0
    for result in verdict.stages:
        if result.stage is Stage.CREDENTIALS and result.state is StageState.SKIPPED:
            continue
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
        f" {glyph} {result.stage.value} " if lit else f"{glyph} {_name(result)}",
        f"{style} reverse" if lit else style,
    )


_OF_THE_TARGET = frozenset({FailureKind.CREDENTIALS, FailureKind.CONFIGURATION, FailureKind.UNREACHABLE})
"""Failures that another target may fix; the advice itself names shell commands."""


_WHO = "', but "
"""Ends what the headline of a partly denied answer says of the client."""


def failure_text(verdict: Verdict) -> Content:
    """The reason and the next step, one sentence each; if a question is denied, the nearest miss."""
    source = verdict.source
    mark = f"  {source.mark}" if source is not None and source.mark else ""
    words = verdict.headline
    if verdict.conclusion in (Conclusion.PARTLY, Conclusion.DENIED):
        words = words.partition(_WHO)[2] or words  # who was authenticated is the line above
        if not words.startswith("iot:"):
            words = f"{words[:1].upper()}{words[1:]}"
    headline = prose(words, "bold" if verdict.conclusion is Conclusion.FAILED or verdict.lit else "")
    said = [Content.assemble(headline, (mark, "$foreground-disabled"))]
    if verdict.next_step:
        said.append(Content.assemble(("→ ", "bold $text-primary"), prose(_sentence(_next_step(verdict)))))
    if verdict.explanation in _OF_THE_TARGET:
        said.append(aside(in_own_keys("F9 chooses the profile, region and endpoint.")))
    return Content("\n").join(said)


def _next_step(verdict: Verdict) -> str:
    """The headline of a denied question already says that nothing allows it."""
    if verdict.conclusion is not Conclusion.PARTLY or verdict.nearest is None:
        return verdict.next_step
    said = near_miss_text(verdict.nearest.message)
    return f"{said[:1].upper()}{said[1:]}"


def _sentence(text: str) -> str:
    """Nothing follows a command, so that it can be copied."""
    return text if text.endswith((".", "!", "?")) or ": aws " in text else f"{text}."


def change_text(comparison: Comparison, width: int, key: str) -> Content:
    """What differs from the baseline, in one line; the Changes page holds all of it."""
    number = comparison.left.label.removeprefix("invocation ")
    name = f"#{number}" if number.isdecimal() else "the previous answer"
    code = " (code changed)" if comparison.code_changed else ""
    if comparison.equal:
        return Content.styled(f"= the same as {name} by meaning{code}", "$text-success")
    first, *more = comparison.differing
    return _in_a_line((f"≠ since {name}{code}: ", "$text-warning"), first, len(more), key, width)


def expectation_text(judgement: Judgement, width: int, key: str) -> Content:
    """Whether the answer does what the saved request expects, in one line."""
    if judgement.state is JudgementState.KEPT:
        return _AS_EXPECTED
    if judgement.state is JudgementState.UNJUDGED:
        return _in_a_line(("! not judged: ", "$text-warning"), judgement.reason, 0, "", width)
    count = len(judgement.broken)
    label = "✗ not as expected: " if count == 1 else f"✗ {count} not as expected: "
    return _in_a_line((label, "$text-error"), sentence(judgement.broken[0]), 0, key, width)


def _in_a_line(label: tuple[str, str], first: str, more: int, key: str, width: int) -> Content:
    """The first of several if there is room, how many more there are, and the key that shows them."""
    end = f"{f' · {more} more' if more else ''}{f' ({key})' if key else ''}"
    room = max(12, width - len(label[0]) - len(end))
    said = safe_content(" ".join(first.split())).truncate(room, ellipsis=True)
    return Content.assemble(label, said, (end, "$foreground-muted"))

"""What a real device would meet, as text: the caveats of a verdict, and what AWS says of the deployment. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from textual.content import Content

from authlens.core.contract.caveat import Caveat
from authlens.core.deployment.deployment import Deployment
from authlens.core.deployment.facts import facts
from authlens.core.verdict.stages import Verdict
from authlens.ui.text.answer.explanation import Explanation
from authlens.ui.text.answer.finding_text import SEVERITIES, finding_items
from authlens.ui.text.page import PageItem, aside
from authlens.ui.text.safe_content import prose, safe_content


def page_items(page: str, reasons: Explanation | None, deployment: Deployment | None) -> list[PageItem]:
    """Of the page of findings, or of what a device would meet."""
    if page == "lint":
        return finding_items(reasons)
    return device_items(reasons.verdict if reasons else None, deployment)


def device_items(verdict: Verdict | None, deployment: Deployment | None) -> list[PageItem]:
    """Each caveat with what to do, then each fact."""
    if verdict is None:
        return [PageItem((aside("Nothing to report yet: send the request."),))]
    items = [_caveat(caveat) for caveat in verdict.caveats]
    if not items:
        items = [PageItem((aside("No known difference between this test and a real connection."),))]
    return [*items, *_facts(deployment)]


def device_mark(caveats: Iterable[Caveat]) -> str:
    """What the tab shows: the warnings, otherwise the number of notes."""
    severities = [caveat.severity for caveat in caveats]
    warnings = severities.count("warning")
    return f"!{warnings}" if warnings else f"·{len(severities)}" if severities else ""


def warning_of_another_stage(verdict: Verdict) -> Content | None:
    """The first warning of another stage than the one that failed, where the headline does not give it."""
    lit = verdict.lit.stage if verdict.lit else None
    warnings = (each for each in verdict.caveats if each.severity == "warning" and each.stage is not lit)
    caveat = next(warnings, None)
    if caveat is None or verdict.next_step == caveat.next_step:
        return None
    return warning_text(caveat)


def warning_text(caveat: Caveat) -> Content:
    """What a real device would meet, in a line, with a dim word if it is uncertain."""
    mark = f"  {caveat.source.mark}" if caveat.source.mark else ""
    return Content.assemble(
        ("! a real device: ", "$text-warning"), prose(caveat.message), (mark, "$foreground-disabled")
    )


def _caveat(caveat: Caveat) -> PageItem:
    glyph, style = SEVERITIES[caveat.severity]
    return PageItem(
        (
            Content.assemble(
                (f"{glyph} ", style),
                (caveat.id, "bold"),
                (f"  {caveat.stage.value}", "$foreground-muted"),
                (f"  {caveat.source.mark}" if caveat.source.mark else "", "$foreground-muted"),
            ),
            Content.assemble("   ", prose(caveat.message)),
            Content.assemble("   ", ("→ ", "bold $text-primary"), prose(caveat.next_step)),
        )
    )


def _facts(deployment: Deployment | None) -> list[PageItem]:
    if deployment is None:
        return []
    head = safe_content(f"What {deployment.authorizer.name} is deployed with:", "bold $text-primary")
    lines = [
        Content.assemble((" ✓ " if fact.is_read else " – ", "$foreground-muted"), safe_content(fact.text))
        for fact in facts(deployment)
    ]
    return [PageItem((head, *lines))]

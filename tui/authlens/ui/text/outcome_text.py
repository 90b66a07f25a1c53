"""Values of the core as styled text. Pure: what is shown depends on the arguments alone.

The rule: allowed, denied and failed are shown by a glyph and a word; colour only repeats it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import PurePath

from textual.content import Content

from authlens.core.contract.outcome import Outcome
from authlens.core.invocation.invocation import FailureKind, Invocation
from authlens.core.invocation.verdict_word import AUTHENTICATED, CONNECTED, FAILED, PUBLISHED, SENT, verdict_word
from authlens.core.saved.source import SEPARATOR, split_source
from authlens.frozen import dataclass
from authlens.ui.text.safe_content import safe_content, safe_lines


@dataclass(frozen=True, slots=True)
class OutcomeWord:
    """What an invocation came to, in one word."""

    glyph: str
    text: str
    style: str

    @property
    def content(self) -> Content:
        return Content.styled(f"{self.glyph} {self.text}", self.style)


def glyph(verdict: str) -> str:
    return "↑" if verdict.endswith(SENT) else _GLYPHS.get(verdict, "✗")


def style(verdict: str) -> str:
    """The colour of a verdict's word."""
    return {"✓": "$text-success", "↔": "$text-success", "↑": "$text-warning", "!": "$text-warning"}.get(
        glyph(verdict), "$text-error"
    )


_GLYPHS = {AUTHENTICATED: "✓", CONNECTED: "↔", PUBLISHED: "↑", FAILED[FailureKind.ABANDONED]: "!"}


def outcome_word(invocation: Invocation) -> OutcomeWord:
    verdict = verdict_word(invocation)
    return OutcomeWord(glyph(verdict), verdict, f"bold {style(verdict)}")


def duration(seconds: float) -> str:
    """How long a call took."""
    if seconds < 0.0995:
        return f"{seconds * 1000:.1f} ms" if seconds < 0.00995 else f"{seconds * 1000:.0f} ms"
    return f"{seconds * 1000:.0f} ms" if seconds < 0.9995 else f"{seconds:.1f} s"


def human_time(seconds: int) -> str:
    """A number of seconds as a person says it: `5 min`, `1 h 30 min`, `24 h`."""
    if seconds < 60:
        return f"{seconds} s"
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    parts = [(hours, "h"), (minutes, "min"), (left, "s")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count)


def limits(outcome: Outcome) -> list[str]:
    """Refresh and disconnect, in human time."""
    parts = []
    if outcome.refresh_after_in_seconds is not None:
        parts.append(f"refresh {human_time(outcome.refresh_after_in_seconds)}")
    if outcome.disconnect_after_in_seconds is not None:
        parts.append(f"disconnect {human_time(outcome.disconnect_after_in_seconds)}")
    return parts


def headline(invocation: Invocation, now: datetime, width: int, relation: Sequence[str] = ()) -> Content:
    """The first line of a verdict: the word, the principal and, as far as there is room, how long, which and when.

    relation: how the form relates to it, and the key for it; it comes before which and when, because it matters more.
    """
    outcome = invocation.outcome
    principal = f"  {outcome.principal_id}" if outcome is not None and outcome.principal_id else ""
    said = Content.assemble(outcome_word(invocation).content, safe_content(principal, "bold"))
    room = max(0, width - said.cell_length)
    number = [f"#{invocation.number}"] if invocation.number is not None else []
    when = moment(invocation.started_at, now)
    if relation:
        words = safe_content(relation[0])
        for part in (*relation[1:], *number, when):
            longer = Content.assemble(words, " · ", part)
            words = longer if longer.cell_length + 2 <= room else words
        return Content.assemble(said, "  ", words.truncate(max(0, room - 2), ellipsis=True).stylize("$text-warning"))
    facts = [duration(invocation.duration)] if invocation.duration else []  # what was pasted has none
    facts += [*number, when, ago(now - invocation.started_at)]
    while facts and len(" · ".join(facts)) + 3 > room:
        facts.pop()
    return Content.assemble(said, (f"{' · '.join(facts):>{room}}" if facts else "", "$foreground-muted"))


def invocation_label(invocation: Invocation, now: datetime) -> str:
    """One of several answers: its number, where it has one, and when its call was made."""
    number = "the answer" if invocation.number is None else f"#{invocation.number}"
    return f"{number} of {moment(invocation.started_at, now)}"


def invocation_name(invocation: Invocation, now: datetime) -> str:
    """One of several, as the history names it: when it was sent, and what; and its number."""
    request = invocation.request
    name = sent_name(invocation.source, request.client_id, request.authorizer_name)
    number = "" if invocation.number is None else f" #{invocation.number}"
    return f"{moment(invocation.started_at, now)} {name}{number}"


def sent_name(source: str | None, client_id: str | None, authorizer: str | None) -> str:
    """The file without its folder and suffix, with its case; without a file the client id, else the authorizer."""
    if source is None:
        return client_id or authorizer or "–"
    file, case = split_source(source)
    return f"{PurePath(file).stem}{f'{SEPARATOR}{case}' if case else ''}"


def details(invocation: Invocation, headline: str = "", width: int = 0) -> Content:
    """Times, and that there is no document; or the failure word for word, unless the headline quotes it.

    width: cells of a line; what identifies the request for AWS's support is on the Wire page where it does not fit.
    """
    outcome = invocation.outcome
    if outcome is not None and not invocation.is_probe:
        parts = [*([] if outcome.policy_documents else ["no documents"]), *limits(outcome)]
        return Content.styled(" · ".join(parts), "$foreground-muted")
    if invocation.failure is None:
        return Content("")
    return _failure_details(invocation, headline, width)


def _failure_details(invocation: Invocation, headline: str, width: int) -> Content:
    failure = invocation.failure
    assert failure is not None
    facts = [] if failure.is_of_connection else [failure.error]
    facts += [f"HTTP {failure.http_status}"] if failure.http_status is not None else []
    request_id = f"request id {failure.request_id}" if failure.request_id else ""
    if request_id and (not width or invocation.wire is None or len(" · ".join((*facts, request_id))) <= width):
        facts.append(request_id)
    line = safe_content(" · ".join(facts), "$foreground-muted")
    said = failure.message if failure.message is not None else "(AWS sent no message: null)"
    if said.rstrip(".").removeprefix("refused with ") in headline:
        return line
    who = "AWS: " if failure.kind is FailureKind.AWS else ""
    return Content("\n").join([Content.assemble((who, "$foreground-muted"), safe_block(said)), line])


def safe_block(text: str) -> Content:
    """Text from outside within a few lines: a page of HTML must not push the rest away."""
    most = 2000
    return safe_lines(text if len(text) <= most else text[:most] + "…")


def moment(at: datetime, now: datetime) -> str:
    """A time of day, with the day when it was another."""
    local, today = at.astimezone(), now.astimezone()
    return f"{local:%H:%M:%S}" if local.date() == today.date() else f"{local:%Y-%m-%d %H:%M:%S}"


def ago(passed: timedelta) -> str:
    seconds = int(passed.total_seconds())
    if seconds < 5:
        return "now"
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        if seconds >= size:
            return f"{seconds // size} {unit} ago"
    return "now"

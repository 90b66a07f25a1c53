"""Connections of the device listener, their stages and decisions, as styled text. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from textual.content import Content

from authlens.core.devices.ledger import Watched
from authlens.core.devices.report import client_of, reason_words, refresh_words, throttle_words
from authlens.core.invocation.invocation import Invocation
from authlens.core.mqtt.clients import prints
from authlens.core.mqtt.connection import DeviceConnection, PacketDecision
from authlens.core.mqtt.packets import V3
from authlens.core.mqtt.rules import BY_ID, NOT_CONNECT, Rule
from authlens.ui.text.page import PageItem
from authlens.ui.text.safe_content import prose, safe_content

MOST_ITEMS = 100
"""How many decisions are shown; all of them are counted."""
_PROTOCOL, _AUTHORIZER = 19, 14
_NUMBERS = (("pub", 5), ("sub", 4), ("recv", 5), ("denied", 7))
_WIDE = 132
"""From this width there is room for protocol and authorizer; otherwise only the connection's own title has them."""
_ALLOWED, _DENIED, _SKIPPED, _OPEN, _OVER = "✓", "✗", "–", "●", "○"


def header(width: int) -> str:
    """The names of the columns, in the places that `connection_row` gives them."""
    own = f"{'protocol':<{_PROTOCOL + 1}}{'authorizer':<{_AUTHORIZER + 1}}" if width >= _WIDE else ""
    left = f"{'time':<9}{'client':<{_client(width) + 1}}{own}verdict"
    numbers = "".join(f"{name:>{cells}}" for name, cells in _NUMBERS)
    return f"{left:<{max(0, width - len(numbers))}}{numbers}"


def connection_row(watched: Watched, now: datetime, width: int) -> Content:
    """One line of the list: the verdict gets the room that the rest leaves."""
    invocation, device, counts = watched.invocation, watched.device, watched.counts
    is_wide = width >= _WIDE
    left = Content.assemble(
        (f"{invocation.started_at.astimezone():%H:%M:%S} ", "$foreground-muted"),
        _cell(client_of(invocation), _client(width)),
        _cell(device.protocol, _PROTOCOL, "$foreground-muted") if is_wide else "",
        _cell(invocation.request.authorizer_name or "–", _AUTHORIZER) if is_wide else "",
    )
    numbers = [
        (f"{count:>{cells}}", "$text-error" if name == "denied" and count else "$foreground-muted")
        for (name, cells), count in zip(
            _NUMBERS, (counts.published, counts.subscribed, counts.received, counts.denied), strict=True
        )
    ]
    room = max(0, width - left.cell_length - sum(cells for _, cells in _NUMBERS))
    said = verdict(watched, now).truncate(room, ellipsis=True)
    return Content.assemble(left, said, " " * (room - said.cell_length), *numbers)


def connection_title(watched: Watched, denied_only: bool) -> Content:
    """Which connection is looked at: its client, how it came, and who was asked."""
    authorizer = watched.invocation.request.authorizer_name
    parts = [client_of(watched.invocation), watched.device.protocol]
    parts += [f"authorizer {authorizer}"] if authorizer else []
    return safe_content(" · ".join([*parts, *(["denied only"] if denied_only else [])]))


def verdict(watched: Watched, now: datetime) -> Content:
    """Whether it was accepted, and its current state."""
    device = watched.device
    if device.is_refused:
        return Content.assemble((f"{_refusal(device)}: ", "$text-error"), prose(device.reason))
    if watched.is_open:
        age = max(0, int((now - watched.invocation.started_at).total_seconds()))
        throttled = ("  ! throttled", "$text-warning") if device.throttled else ""
        return Content.assemble((f"{_OPEN} connected", "$text-success"), f" {_age(age)}", throttled)
    rule = BY_ID.get(device.ended_by or "")
    return Content.assemble((f"{_OVER} over: ", "$foreground-muted"), prose(rule.what if rule else "ended"))


def _refusal(device: DeviceConnection) -> str:
    """The word of the history: `denied` by the policies, or `refused` before they were asked."""
    return f"{_DENIED} {'refused' if all(each.is_allowed for each in device.decisions) else 'denied'}"


def stage_line(device: DeviceConnection) -> Content:
    """The stages that were reached, the failed one highlighted; of a skipped one, why nothing was checked."""
    parts: list[Content] = []
    for step in device.steps:
        if step.is_skipped:
            parts.append(safe_content(f"{_SKIPPED} {step.detail}", "$foreground-muted"))
            continue
        glyph, style = (_ALLOWED, "$text-success") if step.passed else (_DENIED, "$text-error")
        detail = f" ({step.detail})" if step.detail and not step.passed else ""
        parts.append(Content.assemble((f"{glyph} ", style), safe_content(f"{step.stage.value}{detail}")))
    return Content("  ").join(parts)


def stage_items(watched: Watched) -> Iterator[PageItem]:
    """How far the connection came, with what each stage found and what AWS would do differently."""
    device = watched.device
    yield PageItem((stage_line(device),))
    rule = BY_ID.get(device.ended_by or "")
    whole = (
        f"{_refusal(device)}: {device.reason}" if device.is_refused else f"{_OVER} over: {rule.what}" if rule else ""
    )
    if whole:  # the row has room for its beginning
        yield PageItem((safe_content(whole),))
    if device.certificate is not None:
        yield PageItem(
            (Content.assemble(("client certificate ", "$foreground-muted"), safe_content(str(device.certificate))),)
        )
    for step in device.steps:
        if step.warning:
            words = Content.assemble(("! on AWS: ", "$text-warning"), safe_content(step.warning))
            yield PageItem((words,))
    if device.throttled is not None:
        words = safe_content(throttle_words(device.throttled))
        yield PageItem((Content.assemble(("! throttled: ", "$text-warning"), words),))
    if device.refreshes:
        words = safe_content(refresh_words(device.refreshes))
        yield PageItem((Content.assemble(("refreshed: ", "$foreground-muted"), words),))
    if device.is_refused and device.refused_by != NOT_CONNECT.id:
        rule = BY_ID.get(device.refused_by or "")
        if rule is not None:
            yield PageItem(tuple(answer_lines(rule, device.version)))


def decision_items(watched: Watched, denied_only: bool) -> Iterator[PageItem]:
    """Newest first, as many as are shown."""
    for decision in (watched.denials if denied_only else watched.decisions)[:MOST_ITEMS]:
        yield PageItem(tuple(_decision(decision, watched.device.version)))


def _decision(decision: PacketDecision, version: int | None) -> Iterator[Content]:
    glyph, style = (_ALLOWED, "$text-success") if decision.is_allowed else (_DENIED, "$text-error")
    if decision.is_open:
        glyph, style = "?", "$text-warning"
    moment = datetime.fromtimestamp(decision.at).astimezone()
    qos = "" if decision.packet == "CONNECT" else f"  QoS {decision.qos}"
    why = decision.statement if decision.is_allowed else ""
    yield Content.assemble(
        (f"{moment:%H:%M:%S}.{moment.microsecond // 10000:02} ", "$foreground-muted"),
        (f"{glyph} ", style),
        f"{decision.packet} ",
        safe_content(f"{decision.topic}{qos}"),
        ("  " if why else "", ""),
        safe_content(why, "$foreground-muted"),
    )
    if decision.is_allowed:
        return
    if why := reason_words(decision):
        yield Content.assemble("   ", safe_content(why))
    rule = decision.broken
    if rule is not None:
        yield from answer_lines(rule, version)


def answer_lines(rule: Rule, version: int | None) -> Iterator[Content]:
    """The answer, how AWS is known to give it, and what the user's client prints."""
    response = rule.response(version or V3)
    yield Content.assemble(
        "   → ",
        safe_content(str(response)),
        ("   known: ", "$foreground-muted"),
        safe_content(response.how_known, "$foreground-muted"),
    )
    for client, text in prints(rule, version or V3):
        yield Content.assemble(("   your client: ", "$foreground-muted"), safe_content(f"{client} {text}"))


def loadable(invocation: Invocation) -> bool:
    """Whether the client sent anything that can be resent."""
    request = invocation.request
    return request.mqtt_context is not None or request.http_context is not None


def _client(width: int) -> int:
    """Cells of a client's id."""
    return 16 if width >= 100 else 12


def _cell(text: str, width: int, style: str = "") -> Content:
    content = safe_content(text, style).truncate(width, ellipsis=True)
    return Content.assemble(content, " " * (width + 1 - content.cell_length))


def _age(seconds: int) -> str:
    if seconds < 60:
        return f"{seconds} s"
    minutes = seconds // 60
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"

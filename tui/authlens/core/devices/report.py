"""A real connection as a log line and as JSON: what happened, what AWS answers, and what the client prints.

Secrets are not masked here: redact the invocation before it leaves the user's own files.
"""

from __future__ import annotations

from typing import Any

from authlens.core.devices.ledger import Watched
from authlens.core.invocation.invocation import Invocation
from authlens.core.invocation.invocation_json import outcome_to_json, request_to_json
from authlens.core.invocation.verdict_word import verdict_word
from authlens.core.mqtt import codes, connection_json, limits
from authlens.core.mqtt.clients import printed
from authlens.core.mqtt.connection import SENT, DeviceConnection, PacketDecision
from authlens.core.mqtt.packets import V3
from authlens.core.mqtt.rules import BY_ID, NOT_CONNECT, Response, Rule

NO_CLIENT_ID = "(no client id)"


def client_of(invocation: Invocation) -> str:
    """The client id, or a placeholder if it is unknown."""
    return _client_id(invocation) or NO_CLIENT_ID


def connection_name(invocation: Invocation) -> str:
    """What a request made from a connection is called at first: its client id, otherwise its authorizer."""
    return (_client_id(invocation) or invocation.request.authorizer_name or "").replace("/", "-")


def _client_id(invocation: Invocation) -> str | None:
    return invocation.request.client_id or None


def connection_line(invocation: Invocation, device: DeviceConnection) -> str:
    """One connection, once it is accepted or refused."""
    who, via = client_of(invocation), device.protocol
    authorizer = invocation.request.authorizer_name
    by = f" by {authorizer}" if authorizer else ""
    milliseconds = f"{invocation.duration * 1000:.0f} ms"
    warnings = "".join(f"; on AWS: {step.warning}" for step in device.steps if step.warning)
    if not device.is_refused:
        return f"connected {who} over {via}{by} {milliseconds}{warnings}"
    # Before CONNECT there is nothing to answer.
    rule = BY_ID.get(device.refused_by or "") if device.refused_by != NOT_CONNECT.id else None
    answer = response_words(rule, device.version)
    return f"refused {who} over {via}{by} {milliseconds}: {device.reason}{answer}{warnings}"


def decision_line(invocation: Invocation, decision: PacketDecision) -> str:
    """One decision."""
    qos = f" QoS {decision.qos}" if decision.packet != "CONNECT" else ""
    version = invocation.device.version if invocation.device else None
    answer = "" if decision.is_allowed else response_words(decision.broken, version)
    what = f"{decision.packet} {decision.topic}{qos}"
    return f"{decision.result} {client_of(invocation)} {what}: {reason_words(decision)}{answer}"


def reason_words(decision: PacketDecision) -> str:
    """Why a packet was allowed or denied: the policies' reason, or the rule that it broke."""
    why, rule = decision.detail or decision.statement, decision.broken
    if rule is None or decision.action is not None:
        return why
    return f"{rule.what}: {why}" if why else rule.what


def reasons_against(watched: Watched) -> tuple[str, ...]:
    """Why a connection was refused, or why each of its packets was that was denied, the first one first."""
    if watched.device.is_refused:
        return (watched.device.reason,)
    return tuple(f"{each.packet.lower()} {each.topic}: {reason_words(each)}" for each in reversed(watched.denials))


def refresh_line(invocation: Invocation, device: DeviceConnection, seconds: float, factor: float) -> str:
    """The function was invoked again. seconds: what it had asked for with refreshAfterInSeconds."""
    return f"refreshed {client_of(invocation)} after {factor_words(seconds, factor)}: {refresh_words(device.refreshes)}"


def refresh_words(refreshes: int) -> str:
    times = "once" if refreshes == 1 else f"{refreshes} times"
    return f"the function was invoked again, {times} so far, and its documents replaced the previous ones"


def factor_words(seconds: float, factor: float) -> str:
    """Such as `300 s` or `300 s (5 s with --time-factor 60)`."""
    faster = f" ({seconds / factor:g} s with --time-factor {factor:g})" if factor != 1 else ""
    return f"{seconds:g} s{faster}"


def throttle_line(invocation: Invocation, direction: str) -> str:
    """The first time that a connection reaches the throughput limit. direction: `SENT` or `RECEIVED`."""
    return f"throttled {client_of(invocation)}: {throttle_words(direction)}; reported once per connection"


def throttle_words(direction: str) -> str:
    """What happened to a connection that reached the throughput limit, and how that is known."""
    limit = limits.THROUGHPUT
    what = "what it sends" if direction == SENT else "what it receives"
    return f"{what} exceeds {limit.value / 1024:g} KiB a second, and the rest waits [{limit.source.known}]"


def end_line(invocation: Invocation, device: DeviceConnection) -> str:
    rule, counts = BY_ID.get(device.ended_by or ""), device.counts
    why = rule.what if rule else "the connection ended"
    detail = f" ({device.reason})" if device.reason else ""
    return (
        f"ended {client_of(invocation)} after {device.lasted or 0:.1f} s: {why}{detail}; {counts.published} published, "
        f"{counts.subscribed} subscribed, {counts.received} received, {counts.denied} denied"
    )


def response_words(rule: Rule | None, version: int | None) -> str:
    """The answer, how it is known, and what a client prints; empty if no rule was broken."""
    if rule is None:
        return ""
    response = rule.response(version or V3)
    prints = printed(rule, version or V3)
    shown = f"; {prints}" if prints else ""
    return f" → {response} [{response.how_known}]{shown}"


def record_lines(invocation: Invocation, device: DeviceConnection, *, with_stages: bool = True) -> list[str]:
    """The whole record of a connection: its stages, its decisions and its end."""
    where = f"to {device.peer}, a probe" if device.is_probe else f"from {device.peer or 'an unknown address'}"
    lines = [f"{client_of(invocation)} over {device.protocol}, {where}"]
    if device.has_published_elsewhere:
        lines.append(f"published to a real broker: {', '.join(device.published)}")
    if device.certificate is not None:
        lines.append(f"client certificate {device.certificate}")
    for step in device.steps if with_stages else ():
        detail = f": {step.detail}" if step.detail else ""
        state = "skipped" if step.is_skipped else "passed" if step.passed else "failed"
        lines.append(f"{state:<8}{step.stage.value}{detail}")
        if step.warning:
            lines.append(f"{'':<8}on AWS: {step.warning}")
    if device.refused_by is not None and device.refused_by != NOT_CONNECT.id:
        lines.append(f"answered{response_words(BY_ID.get(device.refused_by), device.version)}")
    lines += [_tried(each) if device.is_probe else decision_line(invocation, each) for each in device.decisions]
    if device.throttled is not None:
        lines.append(f"throttled: {throttle_words(device.throttled)}")
    if device.refreshes:
        lines.append(f"refreshed: {refresh_words(device.refreshes)}")
    if device.ended_by is not None:
        lines.append(end_line(invocation, device))
    return lines


def _tried(decision: PacketDecision) -> str:
    """What a probe met, and what the policies had said, if they are known: CONNECT is only kept with them."""
    if decision.packet == "CONNECT":
        return f"{_EARLIER} say {decision.word} for connecting as {decision.topic}"
    return decision.detail + (f"; {_EARLIER} say {decision.word}" if decision.word is not None else "")


_EARLIER = "the policies of the earlier answer"
"""The answer that the probe is compared with: to the probe, the function may have answered something else."""


def connection_json_of(invocation: Invocation, device: DeviceConnection) -> dict[str, Any]:
    """One connection, once it is accepted or refused."""
    outcome = invocation.outcome
    return {
        "event": "connection",
        "id": device.id,
        "startedAt": invocation.started_at.isoformat(),
        "clientId": _client_id(invocation),
        "verdict": verdict_word(invocation),
        "protocol": device.protocol,
        "peer": device.peer,
        "authorizer": invocation.request.authorizer_name,
        "certificate": connection_json.certificate_to_json(device.certificate),
        "reason": device.reason or None,
        "steps": [connection_json.step_to_json(step) for step in device.steps],
        "duration": round(invocation.duration, 6),
        "outcome": None if outcome is None else outcome_to_json(outcome),
        "request": request_to_json(invocation.request),
        **_answer(BY_ID.get(device.refused_by or ""), device.version),
    }


def decision_json_of(invocation: Invocation, decision: PacketDecision) -> dict[str, Any]:
    device = invocation.device
    return {
        "event": "decision",
        "id": device.id if device else None,
        "clientId": _client_id(invocation),
        "allowed": decision.is_allowed,
        **connection_json.decision_to_json(decision),
        **_answer(decision.broken, device.version if device else None),
    }


def throttle_json_of(invocation: Invocation, direction: str) -> dict[str, Any]:
    return {
        "event": "throttled",
        "id": invocation.device.id if invocation.device else None,
        "clientId": _client_id(invocation),
        "direction": direction,
        "bytesPerSecond": int(limits.THROUGHPUT.value),
        "known": limits.THROUGHPUT.source.known.value,
    }


def refresh_json_of(invocation: Invocation, device: DeviceConnection, seconds: float, factor: float) -> dict[str, Any]:
    return {
        "event": "refresh",
        "id": device.id,
        "clientId": _client_id(invocation),
        "refreshes": device.refreshes,
        "refreshAfterInSeconds": seconds,
        "timeFactor": factor,
    }


def end_json_of(invocation: Invocation, device: DeviceConnection) -> dict[str, Any]:
    counts = device.counts
    return {
        "event": "end",
        "id": device.id,
        "clientId": _client_id(invocation),
        "rule": device.ended_by,
        "reason": device.reason or None,
        "lasted": round(device.lasted or 0.0, 6),
        "counts": {
            "published": counts.published,
            "subscribed": counts.subscribed,
            "received": counts.received,
            "denied": counts.denied,
        },
    }


def _answer(rule: Rule | None, version: int | None) -> dict[str, Any]:
    if rule is None:
        return {}
    response: Response = rule.response(version or V3)
    return {
        "answer": str(response),
        "answerPacket": response.packet,
        "code": _code(response),
        "closes": response.closes,
        "known": response.source.known.value,
        "source": response.source.page,
        "note": response.source.note or None,
        "clientPrints": printed(rule, version or V3) or None,
    }


def _code(response: Response) -> str | None:
    """A reason code in hexadecimal, or an HTTP status in decimal."""
    if response.code is None:
        return None
    return str(response.code) if response.packet == "HTTP" else codes.written(response.code)

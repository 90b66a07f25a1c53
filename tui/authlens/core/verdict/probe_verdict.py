"""The verdict of a probe, from its record in the history: how far the connection got, and what was denied.

The rule: it only covers what a client sees. The function's answer and its policies are shown only by a test call.
"""

from __future__ import annotations

from authlens.core.commands.probe_plan import logs_in_by_mqtt_alone
from authlens.core.invocation.access import ALLOWED
from authlens.core.invocation.invocation import FailureKind, Invocation
from authlens.core.mqtt.connection import ConnectionStage, ConnectionStep, DeviceConnection, PacketDecision, Transport
from authlens.core.probe.plan import PROBE_CLIENT_ID
from authlens.core.probe.words import causes_of
from authlens.core.verdict.verdict import Conclusion, StageResult, StageState, Verdict

_OVER = {
    Transport.WSS: (ConnectionStage.NETWORK, ConnectionStage.TLS, ConnectionStage.UPGRADE, ConnectionStage.CONNECTED),
    Transport.HTTPS: (ConnectionStage.NETWORK, ConnectionStage.TLS),
}
_OVER_TLS = (ConnectionStage.NETWORK, ConnectionStage.TLS, ConnectionStage.CONNECTED)
_NEXT = {
    ConnectionStage.NETWORK: "Check the host name, the port and the network, then connect again.",
    ConnectionStage.TLS: "Fix the problem described, then connect again; nothing was sent to the authorizer.",
}


def probe_verdict(invocation: Invocation, device: DeviceConnection) -> Verdict:
    """device: the invocation's own."""
    results = tuple(_stage_result(stage, device) for stage in _stages_of(device))
    failure = invocation.failure
    if failure is not None and failure.kind is not FailureKind.DEVICE:
        lit = next((each for each in results if each.state is StageState.FAILED), None)
        step = _NEXT.get(ConnectionStage(lit.stage), "") if lit else ""
        words = device.reason or failure.message or failure.error
        return Verdict(Conclusion.FAILED, results, words, step or "Check the endpoint, then connect again.", "")
    who = _who(invocation, device)
    if failure is not None:
        step = _listener_step(device) or _usual_causes(invocation, device)
        reason = device.reason.removeprefix("refused with ")
        headline = f"The connection {who} over {device.protocol} was refused: {reason}."
        return Verdict(Conclusion.REFUSED, results, headline, step, "")
    denied = [each for each in device.decisions if not each.is_allowed]
    if not denied:
        done = [f"published to {topic}" for topic in device.published]
        headline = f"Connected {who} over {device.protocol}" + (f", and {', '.join(done)}" if done else "") + "."
        return Verdict(Conclusion.ALLOWED, results, headline, "Compare it with the test call in the history.", "")
    more = f" ({len(denied)} of {len(device.decisions)} tries)" if len(denied) > 1 else ""
    headline = f"Connected {who} over {device.protocol}, but {_denied_words(denied[0])}{more}."
    return Verdict(Conclusion.PARTLY, results, headline, _listener_step(device) or _step_for(denied[0]), "")


def likely_causes(invocation: Invocation, device: DeviceConnection) -> tuple[str, ...]:
    """The usual causes of a probe's refusal, the most likely first. device: the invocation's own."""
    if device.listener_reasons:
        return device.listener_reasons
    client_id = invocation.request.client_id or PROBE_CLIENT_ID
    predicted = next((each.word for each in device.decisions if each.packet == "CONNECT"), None)
    omits_login = device.transport is Transport.HTTPS and logs_in_by_mqtt_alone(invocation.request)
    is_upgraded = any(step.stage is ConnectionStage.UPGRADE and step.passed for step in device.steps)
    given = (device.refused_by, device.reason, device.version, client_id, predicted, omits_login)
    return causes_of(*given, is_upgraded=is_upgraded)


def _who(invocation: Invocation, device: DeviceConnection) -> str:
    client = invocation.request.client_id
    return f"as {client}" if client and device.transport is not Transport.HTTPS else f"to {device.peer}"


def _denied_words(decision: PacketDecision) -> str:
    return decision.detail or f"{decision.packet.lower()} {decision.topic} was denied"


def _usual_causes(invocation: Invocation, device: DeviceConnection) -> str:
    causes = "; ".join(f"({number}) {each}" for number, each in enumerate(likely_causes(invocation, device), 1))
    return f"Usual causes, most likely first: {causes}."


def _listener_step(device: DeviceConnection) -> str:
    return f"The device listener's reason: {device.listener_reasons[0]}." if device.listener_reasons else ""


def _step_for(decision: PacketDecision) -> str:
    if decision.is_open:
        return "Connect again: what happened does not say what the policies decide."
    if decision.word == ALLOWED:
        return "The documents of the last answer allow it: look for a rule of the broker, or for an older answer."
    return f"Send the test call, and ask about {decision.action} on {decision.resource}."


def _stages_of(device: DeviceConnection) -> tuple[ConnectionStage, ...]:
    reached = tuple(dict.fromkeys(step.stage for step in device.steps))
    expected = _OVER.get(device.transport, _OVER_TLS)
    return (*expected, *(stage for stage in reached if stage not in expected))


def _stage_result(stage: ConnectionStage, device: DeviceConnection) -> StageResult:
    steps = [step for step in device.steps if step.stage is stage]
    if not steps:
        return StageResult(stage, StageState.NOT_REACHED)
    failed = next((step for step in steps if not step.passed), None)
    return StageResult(stage, StageState.PASSED if failed is None else StageState.FAILED, _why(failed, steps))


def _why(failed: ConnectionStep | None, steps: list[ConnectionStep]) -> str:
    return failed.detail if failed is not None else "; ".join(step.detail for step in steps if step.detail)

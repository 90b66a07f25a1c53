"""One probe from its plan to its report: one attempt, one connection, a clean end. What it meets is never raised."""

from __future__ import annotations

import asyncio
import time

from authlens.core.probe.plan import ProbePlan
from authlens.core.probe.reply import ServerReply
from authlens.core.probe.report import ProbeReport, ProbeStage, ProbeStep, ProbeVerdict, Tried
from authlens.probe.network import Unreached, certificate_rejection, connect, encrypt, rejection_words


def run(plan: ProbePlan) -> ProbeReport:
    """Connect, try what the plan says, and leave. Blocks; every step ends by the plan's seconds."""
    return asyncio.run(_run(plan))


class _Steps(list[ProbeStep]):
    def __init__(self) -> None:
        super().__init__()
        self.began = time.monotonic()

    @property
    def unaccounted(self) -> float:
        """Seconds since the beginning that no step took: those of the one that failed."""
        return max(0.0, time.monotonic() - self.began - sum(step.seconds for step in self))


async def _run(plan: ProbePlan) -> ProbeReport:
    steps = _Steps()
    try:
        return await _BY_WAY[plan.way](plan, steps)
    except Unreached as failure:
        steps.append(ProbeStep(failure.stage, False, steps.unaccounted, str(failure)))
        return _report(
            plan,
            ProbeVerdict.UNREACHED,
            steps,
            problem=str(failure),
            tried=(Tried(plan.trials[0], failure.sent),) if failure.sent else (),
            certificate_rejection=failure.certificate_rejection,
        )


async def _over_tls(plan: ProbePlan, steps: _Steps) -> ProbeReport:
    from authlens.probe.channel import Ended, TlsChannel

    connection = await connect(plan, steps.append)
    try:
        reader, writer = await encrypt(plan, connection, steps.append)
    except BaseException:
        connection.close()
        raise
    channel = TlsChannel(reader, writer)
    chosen = writer.get_extra_info("ssl_object").selected_alpn_protocol()
    try:
        await channel.listen(_patience(plan, steps))
    except Ended as ended:
        await channel.close()
        rejection = certificate_rejection(plan, ended.alert)
        if not ended.alert:
            # Nothing else is left to judge then, but the server may have other reasons: what was given is said too.
            given = "" if plan.certificate_file is not None else "; no client certificate was given"
            rejection = f"the server {ended.how} after the TLS handshake{given}"
        raise Unreached(
            ProbeStage.TLS, f"{plan.host}: {rejection_words(plan, ended.alert, chosen)}", rejection
        ) from ended
    return await _conversation(plan, channel, steps)


def _patience(plan: ProbePlan, steps: list[ProbeStep]) -> float:
    """Seconds to wait for a rejection: a round trip and a half, and longer where a certificate is judged.

    A server that took long for the handshake is busy, and takes long to judge too.
    """
    spent = {step.stage: step.seconds for step in steps}
    least = 0.25 if plan.certificate_is_judged else 0.02
    busy = 0.0 if plan.own_listener else spent.get(ProbeStage.TLS, 0.0) / 2
    return min(0.5, least + 1.5 * spent.get(ProbeStage.TCP, 0.0) + busy)


async def _over_websocket(plan: ProbePlan, steps: _Steps) -> ProbeReport:
    from authlens.probe.web import Refused, upgrade
    from authlens.probe.web_session import session_for

    steps.began = time.monotonic()  # aiohttp takes a while to import
    async with session_for(plan, steps.append) as (session, traced):
        try:
            channel = await upgrade(session, traced, plan, steps.append)
        except Refused as refused:
            return _report(plan, ProbeVerdict.REFUSED, steps, answer=refused.answer)
        return await _conversation(plan, channel, steps)


async def _over_https(plan: ProbePlan, steps: _Steps) -> ProbeReport:
    from authlens.probe.web import publish
    from authlens.probe.web_session import session_for

    steps.began = time.monotonic()
    trial = plan.trials[0]
    async with session_for(plan, steps.append) as (session, traced):
        answer = await publish(session, traced, plan, trial, steps.append)
    verdict = ProbeVerdict.CONNECTED if answer.is_yes else ProbeVerdict.REFUSED
    return _report(plan, verdict, steps, answer=answer, tried=(Tried(trial, answer),))


async def _conversation(plan: ProbePlan, channel: object, steps: list[ProbeStep]) -> ProbeReport:
    from authlens.probe.conversation import Conversation

    conversation = Conversation(plan, channel, steps.append)  # type: ignore[arg-type]  # either channel
    tried: tuple[Tried, ...] = ()
    try:
        answer = await conversation.connect()
        if answer.is_yes:
            tried = await conversation.run(plan.trials)
    finally:
        await conversation.leave()
    verdict = ProbeVerdict.CONNECTED if answer.is_yes else ProbeVerdict.REFUSED
    return _report(plan, verdict, steps, answer=answer, tried=tried, received=conversation.received)


def _report(
    plan: ProbePlan,
    verdict: ProbeVerdict,
    steps: list[ProbeStep],
    *,
    answer: ServerReply | None = None,
    problem: str = "",
    tried: tuple[Tried, ...] = (),
    received: int = 0,
    certificate_rejection: str = "",
) -> ProbeReport:
    return ProbeReport(
        verdict=verdict,
        address=plan.address,
        client_id=plan.client_id,
        version=None if plan.way == "https" else plan.version,
        steps=tuple(steps),
        answer=answer,
        problem=problem,
        tried=tried,
        received=received,
        omits_login=plan.omits_login,
        has_certificate=plan.certificate_file is not None,
        lacks_certificate=plan.lacks_certificate,
        certificate_rejection=certificate_rejection,
    )


_BY_WAY = {"mqtt": _over_tls, "wss": _over_websocket, "https": _over_https}

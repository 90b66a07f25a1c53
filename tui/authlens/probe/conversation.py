"""The exchange over MQTT: CONNECT, each trial, DISCONNECT. Every packet gets an answer, or ends the connection."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

from authlens.core.mqtt import properties
from authlens.core.mqtt.codes import NO_MATCHING_SUBSCRIBERS, UNSPECIFIED_ERROR, written
from authlens.core.mqtt.decoder import Decoder
from authlens.core.mqtt.encoder import encode
from authlens.core.mqtt.fields import Malformed
from authlens.core.mqtt.packets import (
    V5,
    Connack,
    Connect,
    Disconnect,
    Filter,
    Packet,
    Puback,
    Publish,
    Suback,
    Subscribe,
)
from authlens.core.mqtt.properties import Properties
from authlens.core.probe.plan import ProbePlan, Trial
from authlens.core.probe.reply import ConnectionEnd, ServerReply
from authlens.core.probe.report import ProbeStage, ProbeStep, Tried
from authlens.probe.channel import Channel, Ended
from authlens.probe.network import Report, Unreached, alert_words, certificate_rejection

_CONNACK = b"\x20"
_CONNACK_OF_3 = b"\x20\x02"
"""How a CONNACK of MQTT 3.1.1 begins: one of MQTT 5 is longer."""
_HTTP = b"HTTP/1."
"""In MQTT, a PUBACK with flags that are not allowed."""
KEEP_ALIVE = 60
"""Seconds; a probe has left long before."""


class _SpeaksHttp(Malformed):
    """An answer of HTTP arrived in place of a packet."""


class Conversation:
    def __init__(self, plan: ProbePlan, channel: Channel, report: Report) -> None:
        self._plan = plan
        self._channel = channel
        self._report = report
        self._decoder = Decoder(plan.version)
        self._waiting: list[Packet] = []
        self._last = b""
        """What arrived last."""
        self._stray = ""
        """Which other packet arrived last in place of the answer."""
        self._answered = 0.0
        """When the last answer arrived, or its wait ended."""
        self._ended: ConnectionEnd | None = None
        self.received = 0
        """Messages that were delivered."""

    async def connect(self) -> ServerReply:
        """The answer to CONNECT. Raises Unreached where what answers does not speak MQTT."""
        plan, began = self._plan, time.monotonic()
        packet = Connect(
            client_id=plan.client_id,
            username=plan.username,
            password=plan.password,
            version=plan.version,
            clean_start=True,
            keep_alive=KEEP_ALIVE,
        )
        try:
            encode(packet, plan.version)
        except Malformed as error:
            message = f"{plan.host}: no CONNECT was sent, because MQTT cannot carry this request: {error}"
            raise Unreached(ProbeStage.CONNECT, message) from error
        try:
            answer = await self._ask(packet, Connack, None)
        except _SpeaksHttp:
            message = f"{plan.host}: what answered speaks HTTP, not MQTT; a proxy may answer in place of AWS IoT"
            raise Unreached(ProbeStage.CONNECT, message) from None
        except Malformed as error:
            message = f"{plan.host}: what answered is not MQTT ({error})"
            if self._last.startswith(_CONNACK):
                message = f"{plan.host}: the server's CONNACK is not valid MQTT ({error})"
            if plan.version == V5 and self._last.startswith(_CONNACK_OF_3):
                message = f"{plan.host}: the server answered in MQTT 3.1.1: try --mqtt 3"
            raise Unreached(ProbeStage.CONNECT, message) from error
        if answer.packet is None and answer.closed is ConnectionEnd.SILENT:
            message = f"nothing answered CONNECT within {plan.seconds:g} s"
            if answer.reason:
                message = f"no CONNACK came within {plan.seconds:g} s: {answer.reason}"
            raise Unreached(ProbeStage.CONNECT, f"{plan.host}: {message}")
        self._step(ProbeStage.CONNECT, answer, began)
        return answer

    async def run(self, trials: tuple[Trial, ...]) -> tuple[Tried, ...]:
        """Each trial with its answer; after the end of the connection, without one."""
        return tuple([Tried(trial, await self._try(number, trial)) for number, trial in enumerate(trials, 1)])

    async def leave(self) -> None:
        if self._ended is None:
            try:
                await self._send(Disconnect())
            except Ended as ended:
                self._ended = ended.how
        await self._channel.close()

    async def _try(self, number: int, trial: Trial) -> ServerReply | None:
        if self._ended is not None:
            return None
        began = time.monotonic()
        try:
            if trial.kind == "subscribe":
                answer = await self._ask(Subscribe(number, (Filter(trial.topic, 1),)), Suback, number)
            else:
                publish = Publish(trial.topic, trial.payload, qos=1, packet_id=number)
                answer = await self._ask(publish, Puback, number)
        except Malformed as error:
            self._answered, self._ended = time.monotonic(), ConnectionEnd.INVALID
            answer = ServerReply(closed=ConnectionEnd.INVALID, reason=str(error))
        self._step(ProbeStage(trial.kind), answer, began, trial.topic)
        return answer

    async def _ask(self, packet: Packet, wanted: type[Connack | Suback | Puback], packet_id: int | None) -> ServerReply:
        """Send, and wait for the answer; other packets are counted or end the wait. Raises Malformed."""
        until = time.monotonic() + self._plan.seconds
        found: ServerReply | None = None
        self._stray = ""
        try:
            await self._send(packet)
            while found is None:
                found = self._answer(await self._next(until), wanted, packet_id)
        except Ended as ended:
            return self._without_answer(ended, wanted)
        finally:
            self._answered = time.monotonic()
        # A refusal is followed by the end of the connection, or is not: both are seen by waiting a moment. So is a
        # server that accepts CONNECT and leaves, which our own listener never does.
        if found.is_yes and (wanted is not Connack or self._plan.own_listener):
            return found
        try:
            await self._afterwards(_AT_ONCE if found.is_yes else _AFTERWARDS)
        except Ended as ended:
            if ended.how is not ConnectionEnd.SILENT:
                self._ended = ended.how
                return replace(found, closed=ended.how, reason=found.reason or ended.code)
        except Malformed:
            pass  # the answer came before it
        return found

    async def _afterwards(self, seconds: float) -> None:
        """Wait for the end. A message that is delivered meanwhile is counted, and a DISCONNECT is an end."""
        until = time.monotonic() + seconds
        while True:
            packet = await self._next(until)
            if isinstance(packet, Disconnect):
                words = ServerReply("DISCONNECT", packet.code).words(self._plan.version)
                raise Ended(ConnectionEnd.CLOSED, code=words)
            self.received += isinstance(packet, Publish)

    def _without_answer(self, ended: Ended, wanted: type[Connack | Suback | Puback]) -> ServerReply:
        """Raises Unreached for a TLS alert before CONNACK."""
        self._ended = ended.how
        reason = ended.code
        if ended.alert:
            reason = alert_words(ended.alert)
            if wanted is Connack:
                rejection = certificate_rejection(self._plan, ended.alert)
                raise Unreached(ProbeStage.TLS, f"{self._plan.host}: {reason}", rejection) from ended
        elif self._decoder.waiting:
            reason = "the beginning of a packet arrived, and not the rest"
        return ServerReply(closed=ended.how, reason=reason or self._stray)

    async def _send(self, packet: Packet) -> None:
        """Raises Ended, also where the other side stopped reading."""
        try:
            async with asyncio.timeout(self._plan.seconds):
                await self._channel.send(encode(packet, self._plan.version))
        except TimeoutError:
            raise Ended(ConnectionEnd.SILENT) from None

    def _answer(
        self, packet: Packet, wanted: type[Connack | Suback | Puback], packet_id: int | None
    ) -> ServerReply | None:
        if isinstance(packet, Disconnect):
            return ServerReply("DISCONNECT", packet.code, _reason(packet.properties))
        if isinstance(packet, Publish) and wanted is not Connack:
            self.received += 1
            return None
        if not isinstance(packet, wanted):
            self._stray = f"{type(packet).__name__.upper()} arrived instead"
            return None
        if isinstance(packet, Connack):
            return ServerReply("CONNACK", packet.code, _reason(packet.properties), properties=_named(packet))
        if packet.packet_id != packet_id:
            name = type(packet).__name__.upper()
            self._stray = f"{name} arrived with the packet identifier {packet.packet_id} instead of {packet_id}"
            return None
        if isinstance(packet, Suback):
            return ServerReply("SUBACK", _granted(packet), _reason(packet.properties))
        if 0 < packet.code < UNSPECIFIED_ERROR and packet.code != NO_MATCHING_SUBSCRIBERS:
            raise Malformed(f"{written(packet.code)} is not a code of PUBACK")
        return ServerReply("PUBACK", packet.code, _reason(packet.properties))

    async def _next(self, until: float) -> Packet:
        while not self._waiting:
            data = await self._channel.receive(max(0.0, until - time.monotonic()))
            self._last = data
            if data.startswith(_HTTP):
                raise _SpeaksHttp("HTTP")
            try:
                self._waiting += self._decoder.feed(data)
            except Malformed:
                # Packets before the fault count; the decoder raises it again.
                if not self._waiting:
                    raise
        return self._waiting.pop(0)

    def _step(self, stage: ProbeStage, answer: ServerReply, began: float, topic: str = "") -> None:
        words = answer.words(self._plan.version)
        reason = f": {answer.reason}" if answer.reason else ""
        properties = "".join(f", {name} {value}" for name, value in answer.properties)
        on = f"{topic}: " if topic else ""
        self._report(ProbeStep(stage, answer.is_yes, self._answered - began, f"{on}{words}{reason}{properties}"))


_AFTERWARDS = 0.3
"""Seconds that a refusal is given to be followed by the end of the connection."""


_AT_ONCE = 0.06
"""Seconds that a server is given to leave after it has accepted CONNECT: TCP may hold a second packet for 40 ms."""


def _granted(packet: Suback) -> int:
    """The code of the one filter. Raises Malformed."""
    if len(packet.codes) != 1:
        raise Malformed(f"SUBACK has {len(packet.codes)} codes for one topic filter")
    code = packet.codes[0]
    if _LARGEST_QOS < code < UNSPECIFIED_ERROR:
        raise Malformed(f"{written(code)} is not a code of SUBACK")
    return code


_LARGEST_QOS = 2


def _named(packet: Connack) -> tuple[tuple[str, str], ...]:
    """The properties by their names, each occurrence of a repeated one included."""
    given = tuple(
        (properties.TABLE[number].name, _shown(value))
        for number, value in packet.properties
        if number != properties.REASON_STRING
    )
    # A probe asks for a clean session, so a server that keeps one breaks MQTT.
    return (("sessionPresent", "1 although a clean session was asked for"), *given) if packet.session_present else given


def _shown(value: properties.Value) -> str:
    if isinstance(value, bytes):
        return value.hex()
    return "=".join(value) if isinstance(value, tuple) else str(value)


def _reason(given: Properties) -> str:
    return properties.text_of(given, properties.REASON_STRING) or ""

"""One MQTT client from its first byte to the end of the connection: bytes in, decisions, bytes out."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from functools import partial

from authlens.core.deployment.transport import transport_of
from authlens.core.devices import handshake
from authlens.core.devices.effects import End, Judged
from authlens.core.devices.pace import ByteBucket
from authlens.core.devices.permissions import CONNECT, Permissions
from authlens.core.devices.report import factor_words
from authlens.core.devices.session import Session
from authlens.core.invocation.invocation import fault_of
from authlens.core.mqtt import limits, rules
from authlens.core.mqtt.connection import RECEIVED, SENT, ConnectionStage, Transport
from authlens.core.mqtt.decoder import Decoder
from authlens.core.mqtt.encoder import encode
from authlens.core.mqtt.fields import Malformed
from authlens.core.mqtt.packets import Connect, Packet, Will
from authlens.core.mqtt.rules import Rule
from authlens.core.request.policy_variables import connection_variables
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext
from authlens.endpoint.devices.arrival import Arrival
from authlens.endpoint.devices.gate import Admission
from authlens.endpoint.devices.hub import Hub
from authlens.endpoint.devices.link import Link
from authlens.endpoint.devices.outbox import Outbox
from authlens.endpoint.devices.record import ConnectionRecord

_LARGEST_CONNECT = int(limits.PAYLOAD_BYTES.value)
_LARGEST = int(limits.PACKET_BYTES.value)
_MOST_AHEAD = 64 * 1024
"""How many bytes a client may send before its CONNECT is answered."""
_MALFORMED = {rule.v5.code: rule for rule in (rules.TOO_LARGE, rules.PROTOCOL_ERROR, rules.TOPIC_ALIAS)}
"""Other rules than MALFORMED, by the reason code of the error."""
_PACKETS_A_TURN = 32
"""How many packets of one client are handled before it is the others' turn."""


class MqttClient:
    """An MQTT connection over any link."""

    def __init__(
        self, hub: Hub, link: Link, arrival: Arrival, transport: Transport, http: HttpContext | None = None
    ) -> None:
        self.id = arrival.id
        self.peer = arrival.peer
        self.link = link
        self.session: Session | None = None
        self.principal = ""
        self.will: Will | None = None
        self.is_over = False
        self.outbox = Outbox(link, partial(self._throttled, RECEIVED))
        self.inbound = ByteBucket(limits.THROUGHPUT.value)
        self._hub = hub
        self._http = http
        self._arrival = arrival
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        domain = hub.gate.domain(arrival.server_name)
        device = arrival.record(transport, needs_alpn=transport_of(domain).alpn is not None)
        request = AuthorizerRequest(http_context=http, tls_context=arrival.tls_context)
        self._record = ConnectionRecord(device, request, hub.sink, arrival.certificate)
        self._admission: Admission | None = None
        self._decoder = Decoder(largest=_LARGEST_CONNECT)
        self._entering: asyncio.Task[None] | None = None
        self._ahead = bytearray()
        self._keep_alive = limits.KEEP_ALIVE_MOST.value
        self._heard = arrival.started
        left = limits.CONNECT_SECONDS.value - (self._loop.time() - arrival.started)
        self._timers = {"connect": self._loop.call_later(max(0.0, left), self._too_late)}

    # Called by the link.

    def feed(self, data: bytes) -> None:
        """Bytes from the client."""
        self._heard = self._loop.time()
        wait = self.inbound.spend(len(data), self._heard)
        if not self.is_over:
            self._read(data)
        if wait and not self.is_over:
            self._slow_down(wait)

    def broken(self, reason: str) -> None:
        """What arrived is not MQTT."""
        self._malformed(Malformed(reason))

    def leaves(self) -> None:
        """The client announced the end of its WebSocket, which AWS IoT takes for a DISCONNECT."""
        self._read_rest()
        if self.session is not None and not self.is_over:
            self._hub.perform(self, [End(rules.CLIENT_LEFT, "with a close frame", sends_will=False)])

    def lost(self) -> None:
        """The link was closed."""
        self._read_rest()
        if self.is_over:
            return
        if self.session is None:
            self._refuse(rules.NOT_CONNECT, "the client closed the connection before it was let in")
        else:
            self._hub.perform(self, self.session.end(rules.LOST))

    # Called by the hub.

    def send(self, packet: Packet) -> None:
        self.outbox.put(encode(packet, self._decoder.version))

    def note(self, judged: Judged) -> None:
        if self.session is not None:
            self._record.note(judged, self.session.permissions)

    def over(self, rule: Rule, detail: str = "") -> None:
        """Close the link and complete the record."""
        self._close(says_so=False)
        self._record.ended(rule, detail, self._age())

    # Reading.

    def _read(self, data: bytes) -> None:
        if self._is_entering:
            # Early packets wait. The link is still read, so that its end is noticed.
            self._ahead += data
            if len(self._ahead) > _MOST_AHEAD:
                self.link.pause()
            return
        try:
            for number, packet in enumerate(self._decoder.feed(data), 1):
                self._handle(packet)
                if self.is_over or self._is_entering:
                    return
                if number == _PACKETS_A_TURN and self._decoder.waiting:
                    self._await_turn()
                    return
        except Malformed as error:
            self._malformed(error)

    def _await_turn(self) -> None:
        """Handle the rest once the other clients have had their turn."""
        self.link.pause()
        if "turn" not in self._timers:
            self._timers["turn"] = self._loop.call_later(0, self._take_turn)

    def _read_rest(self) -> None:
        while "turn" in self._timers:
            self._take_turn()

    def _take_turn(self) -> None:
        self._cancel("turn")
        self._read(b"")
        self._read_on()

    def _read_on(self) -> None:
        """Read from the link again unless something else still forbids it."""
        is_full = self._is_entering and len(self._ahead) > _MOST_AHEAD
        if not self.is_over and not is_full and not {"rate", "turn"} & self._timers.keys():
            self.link.resume()

    def _handle(self, packet: Packet) -> None:
        if self.session is not None:
            self._hub.perform(self, self.session.receive(packet, self._hub.now()))
        elif isinstance(packet, Connect):
            self._entering = self._loop.create_task(self._enter(packet))
        else:
            self._refuse(rules.NOT_CONNECT, f"the first packet is a {type(packet).__name__.upper()}")

    def _malformed(self, error: Malformed) -> None:
        if self.session is None:
            self._refuse(rules.NOT_CONNECT, str(error))
            return
        self._hub.finish(self, _MALFORMED.get(error.code, rules.MALFORMED), str(error))

    @property
    def _is_entering(self) -> bool:
        """Whether its CONNECT is being processed."""
        return self._entering is not None and self.session is None

    # Connecting.

    async def _enter(self, sent: Connect) -> None:
        try:
            await self._admit(sent)
        except Exception as error:  # noqa: BLE001  # a defect of ours ends this connection only
            self._refuse(rules.REFUSED, fault_of(error).message or "")

    async def _admit(self, sent: Connect) -> None:
        connect = handshake.with_client_id(sent, self._hub.new_id)
        request = AuthorizerRequest(
            http_context=self._http,
            mqtt_context=_mqtt_context(sent),
            tls_context=self._arrival.tls_context,
        )
        self._record.asked(request, connect.version)
        problem = handshake.connect_problem(connect)
        if problem is not None:
            self._refuse(problem.rule, problem.detail, connect)
            return
        if self._hub.broker.is_too_soon(connect.client_id, self._hub.now()):
            self._refuse(rules.CONNECT_RATE, connect=connect)
            return
        admission = await self._hub.gate.admit(request, self._transport, self.id, self._arrival.certificate)
        if not self.is_over:
            self._settle(connect, admission, sent.client_id != connect.client_id)

    def _settle(self, connect: Connect, admission: Admission, was_named: bool) -> None:
        """The function has answered."""
        self._admission = admission
        self._record.admitted(admission)
        if admission.outcome is None:
            self._refuse(rules.REFUSED, admission.reason, connect, None)
            return
        permissions = self._permissions(connect, admission)
        self.principal = admission.outcome.principal_id or ""
        decision = permissions.decide_connect(connect)
        action, resource = decision.asking.action, decision.asking.resource.tail
        if decision.allowed:
            judged = Judged("CONNECT", resource, 0, action, decision)
            self._let_in(connect, admission, permissions, was_named, judged)
            return
        response = rules.REFUSED.response(connect.version)
        judged = Judged("CONNECT", resource, 0, action, decision, rules.REFUSED, response)
        why = self._record.denied(judged, permissions).detail
        whose = "" if action == CONNECT else ", the topic of the last will"
        self._refuse(rules.REFUSED, f"the policy does not allow {action} on {resource}{whose}: {why}", connect)

    def _permissions(self, connect: Connect, admission: Admission) -> Permissions:
        named = replace(
            admission.request,
            mqtt_context=replace(admission.request.mqtt_context or MqttContext(), client_id=connect.client_id),
        )
        variables = {**connection_variables(named), **self._arrival.variables}
        return Permissions(admission.documents, variables, self._hub.region, self._hub.account)

    def _let_in(
        self, connect: Connect, admission: Admission, permissions: Permissions, was_named: bool, judged: Judged
    ) -> None:
        hub = self._hub
        hub.make_room(connect.client_id)
        state, is_kept = hub.broker.state_for(connect, connect.client_id, hub.now())
        session = Session(connect, permissions, state, hub.new_id)
        self.will = connect.will
        self._cancel("connect")
        self.send(handshake.acceptance(connect, was_named, is_kept))
        self.session = session
        self._decoder.largest = _LARGEST
        self._record.connected(judged, permissions, self._age())
        hub.enter(self, session)
        self._keep_alive = handshake.keep_alive(connect)
        self._watch_silence()
        self._start_clocks(admission)
        if is_kept:
            hub.perform(self, session.resume(hub.now()))
        ahead, self._ahead = bytes(self._ahead), bytearray()
        if not self.is_over:
            self._read(ahead)
        self._read_on()

    def _refuse(
        self,
        rule: Rule,
        detail: str = "",
        connect: Connect | None = None,
        stage: ConnectionStage | None = ConnectionStage.CONNECTED,
    ) -> None:
        """Refuse the connection. stage: where it failed; `None` if its steps already say so."""
        if self.is_over:
            return
        answer = None if connect is None else handshake.refusal(rule, connect, self._hub.new_id)
        if answer is not None:
            self.send(answer)
        self._close(says_so=answer is None)
        self._record.refused(rule, _reason(rule, detail), stage, self._age())
        if connect is not None and rule is rules.REFUSED:
            self._hub.failed(self, connect.client_id)

    def _age(self) -> float:
        return self._loop.time() - self._arrival.started

    def _close(self, says_so: bool) -> None:
        self.is_over = True
        for name in list(self._timers):
            self._cancel(name)
        if self._entering is not None and self._entering is not asyncio.current_task():
            self._entering.cancel()
        self.outbox.close()
        self.link.close(says_so)

    # Timers.

    def _slow_down(self, seconds: float) -> None:
        """Stop reading until the throughput limit allows more, as AWS IoT throttles connections."""
        self.link.pause()
        self._throttled(SENT)
        self._cancel("rate")
        self._timers["rate"] = self._loop.call_later(seconds, self._resume)

    def _throttled(self, direction: str) -> None:
        if self.session is not None:
            self._record.throttled(direction)

    def _resume(self) -> None:
        del self._timers["rate"]
        self._read_on()

    def _too_late(self) -> None:
        self._refuse(rules.NOT_CONNECT, f"no CONNECT arrived within {limits.CONNECT_SECONDS.value:g} seconds")

    def _watch_silence(self) -> None:
        allowed = self._keep_alive * limits.KEEP_ALIVE_FACTOR.value
        left = self._heard + allowed - self._loop.time()
        if left <= 0:
            self._hub.finish(self, rules.KEEP_ALIVE)
        else:
            self._timers["silence"] = self._loop.call_later(left, self._watch_silence)

    def _start_clocks(self, admission: Admission) -> None:
        outcome, factor = admission.outcome, self._hub.time_factor
        if outcome is None:
            return
        seconds = outcome.disconnect_after_in_seconds or 0
        detail = factor_words(seconds, factor) if factor != 1 else ""
        self._timers["disconnect"] = self._loop.call_later(
            seconds / factor, self._hub.finish, self, rules.EXPIRED, detail
        )
        self._await_refresh(admission)
        if self._transport in (Transport.WSS, Transport.WS):
            life = limits.WEBSOCKET_SECONDS.value
            self._timers["life"] = self._loop.call_later(life, self._hub.finish, self, rules.WEBSOCKET_LIFE)

    def _await_refresh(self, admission: Admission) -> None:
        seconds = _refresh_seconds(admission) / self._hub.time_factor
        self._timers["refresh"] = self._loop.call_later(seconds, self._refresh)

    def _refresh(self) -> None:
        self._entering = self._loop.create_task(self._try_refresh())

    async def _try_refresh(self) -> None:
        try:
            await self._refreshed()
        except Exception as error:  # noqa: BLE001  # a defect of ours ends this connection only
            self._hub.finish(self, rules.REFRESH_REFUSED, fault_of(error).message or "")

    async def _refreshed(self) -> None:
        """Run the function again; its documents replace the previous ones."""
        if self._admission is None or self.session is None:
            return
        admission = await self._hub.gate.refresh(self._admission)
        if self.is_over:
            return
        if admission.outcome is None:
            self._hub.finish(self, rules.REFRESH_REFUSED, admission.reason)
            return
        seconds = _refresh_seconds(self._admission)
        self._admission = admission
        self.session.permissions = self.session.permissions.replaced(admission.documents)
        self._record.refreshed(seconds, self._hub.time_factor)
        self._await_refresh(admission)

    def _cancel(self, name: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()


def _refresh_seconds(admission: Admission) -> int:
    return (admission.outcome and admission.outcome.refresh_after_in_seconds) or 0


def _reason(rule: Rule, detail: str) -> str:
    """Why a connection was refused, as a clause."""
    if not detail or rule is rules.REFUSED:
        return detail or rule.what
    return f"{rule.what}: {detail}"


def _mqtt_context(connect: Connect) -> MqttContext:
    """What the client sent: absent fields stay absent, and a password in UTF-8 becomes text."""
    password: str | bytes | None = connect.password
    if isinstance(password, bytes):
        with contextlib.suppress(UnicodeDecodeError):
            password = password.decode("utf-8")
    return MqttContext(connect.username, password, connect.client_id or None)

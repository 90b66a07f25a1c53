"""The broker with its connected clients: carries out the effects of packets.

Everything runs in one event loop. Effects are processed from a queue, so that chains of messages, wills and
lifecycle events do not recurse.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from authlens.core.devices import lifecycle
from authlens.core.devices.broker import Broker, will_message
from authlens.core.devices.effects import Effect, End, Judged, Message, Route, Send, Subscribed, Unsubscribed
from authlens.core.devices.session import Session
from authlens.core.mqtt import limits, rules
from authlens.core.mqtt.packets import Publish
from authlens.core.mqtt.rules import Rule
from authlens.endpoint.devices.gate import ConnectGate
from authlens.endpoint.devices.ports import Sink

if TYPE_CHECKING:
    from authlens.endpoint.devices.client import MqttClient

_MOST_UNSENT = int(limits.QUEUED_BYTES.value)


class Hub:
    def __init__(
        self,
        gate: ConnectGate,
        sink: Sink,
        region: str,
        account: str,
        new_id: Callable[[], str],
        milliseconds: Callable[[], int],
        time_factor: float = 1.0,
    ) -> None:
        self.gate = gate
        self.sink = sink
        self.region = region
        self.account = account
        self.new_id = new_id
        self.time_factor = time_factor
        self.broker = Broker()
        self._milliseconds = milliseconds
        self._versions = lifecycle.Versions()
        self._clients: dict[Session, MqttClient] = {}
        self._work: deque[tuple[MqttClient | None, Iterable[Effect]]] = deque()
        self._is_working = False

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    @property
    def clients(self) -> tuple[MqttClient, ...]:
        return tuple(self._clients.values())

    def make_room(self, client_id: str) -> None:
        """Disconnect the client that already uses this client id."""
        other = self.broker.live(client_id)
        if other is not None:
            self.finish(self._clients[other], rules.TAKEN_OVER)

    def enter(self, client: MqttClient, session: Session) -> None:
        """Add an accepted client."""
        self._clients[session] = client
        self.broker.connected(session)
        name, version = session.client_id, self._versions.entered(session.client_id, self.now())
        when = self._milliseconds()
        self.publish(lifecycle.connected(name, client.id, client.principal, client.peer, version, when))

    def perform(self, client: MqttClient | None, effects: Iterable[Effect]) -> None:
        """Carry out effects, and the effects that follow from them."""
        self._work.append((client, effects))
        if self._is_working:
            return
        self._is_working = True
        try:
            while self._work:
                who, what = self._work.popleft()
                for effect in what:
                    self._do(who, effect)
        finally:
            self._is_working = False
            self._work.clear()

    def publish(self, messages: Iterable[Message]) -> None:
        """Route messages that AWS IoT itself publishes."""
        self.perform(None, [Route(message) for message in messages])

    def finish(self, client: MqttClient, rule: Rule, detail: str = "") -> None:
        """End an accepted connection from this side."""
        self.perform(client, client.session.end(rule, detail) if client.session else ())

    def failed(self, client: MqttClient, client_id: str) -> None:
        """Publish that a client may not connect."""
        when = self._milliseconds()
        self.publish(lifecycle.connect_failed(client_id, client.id, client.principal, client.peer, when))

    def _do(self, client: MqttClient | None, effect: Effect) -> None:
        if isinstance(effect, Route):
            self._route(effect.message)
        elif client is None or client.is_over:
            return
        elif isinstance(effect, Send):
            self._send(client, effect)
        elif isinstance(effect, Judged):
            client.note(effect)
        elif isinstance(effect, End):
            self._end(client, effect)
        else:
            self._changed(client, effect)

    def _send(self, client: MqttClient, effect: Send) -> None:
        packet = effect.packet
        if client.outbox.held_back > _MOST_UNSENT and isinstance(packet, Publish) and packet.qos == 0:
            response = rules.THROUGHPUT.v5
            client.note(Judged("RECEIVE", packet.topic, rule=rules.THROUGHPUT, response=response))
            return
        client.send(packet)
        if client.link.unsent > _MOST_UNSENT:
            self._end(client, End(rules.SLOW))

    def _route(self, message: Message) -> None:
        for session, effects in self.broker.route(message, self.now()):
            self._work.append((self._clients.get(session), effects))

    def _changed(self, client: MqttClient, effect: Effect) -> None:
        """Update subscriptions."""
        session = client.session
        if session is None:
            return
        when = self._milliseconds()
        if isinstance(effect, Subscribed):
            for _, effects in self.broker.subscribed(session, effect, self.now()):
                self._work.append((client, effects))
            topics = [wanted.topic for wanted, _ in effect.filters]
            messages = lifecycle.subscribed(session.client_id, client.id, client.principal, topics, when)
        elif isinstance(effect, Unsubscribed):
            self.broker.unsubscribed(session, effect)
            messages = lifecycle.unsubscribed(session.client_id, client.id, client.principal, effect.filters, when)
        else:
            return
        self._work.append((None, [Route(message) for message in messages]))

    def _end(self, client: MqttClient, effect: End) -> None:
        session = client.session
        client.over(effect.rule, effect.detail)
        if session is None or self._clients.pop(session, None) is None:
            return
        self.broker.ended(session, self.now())
        if effect.sends_will and client.will is not None:
            message = will_message(client.will, session.client_id, session.permissions, self.now())
            if message is not None:
                self._work.append((None, [Route(message)]))
        reason = effect.rule.lifecycle or "CONNECTION_LOST"
        name, version = session.client_id, self._versions.left(session.client_id, self.now())
        when = self._milliseconds()
        messages = lifecycle.disconnected(name, client.id, client.principal, reason, version, when)
        self._work.append((None, [Route(message) for message in messages]))

    def close(self) -> None:
        """End every connection."""
        for client in self.clients:
            self.finish(client, rules.SHUTDOWN)

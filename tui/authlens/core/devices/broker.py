"""What AWS IoT keeps between connections: sessions, subscriptions and retained messages. All in memory and bounded."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

from authlens.core.devices.effects import Effect, Message, Subscribed, Unsubscribed
from authlens.core.devices.messages import expiry
from authlens.core.devices.permissions import Permissions
from authlens.core.devices.routes import Routes
from authlens.core.devices.session import Session, SessionState
from authlens.core.mqtt import limits
from authlens.core.mqtt.packets import Connect, Filter, Will
from authlens.core.mqtt.properties import MESSAGE_EXPIRY, WILL_DELAY, number_of
from authlens.core.mqtt.topics import has_wildcard, shared, topic_problem

_NAMES_REMEMBERED = 10_000
"""How many client ids the connect rate is tracked for."""


class Broker:
    """For one thread. The caller reads the clock and passes the time in seconds."""

    def __init__(self) -> None:
        self._states: dict[str, SessionState] = {}
        self._live: dict[str, Session] = {}
        self._routes = Routes()
        self._retained: dict[str, Message] = {}
        self._connected_at: OrderedDict[str, float] = OrderedDict()

    def is_too_soon(self, client_id: str, now: float) -> bool:
        """Whether the client id connected within the last second. Counts as a CONNECT itself."""
        last = self._connected_at.pop(client_id, None)
        self._connected_at[client_id] = now
        if len(self._connected_at) > _NAMES_REMEMBERED:
            self._connected_at.popitem(last=False)
        return last is not None and now - last < limits.CONNECT_INTERVAL.value

    def live(self, client_id: str) -> Session | None:
        """The connected session of this client id."""
        return self._live.get(client_id)

    def state_for(self, connect: Connect, client_id: str, now: float) -> tuple[SessionState, bool]:
        """The state that a connection starts with, and whether it was kept from an earlier one."""
        self._forget_expired(now)
        kept = self._states.get(client_id)
        if kept is not None and not connect.clean_start and kept.version == connect.version:
            kept.kept_until = None
            return kept, True
        self._forget(client_id)
        state = self._states[client_id] = SessionState(client_id, connect.version)
        return state, False

    def connected(self, session: Session) -> None:
        self._live[session.client_id] = session

    def ended(self, session: Session, now: float) -> None:
        """A session lost its connection; its state is kept if the client asked for that."""
        if self._live.get(session.client_id) is not session:
            return
        del self._live[session.client_id]
        away = len(self._states) - len(self._live)
        if session.expiry and away <= limits.SESSIONS.value:
            session.state.kept_until = now + session.expiry
        else:
            self._forget(session.client_id)

    def subscribed(self, session: Session, what: Subscribed, now: float) -> list[tuple[Session, list[Effect]]]:
        """Add subscriptions; returns the retained messages to deliver for them."""
        effects: list[Effect] = []
        for wanted, was_there in what.filters:
            self._routes.add(session.client_id, wanted)
            message = self._retained_for(wanted, was_there, now)
            if message is not None:
                effects += session.retained(message, wanted, now)
        return [(session, effects)] if effects else []

    def unsubscribed(self, session: Session, what: Unsubscribed) -> None:
        for topic_filter in what.filters:
            self._routes.remove(session.client_id, topic_filter)

    def route(self, message: Message, now: float) -> list[tuple[Session, list[Effect]]]:
        """The effects for each connected subscriber; messages for disconnected sessions are stored."""
        if message.retain:
            self._retain(message)
        found = []
        for client_id, wanted in self._routes.of(message.topic, self._live):
            session = self._live.get(client_id)
            if session is not None:
                effects = session.deliver(message, wanted, now)
                if effects:
                    found.append((session, effects))
            elif min(message.qos, wanted.qos):
                self._states[client_id].keep(replace(message, qos=1, retain=False))
        return found

    def _retain(self, message: Message) -> None:
        if not message.payload:
            self._retained.pop(message.topic, None)
        elif message.topic in self._retained or len(self._retained) < limits.RETAINED_MESSAGES.value:
            self._retained[message.topic] = message

    def _retained_for(self, wanted: Filter, was_there: bool, now: float) -> Message | None:
        """Retained messages are delivered to exact filters only, and never to shared subscriptions."""
        if wanted.retain_handling == 2 or (wanted.retain_handling == 1 and was_there):
            return None
        if has_wildcard(wanted.topic) or shared(wanted.topic) is not None:
            return None
        message = self._retained.get(wanted.topic)
        if message is not None and message.expires_at is not None and message.expires_at <= now:
            del self._retained[wanted.topic]
            return None
        return message

    def _forget_expired(self, now: float) -> None:
        for client_id, state in list(self._states.items()):
            if state.kept_until is not None and state.kept_until <= now:
                self._forget(client_id)

    def _forget(self, client_id: str) -> None:
        state = self._states.pop(client_id, None)
        for topic_filter in state.subscriptions if state else ():
            self._routes.remove(client_id, topic_filter)


def will_message(will: Will, client_id: str, permissions: Permissions, now: float) -> Message | None:
    """The last will as a message; `None` if the policies do not allow publishing it."""
    if not all(decision.allowed for decision in permissions.decide_will(will)) or topic_problem(will.topic) is not None:
        return None
    kept = tuple(each for each in will.properties if each[0] not in (MESSAGE_EXPIRY, WILL_DELAY))
    expires_at = expiry(number_of(will.properties, MESSAGE_EXPIRY), now)
    return Message(will.topic, will.payload, min(will.qos, 1), will.retain, kept, client_id, expires_at)

"""One connected client under the rules of AWS IoT: packets in, effects out. It has no socket and no clock.

Answers come from the table of rules, policy decisions from the same evaluator as everywhere else.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field, replace

from authlens.core.devices.effects import Effect, End, Judged, Message, Route, Send, Subscribed, Unsubscribed
from authlens.core.devices.messages import message_of, response_topic_problem
from authlens.core.devices.permissions import PUBLISH, RECEIVE, RETAIN, SUBSCRIBE, Permissions
from authlens.core.mqtt import codes, limits, rules
from authlens.core.mqtt.encoder import encode
from authlens.core.mqtt.packets import (
    V3,
    V5,
    Connect,
    Disconnect,
    Filter,
    Packet,
    Pingreq,
    Pingresp,
    Puback,
    Publish,
    Suback,
    Subscribe,
    Unsuback,
    Unsubscribe,
)
from authlens.core.mqtt.properties import (
    MAXIMUM_PACKET_SIZE,
    MESSAGE_EXPIRY,
    REASON_STRING,
    RECEIVE_MAXIMUM,
    SESSION_EXPIRY,
    SUBSCRIPTION_ID,
    TOPIC_ALIAS,
    Properties,
    first,
    number_of,
    oversized,
)
from authlens.core.mqtt.rules import Rule
from authlens.core.mqtt.topics import filter_problem, shared, topic_problem

NewId = Callable[[], str]
"""Returns a new UUID, as in AWS's reason strings."""

_MAXIMUM_PAYLOAD = int(limits.PAYLOAD_BYTES.value)
_MOST_SUBSCRIPTIONS = int(limits.SUBSCRIPTIONS.value)
_MOST_UNACKNOWLEDGED = int(limits.UNACKNOWLEDGED.value)
_RATE = int(limits.PUBLISHES.value)


@dataclass(slots=True)
class SessionState:
    """The part of a session that survives a disconnect if the client asked for it."""

    client_id: str
    version: int = V3
    """AWS IoT resumes a session in the version of MQTT that began it only."""
    subscriptions: dict[str, Filter] = field(default_factory=dict)
    waiting: deque[Message] = field(default_factory=deque)
    """QoS 1 messages that have not been sent yet."""
    unacknowledged: dict[int, Message] = field(default_factory=dict)
    """QoS 1 messages by packet identifier."""
    last_id: int = 0
    kept_until: float | None = None
    """Set while the client is disconnected."""

    def keep(self, message: Message) -> bool:
        """Store a message for later; `False` if too many are waiting."""
        if len(self.waiting) >= limits.STORED_MESSAGES.value:
            return False
        self.waiting.append(message)
        return True

    def next_id(self) -> int:
        while True:
            self.last_id = self.last_id % 0xFFFF + 1
            if self.last_id not in self.unacknowledged:
                return self.last_id


class Session:
    """A client that has been let in."""

    def __init__(self, connect: Connect, permissions: Permissions, state: SessionState, new_id: NewId) -> None:
        self.client_id = state.client_id
        self.version = connect.version
        self.permissions = permissions
        self.state = state
        self.expiry = session_expiry(connect)
        """Seconds that the session is kept after its connection ends."""
        self._new_id = new_id
        self._window = min(number_of(connect.properties, RECEIVE_MAXIMUM) or _MOST_UNACKNOWLEDGED, _MOST_UNACKNOWLEDGED)
        self._largest = number_of(connect.properties, MAXIMUM_PACKET_SIZE)
        self._aliases: dict[int, str] = {}
        self._second = 0.0
        self._published = 0

    def receive(self, packet: Packet, now: float) -> list[Effect]:
        """The effects of a packet from the client."""
        handler = _HANDLERS.get(type(packet))
        if handler is None:
            rule = rules.SECOND_CONNECT if isinstance(packet, Connect) else rules.PROTOCOL_ERROR
            return self.end(rule, f"a {type(packet).__name__.upper()} is not expected")
        return list(handler(self, packet, now))

    def deliver(self, message: Message, wanted: Filter, now: float) -> list[Effect]:
        """The effects of a message on a topic that the client subscribed to."""
        if wanted.no_local and message.sender == self.client_id:
            return []
        decision = self.permissions.decide(RECEIVE, f"topic/{message.topic}")
        qos = min(message.qos, wanted.qos)
        rule = None if decision.allowed else rules.RECEIVE_DENIED
        judged = Judged("RECEIVE", message.topic, qos, RECEIVE, decision, rule, self._response(rule))
        if rule is not None:
            return [judged]
        retain = message.retain and wanted.retain_as_published
        if qos == 0:
            sent = self._outgoing(message, None, now, 0, retain)
            return [judged] if sent is None else [judged, sent]
        if not self.state.keep(replace(message, qos=1, retain=retain)):
            return [judged]
        return [judged, *self.flush(now)]

    def retained(self, message: Message, wanted: Filter, now: float) -> list[Effect]:
        """The same for a retained message and a new subscription: the retain flag stays set."""
        return self.deliver(message, replace(wanted, retain_as_published=True, no_local=False), now)

    def flush(self, now: float) -> Iterator[Effect]:
        """Send waiting messages while the client's receive window has room."""
        state = self.state
        while state.waiting and len(state.unacknowledged) < self._window:
            message = state.waiting.popleft()
            packet_id = state.next_id()
            sent = self._outgoing(message, packet_id, now, 1, message.retain)
            if sent is not None:
                state.unacknowledged[packet_id] = message
                yield sent

    def resume(self, now: float) -> list[Effect]:
        """Resend what the client did not acknowledge before, then what arrived in the meantime.

        Without the DUP flag, which AWS IoT does not support.
        """
        unfinished: list[Effect] = []
        for packet_id, message in list(self.state.unacknowledged.items()):
            sent = self._outgoing(message, packet_id, now, 1, message.retain)
            if sent is None:
                del self.state.unacknowledged[packet_id]
            else:
                unfinished.append(sent)
        kept = deque[Message]()
        denied: list[Effect] = []
        for message in self.state.waiting:
            decision = self.permissions.decide(RECEIVE, f"topic/{message.topic}")
            rule = None if decision.allowed else rules.RECEIVE_DENIED
            denied.append(Judged("RECEIVE", message.topic, 1, RECEIVE, decision, rule, self._response(rule)))
            if rule is None:
                kept.append(message)
        self.state.waiting = kept
        return [*unfinished, *denied, *self.flush(now)]

    def end(self, rule: Rule, detail: str = "", sends_will: bool = True) -> list[Effect]:
        """The DISCONNECT, if the client's version has one, and the end."""
        return [*self._farewell(rule), End(rule, detail, sends_will)]

    def _farewell(self, rule: Rule) -> Iterator[Effect]:
        response = rule.response(self.version)
        if response.packet == "DISCONNECT" and response.code is not None:
            yield Send(Disconnect(response.code, self._reason("DISCONNECT", response.code)))

    def _reason(self, packet: str, code: int) -> Properties:
        words = codes.reason_string(packet, code, self._new_id())
        return () if words is None else ((REASON_STRING, words),)

    def _response(self, rule: Rule | None) -> rules.Response | None:
        return None if rule is None else rule.response(self.version)

    def _outgoing(self, message: Message, packet_id: int | None, now: float, qos: int, retain: bool) -> Send | None:
        """The packet for a message; `None` if it expired or is too large for the client."""
        properties = message.properties if self.version == V5 else ()
        if message.expires_at is not None:
            left = message.expires_at - now
            if left <= 0:
                return None
            if self.version == V5:
                properties = (*properties, (MESSAGE_EXPIRY, int(left)))
        packet = Publish(message.topic, message.payload, qos, retain, packet_id=packet_id, properties=properties)
        if self._largest is not None and len(encode(packet, self.version)) > self._largest:
            return None
        return Send(packet)

    def _publish(self, packet: Publish, now: float) -> Iterator[Effect]:
        topic = self._topic(packet)
        if topic is None:
            yield from self._refuse(packet, packet.topic, rules.TOPIC_ALIAS)
            return
        rule, detail = self._publish_rule(packet, topic, now)
        if rule is not None:
            yield from self._refuse(packet, topic, rule, detail)
            return
        allowed = yield from self._may_publish(packet, topic)
        if not allowed:
            return
        if packet.packet_id is not None:
            yield Send(Puback(packet.packet_id))
        yield Route(message_of(packet, topic, self.client_id, now))

    def _publish_rule(self, packet: Publish, topic: str, now: float) -> tuple[Rule | None, str]:
        """The rule that a publish breaks, apart from the policies."""
        if packet.qos == 2:
            return rules.PUBLISH_QOS_2, ""
        if first(packet.properties, SUBSCRIPTION_ID) is not None:
            return rules.PROTOCOL_ERROR, "only a server may add a subscription identifier to a PUBLISH"
        if len(packet.payload) > _MAXIMUM_PAYLOAD:
            return rules.TOO_LARGE, f"{len(packet.payload)} bytes"
        problem = topic_problem(topic, retain=packet.retain) or response_topic_problem(packet.properties)
        if problem is not None:
            return (rules.TOPIC if packet.qos else rules.TOPIC_QOS_0), problem
        problem = oversized(packet.properties)
        if problem is not None:
            return rules.PROPERTY_SIZE, problem
        if not self._is_too_fast(now):
            return None, ""
        return (rules.PUBLISH_RATE if packet.qos else rules.PUBLISH_RATE_QOS_0), ""

    def _may_publish(self, packet: Publish, topic: str) -> Generator[Effect, None, bool]:
        """Evaluate the policies; yields the decisions and returns whether the message is routed."""
        for action in (PUBLISH, RETAIN) if packet.retain else (PUBLISH,):
            decision = self.permissions.decide(action, f"topic/{topic}")
            if not decision.allowed:
                rule = rules.PUBLISH_DENIED if packet.qos else rules.PUBLISH_DENIED_QOS_0
                yield Judged("PUBLISH", topic, packet.qos, action, decision, rule, self._response(rule))
                yield from self._answer(packet, rule)
                return False
            yield Judged("PUBLISH", topic, packet.qos, action, decision)
        return True

    def _refuse(self, packet: Publish, topic: str, rule: Rule, detail: str = "") -> Iterator[Effect]:
        yield Judged("PUBLISH", topic, packet.qos, rule=rule, response=self._response(rule), detail=detail)
        yield from self._answer(packet, rule, detail)

    def _answer(self, packet: Publish, rule: Rule, detail: str = "") -> Iterator[Effect]:
        response = rule.response(self.version)
        if response.packet == "PUBACK" and response.code is not None and packet.packet_id is not None:
            yield Send(Puback(packet.packet_id, response.code, self._reason("PUBACK", response.code)))
        if response.closes:
            yield from self.end(rule, detail)

    def _topic(self, packet: Publish) -> str | None:
        """The topic with its alias resolved; `None` if the alias is invalid."""
        alias = number_of(packet.properties, TOPIC_ALIAS)
        if alias is None:
            return packet.topic
        if alias > limits.TOPIC_ALIASES.value:
            return None
        if packet.topic:
            self._aliases[alias] = packet.topic
        return self._aliases.get(alias)

    def _is_too_fast(self, now: float) -> bool:
        if now - self._second >= 1:
            self._second, self._published = now, 0
        self._published += 1
        return self._published > _RATE

    def _subscribe(self, packet: Subscribe, now: float) -> Iterator[Effect]:
        rule = self._subscribe_rule(packet)
        if rule is not None:
            yield from self._refuse_all(packet, rule)
            return
        granted: list[tuple[Filter, bool]] = []
        known = dict(self.state.subscriptions)
        answers: list[int] = []
        fatal: Rule | None = None
        for wanted in packet.filters:
            judged = self._judge_filter(wanted, known, len(packet.filters) > 1)
            yield judged
            if judged.rule is None:
                granted.append((wanted, wanted.topic in known))
                known[wanted.topic] = wanted
                answers.append(wanted.qos)
                continue
            response = judged.rule.response(self.version)
            answers.append(codes.V3_REFUSED_FILTER if response.code is None else response.code)
            fatal = fatal or (judged.rule if response.closes else None)
        if fatal is not None:
            yield from self.end(fatal)
            return
        self.state.subscriptions = known
        yield Send(Suback(packet.packet_id, tuple(answers)))
        if granted:
            yield Subscribed(tuple(granted))

    def _subscribe_rule(self, packet: Subscribe) -> Rule | None:
        """The rule that the whole packet breaks."""
        if first(packet.properties, SUBSCRIPTION_ID) is not None:
            return rules.SUBSCRIPTION_ID
        if any(wanted.no_local and shared(wanted.topic) for wanted in packet.filters):
            return rules.PROTOCOL_ERROR
        if any(wanted.qos == 2 for wanted in packet.filters):
            return rules.SUBSCRIBE_QOS_2
        return rules.TOO_MANY_FILTERS if len(packet.filters) > limits.FILTERS.value else None

    def _refuse_all(self, packet: Subscribe, rule: Rule) -> Iterator[Effect]:
        response = rule.response(self.version)
        for wanted in packet.filters:
            yield Judged("SUBSCRIBE", wanted.topic, wanted.qos, rule=rule, response=response)
        if response.packet == "SUBACK" and response.code is not None:
            yield Send(Suback(packet.packet_id, (response.code,) * len(packet.filters)))
        if response.closes:
            yield from self.end(rule)

    def _judge_filter(self, wanted: Filter, known: Mapping[str, Filter], is_one_of_several: bool) -> Judged:
        problem = filter_problem(wanted.topic)
        rule: Rule | None = None
        if problem is not None:
            rule = rules.FILTER
        elif wanted.topic not in known and len(known) >= _MOST_SUBSCRIPTIONS:
            rule = rules.TOO_MANY_SUBSCRIPTIONS
        if rule is not None:
            response = self._response(rule)
            return Judged("SUBSCRIBE", wanted.topic, wanted.qos, rule=rule, response=response, detail=problem or "")
        decision = self.permissions.decide(SUBSCRIBE, f"topicfilter/{wanted.topic}")
        if not decision.allowed:
            rule = rules.SOME_FILTERS_DENIED if is_one_of_several else rules.SUBSCRIBE_DENIED
        return Judged("SUBSCRIBE", wanted.topic, wanted.qos, SUBSCRIBE, decision, rule, self._response(rule))

    def _unsubscribe(self, packet: Unsubscribe, now: float) -> Iterator[Effect]:
        known = tuple(topic for topic in packet.filters if self.state.subscriptions.pop(topic, None) is not None)
        yield Send(Unsuback(packet.packet_id, (codes.SUCCESS,) * len(packet.filters)))
        if known:
            yield Unsubscribed(known)

    def _puback(self, packet: Puback, now: float) -> Iterator[Effect]:
        self.state.unacknowledged.pop(packet.packet_id, None)
        yield from self.flush(now)

    def _pingreq(self, packet: Pingreq, now: float) -> Iterator[Effect]:
        yield Send(Pingresp())

    def _disconnect(self, packet: Disconnect, now: float) -> Iterator[Effect]:
        wanted = number_of(packet.properties, SESSION_EXPIRY)
        if wanted is not None and self.expiry:
            self.expiry = min(wanted, int(limits.SESSION_EXPIRY.value))
        yield End(rules.CLIENT_LEFT, sends_will=packet.code != codes.SUCCESS)


_HANDLERS: dict[type[Packet], Callable[..., Iterator[Effect]]] = {
    Publish: Session._publish,
    Subscribe: Session._subscribe,
    Unsubscribe: Session._unsubscribe,
    Puback: Session._puback,
    Pingreq: Session._pingreq,
    Disconnect: Session._disconnect,
}


def session_expiry(connect: Connect) -> int:
    """Seconds that a session is kept after its connection ends: at most an hour."""
    most = int(limits.SESSION_EXPIRY.value)
    if connect.version != V5:
        return 0 if connect.clean_start else most
    return min(number_of(connect.properties, SESSION_EXPIRY) or 0, most)

"""What the broker keeps: sessions, retained messages, the time of the last CONNECT."""

from __future__ import annotations

from dataclasses import replace

import pytest

from authlens.core.devices import broker as broker_module
from authlens.core.devices.broker import Broker, will_message
from authlens.core.devices.effects import Message, Send, Subscribed, Unsubscribed
from authlens.core.devices.session import Session
from authlens.core.mqtt import limits, properties
from authlens.core.mqtt.packets import V5, Connect, Filter, Publish, Subscribe, Unsubscribe, Will
from support.mqtt_session import of_kind, permissions, policy, session


def join(broker: Broker, client_id: str = "a", clean: bool = True, now: float = 0.0) -> Session:
    connect = Connect(client_id, clean_start=clean)
    state, _ = broker.state_for(connect, client_id, now)
    client = session(client_id=client_id, clean=clean, state=state)
    broker.connected(client)
    return client


def subscribe(broker: Broker, client: Session, *filters: Filter) -> list[Publish]:
    """Subscribe; the messages that come of it."""
    found = [
        effect
        for what in of_kind(client.receive(Subscribe(1, filters), 0), Subscribed)
        for _, effects in broker.subscribed(client, what, 0)
        for effect in effects
    ]
    return [send.packet for send in of_kind(found, Send) if isinstance(send.packet, Publish)]


def routed(broker: Broker, message: Message) -> list[tuple[str, bytes]]:
    return [
        (client.client_id, send.packet.payload)
        for client, effects in broker.route(message, 0)
        for send in of_kind(effects, Send)
        if isinstance(send.packet, Publish)
    ]


def test_a_message_reaches_the_subscribers() -> None:
    broker = Broker()
    first, second = join(broker, "a"), join(broker, "b")
    subscribe(broker, first, Filter("x"))
    subscribe(broker, second, Filter("#"))
    assert routed(broker, Message("x", b"1")) == [("a", b"1"), ("b", b"1")]
    assert routed(broker, Message("y", b"2")) == [("b", b"2")]


def test_a_retained_message_waits_for_exact_filters_only() -> None:
    broker = Broker()
    broker.route(Message("x", b"kept", 1, True), 0)
    client = join(broker)
    assert subscribe(broker, client, Filter("#"), Filter("+")) == []
    assert subscribe(broker, client, Filter("x")) == [Publish("x", b"kept", retain=True)]
    assert subscribe(broker, client, Filter("x", retain_handling=1)) == []
    assert subscribe(broker, client, Filter("x", retain_handling=2)) == []
    for other in ("#", "+", "$share/g/x"):
        broker.route(Message(other, b"kept", retain=True), 0)
        assert subscribe(broker, join(broker, "b"), Filter(other)) == []


def test_retain_handling_1_is_for_new_subscriptions() -> None:
    broker = Broker()
    broker.route(Message("x", b"kept", retain=True), 0)
    assert subscribe(broker, join(broker), Filter("x", retain_handling=1)) == [Publish("x", b"kept", retain=True)]


def test_an_empty_payload_deletes_what_is_retained() -> None:
    broker = Broker()
    broker.route(Message("x", b"kept", retain=True), 0)
    broker.route(Message("x", b"", retain=True), 0)
    assert subscribe(broker, join(broker), Filter("x")) == []


def test_a_retained_message_expires() -> None:
    broker = Broker()
    for topic, expires_at in (("over", -1), ("now", 0), ("later", 1)):
        broker.route(Message(topic, b"kept", retain=True, expires_at=expires_at), 0)
    kept = subscribe(broker, join(broker), Filter("over"), Filter("now"), Filter("later"))
    assert [message.topic for message in kept] == ["later"]


def test_the_number_of_retained_messages_is_bounded() -> None:
    broker = Broker()
    for number in range(5001):
        broker.route(Message(str(number), b"x", retain=True), 0)
    client = join(broker)
    assert subscribe(broker, client, Filter("4999")) != []
    assert subscribe(broker, client, Filter("5000")) == []
    broker.route(Message("7", b"newer", retain=True), 0)
    assert [message.payload for message in subscribe(broker, client, Filter("7"))] == [b"newer"]


def test_a_clean_session_leaves_nothing() -> None:
    broker = Broker()
    client = join(broker)
    subscribe(broker, client, Filter("x", 1))
    broker.ended(client, 0)
    broker.route(Message("x", b"1", 1), 0)
    assert join(broker, clean=False).state.subscriptions == {}


def test_a_persistent_session_gets_what_came_meanwhile_of_qos_1() -> None:
    broker = Broker()
    client = join(broker, clean=False)
    subscribe(broker, client, Filter("x", 1))
    broker.ended(client, 0)
    broker.route(Message("x", b"0", 0), 1)
    broker.route(Message("x", b"1", 1, retain=True), 1)
    state, is_kept = broker.state_for(Connect("a", clean_start=False), "a", 2)
    assert is_kept
    assert list(state.waiting) == [Message("x", b"1", 1)]
    assert state.kept_until is None


def test_a_persistent_session_is_gone_after_its_time() -> None:
    broker = Broker()
    broker.ended(join(broker, clean=False), 0)
    assert broker.state_for(Connect("a", clean_start=False), "a", 3599)[1]
    broker = Broker()
    broker.ended(join(broker, clean=False), 0)
    assert not broker.state_for(Connect("a", clean_start=False), "a", 3600)[1]


def test_a_session_that_was_taken_over_does_not_end_its_successor() -> None:
    broker = Broker()
    old, new = join(broker), join(broker)
    broker.ended(old, 0)
    assert broker.live("a") is new


def test_one_connect_a_second() -> None:
    broker = Broker()
    times = (0.0, 0.5, 1.4, 2.4)
    assert [broker.is_too_soon("a", now) for now in times] == [False, True, True, False]
    assert not broker.is_too_soon("b", 2.4)


def test_the_connect_rate_is_known_of_the_latest_client_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker_module, "_NAMES_REMEMBERED", 2)
    broker = Broker()
    assert [broker.is_too_soon(name, 0) for name in "abac"] == [False, False, True, False]
    assert [broker.is_too_soon(name, 0.5) for name in "acb"] == [True, True, False]


WILL = Will("bye", b"x", 2, True, ((properties.WILL_DELAY, 30),))


def test_a_will_is_a_message_that_the_policies_must_allow() -> None:
    may = permissions(policy(Publish=["topic/bye"], RetainPublish=["topic/bye"]))
    assert will_message(WILL, "a", may, 0) == Message("bye", b"x", 1, True, sender="a")
    assert will_message(WILL, "a", permissions(policy(Publish=["topic/bye"])), 0) is None
    given = ((properties.MESSAGE_EXPIRY, 60), (properties.CONTENT_TYPE, "text/plain"))
    assert will_message(Will("bye", b"x", properties=given), "a", may, 5) == Message(
        "bye", b"x", properties=((properties.CONTENT_TYPE, "text/plain"),), sender="a", expires_at=65
    )
    assert will_message(Will("$SYS/a"), "a", permissions(policy(Publish=["topic/*"])), 0) is None


def test_a_session_goes_on_in_its_version_of_mqtt_only() -> None:
    broker = Broker()
    client = join(broker, clean=False)
    subscribe(broker, client, Filter("x", 1))
    broker.ended(client, 0)
    state, is_kept = broker.state_for(Connect("a", clean_start=False, version=V5), "a", 1)
    assert (is_kept, state.subscriptions, state.version) == (False, {}, V5)
    assert routed(broker, Message("x", b"1", 1)) == []


def test_a_message_waits_for_a_shared_subscription_only_while_no_member_is_connected() -> None:
    broker = Broker()
    away, here = join(broker, "a", clean=False), join(broker, "b")
    for client in (away, here):
        subscribe(broker, client, Filter("$share/g/x", 1))
    broker.ended(away, 0)
    assert routed(broker, Message("x", b"1", 0)) == routed(broker, Message("x", b"1", 1)) == [("b", b"1")]
    broker.ended(here, 0)
    assert routed(broker, Message("x", b"2", 1)) == []
    assert [message.payload for message in broker.state_for(Connect("a", clean_start=False), "a", 1)[0].waiting] == [
        b"2"
    ]


def test_a_client_that_unsubscribed_gets_nothing_more() -> None:
    broker = Broker()
    client = join(broker)
    subscribe(broker, client, Filter("x"), Filter("y"))
    (gone,) = of_kind(client.receive(Unsubscribe(2, ("x",)), 0), Unsubscribed)
    broker.unsubscribed(client, gone)
    assert routed(broker, Message("x", b"1")) == []
    assert routed(broker, Message("y", b"2")) == [("a", b"2")]


def test_a_client_that_need_not_hear_itself_has_no_effects() -> None:
    broker = Broker()
    subscribe(broker, join(broker), Filter("x", no_local=True))
    assert broker.route(Message("x", b"1", sender="a"), 0) == []
    assert routed(broker, Message("x", b"1", sender="b")) == [("a", b"1")]


def test_only_sessions_without_a_connection_count_against_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SESSIONS", replace(limits.SESSIONS, value=2))
    broker = Broker()
    clients = [join(broker, name, clean=False) for name in "abcd"]
    for client in clients:
        broker.ended(client, 0)
    kept = [broker.state_for(Connect(name, clean_start=False), name, 1)[1] for name in "abcd"]
    assert kept == [True, True, False, False]

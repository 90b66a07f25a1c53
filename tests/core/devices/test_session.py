"""One connected client under every rule: what answers, what ends the connection, what goes on."""

from __future__ import annotations

import pytest

from authlens.core.devices.effects import Effect, End, Judged, Message, Route, Send, Subscribed, Unsubscribed
from authlens.core.devices.session import Session, SessionState, session_expiry
from authlens.core.mqtt import codes, properties, rules
from authlens.core.mqtt.packets import (
    V3,
    V5,
    Auth,
    Connect,
    Disconnect,
    Filter,
    Packet,
    Pingreq,
    Pingresp,
    Puback,
    Publish,
    Pubrel,
    Suback,
    Subscribe,
    Unsuback,
    Unsubscribe,
)
from authlens.core.mqtt.rules import Rule
from support.mqtt_session import EVERYTHING, of_kind, policy, session

NOTHING = policy(Connect=["client/*"])


def sent(effects: list[Effect]) -> list[Packet]:
    return [effect.packet for effect in of_kind(effects, Send)]


def rules_of(effects: list[Effect]) -> list[Rule | None]:
    return [judged.rule for judged in of_kind(effects, Judged)]


def ended_by(effects: list[Effect]) -> Rule | None:
    ends = of_kind(effects, End)
    return ends[0].rule if ends else None


def publish(qos: int = 1, topic: str = "a", retain: bool = False, payload: bytes = b"x") -> Publish:
    return Publish(topic, payload, qos, retain, packet_id=7 if qos else None)


class TestPublish:
    @pytest.mark.parametrize("version", [V3, V5])
    def test_one_that_is_allowed_is_acknowledged_and_routed(self, version: int) -> None:
        effects = session(version=version).receive(publish(), 0)
        assert sent(effects) == [Puback(7)]
        assert of_kind(effects, Route) == [Route(Message("a", b"x", 1, sender="sensor-7"))]
        assert rules_of(effects) == [None]

    @pytest.mark.parametrize(
        ("version", "qos", "answers", "rule"),
        [
            (V3, 0, [], rules.PUBLISH_DENIED_QOS_0),
            (V3, 1, [], rules.PUBLISH_DENIED),
            (V5, 1, [Puback(7, codes.NOT_AUTHORIZED)], rules.PUBLISH_DENIED),
        ],
    )
    def test_one_that_is_denied(self, version: int, qos: int, answers: list[Packet], rule: Rule) -> None:
        effects = session(NOTHING, version=version).receive(publish(qos), 0)
        assert sent(effects) == answers
        assert rules_of(effects) == [rule]
        assert ended_by(effects) == (rule if version == V3 else None)
        assert not of_kind(effects, Route)

    def test_qos_0_denied_in_version_5_ends_with_awss_reason_string(self) -> None:
        effects = session(NOTHING, version=V5).receive(publish(0), 0)
        words = "DISCONNECT:Client is not authenticated/authorized to send the message:id-1"
        assert sent(effects) == [Disconnect(codes.NOT_AUTHORIZED, ((properties.REASON_STRING, words),))]
        assert ended_by(effects) is rules.PUBLISH_DENIED_QOS_0

    @pytest.mark.parametrize("version", [V3, V5])
    def test_a_retained_one_needs_an_action_of_its_own(self, version: int) -> None:
        only_publish = policy(Publish=["topic/*"])
        effects = session(only_publish, version=version).receive(publish(retain=True), 0)
        assert [judged.action for judged in of_kind(effects, Judged)] == ["iot:Publish", "iot:RetainPublish"]
        assert rules_of(effects) == [None, rules.PUBLISH_DENIED]
        assert of_kind(session(version=version).receive(publish(retain=True), 0), Route)[0].message.retain

    @pytest.mark.parametrize(
        ("packet", "version", "rule", "closes"),
        [
            (publish(2), V3, rules.PUBLISH_QOS_2, False),
            (publish(2), V5, rules.PUBLISH_QOS_2, True),
            (publish(1, "a/+"), V3, rules.TOPIC, True),
            (publish(1, "a/+"), V5, rules.TOPIC, False),
            (publish(0, "$SYS/a"), V5, rules.TOPIC_QOS_0, True),
            (publish(1, "$aws/things/a/shadow/update", retain=True), V5, rules.TOPIC, False),
            (publish(1, payload=bytes(128 * 1024 + 1)), V5, rules.TOO_LARGE, True),
            (Publish("", properties=((properties.TOPIC_ALIAS, 3),)), V5, rules.TOPIC_ALIAS, True),
            (Publish("a", properties=((properties.TOPIC_ALIAS, 9),)), V5, rules.TOPIC_ALIAS, True),
            (Publish("a", properties=((properties.SUBSCRIPTION_ID, 1),)), V5, rules.PROTOCOL_ERROR, True),
            (Publish("a", properties=((properties.RESPONSE_TOPIC, "b/+"),)), V5, rules.TOPIC_QOS_0, True),
            (Publish("a", properties=((properties.CONTENT_TYPE, "x" * 257),)), V5, rules.PROPERTY_SIZE, True),
        ],
    )
    def test_rules_that_are_not_the_policys(self, packet: Publish, version: int, rule: Rule, closes: bool) -> None:
        effects = session(version=version).receive(packet, 0)
        assert rules_of(effects) == [rule]
        assert ended_by(effects) == (rule if closes else None)
        assert not of_kind(effects, Route)

    def test_the_largest_payload_passes(self) -> None:
        assert of_kind(session().receive(publish(payload=bytes(128 * 1024)), 0), Route)

    def test_a_topic_alias_means_the_topic_it_was_set_with(self) -> None:
        client = session(version=V5)
        alias = ((properties.TOPIC_ALIAS, 8),)
        client.receive(Publish("long/topic", properties=alias), 0)
        effects = client.receive(Publish("", properties=alias), 0)
        assert of_kind(effects, Route) == [Route(Message("long/topic", sender="sensor-7"))]

    def test_more_than_a_hundred_in_a_second_are_dropped(self) -> None:
        client = session(version=V5)
        within = [client.receive(publish(), 10.5) for _ in range(100)]
        assert all(of_kind(effects, Route) for effects in within)
        assert sent(client.receive(publish(), 10.9)) == [Puback(7, codes.QUOTA_EXCEEDED)]
        assert of_kind(client.receive(publish(), 11.5), Route)

    def test_the_first_second_has_a_hundred_too(self) -> None:
        client = session()
        assert [bool(of_kind(client.receive(publish(0), 0.5), Route)) for _ in range(101)] == [True] * 100 + [False]

    def test_what_ends_the_connection_sends_the_will(self) -> None:
        effects = session(NOTHING).receive(publish(0), 0)
        assert effects[-1] == End(rules.PUBLISH_DENIED_QOS_0, "", sends_will=True)
        detail = "131073 bytes"
        assert session().receive(publish(payload=bytes(128 * 1024 + 1)), 0)[-1] == End(rules.TOO_LARGE, detail, True)

    def test_subscribers_get_the_properties_but_expiry_and_alias(self) -> None:
        given = ((properties.MESSAGE_EXPIRY, 60), (properties.CONTENT_TYPE, "a/b"), (properties.TOPIC_ALIAS, 1))
        (route,) = of_kind(session(version=V5).receive(Publish("a", b"x", properties=given), 5), Route)
        kept = ((properties.CONTENT_TYPE, "a/b"),)
        assert route.message == Message("a", b"x", properties=kept, sender="sensor-7", expires_at=65)


class TestSubscribe:
    @pytest.mark.parametrize("version", [V3, V5])
    def test_one_that_is_allowed(self, version: int) -> None:
        client = session(version=version)
        effects = client.receive(Subscribe(1, (Filter("a/+", 1), Filter("b"))), 0)
        assert sent(effects) == [Suback(1, (1, 0))]
        assert of_kind(effects, Subscribed) == [Subscribed(((Filter("a/+", 1), False), (Filter("b"), False)))]
        assert set(client.state.subscriptions) == {"a/+", "b"}

    @pytest.mark.parametrize(
        ("filters", "version", "answers", "rule"),
        [
            (("x",), V3, [], rules.SUBSCRIBE_DENIED),
            (("x",), V5, [Suback(1, (0x87,))], rules.SUBSCRIBE_DENIED),
            (("ok", "x"), V3, [], rules.SOME_FILTERS_DENIED),
            (("ok", "x"), V5, [Suback(1, (0, 0x87))], rules.SOME_FILTERS_DENIED),
            (("a#",), V5, [Suback(1, (0x8F,))], rules.FILTER),
            (("$SYS/#",), V3, [], rules.FILTER),
            ((f"$share/{'g' * 129}/ok",), V5, [Suback(1, (0x8F,))], rules.FILTER),
        ],
    )
    def test_one_that_is_denied(
        self, filters: tuple[str, ...], version: int, answers: list[Packet], rule: Rule
    ) -> None:
        client = session(policy(Subscribe=["topicfilter/ok"]), version=version)
        effects = client.receive(Subscribe(1, tuple(map(Filter, filters))), 0)
        assert sent(effects) == answers
        assert rules_of(effects)[-1] is rule
        assert ended_by(effects) == (rule if version == V3 else None)

    @pytest.mark.parametrize(
        ("packet", "version", "answers", "rule"),
        [
            (Subscribe(1, (Filter("a", 2),)), V3, [], rules.SUBSCRIBE_QOS_2),
            (Subscribe(1, (Filter("a", 2),)), V5, [Disconnect(0x9B)], rules.SUBSCRIBE_QOS_2),
            (
                Subscribe(1, (Filter("a"),), ((properties.SUBSCRIPTION_ID, 1),)),
                V5,
                [Disconnect(0xA1)],
                rules.SUBSCRIPTION_ID,
            ),
            (Subscribe(1, (Filter("$share/g/a", no_local=True),)), V5, [Disconnect(0x82)], rules.PROTOCOL_ERROR),
            (Subscribe(1, (Filter("a"),) * 9), V5, [Suback(1, (0x97,) * 9)], rules.TOO_MANY_FILTERS),
        ],
    )
    def test_rules_that_are_not_the_policys(
        self, packet: Subscribe, version: int, answers: list[Packet], rule: Rule
    ) -> None:
        effects = session(version=version).receive(packet, 0)
        assert (sent(effects), rules_of(effects)[0]) == (answers, rule)
        assert bool(of_kind(effects, End)) is rule.response(version).closes

    @pytest.mark.parametrize(("version", "code"), [(V3, 0x80), (V5, 0x97)])
    def test_a_connection_has_fifty_subscriptions_at_most(self, version: int, code: int) -> None:
        client = session(version=version)
        for number in range(50):
            client.receive(Subscribe(1, (Filter(str(number)),)), 0)
        assert sent(client.receive(Subscribe(2, (Filter("one more"),)), 0)) == [Suback(2, (code,))]
        assert sent(client.receive(Subscribe(3, (Filter("7", 1),)), 0)) == [Suback(3, (1,))]

    def test_only_the_first_rule_that_ends_the_connection_is_its_reason(self) -> None:
        client = session(policy(Subscribe=["topicfilter/ok"]))
        effects = client.receive(Subscribe(1, tuple(map(Filter, ("ok", "a#", "x")))), 0)
        assert rules_of(effects) == [None, rules.FILTER, rules.SOME_FILTERS_DENIED]
        assert of_kind(effects, End) == [End(rules.FILTER)]
        assert not of_kind(effects, Subscribed)
        assert not client.state.subscriptions

    def test_a_subscription_that_was_there_is_replaced(self) -> None:
        client = session(version=V5)
        client.receive(Subscribe(1, (Filter("a"),)), 0)
        effects = client.receive(Subscribe(2, (Filter("a", 1),)), 0)
        assert of_kind(effects, Subscribed) == [Subscribed(((Filter("a", 1), True),))]
        assert client.state.subscriptions == {"a": Filter("a", 1)}

    def test_what_was_granted_and_what_was_not_is_judged_with_its_reason(self) -> None:
        effects = session(version=V5).receive(Subscribe(1, (Filter("a#", 1),)), 0)
        (judged,) = of_kind(effects, Judged)
        assert (judged.packet, judged.topic, judged.qos, judged.action) == ("SUBSCRIBE", "a#", 1, None)
        assert judged.detail
        assert not of_kind(effects, Subscribed)

    def test_the_number_of_filters_in_one_packet_is_bounded(self) -> None:
        client = session(version=V5)
        assert rules_of(client.receive(Subscribe(1, tuple(map(Filter, "abcdefgh"))), 0)) == [None] * 8
        assert (
            rules_of(client.receive(Subscribe(1, tuple(map(Filter, "abcdefghi"))), 0)) == [rules.TOO_MANY_FILTERS] * 9
        )

    def test_unsubscribing_from_what_there_is_not_is_acknowledged(self) -> None:
        assert session().receive(Unsubscribe(2, ("a",)), 0) == [Send(Unsuback(2, (0,)))]

    def test_unsubscribing_names_what_there_was(self) -> None:
        client = session(version=V5)
        client.receive(Subscribe(1, (Filter("a"),)), 0)
        effects = client.receive(Unsubscribe(2, ("a", "b")), 0)
        assert sent(effects) == [Unsuback(2, (0, 0))]
        assert of_kind(effects, Unsubscribed) == [Unsubscribed(("a",))]


class TestDelivery:
    def test_the_lower_qos_counts_and_the_retain_flag_stays_off(self) -> None:
        message = Message("a", b"x", 1, True)
        assert sent(session().deliver(message, Filter("a", 0), 0)) == [Publish("a", b"x")]
        assert sent(session().deliver(message, Filter("a", 1), 0)) == [Publish("a", b"x", 1, packet_id=1)]
        published = sent(session(version=V5).deliver(message, Filter("a", 0, retain_as_published=True), 0))
        assert published == [Publish("a", b"x", retain=True)]

    def test_one_that_the_policy_denies_is_not_delivered(self) -> None:
        effects = session(NOTHING).deliver(Message("a"), Filter("a"), 0)
        assert rules_of(effects) == [rules.RECEIVE_DENIED]
        assert not sent(effects)

    def test_a_client_need_not_hear_itself(self) -> None:
        message = Message("a", sender="sensor-7")
        assert session(version=V5).deliver(message, Filter("a", no_local=True), 0) == []
        assert session(version=V5).deliver(message, Filter("a"), 0) != []

    def test_the_clients_receive_maximum_holds_messages_back(self) -> None:
        client = session(version=V5, properties=((properties.RECEIVE_MAXIMUM, 2),))
        messages = [Message("a", str(number).encode(), 1) for number in range(3)]
        delivered = [sent(client.deliver(message, Filter("a", 1), 0)) for message in messages]
        assert [len(packets) for packets in delivered] == [1, 1, 0]
        assert sent(client.receive(Puback(1), 0)) == [Publish("a", b"2", 1, packet_id=3)]

    def test_no_more_than_a_hundred_are_on_their_way(self) -> None:
        client = session()
        for _ in range(101):
            client.deliver(Message("a", qos=1), Filter("a", 1), 0)
        assert (len(client.state.unacknowledged), len(client.state.waiting)) == (100, 1)

    def test_what_waits_is_bounded(self) -> None:
        state = SessionState("sensor-7")
        assert all(state.keep(Message("a")) for _ in range(1000))
        assert not state.keep(Message("a"))

    def test_a_message_expires(self) -> None:
        message = Message("a", expires_at=10.0)
        packet = sent(session(version=V5).deliver(message, Filter("a"), 4))[0]
        assert isinstance(packet, Publish)
        assert packet.properties == ((properties.MESSAGE_EXPIRY, 6),)
        (late,) = sent(session(version=V5).deliver(message, Filter("a"), 9.9))
        assert isinstance(late, Publish)
        assert late.properties == ((properties.MESSAGE_EXPIRY, 0),)
        assert sent(session(version=V5).deliver(message, Filter("a"), 10)) == []
        assert sent(session(version=V3).deliver(message, Filter("a"), 4)) == [Publish("a")]

    def test_only_version_5_has_properties(self) -> None:
        message = Message("a", properties=((properties.CONTENT_TYPE, "a/b"),))
        assert sent(session(version=V3).deliver(message, Filter("a"), 0)) == [Publish("a")]
        (packet,) = sent(session(version=V5).deliver(message, Filter("a"), 0))
        assert packet == Publish("a", properties=((properties.CONTENT_TYPE, "a/b"),))

    def test_a_message_that_expires_while_it_waits_takes_no_identifier_from_the_window(self) -> None:
        client = session(version=V5, properties=((properties.RECEIVE_MAXIMUM, 1),))
        for message in (Message("a", b"1", 1), Message("a", b"2", 1, expires_at=5), Message("a", b"3", 1)):
            client.deliver(message, Filter("a", 1), 0)
        assert sent(client.receive(Puback(1), 6)) == [Publish("a", b"3", 1, packet_id=3)]
        assert list(client.state.unacknowledged) == [3]

    def test_a_message_that_expires_unacknowledged_is_not_sent_again(self) -> None:
        state = SessionState("sensor-7", unacknowledged={1: Message("a", b"1", 1, expires_at=5)})
        assert session(state=state).resume(6) == []
        assert not state.unacknowledged

    def test_what_no_longer_fits_is_judged_and_dropped(self) -> None:
        state = SessionState("sensor-7")
        client = session(state=state)
        while state.keep(Message("a", qos=1)):
            pass
        effects = client.deliver(Message("a", qos=1), Filter("a", 1), 0)
        assert (rules_of(effects), sent(effects), len(state.waiting)) == ([None], [], 1000)

    def test_a_retained_message_keeps_its_flag_and_reaches_its_own_sender(self) -> None:
        message = Message("a", b"x", 1, True, sender="sensor-7")
        for qos, packet_id in ((0, None), (1, 1)):
            found = sent(session(version=V5).retained(message, Filter("a", qos, no_local=True), 0))
            assert found == [Publish("a", b"x", qos, True, packet_id=packet_id)]

    def test_a_packet_larger_than_the_client_takes_is_left_out(self) -> None:
        client = session(version=V5, properties=((properties.MAXIMUM_PACKET_SIZE, 100),))
        # Two bytes of fixed header, three of the topic, one of the properties.
        assert sent(client.deliver(Message("a", bytes(95)), Filter("a"), 0)) == []
        assert sent(client.deliver(Message("a", bytes(94)), Filter("a"), 0)) == [Publish("a", bytes(94))]

    def test_a_session_goes_on_with_what_was_not_acknowledged(self) -> None:
        state = SessionState("sensor-7")
        first = session(state=state)
        first.deliver(Message("a", b"1", 1), Filter("a", 1), 0)
        state.keep(Message("a", b"2", 1))
        packets = sent(session(state=state).resume(0))
        assert packets == [Publish("a", b"1", 1, packet_id=1), Publish("a", b"2", 1, packet_id=2)]

    def test_what_came_meanwhile_is_checked_when_the_client_is_back(self) -> None:
        state = SessionState("sensor-7")
        state.keep(Message("a", b"2", 1))
        effects = session(NOTHING, state=state).resume(0)
        assert (sent(effects), rules_of(effects)) == ([], [rules.RECEIVE_DENIED])
        (judged,) = of_kind(effects, Judged)
        assert (judged.packet, judged.topic, judged.qos, judged.action) == ("RECEIVE", "a", 1, "iot:Receive")

    def test_packet_identifiers_in_use_are_skipped(self) -> None:
        state = SessionState("a", last_id=65534, unacknowledged={65535: Message("a"), 1: Message("a")})
        assert state.next_id() == 2


@pytest.mark.parametrize(
    ("packet", "rule"),
    [
        (Connect("a"), rules.SECOND_CONNECT),
        (Auth(), rules.PROTOCOL_ERROR),
        (Pubrel(1), rules.PROTOCOL_ERROR),
        (Suback(1, ()), rules.PROTOCOL_ERROR),
    ],
)
def test_a_packet_that_does_not_belong_here_ends_the_connection(packet: Packet, rule: Rule) -> None:
    effects = session(version=V5).receive(packet, 0)
    assert (sent(effects), ended_by(effects)) == ([Disconnect(codes.PROTOCOL_ERROR)], rule)


def test_an_end_is_announced_by_a_disconnect_only_where_that_is_the_answer() -> None:
    client = session(version=V5)
    assert client.end(rules.SUBSCRIBE_DENIED, "d", sends_will=False) == [End(rules.SUBSCRIBE_DENIED, "d", False)]
    assert sent(client.end(rules.PROTOCOL_ERROR)) == [Disconnect(codes.PROTOCOL_ERROR)]


def test_a_ping_is_answered() -> None:
    assert sent(session().receive(Pingreq(), 0)) == [Pingresp()]


@pytest.mark.parametrize(("code", "sends_will"), [(0, False), (codes.DISCONNECT_WITH_WILL, True), (0x80, True)])
def test_only_a_plain_disconnect_withholds_the_will(code: int, sends_will: bool) -> None:
    effects = session(version=V5).receive(Disconnect(code), 0)
    assert effects == [End(rules.CLIENT_LEFT, sends_will=sends_will)]


def test_a_disconnect_may_change_how_long_the_session_lives() -> None:
    client = session(version=V5, properties=((properties.SESSION_EXPIRY, 60),))
    client.receive(Disconnect(properties=((properties.SESSION_EXPIRY, 5),)), 0)
    assert client.expiry == 5
    client.receive(Disconnect(), 0)
    assert client.expiry == 5
    client.receive(Disconnect(properties=((properties.SESSION_EXPIRY, 0xFFFFFFFF),)), 0)
    assert client.expiry == 3600


def test_a_session_that_was_to_end_with_its_connection_cannot_outlive_it_after_all() -> None:
    client = session(version=V5)
    client.receive(Disconnect(properties=((properties.SESSION_EXPIRY, 5),)), 0)
    assert client.expiry == 0


@pytest.mark.parametrize(
    ("connect", "seconds"),
    [
        (Connect(), 0),
        (Connect(clean_start=False), 3600),
        (Connect(version=V5, clean_start=False), 0),
        (Connect(version=V5, properties=((properties.SESSION_EXPIRY, 90),)), 90),
        (Connect(version=V5, properties=((properties.SESSION_EXPIRY, 0xFFFFFFFF),)), 3600),
    ],
)
def test_how_long_a_session_outlives_its_connection(connect: Connect, seconds: int) -> None:
    assert session_expiry(connect) == seconds


def test_other_documents_decide_at_once() -> None:
    client: Session = session(EVERYTHING)
    client.permissions = client.permissions.replaced([NOTHING])
    assert rules_of(client.receive(publish(0), 0)) == [rules.PUBLISH_DENIED_QOS_0]

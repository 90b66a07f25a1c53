"""Who gets a message."""

from __future__ import annotations

import pytest

from authlens.core.devices.routes import Routes
from authlens.core.mqtt.packets import Filter

ALL = frozenset("abc")


def routes(*subscriptions: tuple[str, str, int]) -> Routes:
    made = Routes()
    for client_id, topic_filter, qos in subscriptions:
        made.add(client_id, Filter(topic_filter, qos))
    return made


def test_exact_and_wildcard_subscriptions_get_a_message_once() -> None:
    found = routes(("a", "x/y", 0), ("a", "x/#", 1), ("b", "+/y", 0), ("c", "z", 0)).of("x/y", ALL)
    assert found == [("a", Filter("x/#", 1)), ("b", Filter("+/y", 0))]


def test_a_subscription_that_is_gone_gets_nothing() -> None:
    made = routes(("a", "x", 0), ("a", "#", 0))
    made.remove("a", "x")
    made.remove("a", "never there")
    assert made.of("x", ALL) == [("a", Filter("#", 0))]


def test_a_new_subscription_replaces_the_old_one() -> None:
    assert routes(("a", "x", 0), ("a", "x", 1)).of("x", ALL) == [("a", Filter("x", 1))]


def test_shared_subscriptions_take_turns() -> None:
    made = routes(("a", "$share/g/x/+", 0), ("b", "$share/g/x/+", 0), ("c", "x/1", 0))
    turns = [[client_id for client_id, _ in made.of("x/1", ALL)] for _ in range(4)]
    assert turns == [["c", "a"], ["c", "b"], ["c", "a"], ["c", "b"]]
    assert made.of("y/1", ALL) == []
    made.remove("a", "$share/g/x/+")
    assert [client_id for client_id, _ in made.of("x/2", ALL)] == ["b"]


def test_a_shared_subscription_goes_to_who_is_connected() -> None:
    made = routes(*((client_id, "$share/g/x", 1) for client_id in "abc"))
    turns = [[client_id for client_id, _ in made.of("x", live)] for live in ("bc", "bc", "bc", "", "", "a", "a")]
    assert turns == [["b"], ["c"], ["b"], ["a"], ["c"], ["a"], ["a"]]


def test_of_several_matching_subscriptions_the_first_of_the_highest_qos_counts() -> None:
    found = routes(("a", "x/#", 0), ("a", "x/+", 1), ("a", "+/y", 1), ("a", "#", 0)).of("x/y", ALL)
    assert found == [("a", Filter("x/+", 1))]


@pytest.mark.parametrize("topic_filter", ["#", "$aws/rules/r/a", "$aws/rules/#"])
def test_basic_ingest_reaches_no_subscriber(topic_filter: str) -> None:
    assert routes(("a", topic_filter, 0)).of("$aws/rules/r/a", ALL) == []


def test_one_of_two_clients_leaves_and_the_other_stays() -> None:
    made = routes(("a", "x", 0), ("b", "x", 1))
    made.remove("a", "x")
    assert made.of("x", ALL) == [("b", Filter("x", 1))]
    made.remove("c", "x")
    made.remove("b", "x")
    assert made.of("x", ALL) == []

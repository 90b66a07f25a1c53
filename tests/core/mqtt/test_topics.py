"""Topics and filters: which match, which AWS accepts."""

from __future__ import annotations

import pytest

from authlens.core.mqtt.topics import (
    Shared,
    client_id_problem,
    filter_problem,
    has_wildcard,
    is_basic_ingest,
    matches,
    shared,
    topic_problem,
)


@pytest.mark.parametrize(
    ("topic_filter", "topic", "does"),
    [
        ("a", "a", True),
        ("a", "b", False),
        ("a/b", "a/b", True),
        ("a/b", "a", False),
        ("a", "a/b", False),
        ("+", "a", True),
        ("+", "a/b", False),
        ("+/b", "a/b", True),
        ("a/+", "a/", True),
        ("a/+", "a", False),
        ("a/+/c", "a/b/c", True),
        ("a/+/c", "a/b/d", False),
        ("#", "a", True),
        ("#", "a/b/c", True),
        ("sensor/#", "sensor/a/b", True),
        ("sensor/#", "sensor/", True),
        ("sensor/#", "sensor", False),
        ("sensor/+/#", "sensor/a", False),
        ("#", "$aws/things", False),
        ("+/things", "$aws/things", False),
        ("$aws/#", "$aws/things", True),
        ("$aws/+", "$aws/things", True),
        ("A", "a", False),
        ("/", "/", True),
        ("+/+", "/", True),
    ],
)
def test_which_topics_reach_a_filter(topic_filter: str, topic: str, does: bool) -> None:
    assert matches(topic_filter, topic) is does


@pytest.mark.parametrize(
    ("topic", "words"),
    [
        ("a/b", None),
        ("", "empty"),
        ("a/+", "wildcard"),
        ("a#", "wildcard"),
        ("$SYS/a", "reserved"),
        ("$aws/unheard-of", "reserved"),
        ("$aws/events/presence/connected/a", "reserved"),
        ("$aws/things/a/shadow/update", None),
        ("$aws/things/a/shadow/update/accepted", "reserved"),
        ("$aws/rules/name/a", None),
        ("x" * 256, None),
        ("x" * 257, "257 bytes"),
        ("é" * 129, "258 bytes"),
        (f"$aws/rules/name/{'x' * 256}", None),
        (f"$aws/rules/name/{'x' * 257}", "257 bytes"),
        ("1/2/3/4/5/6/7/8", None),
        ("1/2/3/4/5/6/7/8/9", "8 slashes"),
        ("$aws/rules/name/1/2/3/4/5/6/7/8", None),
        ("$aws/rules/name/1/2/3/4/5/6/7/8/9", "8 slashes"),
    ],
)
def test_which_topics_take_messages(topic: str, words: str | None) -> None:
    problem = topic_problem(topic)
    assert problem is None if words is None else words in (problem or "")


@pytest.mark.parametrize(
    ("topic_filter", "words"),
    [
        ("a/+/#", None),
        ("", "empty"),
        ("a+", "`+`"),
        ("#/a", "last level"),
        ("a/b#", "last level"),
        ("+/a", None),
        ("$SYS/#", "reserved"),
        ("$aws/events/#", None),
        ("$aws/things/+/shadow/update/accepted", None),
        ("$share/group/a/+", None),
        ("$share/group", "$share/GROUP/FILTER"),
        ("$share/g+/a", "$share/GROUP/FILTER"),
        (f"$share/{'g' * 128}/{'x' * 256}", None),
        (f"$share/{'g' * 129}/a", "129 characters"),
        ("$share/g/a+", "`+`"),
        ("1/2/3/4/5/6/7/8/#", "8 slashes"),
    ],
)
def test_which_filters_may_be_subscribed_to(topic_filter: str, words: str | None) -> None:
    problem = filter_problem(topic_filter)
    assert problem is None if words is None else words in (problem or "")


def test_reserved_topics_retain_nothing() -> None:
    assert "retains" in (topic_problem("$aws/things/a/shadow/update", retain=True) or "")
    assert topic_problem("a", retain=True) is None


@pytest.mark.parametrize(("client_id", "words"), [("a", None), ("é" * 65, "130 bytes"), ("$a", "reserved")])
def test_which_client_ids_may_connect(client_id: str, words: str | None) -> None:
    problem = client_id_problem(client_id)
    assert problem is None if words is None else words in (problem or "")


def test_shared_subscriptions_and_basic_ingest() -> None:
    assert shared("$share/g/a/#") == Shared("g", "a/#")
    assert shared("$share/g/a") == Shared("g", "a")
    for text in (
        "a/$share/g",
        "$share/",
        "$share//a",
        "$share/g",
        "$share/g/",
        "$share/g+/a",
        "$share/#/a",
        "share/g/a",
    ):
        assert shared(text) is None
    assert [has_wildcard(text) for text in ("a/+", "#", "a/b", "")] == [True, True, False, False]
    assert is_basic_ingest("$aws/rules/name/topic")
    assert not is_basic_ingest("$aws/things/a")

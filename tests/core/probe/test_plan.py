"""A plan's address and trials."""

from __future__ import annotations

import pytest

from authlens.core.probe.plan import ProbeOptions, ProbePlan, Trial, Way


@pytest.mark.parametrize(
    ("host", "way", "address"),
    [
        ("a.example.com", "mqtt", "mqtts://a.example.com:443"),
        ("a.example.com", "wss", "wss://a.example.com:443"),
        ("::1", "https", "https://[::1]:443"),
    ],
)
def test_the_address_names_protocol_host_and_port(host: str, way: Way, address: str) -> None:
    assert ProbePlan(host, way=way).address == address


def test_a_trial_asks_the_policies_what_it_does() -> None:
    assert Trial("publish", "a").action == "iot:Publish"
    assert Trial("subscribe", "a").action == "iot:Subscribe"
    assert Trial("subscribe", "a").packet == "SUBSCRIBE"


def test_the_server_name_is_the_host_unless_it_is_given() -> None:
    assert ProbePlan("h").name == "h"
    assert ProbePlan("127.0.0.1", server_name="localhost").name == "localhost"


@pytest.mark.parametrize(
    ("topic", "words"),
    [("", "Name a topic"), ("a\0", "cannot use"), ("é" * 32_768, "cannot use"), ("a" * 65_535, "")],
)
def test_a_topic_that_mqtt_cannot_carry(topic: str, words: str) -> None:
    problem = ProbeOptions(trials=(Trial("publish", topic),)).problem
    assert words in problem
    assert bool(problem) is bool(words)


def test_https_publishes_once_and_subscribes_to_nothing() -> None:
    publish, subscribe = Trial("publish", "a"), Trial("subscribe", "a")
    assert ProbeOptions("https", trials=(publish,)).problem == ""
    for trials in ((), (publish, publish), (publish, subscribe), (subscribe,)):
        assert "HTTPS can only publish" in ProbeOptions("https", trials=trials).problem

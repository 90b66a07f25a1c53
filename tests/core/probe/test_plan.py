"""A plan's address and trials."""

from __future__ import annotations

import pytest

from authlens.core.probe.plan import ProbeOptions, ProbePlan, Trial, Way, trials


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


@pytest.mark.parametrize(("host", "sni"), [("h.example", "h.example"), ("127.0.0.1", None), ("::1", None)])
def test_an_address_is_not_sent_as_a_server_name(host: str, sni: str | None) -> None:
    assert ProbePlan(host).sni == sni


@pytest.mark.parametrize("name", ["a b", "a..b", "a\nb", "x" * 64, ".", "127.0.0.1", "::1", ".".join(["x" * 60] * 5)])
def test_a_server_name_that_tls_cannot_send(name: str) -> None:
    assert "not a host name" in ProbeOptions(server_name=name).problem
    assert ProbeOptions(server_name="abc-ats.iot.eu-west-1.amazonaws.com").problem == ""


@pytest.mark.parametrize("port", [0, -1, 65_536, 70_000])
def test_a_port_that_does_not_exist(port: int) -> None:
    # The system's resolver would take 70000 for 4464.
    assert f"{port} is not a port" in ProbeOptions(port=port).problem
    assert ProbeOptions(port=65_535).problem == ""


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
    for given in ((), (publish, publish), (publish, subscribe), (subscribe,)):
        assert "HTTPS can only publish" in ProbeOptions("https", trials=given).problem


def test_what_each_trial_asks_for() -> None:
    subscribe, publish = Trial("subscribe", "a/#"), Trial("publish", "a")
    assert (subscribe.action, subscribe.packet, subscribe.resource) == ("iot:Subscribe", "SUBSCRIBE", "topicfilter/a/#")
    assert (publish.action, publish.packet, publish.resource) == ("iot:Publish", "PUBLISH", "topic/a")


def test_trials_subscribe_first_and_split_a_payload_at_its_first_equals_sign() -> None:
    assert trials(["s/#", "t"], ["a", "b=", "c=x=y", "d=\udcff"]) == (
        Trial("subscribe", "s/#"),
        Trial("subscribe", "t"),
        Trial("publish", "a"),
        Trial("publish", "b"),
        Trial("publish", "c", b"x=y"),
        Trial("publish", "d", b"\xff"),
    )


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ((), ""),
        ((Trial("publish", "a"), Trial("subscribe", "b")), ""),
        ((Trial("publish", "a"), Trial("subscribe", "")), "Name a topic to subscribe to."),
        ((Trial("publish", "a\0"), Trial("publish", "")), "publish: MQTT cannot use this text as a topic."),
        ((Trial("subscribe", "é" * 32_767 + "a"),), ""),
        ((Trial("subscribe", "é" * 32_768),), "subscribe: MQTT cannot use this text as a topic."),
        ((Trial("subscribe", "\udcff"),), "subscribe: MQTT cannot use this text as a topic."),
    ],
    ids=["nothing", "two", "no topic", "the first problem", "65,535 bytes", "65,536 bytes", "a byte that is not UTF-8"],
)
def test_the_first_problem_of_the_trials(given: tuple[Trial, ...], problem: str) -> None:
    assert ProbeOptions(trials=given).problem == problem
    assert ProbeOptions("wss", trials=given).problem == problem


def test_over_https_a_topic_is_judged_too() -> None:
    assert ProbeOptions("https", trials=(Trial("publish", ""),)).problem == "Name a topic to publish to."


def test_what_is_not_chosen() -> None:
    options, plan = ProbeOptions(), ProbePlan("h")
    assert (options.way, options.version, options.seconds) == ("mqtt", 5, 10.0)
    assert (plan.way, plan.version, plan.port, plan.alpn, plan.seconds) == ("mqtt", 5, 443, ("mqtt",), 10.0)

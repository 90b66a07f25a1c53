"""A plan's address and trials."""

from __future__ import annotations

import pytest

from authlens.core.probe.plan import ProbePlan, Trial, Way


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

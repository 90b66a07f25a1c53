"""Environments: what they change of a saved request, and every mistake at its place."""

from __future__ import annotations

import pytest

from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext, TlsContext
from authlens.core.request.target import Target
from authlens.core.saved.environment import Environment, read_environment
from authlens.core.saved.saved_request import SavedRequest, Sign
from authlens.core.text.yaml_reader import YamlError

EVERY_KEY = """\
description: The account of the production
profile: prod
region: eu-west-1
endpointUrl: https://iot.eu-west-1.amazonaws.com
values:
  TOKEN: t8
  CLIENT: sensor-8
"""


def test_every_key_is_read() -> None:
    assert read_environment(EVERY_KEY) == Environment(
        Target("prod", "eu-west-1", "https://iot.eu-west-1.amazonaws.com"),
        {"TOKEN": "t8", "CLIENT": "sensor-8"},
        "The account of the production",
    )


def test_endpoint_is_short_for_endpoint_url() -> None:
    assert read_environment("endpoint: http://localhost:1").target == Target(endpoint_url="http://localhost:1")


def test_an_empty_file_changes_nothing() -> None:
    saved = SavedRequest(AuthorizerRequest("A", "${env:T}"), target=Target("dev", local="authorizers.yaml"))
    assert read_environment("").of(saved) == saved


TARGETS = {
    "a profile": ("profile: prod", Target("dev", "us-west-2"), Target("prod", "us-west-2")),
    "a region": ("region: eu-west-1", Target("dev", "us-west-2"), Target("dev", "eu-west-1")),
    "an endpoint": ("endpointUrl: http://h", Target("dev", local="a.yaml"), Target("dev", endpoint_url="http://h")),
    "a local one": ("local: b.yaml", Target(endpoint_url="http://h"), Target(local="b.yaml")),
    "a profile replaces a local target": ("profile: prod", Target(local="a.yaml"), Target("prod")),
    "a region of a local one": ("region: eu-west-1", Target(local="a.yaml"), Target(None, "eu-west-1", None, "a.yaml")),
    "only values": ("values: {A: b}", Target(local="a.yaml"), Target(local="a.yaml")),
}


@pytest.mark.parametrize(("text", "own", "expected"), TARGETS.values(), ids=TARGETS)
def test_target(text: str, own: Target, expected: Target) -> None:
    assert read_environment(text).of(SavedRequest(AuthorizerRequest(), target=own)).target == expected


def test_values_replace_variables_everywhere() -> None:
    saved = SavedRequest(
        AuthorizerRequest(
            "${env:A}",
            "${env:A:-x}",
            "$${env:A} ${env:B:-b}",
            HttpContext((("h", "${env:A}"),), "?a=${env:A}"),
            MqttContext("${env:A}", "${env:A}", "c-${env:A}"),
            TlsContext("${env:A}"),
        ),
        sign=Sign("keys/k.pem", "${env:P}"),
    )
    sent = Environment(values={"A": "1", "P": "${env:PASS}"}).of(saved)
    assert sent.request == AuthorizerRequest(
        "1",
        "1",
        "$${env:A} ${env:B:-b}",
        HttpContext((("h", "1"),), "?a=1"),
        MqttContext("1", "1", "c-1"),
        TlsContext("1"),
    )
    assert sent.sign == Sign("keys/k.pem", "${env:PASS}")


def test_bytes_and_absent_members_stay() -> None:
    saved = SavedRequest(AuthorizerRequest(None, None, None, HttpContext(None), MqttContext(None, b"${env:A}")))
    assert Environment(values={"A": "1"}).of(saved) == saved


REFUSED = {
    "an unknown key": ("profil: x", 1, 1, "did you mean 'profile'"),
    "a number": ("values:\n  A: 7", 2, 6, "quote it"),
    "two places": ("endpointUrl: a\nlocal: b", 2, 8, "endpointUrl and local cannot be used together"),
    "the same place twice": ("endpointUrl: a\nendpoint: b", 2, 11, "cannot be used together"),
    "values in a list": ("values: [a]", 1, 9, "must be a mapping"),
    "a list": ("- a", 1, 1, "must be a mapping"),
}


@pytest.mark.parametrize(("text", "line", "column", "words"), REFUSED.values(), ids=REFUSED)
def test_refuses_at_the_place(text: str, line: int, column: int, words: str) -> None:
    with pytest.raises(YamlError) as caught:
        read_environment(text)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert words in caught.value.message


def test_only_closed_references_to_variables_are_filled_in() -> None:
    saved = SavedRequest(AuthorizerRequest("${file:A} ${env:A", "${keyring:A}"), sign=Sign("k"))
    assert Environment(values={"A": "1"}).of(saved) == saved


def test_an_endpoint_beside_a_profile_is_kept() -> None:
    environment = read_environment("profile: prod\nendpointUrl: http://h")
    saved = SavedRequest(AuthorizerRequest(), target=Target("dev", "r", local="a.yaml"))
    assert environment.of(saved).target == Target("prod", "r", "http://h")
    assert environment.source == ""

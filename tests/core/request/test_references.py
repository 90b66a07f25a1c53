"""References as they are written: what is one, what only looks like one, and text that is kept from being one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.request.references import (
    Reference,
    is_only_reference,
    literal,
    references,
    refers,
    replaced,
    scan,
    unescaped,
    unescaped_request,
    whole_reference,
)
from authlens.core.request.request import AuthorizerRequest, MqttContext


@pytest.mark.parametrize(
    ("value", "refers_to", "is_only"),
    [
        ("${env:TOKEN}", True, True),
        ("Bearer ${file:token.txt}", True, True),
        ("x${keyring:s/u}", True, False),
        ("$${env:TOKEN}", False, False),
        ("${iot:ClientId}", False, False),
        ("", False, False),
        (b"${env:TOKEN}", False, False),
    ],
)
def test_what_is_a_reference(value: str | bytes, refers_to: bool, is_only: bool) -> None:
    assert refers(value) is refers_to
    assert is_only_reference(value) is is_only


@given(st.text(alphabet="${}:envfil a"))
def test_literal_text_comes_back_and_refers_to_nothing(text: str) -> None:
    assert unescaped(literal(text)) == text
    assert not refers(literal(text))


def test_a_request_is_read_as_it_is_sent() -> None:
    written = AuthorizerRequest("A", token="$${env:X}", mqtt_context=MqttContext("u", "$${env:P}", "c"))

    read = unescaped_request(written)

    assert read.token == "${env:X}"
    assert read.mqtt_context == MqttContext("u", "${env:P}", "c")


def test_every_part_of_a_reference_is_read() -> None:
    found = list(scan("a ${env:X:-d} $${env:Y} ${file:a:-b} ${fil:c} ${keyring:s/u"))
    assert [(each.kind, each.name, each.default, each.is_closed) for each in found] == [
        ("env", "X", "d", True),
        ("", "", None, False),
        ("file", "a:-b", None, True),
        ("fil", "c", None, True),
        ("keyring", "s/u", None, False),
    ]
    assert [each.kind for each in references("a ${env:X:-d} $${env:Y} ${fil:c} ${case:n} ${keyring:s/u")] == [
        "env",
        "case",
    ]
    assert [each.is_escape for each in found] == [False, True, False, False, False]
    assert (found[0].start, found[0].end) == (2, 13)


def test_a_whole_reference_is_nothing_but_one() -> None:
    assert whole_reference("${file:a b}") == Reference("file", "a b", None, True, "${file:a b}", 0)
    for text in ("", "x${file:a}", "${file:a}${file:b}", "$${file:a}", "${fil:a}", "${file:a", "${env:}"):
        assert whole_reference(text) is None


def test_a_default_may_be_a_secret() -> None:
    assert not is_only_reference("${env:X:-hunter2}")
    assert is_only_reference("${file:a:-b}")


@given(st.text(alphabet="${}:-envfilcas a"))
def test_replacing_each_by_itself_changes_nothing(text: str) -> None:
    assert replaced(text, lambda each: each.written) == text

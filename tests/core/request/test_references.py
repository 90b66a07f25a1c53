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


@pytest.mark.parametrize(
    ("value", "is_reference", "is_only"),
    [
        ("${ENV:X}", True, True),
        ("${Keyring:s/u}", True, True),
        ("${case:n}", True, True),
        ("${env:X", False, False),
        ("${env:X} ", True, True),
        (" ${env:X}${file:a}", True, True),
        ("${env:X} y ${env:Z}", True, False),
        ("y ${env:X}", True, False),
        ("Basic  ${env:X}", True, True),
        ("Basic${env:X}", True, False),
        ("Digest ${env:X}", True, False),
        ("${env:X}Bearer ${env:Y}", True, True),
        ("${env:X} ${cmd:y}", True, False),
        ("${env:X}$${env:Y}", True, False),
        ("${env:X:-}", True, False),
        ("${env:X}${case:Y:-d}", True, False),
        ("${keyring:X:-d}", True, True),
    ],
)
def test_which_text_is_nothing_but_references(value: str, is_reference: bool, is_only: bool) -> None:
    assert refers(value) is is_reference
    assert is_only_reference(value) is is_only


def test_the_parts_and_places_of_references() -> None:
    assert list(scan("é${case:n:-a:-b}${Env:X}")) == [
        Reference("case", "n", "a:-b", True, "${case:n:-a:-b}", 1),
        Reference("Env", "X", None, True, "${Env:X}", 16),
    ]
    assert [(each.start, each.end, each.is_escape) for each in scan("a$${b ${env:")] == [(1, 4, True), (6, 12, False)]
    assert list(references("${Env:X} ${env:X} ${cmd:X} ${env:Y")) == [Reference("env", "X", None, True, "${env:X}", 9)]


def test_whole_references_may_have_a_default_and_need_a_name() -> None:
    assert whole_reference("${env:X:-d}") == Reference("env", "X", "d", True, "${env:X:-d}", 0)
    assert whole_reference("${env::-d}") is None
    assert whole_reference(" ${env:X}") is None


@pytest.mark.parametrize(
    ("plain", "written"),
    [
        ("${env:X}", "$${env:X}"),
        ("$${env:X}", "$$${env:X}"),
        ("${iot}", "${iot}"),
        ("a${b:", "a$${b:"),
        ({"a": {"b": "${env:X}"}, "${env:Y}": 7}, {"a": {"b": "$${env:X}"}, "${env:Y}": 7}),
        (b"${env:X}", b"${env:X}"),
        (None, None),
    ],
)
def test_texts_of_any_depth_are_escaped_and_back(plain: object, written: object) -> None:
    assert literal(plain) == written
    assert unescaped(written) == plain


def test_each_reference_and_escape_is_replaced_in_its_place() -> None:
    text = "a ${env:X} $${b} ${fil:c}"
    assert replaced(text, lambda each: "$" if each.is_escape else f"<{each.name}>") == "a <X> $b} <c>"

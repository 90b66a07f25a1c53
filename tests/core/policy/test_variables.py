from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.policy.variables import Context, template
from authlens.core.policy.wildcards import Unknown, Wild

KNOWN = Context({"iot:ClientId": ("c*",), "iot:ConnectAttributes": ("a", "b"), "iot:Empty": ()})


@pytest.mark.parametrize(
    ("written", "becomes"),
    [
        ("client/${iot:ClientId}", "client/c*"),
        ("${iot:ClientId}${iot:ClientId}", "c*c*"),
        ("${ iot:ClientId }", "c*"),
        ("${iot:clientid}", "c*"),
        ("${*}${?}${$}{x}", "*?${x}"),
        ("${iot:DomainName}", "${iot:DomainName}"),
        ("${iot:DomainName, 'none'}", "none"),
        ("${iot:ClientId, 'none'}", "c*"),
        ("${iot:DomainName, none}", "${iot:DomainName, none}"),
        ("${iot:DomainName,'}", "${iot:DomainName,'}"),
        ("${iot:DomainName,''}", ""),
        ("${iot:ConnectAttributes}", "${iot:ConnectAttributes}"),
        ("${iot:Empty}", "${iot:Empty}"),
        ("${iot:ClientId", "${iot:ClientId"),
        ("${}", "${}"),
        ("$${iot:ClientId}", "$c*"),
        ("$", "$"),
        ("", ""),
    ],
)
def test_text_after_substitution(written: str, becomes: str) -> None:
    assert template(written).text(KNOWN) == becomes


@pytest.mark.parametrize(
    ("written", "text", "expected"),
    [
        ("client/${iot:ClientId}", "client/c*", True),
        ("client/${iot:ClientId}", "client/c1", False),
        ("client/${*}", "client/*", True),
        ("client/${*}", "client/x", False),
        ("a${?}*", "a?b", True),
        ("a${?}*", "abb", False),
        ("topic/${iot:DomainName}", "topic/${iot:DomainName}", True),
        ("topic/${iot:DomainName}", "topic/a", False),
    ],
)
def test_wildcards_that_come_out_of_a_variable_are_literal(written: str, text: str, expected: bool) -> None:
    assert template(written).glob(KNOWN).matches(text) is expected


@given(st.text(alphabet="ab*?/+#$", max_size=6), st.text(alphabet="ab*?/+#", max_size=6))
def test_a_pattern_of_one_variable_matches_its_value_alone(value: str, text: str) -> None:
    assert template("${iot:ClientId}").glob(Context({"iot:ClientId": (value,)})).matches(text) == (value == text)


@given(st.text(alphabet="a*?${}:'i, ", max_size=12), st.text(alphabet="a$", max_size=4))
def test_everything_that_matches_starts_with_the_head(written: str, text: str) -> None:
    pattern = template(written)
    if pattern.glob(KNOWN).matches(text):
        assert text.startswith(pattern.head)


@pytest.mark.parametrize(
    ("written", "head"),
    [
        ("topic/a*", "topic/a"),
        ("topic/a?b", "topic/a"),
        ("topic/${iot:ClientId}/b", "topic/"),
        ("${iot:ClientId}/b", ""),
        ("a${*}b", "a"),
        ("topic/a", "topic/a"),
        ("*a", ""),
        ("", ""),
    ],
)
def test_the_head_is_the_literal_beginning(written: str, head: str) -> None:
    assert template(written).head == head


def test_symbols_keep_variables_unknown() -> None:
    assert template("a/${iot:ClientId}*${*}").symbols == ("a/", Unknown("iot:ClientId"), Wild.RUN, "*")


def test_loosened_patterns_match_whatever_the_value() -> None:
    assert template("a/${iot:DomainName}/${*}").loosened().matches("a/b/c/*")
    assert not template("a/${iot:DomainName}/${*}").loosened().matches("a/b/c")


@pytest.mark.parametrize(
    ("written", "is_plain", "why"),
    [
        ("${iot:DomainName}", False, "`${iot:DomainName}` has no value here and stays as text"),
        (
            "${iot:ConnectAttributes}",
            False,
            "`${iot:ConnectAttributes}` has 2 values and stays as text: only a single value can be substituted",
        ),
        (
            "${iot:Empty}",
            False,
            "`${iot:Empty}` has 0 values and stays as text: only a single value can be substituted",
        ),
        (
            "${iot:ClientId}",
            True,
            "`${iot:ClientId}` stays as text: variables need a document with Version 2012-10-17, "
            "and a place after the account of the ARN",
        ),
    ],
)
def test_a_variable_says_why_it_stays(written: str, is_plain: bool, why: str) -> None:
    [variable] = template(written, is_plain).variables
    assert variable.value(KNOWN) is None
    assert variable.why_unresolved(KNOWN) == why


def test_nothing_is_replaced_without_the_version_that_has_variables() -> None:
    plain = template("${iot:ClientId}*${*}${iot:DomainName, 'none'}", is_plain=True)
    assert plain.text(KNOWN) == plain.written
    assert [variable.written for variable in plain.variables] == [
        "${iot:ClientId}",
        "${*}",
        "${iot:DomainName, 'none'}",
    ]
    assert plain.glob(KNOWN).matches("${iot:ClientId}x${*}${iot:DomainName, 'none'}")


def test_an_empty_set_is_not_absent() -> None:
    assert KNOWN.get("iot:Empty") == ()
    assert KNOWN.get("IOT:EMPTY") == ()
    assert KNOWN.get("iot:Nothing") is None

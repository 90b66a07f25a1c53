from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authlens.core.policy.document import DOCUMENT_KEYS, MOST_CHARACTERS, STATEMENT_KEYS, parse, parse_answer
from support.policies import ARN, allow, document, text

KEYS = st.sampled_from([*DOCUMENT_KEYS, *STATEMENT_KEYS, "StringEquals", "iot:ClientId", "x"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["Allow", "*", "iot:*", ARN, "${", "[]"]) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=15,
)


@pytest.mark.slow
@given(ANYTHING, st.text())
@settings(settings.get_profile("slow"))
def test_anything_is_read_for_long(value: Any, written: str) -> None:
    read_any_json(value)
    assert parse(written).faults


@given(ANYTHING)
def test_any_json_is_read(value: Any) -> None:
    read_any_json(value)


def read_any_json(value: Any) -> None:
    written = json.dumps(value)
    read = parse(written)
    for fault in read.faults:
        assert 0 <= fault.span.start <= fault.span.end <= len(written)
    assert read.faults or all(statement.is_usable for statement in read.statements)


@given(st.text())
def test_any_text_is_read(written: str) -> None:
    assert parse(written).faults


def test_the_places_of_a_statement() -> None:
    read = document(allow("iot:Connect", ["client/a", "client/b"]), allow("iot:Publish", "topic/a"))
    first, second = read.statements
    assert first.lines == (4, 11)
    assert second.lines == (12, 16)
    assert [element.span.line for element in first.resources] == [8, 9]
    assert [(element.text, element.span.line, element.span.column) for element in second.actions] == [
        ("iot:Publish", 14, 14)
    ]
    assert (first.index, second.index, first.effect) == (0, 1, "Allow")


def test_single_values_and_lists_are_alike() -> None:
    one = parse('{"Statement": {"Effect": "Deny", "NotAction": "iot:Publish", "NotResource": ["*"]}}').statements[0]
    assert (one.effect, one.not_action, one.not_resource) == ("Deny", True, True)
    assert one.denies
    assert not one.allows


def test_conditions_keep_their_values_as_texts() -> None:
    block = {"Bool": {"a": True, "b": [False, 7, "x"]}, "Nope": {"c": "d"}}
    conditions = document(allow("iot:Connect", "*", Condition=block)).statements[0].conditions
    assert [(one.operator_name, one.key, [value.text for value in one.values]) for one in conditions] == [
        ("Bool", "a", ["true"]),
        ("Bool", "b", ["false", "7", "x"]),
        ("Nope", "c", ["d"]),
    ]
    assert [one.operator is None for one in conditions] == [False, False, True]


GOOD = allow("iot:Connect", "*")


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("", "json-syntax"),
        ("[]", "not-an-object"),
        ('"x"', "not-an-object"),
        ("{}", "missing-statement"),
        ('{"Statement": 7}', "wrong-type"),
        ('{"Statement": [7]}', "wrong-type"),
        (text(GOOD | {"Effect": None}), "invalid-effect"),
        (text(GOOD | {"Effect": "deny"}), "invalid-effect"),
        (text({"Action": "a", "Resource": "*"}), "missing-effect"),
        (text({"Effect": "Allow", "Resource": "*"}), "missing-action"),
        (text({"Effect": "Allow", "Action": "a"}), "missing-resource"),
        (text(GOOD | {"NotResource": "*"}), "conflicting-keys"),
        (text(GOOD | {"Action": []}), "wrong-type"),
        (text(GOOD | {"Resource": ["*", 7]}), "wrong-type"),
        (text(GOOD | {"Condition": []}), "wrong-type"),
        (text(GOOD | {"Condition": {"Bool": "x"}}), "wrong-type"),
        (text(GOOD | {"Condition": {"Bool": {"a": None}}}), "wrong-type"),
        (text(GOOD | {"Condition": {"Bool": {"a": [{}]}}}), "wrong-type"),
    ],
)
def test_faults(written: str, fault: str) -> None:
    assert [one.id for one in parse(written).faults] == [fault]


def test_a_policy_that_was_encoded_twice_is_recognised() -> None:
    assert parse(json.dumps(text(GOOD))).faults[0].message.endswith("it was JSON-encoded twice")


def test_a_faulty_statement_is_kept_and_unusable() -> None:
    read = document(GOOD | {"Effect": "allow"}, GOOD)
    assert [statement.is_usable for statement in read.statements] == [False, True]
    assert not read.statements[0].allows


@pytest.mark.parametrize("effect", ["Allow", "Deny"])
def test_a_faulty_statement_neither_allows_nor_denies(effect: str) -> None:
    faulty, good = document({"Effect": effect, "Action": "iot:Connect"}, GOOD | {"Effect": effect}).statements
    assert (faulty.effect, faulty.allows, faulty.denies) == (effect, False, False)
    assert (good.allows, good.denies) == (effect == "Allow", effect == "Deny")


def test_of_two_conflicting_keys_the_negated_one_is_marked() -> None:
    written = '{"Statement": {"Effect": "Allow", "NotAction": "a", "Action": "b", "Resource": "*", "NotResource": "*"}}'
    read = parse(written)
    assert [(one.id, one.message, written[one.span.start : one.span.end]) for one in read.faults] == [
        ("conflicting-keys", "a statement must have either Action or NotAction, not both", '"NotAction"'),
        ("conflicting-keys", "a statement must have either Resource or NotResource, not both", '"NotResource"'),
    ]


def test_a_statement_that_is_not_an_object_lists_nothing() -> None:
    [one] = parse('{"Statement": [7]}').statements
    assert (one.effect, one.actions, one.not_action, one.resources, one.not_resource, one.conditions) == (
        None,
        (),
        False,
        (),
        False,
        (),
    )
    assert [fault.message for fault in one.faults] == ["a statement must be an object, not a number"]


@pytest.mark.parametrize(
    ("version", "is_plain"),
    [({"Version": "2012-10-17"}, False), ({"Version": "2008-10-17"}, True), ({"Version": 2012}, True), ({}, True)],
)
def test_variables_need_their_version(version: dict[str, Any], is_plain: bool) -> None:
    condition = {"StringEquals": {"iot:ClientId": "${iot:DomainName}"}}
    one = allow("iot:Connect", "client/${iot:ClientId}", Condition=condition)
    [statement] = parse(json.dumps(version | {"Statement": one})).statements
    [value] = statement.conditions[0].values
    for template in (statement.resources[0].template, value.template):
        assert [variable.is_plain for variable in template.variables] == [is_plain]


@pytest.mark.parametrize(
    ("resource", "is_plain"),
    [
        ("topic/${iot:ClientId}", False),
        ("${iot:ClientId}", False),
        ("arn:aws:iot:${aws:RequestedRegion}:123456789012:topic/${iot:ClientId}", True),
        ("arn:aws:iot:us-east-1:${a:b}:topic/a", True),
        ("arn:aws:iot:us-east-1:1:topic/a:${iot:ClientId}", False),
    ],
)
def test_variables_are_replaced_after_the_account_only(resource: str, is_plain: bool) -> None:
    [element] = document(allow("iot:Publish", "*") | {"Resource": resource}).statements[0].resources
    assert [variable.is_plain for variable in element.template.variables] == [is_plain] * resource.count("$")


@pytest.mark.parametrize(
    ("operator", "is_plain"),
    [
        ("StringNotEquals", False),
        ("ForAnyValue:StringLikeIfExists", False),
        ("ArnLike", False),
        ("Nope", False),
        ("Bool", True),
        ("NumericEquals", True),
        ("DateLessThanIfExists", True),
        ("BinaryEquals", True),
        ("NotIpAddress", True),
        ("Null", True),
    ],
)
def test_variables_are_replaced_for_operators_of_strings_and_arns_only(operator: str, is_plain: bool) -> None:
    one = document(allow("iot:Connect", "*", Condition={operator: {"iot:DomainName": "${iot:ClientId}"}}))
    [template] = one.statements[0].conditions[0].templates
    assert template.is_plain is is_plain


def test_the_same_text_is_parsed_once() -> None:
    assert parse(text(GOOD)) is parse(text(GOOD))


def test_sizes_with_and_without_white_space() -> None:
    spaced = '{ "Version" : "2012-10-17", "Statement" : [ ] }'
    assert (parse(spaced).size, parse(spaced).compact_size) == (47, 39)
    assert parse("{").compact_size == 1
    other = '{"Statement": "é"}'
    assert (parse(other).size, parse(other).compact_size) == (18, 17)


def test_of_two_conditions_with_one_key_the_last_counts() -> None:
    written = text(GOOD).replace(
        '"Effect"', '"Condition": {"Bool": {"a": "x"}}, "Condition": {"Bool": {"b": "y"}}, "Effect"'
    )
    assert [one.key for one in parse(written).statements[0].conditions] == ["b"]


@pytest.mark.parametrize(("effect", "words"), [("allow", "`allow`"), (1, "a number"), ([], "a list"), (True, "true")])
def test_an_invalid_effect_is_quoted(effect: Any, words: str) -> None:
    one = {"Effect": effect, "Action": "iot:Connect", "Resource": "*"}
    [fault] = parse(json.dumps({"Version": "2012-10-17", "Statement": one})).statements[0].faults
    assert fault.message.endswith(f" not {words}")


def test_an_answer_is_read_up_to_four_times_of_what_aws_accepts() -> None:
    whole = text(allow("iot:Publish", "*"))
    large = whole + " " * (MOST_CHARACTERS - 3 * len(whole))
    read = parse_answer((whole, large, whole))
    assert [len(each.statements) for each in read] == [1, 1, 1]
    read = parse_answer((whole, f"{large}  ", whole))
    assert [len(each.statements) for each in read] == [1, 1, 0]
    assert [fault.id for each in read for fault in each.faults] == ["unread"]

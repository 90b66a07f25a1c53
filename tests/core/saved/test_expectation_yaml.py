"""Every key of `expect:`, as written and read, and each mistake at its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.saved.expectation import Expectation, ExpectedError, Question
from authlens.core.saved.expectation_yaml import pattern_of, read, write
from authlens.core.text.yaml_reader import YamlError, load
from authlens.core.text.yaml_writer import dump

EVERY_KEY = """\
isAuthenticated: false
principalId: /^sensor-[0-9]+$/
allow:
- iot:Connect client/sensor-7
- iot:Publish topic/a b
deny:
- iot:Subscribe topicfilter/#
variables:
  iot:ClientId: sensor-7
  groups:
  - a
  - b
  none: []
policyDocuments:
- Version: 2012-10-17
  Statement: []
- '{"Statement": {"Effect": "Allow"}}'
refreshAfterInSeconds: 300
disconnectAfterInSeconds: 86400
error:
  class: InvalidRequestException
  message: /not (found|known)/
maxDuration: 800ms
noFindings: warning
"""

EXPECTATION = Expectation(
    is_authenticated=False,
    principal_id="/^sensor-[0-9]+$/",
    allow=(Question("iot:Connect", "client/sensor-7"), Question("iot:Publish", "topic/a b")),
    deny=(Question("iot:Subscribe", "topicfilter/#"),),
    variables={"iot:ClientId": ("sensor-7",), "groups": ("a", "b"), "none": ()},
    policy_documents=({"Version": "2012-10-17", "Statement": []}, {"Statement": {"Effect": "Allow"}}),
    refresh_after_in_seconds=300,
    disconnect_after_in_seconds=86400,
    error=ExpectedError("InvalidRequestException", "not (found|known)"),
    max_duration=0.8,
    no_findings="warning",
)


def test_reads_every_key() -> None:
    assert read(load(EVERY_KEY)) == EXPECTATION


def test_writes_every_key() -> None:
    assert read(load(dump(write(EXPECTATION)))) == EXPECTATION


def test_absent_keys_are_not_written() -> None:
    assert write(Expectation()) == {}
    assert read(load("{}")) == Expectation()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)


@given(st.lists(st.text() | st.dictionaries(st.text(), json_values), max_size=3))
def test_any_document_reads_back(documents: list[object]) -> None:
    expect = Expectation(policy_documents=tuple(documents))
    assert read(load(dump(write(expect)))) == expect


@given(st.floats(0, 1e6, allow_nan=False))
def test_any_duration_reads_back(seconds: float) -> None:
    expect = Expectation(max_duration=seconds)
    assert read(load(dump(write(expect)))) == expect


DURATIONS = {"800ms": 0.8, "2s": 2.0, "1.5s": 1.5, "120s": 120.0, "0.5ms": 0.0005}


@pytest.mark.parametrize(("text", "seconds"), DURATIONS.items())
def test_durations(text: str, seconds: float) -> None:
    assert read(load(f"maxDuration: {text}")).max_duration == seconds


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.8, "800ms"), (2.0, "2s"), (1.5, "1.5s"), (120.0, "120s"), (1.0, "1s"), (0.0, "0ms")]
)
def test_durations_are_written(seconds: float, text: str) -> None:
    assert write(Expectation(max_duration=seconds)) == {"maxDuration": text}


ERRORS = {
    "the class alone": ("error: Foo", ExpectedError("Foo")),
    "a class in a mapping": ("error: {class: Foo}", ExpectedError("Foo")),
    "a pattern": ("error: {class: Foo, message: /a.b/}", ExpectedError("Foo", "a.b")),
    "a text is looked for as it is": ("error: {class: Foo, message: a.b}", ExpectedError("Foo", r"a\.b")),
}


@pytest.mark.parametrize(("text", "error"), ERRORS.values(), ids=ERRORS)
def test_errors(text: str, error: ExpectedError) -> None:
    expect = read(load(text))
    assert expect.error == error
    assert read(load(dump(write(expect)))) == expect


def test_questions_are_read_as_people_type_them() -> None:
    expect = read(load("allow: [publish sensors/7/data, 'iot:Connect client/c']\ndeny: ['subscribe #']"))
    assert expect.allow == (Question("iot:Publish", "topic/sensors/7/data"), Question("iot:Connect", "client/c"))
    assert expect.deny == (Question("iot:Subscribe", "topicfilter/#"),)


REFUSED = {
    "unknown key": ("alow: []", 1, 1, "did you mean 'allow'"),
    "not a mapping": ("x", 1, 1, "must be a mapping"),
    "yes is not a boolean": ("isAuthenticated: yes", 1, 18, "true or false"),
    "principal is a number": ("principalId: 7", 1, 14, "quote it"),
    "too many questions": (
        f"allow: [{', '.join(['iot:Publish topic/a'] * 501)}]",
        1,
        8,
        "allow has 501 entries; at most 500 are asked about one answer",
    ),
    "principal pattern": ("principalId: /(/", 1, 14, "principalId is not a valid regular expression"),
    "pattern too large": ("principalId: '/a{99999999999999999999}/'", 1, 14, "not a valid regular expression"),
    "message pattern": ("error: {class: x, message: '/[/'}", 1, 28, "message is not a valid regular expression"),
    "error without class": ("error: {message: x}", 1, 8, "error needs class"),
    "question of one word": ("allow:\n- iot:Connect", 2, 3, "on what? Add the client id"),
    "question that is not text": ("deny: [7]", 1, 8, "an entry of deny must be text"),
    "questions not in a list": ("allow: iot:Connect x", 1, 8, "must be a list"),
    "variable is a number": ("variables: {a: 7}", 1, 16, "a variable's value must be text"),
    "document is not JSON": ("policyDocuments: ['{']", 1, 19, "must be a policy: a mapping, or JSON as text"),
    "document that is a number": ("policyDocuments: [7]", 1, 19, "must be a policy: a mapping, or JSON as text"),
    "document of a list": ("policyDocuments: ['[]']", 1, 19, "must be a policy: a mapping, or JSON as text"),
    "denied action that is misspelt": ("deny: ['iot:Publsh topic/a']", 1, 8, "did you mean iot:Publish?"),
    "denied action of all": ("deny: ['iot:* topic/a']", 1, 8, "iot:* is a pattern"),
    "denied resource of another kind": ("deny: ['iot:Subscribe topic/#']", 1, 8, "did you mean topicfilter/#?"),
    "document of NaN": ("policyDocuments: ['NaN']", 1, 19, "must be a policy: a mapping, or JSON as text"),
    "refresh is text": ("refreshAfterInSeconds: a", 1, 24, "whole number"),
    "duration without unit": ("maxDuration: 800", 1, 14, "such as 800ms or 2s"),
    "duration of another unit": ("maxDuration: 1h", 1, 14, "such as 800ms or 2s"),
    "duration is a list": ("maxDuration: [1s]", 1, 14, "such as 800ms or 2s"),
    "findings": ("noFindings: info", 1, 13, "one of: error, warning"),
}


@pytest.mark.parametrize(("text", "line", "column", "words"), REFUSED.values(), ids=REFUSED)
def test_refuses_at_the_place(text: str, line: int, column: int, words: str) -> None:
    with pytest.raises(YamlError) as caught:
        read(load(text))
    assert (caught.value.line, caught.value.column) == (line, column)
    assert words in caught.value.message


@pytest.mark.parametrize(("text", "pattern"), [("/a/", "a"), ("//", ""), ("/", None), ("a", None), ("/a", None)])
def test_pattern_of(text: str, pattern: str | None) -> None:
    assert pattern_of(text) == pattern


def test_a_question_of_a_case_may_hold_spaces() -> None:
    found = read(load("allow: ['iot:Publish  topic/a b/${case:x} c ']"))
    assert found.allow == (Question("iot:Publish", "topic/a b/${case:x} c"),)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.999, "999ms"), (0.0005, "0.0005s"), (1.001, "1.001s"), (0.1234, "0.1234s"), (100.0, "100s"), (1e6, "1000000s")],
)
def test_a_duration_is_written_exactly(seconds: float, text: str) -> None:
    assert write(Expectation(max_duration=seconds)) == {"maxDuration": text}


def test_every_key_is_written_in_order() -> None:
    assert list(write(EXPECTATION).items()) == [
        ("isAuthenticated", False),
        ("principalId", "/^sensor-[0-9]+$/"),
        ("allow", ["iot:Connect client/sensor-7", "iot:Publish topic/a b"]),
        ("deny", ["iot:Subscribe topicfilter/#"]),
        ("variables", {"iot:ClientId": "sensor-7", "groups": ["a", "b"], "none": []}),
        (
            "policyDocuments",
            [{"Version": "2012-10-17", "Statement": []}, {"Statement": {"Effect": "Allow"}}],
        ),
        ("refreshAfterInSeconds", 300),
        ("disconnectAfterInSeconds", 86400),
        ("error", {"class": "InvalidRequestException", "message": "/not (found|known)/"}),
        ("maxDuration", "800ms"),
        ("noFindings", "warning"),
    ]
    assert write(Expectation(policy_documents=(), refresh_after_in_seconds=0)) == {
        "policyDocuments": [],
        "refreshAfterInSeconds": 0,
    }
    assert write(Expectation(policy_documents=("x",))) == {"policyDocuments": ['"x"']}


@pytest.mark.parametrize("text", ["allow: ['iot:Publish']", "allow: ['${case:x}']", "allow: ['iot:Publsh ${env:x}']"])
def test_a_question_without_a_reference_to_a_case_is_checked(text: str) -> None:
    with pytest.raises(YamlError):
        read(load(text))

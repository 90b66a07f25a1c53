from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.contract.outcome import Outcome
from authlens.core.invocation.invocation import Failure
from authlens.core.pasted.stored_answer import NotRecognised, read_stored_answer
from authlens.core.verdict.stages import stages
from support.preflight import NOW

KEYS = st.sampled_from(
    [
        *("isAuthenticated", "principalId", "policyDocuments", "refreshAfterInSeconds", "outcome", "request"),
        *("startedAt", "failure", "__type", "message", "Code", "authorizerName", "mqttContext", "context"),
    ]
)
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("2026-11-23T12:00:00+00:00")
)
INNER = st.lists(LEAVES, max_size=3) | st.dictionaries(KEYS, LEAVES, max_size=6)
VALUES = LEAVES | INNER | st.dictionaries(KEYS, LEAVES | INNER, max_size=4)


@given(st.dictionaries(KEYS, VALUES, max_size=8))
def test_any_object_is_explained_or_refused(value: dict[str, Any]) -> None:
    try:
        stored = read_stored_answer(json.dumps(value), NOW)
    except ValueError:
        return
    assert stages(stored.invocation).headline
    stored.lint(None)


@given(st.text(st.characters(exclude_characters="{")))
def test_any_text_is_explained_or_refused_in_a_sentence(text: str) -> None:
    try:
        stored = read_stored_answer(text, NOW)
    except NotRecognised:
        return
    assert stored.messages or stored.invocation.failure


def test_a_deeply_nested_text_is_refused_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="an answer"):
        read_stored_answer("[" * 100_000, NOW)


@given(st.text(min_size=1).map(str.rstrip).filter(lambda text: text and text != "None"))
def test_the_words_of_an_error_are_kept(words: str) -> None:
    printed = f"An error occurred (InvalidRequestException) when calling the TestInvokeAuthorizer operation: {words}\n"
    result = read_stored_answer(printed, NOW).invocation.result
    assert isinstance(result, Failure)
    assert (result.error, result.message) == ("InvalidRequestException", words)


def test_what_a_function_raised_is_read_as_aws_would_return_it() -> None:
    result = read_stored_answer('{"errorMessage": "boom", "errorType": "KeyError"}', NOW).invocation.result
    assert isinstance(result, Failure)
    assert result.message == "Lambda function encountered error in execution: boom: KeyError"


def test_what_an_answer_lacks_is_reported_for_the_answer() -> None:
    found = read_stored_answer('{"principalId": "p1"}', NOW).lint(None)
    assert [one.id for one in found] == ["is-authenticated", "policy-documents"]


def test_an_outcome_is_read_as_aws_would_return_it() -> None:
    value = {"isAuthenticated": True, "principalId": "p1", "policyDocuments": [{"Version": "2012-10-17"}]}
    result = read_stored_answer(json.dumps({"outcome": value}), NOW).invocation.result
    assert result == Outcome(True, "p1", ('{"Version":"2012-10-17"}',), 300, 86400)

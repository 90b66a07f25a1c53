"""The first wrong member of an answer, named with its value; held to what AWS refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.contract.answer import judge
from authlens.core.contract.answer_problem import answer_problem
from authlens.core.contract.outcome import Outcome
from authlens.core.contract.refusal import Refusal

GOOD: dict[str, Any] = {"isAuthenticated": True, "principalId": "s7", "policyDocuments": []}


def document(resource: str) -> dict[str, Any]:
    return {"Statement": [{"Resource": "*"}, {"Resource": ["arn:x", resource]}]}


PROBLEMS: dict[str, tuple[object, str]] = {
    "the flag as text": (
        GOOD | {"isAuthenticated": "true"},
        "isAuthenticated is the text 'true'; it must be the boolean true or false.",
    ),
    "the flag as a number": (
        GOOD | {"isAuthenticated": 1},
        "isAuthenticated is the number 1; it must be the boolean true or false.",
    ),
    "no flag": (
        {"principalId": "s7"},
        "isAuthenticated is missing; it must be the boolean true or false.",
    ),
    "no object": (["a"], """The function returned a list ["a"], not an object with isAuthenticated."""),
    "nothing": (None, "The function returned null, not an object with isAuthenticated."),
    "no principal": (
        {"isAuthenticated": False},
        "principalId is missing; it must be a text of 1 to 128 letters and digits.",
    ),
    "a hyphen": (
        GOOD | {"principalId": "sensor-7"},
        "principalId is the text 'sensor-7': character 7, '-', is not a letter or digit.",
    ),
    "an empty principal": (GOOD | {"principalId": ""}, "principalId is the empty text."),
    "a long principal": (GOOD | {"principalId": "a" * 129}, "principalId has 129 characters; 128 is the most."),
    "documents as text": (
        GOOD | {"policyDocuments": "[]"},
        "policyDocuments is the text '[]'; it must be a list, an empty one for nothing.",
    ),
    "eleven documents": (GOOD | {"policyDocuments": [{}] * 11}, "policyDocuments has 11 documents; 10 is the most."),
    "a long document": (
        GOOD | {"policyDocuments": [{}, {"a": "x" * 3000}]},
        "Policy document 2 has 3,008 characters; 2,048 is the most.",
    ),
    "a document of characters outside ASCII, which count once": (
        GOOD | {"policyDocuments": [{"a": "é" * 500}, "allow"]},
        "Policy document 2 is the text 'allow', which is not a JSON policy.",
    ),
    "a document that is not JSON": (
        GOOD | {"policyDocuments": ["allow"]},
        "Policy document 1 is the text 'allow', which is not a JSON policy.",
    ),
    "a resource": (
        GOOD | {"policyDocuments": [document("topic/a")]},
        "The Resource of statement 2 in policy document 1 is the text 'topic/a', not an ARN.",
    ),
    "an object of other characters": (
        GOOD | {"policyDocuments": {"é": 1}},
        'policyDocuments is an object {"é": 1}; it must be a list, an empty one for nothing.',
    ),
    "a text of 60 characters": (
        GOOD | {"isAuthenticated": "x" * 60},
        f"isAuthenticated is the text '{'x' * 60}'; it must be the boolean true or false.",
    ),
    "a text of 61 characters": (
        GOOD | {"isAuthenticated": "x" * 61},
        f"isAuthenticated is the text '{'x' * 60}…'; it must be the boolean true or false.",
    ),
    "the second document, of 2,049 characters": (
        GOOD | {"policyDocuments": ["{}", json.dumps({"Id": "x" * 2039}), "allow"]},
        "Policy document 2 has 2,049 characters; 2,048 is the most.",
    ),
    "eleven documents of which one is wrong": (
        GOOD | {"policyDocuments": ["allow", *["{}"] * 10]},
        "policyDocuments has 11 documents; 10 is the most.",
    ),
    "a fraction of seconds": (
        GOOD | {"disconnectAfterInSeconds": 300.5},
        "disconnectAfterInSeconds is the number 300.5; it must be a whole number from 300 to 86400.",
    ),
    "true as seconds": (
        GOOD | {"disconnectAfterInSeconds": True},
        "disconnectAfterInSeconds is the boolean true; it must be a whole number from 300 to 86400.",
    ),
    "seconds": (
        GOOD | {"refreshAfterInSeconds": 60},
        "refreshAfterInSeconds is the number 60; it must be a whole number from 300 to 86400.",
    ),
}


@pytest.mark.parametrize(("answer", "sentence"), PROBLEMS.values(), ids=PROBLEMS.keys())
def test_the_first_wrong_member_is_named(answer: object, sentence: str) -> None:
    problem = answer_problem(json.dumps(answer))
    assert problem is not None
    assert problem.sentence == sentence
    assert isinstance(judge(json.dumps(answer).encode()), Refusal)


@pytest.mark.parametrize(
    ("returned", "sentence"),
    [
        ("allow", "The function returned the text 'allow', which is not JSON."),
        ("", "The function returned the empty text, which is not JSON."),
        ('{"a":NaN}', "The function returned the text '{\"a\":NaN}', which is not JSON."),
        ('"allow"', "The function returned the text 'allow', not an object with isAuthenticated."),
    ],
)
def test_what_is_not_json_is_not_called_null(returned: str, sentence: str) -> None:
    problem = answer_problem(returned)
    assert problem is not None
    assert (problem.member, problem.sentence) == ("", sentence)
    assert isinstance(judge(returned.encode()), Refusal)


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"isAuthenticated": False},
        {"principalId": "a" * 128},
        {"policyDocuments": [{}] * 10},
        {"policyDocuments": [json.dumps({"Id": "x" * 2038})]},
        {"refreshAfterInSeconds": 300, "disconnectAfterInSeconds": 86400},
        {"refreshAfterInSeconds": None},
    ],
)
def test_answers_at_the_limits_have_no_problem(members: dict[str, Any]) -> None:
    answer = json.dumps(GOOD | members)
    assert answer_problem(answer) is None
    assert isinstance(judge(answer.encode()), Outcome)


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 90_000), st.text(max_size=4), st.lists(st.text(max_size=3), max_size=2)
)
MEMBERS = ("isAuthenticated", "principalId", "policyDocuments", "refreshAfterInSeconds", "disconnectAfterInSeconds")


@given(st.dictionaries(st.sampled_from(MEMBERS), VALUES, max_size=5))
def test_something_is_wrong_exactly_where_aws_refuses(changes: dict[str, Any]) -> None:
    answer = {**GOOD, **changes}
    refused = isinstance(judge(json.dumps(answer).encode()), Refusal)
    assert (answer_problem(json.dumps(answer)) is not None) == refused
    text = json.dumps(json.dumps(answer))
    assert (answer_problem(text) is not None) == refused, "the JSON text of an object counts as the object"


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '"'])
def test_what_is_not_json_is_not_an_answer(text: str) -> None:
    problem = answer_problem(text)
    assert problem is not None
    assert problem.member == ""

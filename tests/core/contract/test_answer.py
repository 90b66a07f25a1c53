"""Every row of contract §5 and §6, as values."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.contract.answer import ANSWER, FunctionAnswer, compact, is_json_text, judge
from authlens.core.contract.outcome import Outcome
from authlens.core.contract.refusal import Refusal

POLICIES = "policyDocuments failed to satisfy constraint: "
PRINCIPAL = " at principalId failed to satisfy constraint: Member must satisfy ([a-zA-Z0-9]){1,128}"
SECONDS = " failed to satisfy constraint: Member must be greater than 5 minutes and less than 24 hours."
FORMAT = "Lambda invocation result is in invalid format"
LIST = POLICIES + "List of policies cannot be null."
LENGTH = POLICIES + "Size of a policy document cannot exceeds hard limit of 2048"
SYNTAX = POLICIES + "Policy document is Malformed: Invalid policy syntax."
NUMBER = POLICIES + "Number of policies allowed cannot exceed 10"


def arn(resource: str) -> str:
    return f"Policy document is Malformed: The resource {resource} is not in valid ARN format"


def answer(**members: Any) -> dict[str, Any]:
    return {"isAuthenticated": True, "principalId": "p1", "policyDocuments": [], **members}


def resource(value: Any) -> dict[str, Any]:
    return {"Statement": [{"Effect": "Allow", "Action": "iot:Connect", "Resource": value}]}


def sized(length: int) -> str:
    """A policy of that many characters."""
    return json.dumps({"Id": "x" * (length - len('{"Id": ""}'))})


REFUSED: list[tuple[str, Any, str]] = [
    ("not an object", [1], FORMAT),
    ("JSON text of a list", "[1]", FORMAT),
    ("JSON text of JSON text", json.dumps(json.dumps(answer())), FORMAT),
    ("null", None, FORMAT),
    ("a string", "true", FORMAT),
    ("no isAuthenticated", answer(isAuthenticated=None), FORMAT),
    ("isAuthenticated as text", answer(isAuthenticated="true"), FORMAT),
    ("isAuthenticated as number", answer(isAuthenticated=1), FORMAT),
    ("bare denial", {"isAuthenticated": False}, "null" + PRINCIPAL),
    ("no principal", answer(principalId=None), "null" + PRINCIPAL),
    ("principal with other characters", answer(principalId="bad-principal!"), "bad-principal!" + PRINCIPAL),
    ("principal empty", answer(principalId=""), PRINCIPAL),
    ("principal of 129", answer(principalId="p" * 129), "p" * 129 + PRINCIPAL),
    ("principal not ASCII", answer(principalId="Fühler"), "Fühler" + PRINCIPAL),
    ("principal ends in a line feed", answer(principalId="p\n"), "p\n" + PRINCIPAL),
    ("principal as number", answer(principalId=7), "7" + PRINCIPAL),
    ("principal as list", answer(principalId=["p", 1]), '["p",1]' + PRINCIPAL),
    ("no documents", answer(policyDocuments=None), LIST),
    ("no documents, denied", answer(isAuthenticated=False, policyDocuments=None), LIST),
    ("documents as an object", answer(policyDocuments={}), LIST),
    ("documents as a string", answer(policyDocuments="[]"), LIST),
    ("eleven documents", answer(policyDocuments=[{}] * 11), NUMBER),
    ("too long, as text", answer(policyDocuments=[sized(2049)]), LENGTH),
    ("too long, as an object", answer(policyDocuments=[{"Id": "x" * 2040}]), LENGTH),
    ("too long before syntax", answer(policyDocuments=["x" * 2049]), LENGTH),
    ("one document after another", answer(policyDocuments=["nope", "x" * 2049]), SYNTAX),
    ("not JSON", answer(policyDocuments=["this is not json"]), SYNTAX),
    ("two values", answer(policyDocuments=["{} {}"]), SYNTAX),
    ("a JSON list", answer(policyDocuments=["[]"]), SYNTAX),
    ("a number", answer(policyDocuments=[7]), SYNTAX),
    ("null among them", answer(policyDocuments=[None]), SYNTAX),
    ("a list as a document", answer(policyDocuments=[[{}]]), SYNTAX),
    ("NaN inside text", answer(policyDocuments=['{"a": NaN}']), SYNTAX),
    (
        "Resource is a stringified list",
        answer(policyDocuments=[resource('["arn:aws:iot:a:b:client/c"]')]),
        arn('["arn:aws:iot:a:b:client/c"]'),
    ),
    ("Resource among others", answer(policyDocuments=[resource(["*", "arn:x", "topic/a"])]), arn("topic/a")),
    ("Statement as an object", answer(policyDocuments=[{"Statement": {"Resource": "**"}}]), arn("**")),
    ("refresh below", answer(refreshAfterInSeconds=299), "299 at refreshAfterInSeconds" + SECONDS),
    ("refresh above", answer(refreshAfterInSeconds=86401), "86401 at refreshAfterInSeconds" + SECONDS),
    ("disconnect below", answer(disconnectAfterInSeconds=299), "299 at disconnectAfterInSeconds" + SECONDS),
    ("disconnect above", answer(disconnectAfterInSeconds=86401), "86401 at disconnectAfterInSeconds" + SECONDS),
    (
        "refresh is reported first",
        answer(refreshAfterInSeconds=10, disconnectAfterInSeconds=11),
        "10 at refreshAfterInSeconds" + SECONDS,
    ),
    ("seconds as text", answer(refreshAfterInSeconds="300"), '"300" at refreshAfterInSeconds' + SECONDS),
    ("seconds as a fraction", answer(refreshAfterInSeconds=300.5), "300.5 at refreshAfterInSeconds" + SECONDS),
    ("seconds as a boolean", answer(disconnectAfterInSeconds=True), "true at disconnectAfterInSeconds" + SECONDS),
    ("documents before seconds", answer(policyDocuments=["x"], refreshAfterInSeconds=1), SYNTAX),
    ("principal before documents", answer(principalId="-", policyDocuments=None), "-" + PRINCIPAL),
]


@pytest.mark.parametrize(("value", "message"), [pytest.param(*case[1:], id=case[0]) for case in REFUSED])
def test_refused(value: Any, message: str) -> None:
    refusal = judge(json.dumps(value).encode())

    assert isinstance(refusal, Refusal)
    assert (refusal.http_status, refusal.error, refusal.message) == (400, "InvalidResponseException", message)
    assert refusal.stage == "answer valid"


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"not json",
        json.dumps(answer()).encode() + b" junk",
        b'\xff{"isAuthenticated": true}',
        b'{"isAuthenticated": NaN}',
        b"[" * 100_000,
        b'{"isAuthenticated": true, "principalId": "p", "policyDocuments": [' + b"[" * 700 + b"]" * 700 + b"]}",
    ],
    ids=["empty", "not JSON", "trailing text", "not UTF-8", "NaN", "deep", "deep document"],
)
def test_a_payload_that_is_not_such_json_is_refused(payload: bytes) -> None:
    refusal = judge(payload)

    assert isinstance(refusal, Refusal)
    assert refusal.message in (FORMAT, SYNTAX)


def test_json_as_deep_as_the_interpreter_reads_is_refused() -> None:
    """Where it still reads the answer, it may not be able to write a document of it."""
    limit = sys.getrecursionlimit()
    for depth in range(limit - 250, limit + 1):
        nested = b"[" * depth + b"]" * depth
        refusal = judge(b'{"isAuthenticated": true, "principalId": "p", "policyDocuments": [' + nested + b"]}")
        assert isinstance(refusal, Refusal)
        assert refusal.message in (FORMAT, SYNTAX, LENGTH)


@pytest.mark.parametrize(
    ("error_type", "message", "words"),
    [
        ("Exception", "compat-raise", "compat-raise: Exception"),
        ("ValueError", "", ": ValueError"),
        (
            "Sandbox.Timedout",
            "Task timed out after 5.00 seconds",
            "Task timed out after 5.00 seconds: Sandbox.Timedout",
        ),
        ("Error", None, "null: Error"),
        ("E", "{type} {message}", "{type} {message}: E"),
    ],
)
def test_a_function_that_failed(error_type: str, message: str | None, words: str) -> None:
    refusal = judge(FunctionAnswer(b'{"isAuthenticated": true}', error_type, message))

    assert isinstance(refusal, Refusal)
    assert refusal.message == f"Lambda function encountered error in execution: {words}"
    assert (refusal.error, refusal.http_status, refusal.stage) == ("InvalidResponseException", 400, "function ran")


ACCEPTED: list[tuple[str, dict[str, Any], Outcome]] = [
    ("defaults are filled in", answer(), Outcome(True, "p1", (), 300, 86400)),
    ("null counts as omitted", answer(refreshAfterInSeconds=None), Outcome(True, "p1", (), 300, 86400)),
    (
        "the ends of both ranges",
        answer(refreshAfterInSeconds=86400, disconnectAfterInSeconds=300),
        Outcome(True, "p1", (), 86400, 300),
    ),
    (
        "denied with all its values",
        answer(isAuthenticated=False, policyDocuments=["{}"]),
        Outcome(False, "p1", ("{}",), 300, 86400),
    ),
    (
        "an object is compacted, its keys in their order",
        answer(policyDocuments=[{"b": [1, {"ü": None}], "a": "x y"}]),
        Outcome(True, "p1", ('{"b":[1,{"ü":null}],"a":"x y"}',), 300, 86400),
    ),
    (
        "text is returned verbatim",
        answer(policyDocuments=['{ "b" : 1,\n "a": "\\u0041" }']),
        Outcome(True, "p1", ('{ "b" : 1,\n "a": "\\u0041" }',), 300, 86400),
    ),
    ("2,048 characters", answer(policyDocuments=[sized(2048)]), Outcome(True, "p1", (sized(2048),), 300, 86400)),
    ("ten documents", answer(policyDocuments=["{}"] * 10), Outcome(True, "p1", ("{}",) * 10, 300, 86400)),
    ("128 characters of principal", answer(principalId="p" * 128), Outcome(True, "p" * 128, (), 300, 86400)),
    ("other members are dropped", answer(context={"a": 1}), Outcome(True, "p1", (), 300, 86400)),
    (
        "a Resource of any other type is lint's to say",
        answer(policyDocuments=[{"Statement": [7, {"Resource": 7}, {"Resource": "*"}, {}]}]),
        Outcome(True, "p1", ('{"Statement":[7,{"Resource":7},{"Resource":"*"},{}]}',), 300, 86400),
    ),
]


@pytest.mark.parametrize(("value", "outcome"), [pytest.param(*case[1:], id=case[0]) for case in ACCEPTED])
def test_accepted(value: dict[str, Any], outcome: Outcome) -> None:
    assert judge(json.dumps(value).encode()) == outcome


def test_size_counts_characters_not_bytes() -> None:
    document = json.dumps({"Id": "é" * (2048 - len('{"Id":""}'))}, separators=(",", ":"), ensure_ascii=False)

    outcome = judge(json.dumps(answer(policyDocuments=[json.loads(document)])).encode())

    assert isinstance(outcome, Outcome)
    assert outcome.policy_documents == (document,)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "isAuthenticated": st.booleans() | json_values,
            "principalId": st.just("p") | json_values,
            "policyDocuments": st.lists(json_values | json_values.map(json.dumps), max_size=12) | json_values,
            "refreshAfterInSeconds": st.integers(290, 310) | json_values,
            "disconnectAfterInSeconds": st.integers(86390, 86410) | json_values,
        },
    )
)
def test_any_answer_is_an_outcome_or_one_of_the_rules(value: dict[str, Any]) -> None:
    judged = judge(json.dumps(value).encode())

    if isinstance(judged, Refusal):
        assert any(rule.fits(judged.error, judged.message) for rule in ANSWER)
    else:
        assert all(isinstance(json.loads(document), dict) for document in judged.policy_documents)
        assert judged.refresh_after_in_seconds in range(300, 86401)


@given(json_values)
def test_compact_text_means_the_same(value: Any) -> None:
    assert json.loads(compact(value)) == value


@pytest.mark.parametrize(
    ("payload", "is_text"),
    [
        (b'"{}"', True),
        (b'"{\\"a\\": 1}"', True),
        (b'"x"', False),
        (b'"[1]"', False),
        (b"{}", False),
        (b"", False),
        (None, False),
    ],
)
def test_an_answer_that_is_the_text_of_an_object(payload: bytes | None, is_text: bool) -> None:
    assert is_json_text(payload) is is_text


def test_documents_are_optional_with_a_client_certificate() -> None:
    payload = b'{"isAuthenticated": true, "principalId": "p"}'
    assert isinstance(judge(payload), Refusal)
    outcome = judge(payload, needs_documents=False)
    assert isinstance(outcome, Outcome)
    assert outcome.policy_documents == ()
    assert isinstance(judge(b'{"isAuthenticated": true, "principalId": "p", "policyDocuments": 1}', False), Refusal)

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.policy import policy_file
from support.policies import allow, text

POLICY = text(allow("iot:Publish", "topic/\U0001f600"), allow("iot:Receive", "topic/a"))
AS_OBJECT = json.loads(POLICY)


@pytest.mark.parametrize(
    ("written", "count", "has_answer"),
    [
        (POLICY, 1, False),
        (json.dumps(POLICY), 1, False),
        (json.dumps([POLICY, AS_OBJECT]), 2, False),
        ("[]", 0, False),
        (json.dumps({"isAuthenticated": True, "policyDocuments": [POLICY, AS_OBJECT]}), 2, True),
        (json.dumps({"isAuthenticated": False}), 0, True),
        (json.dumps({"isAuthenticated": True, "policyDocuments": []}), 0, True),
        (json.dumps({"IsAuthenticated": True, "policydocuments": [POLICY]}), 0, True),
        (json.dumps({"number": 3, "outcome": {"isAuthenticated": True, "policyDocuments": [POLICY]}}), 1, True),
        (json.dumps({"policyName": "p", "policyDocument": POLICY}), 1, False),
    ],
    ids=[
        "policy",
        "string",
        "list",
        "empty list",
        "outcome",
        "bare refusal",
        "no documents",
        "other case",
        "invocation",
        "get-policy",
    ],
)
def test_where_documents_are_found(written: str, count: int, has_answer: bool) -> None:
    file = policy_file.read(written)
    assert file.fault is None
    assert len(file.documents) == count
    assert (file.answer is not None) is has_answer
    for document in file.documents:
        assert [statement.actions[0].text for statement in document.statements] == ["iot:Publish", "iot:Receive"]


@pytest.mark.parametrize(("written", "fault"), [("", "json-syntax"), ("7", "not-an-object"), ("true", "not-an-object")])
def test_what_holds_no_policy(written: str, fault: str) -> None:
    file = policy_file.read(written)
    assert file.fault is not None
    assert file.fault.id == fault
    assert [one.id for one in file.documents[0].faults] == [fault]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("document", [POLICY, AS_OBJECT], ids=["string", "object"])
def test_places_are_those_of_the_file(document: object, ascii_only: bool, indent: int | None) -> None:
    written = json.dumps(
        {"isAuthenticated": True, "policyDocuments": [document]}, ensure_ascii=ascii_only, indent=indent
    )
    file = policy_file.read(written)
    for statement in file.documents[0].statements:
        span = file.locate(0, statement.actions[0].span)
        assert statement.actions[0].text in written[span.start : span.end]
        assert written.splitlines()[span.line - 1][span.column - 1 :].startswith(('"iot:', '\\"iot:'))


def test_sizes_are_those_that_aws_counts() -> None:
    file = policy_file.read(json.dumps([POLICY, AS_OBJECT], indent=4))
    assert file.documents[0].size == len(POLICY)
    assert file.documents[1].size == len(json.dumps(AS_OBJECT, separators=(",", ":"), ensure_ascii=False))


@given(st.text())
def test_any_text_is_read(written: str) -> None:
    assert policy_file.read(written).documents


def test_the_documents_of_a_file_have_a_limit_together() -> None:
    one = json.dumps([1] * 9_000)
    assert policy_file.read(json.dumps([one, one])).fault is None
    file = policy_file.read(json.dumps([one, one, one]))
    assert file.fault is not None
    assert "more than 25,000 keys and values together" in file.fault.message
    assert [document.faults for document in file.documents] == [(file.fault,)]

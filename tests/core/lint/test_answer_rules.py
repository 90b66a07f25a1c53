from __future__ import annotations

import json

import pytest

from authlens.core.lint import answer_rules
from support.lint_cases import FULL, Case, answer, findings, ids, messages, rule_cases
from support.policies import allow, deny, text

CASES = list(rule_cases(answer_rules.RULES))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_the_rule_speaks_of_the_one_and_not_of_the_other(case: Case) -> None:
    assert case.rule in ids(case.fires, **case.known)
    assert case.rule not in ids(case.silent, **case.known)


LONG = "x" * 60


@pytest.mark.parametrize(
    ("member", "value", "rule", "message"),
    [
        ("principalId", "", "principal-id", "principalId `` is empty"),
        ("principalId", "a@b", "principal-id", "principalId `a@b` has `@` at character 2; letters and digits only"),
        ("principalId", "é", "principal-id", "principalId `é` has `é` at character 1; letters and digits only"),
        ("principalId", "x" * 129, "principal-id", f"principalId `{LONG}…` has 129 characters; 128 at most"),
        ("principalId", 7, "principal-id", "principalId is `7`, not a string"),
        ("principalId", True, "principal-id", "principalId is `true`, not a string"),
        ("principalId", {"a": ["é"]}, "principal-id", 'principalId is `{"a":["é"]}`, not a string'),
        ("principalId", None, "principal-id", "principalId is missing, not a string"),
        ("isAuthenticated", None, "is-authenticated", "isAuthenticated is missing, not true or false"),
        ("isAuthenticated", "true", "is-authenticated", 'isAuthenticated is `"true"`, not true or false'),
        ("isAuthenticated", 1, "is-authenticated", "isAuthenticated is `1`, not true or false"),
        ("isAuthenticated", "y" * 58, "is-authenticated", f'isAuthenticated is `"{"y" * 58}"`, not true or false'),
        ("isAuthenticated", "y" * 59, "is-authenticated", f'isAuthenticated is `"{"y" * 59}…`, not true or false'),
        ("policyDocuments", None, "policy-documents", "policyDocuments is missing, not a list"),
        ("policyDocuments", "missing", "policy-documents", 'policyDocuments is `"missing"`, not a list'),
        ("policyDocuments", {}, "policy-documents", "policyDocuments is `{}`, not a list"),
        (
            "policyDocuments",
            [],
            "no-documents",
            "policyDocuments is empty: the client is authenticated but allowed nothing",
        ),
    ],
)
def test_what_is_wrong_with_a_member(member: str, value: object, rule: str, message: str) -> None:
    assert messages(answer(**{member: value}), rule) == [message]


RANGE = "it must be from 300 to 86400"


@pytest.mark.parametrize("name", ["refresh", "disconnect"])
@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (299, f"299; {RANGE}"),
        (300, None),
        (86400, None),
        (86401, f"86401; {RANGE}"),
        ("300", '`"300"`, not a whole number of seconds'),
        (True, "`true`, not a whole number of seconds"),
        (300.5, "`300.5`, not a whole number of seconds"),
    ],
)
def test_seconds(name: str, value: object, problem: str | None) -> None:
    found = [one for one in findings(answer(**{f"{name}AfterInSeconds": value})) if one.id == f"{name}-range"]
    assert [(one.severity, one.message) for one in found] == (
        [("error", f"{name}AfterInSeconds is {problem}")] if problem else []
    )


def test_null_is_as_good_as_left_out() -> None:
    nothing = '{"isAuthenticated": null, "principalId": null, "policyDocuments": null, "refreshAfterInSeconds": null}'
    assert [(one.id, one.column, one.message) for one in findings(nothing)] == [
        ("is-authenticated", 21, "isAuthenticated is `null`, not true or false"),
        ("principal-id", 42, "principalId is `null`, not a string"),
        ("policy-documents", 67, "policyDocuments is `null`, not a list"),
    ]


def test_what_is_not_a_time_is_not_compared() -> None:
    [found] = [
        one.id
        for one in findings(answer(disconnectAfterInSeconds=True))
        if one.id in ("never-refreshed", "disconnect-range")
    ]
    assert found == "disconnect-range"
    assert messages(answer(refreshAfterInSeconds=600, disconnectAfterInSeconds=599), "never-refreshed") == [
        "the connection ends after 599 seconds, before its policy is refreshed after 600"
    ]


def test_seconds_that_are_left_out_are_fine() -> None:
    assert not ids(answer(refreshAfterInSeconds=None, disconnectAfterInSeconds=None))


def test_a_finding_of_the_answer_is_at_its_member() -> None:
    [found] = [one for one in findings(answer(principalId="a b")) if one.id == "principal-id"]
    assert (found.document, found.line, found.column) == (None, 3, 17)
    [missing] = [one for one in findings(answer(principalId=None)) if one.id == "principal-id"]
    assert (missing.line, missing.column) == (1, 1)


def sized(compact: int, spaces: int = 0) -> str:
    """A document of that many characters without white space."""
    written = json.dumps(json.loads(FULL), separators=(",", ":"))
    filled = written[:-1] + ',"Id":"' + "x" * (compact - len(written) - len(',"Id":""')) + '"}'
    return "{" + " " * spaces + filled[1:]


LIMITS = ("document-too-large", "document-large-with-space")


@pytest.mark.parametrize(
    ("compact", "spaces", "alone", "returned"),
    [
        (2048, 0, [], []),
        (2049, 0, ["2049 characters, 1 too many"], ["2049 characters, 1 too many"]),
        (2047, 1, [], []),
        (2048, 1, ["2049 characters, 2048 without white space"], ["2049 characters, 1 too many"]),
        (2049, 3, ["2049 characters, 1 too many"], ["2052 characters, 4 too many"]),
    ],
)
def test_sizes(compact: int, spaces: int, alone: list[str], returned: list[str]) -> None:
    """White space counts only where the document was returned as a string."""
    one = sized(compact, spaces)
    as_object = answer(policyDocuments=[json.loads(one)])
    too_large = ["the document has 2049 characters, 1 too many"] if compact == 2049 else []
    for written, said in (
        (one, [f"the document has {each}" for each in alone]),
        (answer(one), [f"the document has {each}" for each in returned]),
        (as_object, too_large),
    ):
        assert [found.message for found in findings(written) if found.id in LIMITS] == said


def test_how_many_documents_are_too_many() -> None:
    found = [
        (one.message, one.line, one.column)
        for written in (answer(*[FULL] * 12), f"[{','.join([FULL] * 11)}]")
        for one in findings(written)
        if one.id == "too-many-documents"
    ]
    assert found == [("there are 12 documents, 2 too many", 4, 21), ("there are 11 documents, 1 too many", 1, 1)]


def test_members_that_aws_drops() -> None:
    odd = answer(principalId=None, principalid="p", context={}, other=1)
    assert messages(odd, "unknown-member") == [
        "`principalid` is not a member of an answer; did you mean `principalId`?"
    ]
    assert messages(odd, "context-member") == ["`context` is dropped: AWS's pages no longer name it"]
    assert messages(json.dumps(odd), "json-text") == [
        "the answer is JSON text, not an object; whether AWS accepts that was not measured"
    ]


def test_a_misspelt_member_whose_right_name_is_there_is_only_an_extra() -> None:
    assert "unknown-member" not in ids(answer(principalID="p"))


def test_times_out_of_range_in_a_refusal_are_a_warning() -> None:
    refused = answer(isAuthenticated=False, refreshAfterInSeconds=0, disconnectAfterInSeconds=0)
    found = [(one.id, one.severity) for one in findings(refused) if one.id.endswith("-range")]
    assert found == [("refresh-range", "warning"), ("disconnect-range", "warning")]
    accepted = [one.severity for one in findings(answer(refreshAfterInSeconds=0)) if one.id == "refresh-range"]
    assert accepted == ["error"]


def test_nothing_is_said_of_the_clients_of_an_answer_that_refuses() -> None:
    documents = (text(deny("iot:*", "*")), text(allow("iot:Publish", "topic/*"), allow("iot:Subscribe", "*")))
    seconds = {"refreshAfterInSeconds": 600, "disconnectAfterInSeconds": 300}
    for document in documents:
        accepted = ids(answer(document, **seconds), client_id="c1")
        assert accepted >= {"connect-refused", "never-refreshed"}
        assert not ids(answer(document, isAuthenticated=False, **seconds), client_id="c1")
    broken = text(allow("iot:Nope", "arn:aws:iot:us-east-1:topic/a"))
    assert ids(answer(broken, isAuthenticated=False)) == {"unknown-action", "malformed-arn"}


def test_documents_are_optional_with_a_certificate() -> None:
    assert "policy-documents" not in ids(answer(policyDocuments=None), has_certificate=True)
    assert "policy-documents" in ids(answer(policyDocuments={}), has_certificate=True)
    assert "no-documents" not in ids(answer(policyDocuments=[]), has_certificate=True)

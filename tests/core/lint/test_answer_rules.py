from __future__ import annotations

import pytest

from authlens.core.lint import answer_rules
from support.lint_cases import SPACED, Case, answer, findings, ids, messages, rule_cases

CASES = list(rule_cases(answer_rules.RULES))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_the_rule_speaks_of_the_one_and_not_of_the_other(case: Case) -> None:
    assert case.rule in ids(case.fires, **case.known)
    assert case.rule not in ids(case.silent, **case.known)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("", "is empty"),
        ("a@b", "has `@` at character 2"),
        ("x" * 129, "has 129 characters"),
        (7, "is `7`, not a string"),
        (None, "is missing"),
        ("é", "letters and digits only"),
    ],
)
def test_principals(value: object, words: str) -> None:
    assert words in messages(answer(principalId=value), "principal-id")[0]


@pytest.mark.parametrize("name", ["refresh", "disconnect"])
@pytest.mark.parametrize(
    ("value", "words"),
    [(299, "from 300 to 86400"), (86401, "from 300 to 86400"), ("300", "not a whole number"), (True, "not a whole")],
)
def test_seconds(name: str, value: object, words: str) -> None:
    assert words in messages(answer(**{f"{name}AfterInSeconds": value}), f"{name}-range")[0]


def test_seconds_that_are_left_out_are_fine() -> None:
    assert not ids(answer(refreshAfterInSeconds=None, disconnectAfterInSeconds=None))


def test_a_finding_of_the_answer_is_at_its_member() -> None:
    [found] = [one for one in findings(answer(principalId="a b")) if one.id == "principal-id"]
    assert (found.document, found.line, found.column) == (None, 3, 17)
    [missing] = [one for one in findings(answer(principalId=None)) if one.id == "principal-id"]
    assert (missing.line, missing.column) == (1, 1)


@pytest.mark.parametrize(("value", "words"), [(None, "is missing"), ("true", "is `true`, not true or false")])
def test_is_authenticated(value: object, words: str) -> None:
    assert words in messages(answer(isAuthenticated=value), "is-authenticated")[0]


def test_a_returned_string_counts_with_its_white_space() -> None:
    assert "document-too-large" in ids(answer(SPACED))
    [returned] = [one.message for one in findings(answer(SPACED)) if one.id == "document-too-large"]
    assert f" {len(SPACED)} characters, {len(SPACED) - 2048} too many" in returned
    assert "document-too-large" not in ids(SPACED)


def test_a_misspelt_member_whose_right_name_is_there_is_only_an_extra() -> None:
    assert "unknown-member" not in ids(answer(principalID="p"))


def test_times_out_of_range_in_a_refusal_are_a_warning() -> None:
    refused = answer(isAuthenticated=False, refreshAfterInSeconds=0, disconnectAfterInSeconds=0)
    found = [(one.id, one.severity) for one in findings(refused) if one.id.endswith("-range")]
    assert found == [("refresh-range", "warning"), ("disconnect-range", "warning")]
    accepted = [one.severity for one in findings(answer(refreshAfterInSeconds=0)) if one.id == "refresh-range"]
    assert accepted == ["error"]


def test_documents_are_optional_with_a_certificate() -> None:
    assert "policy-documents" not in ids(answer(policyDocuments=None), has_certificate=True)
    assert "policy-documents" in ids(answer(policyDocuments={}), has_certificate=True)
    assert "no-documents" not in ids(answer(policyDocuments=[]), has_certificate=True)

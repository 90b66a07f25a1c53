from __future__ import annotations

import pytest

from authlens.core.lint import structure_rules
from support.lint_cases import CONNECT, Case, findings, ids, messages, rule_cases
from support.policies import ARN, text

CASES = list(rule_cases(structure_rules.RULES))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_the_rule_speaks_of_the_one_and_not_of_the_other(case: Case) -> None:
    assert case.rule in ids(case.fires, **case.known)
    assert case.rule not in ids(case.silent, **case.known)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (text(Effect="Allow"), "`Effect` is not a key of the document: it belongs inside a statement"),
        (text(CONNECT | {"Version": "x"}), "`Version` is not a key of a statement: it belongs to the document"),
        (text(CONNECT | {"Bool": {}}), "operators belong inside Condition"),
        (text(CONNECT | {"Resorce": "*"}), "did you mean `Resource`?"),
        (text(CONNECT | {"zzz": "*"}), "`zzz` is not a key of a statement"),
    ],
)
def test_where_a_misplaced_key_belongs(written: str, words: str) -> None:
    assert any(words in message for message in messages(written, "unknown-key"))


def test_aws_sample_output_with_unescaped_quotes() -> None:
    sample = '{"policyDocuments": ["{"Version":"2012-10-17","Statement":[]}"]}'
    assert messages(sample, "json-syntax") == [
        'expected a comma or `]`; a double quote inside a string must be written \\"'
    ]


def test_a_version_that_is_not_text() -> None:
    assert messages(text(Version=2012), "other-version") == ["Version is a number, not `2012-10-17`"]


def test_a_version_without_variables_names_the_one_that_stays_as_text() -> None:
    plain = text(CONNECT | {"Resource": ARN + "client/${iot:ClientId}"}, Version="2008-10-17")
    assert messages(plain, "other-version") == [
        "Version is `2008-10-17`, not `2012-10-17`, so `${iot:ClientId}` stays as text"
    ]


def test_a_fault_names_its_statement() -> None:
    broken = {"Effect": "Allow", "Action": "iot:Connect"}
    found = [one for one in findings(text(CONNECT, broken)) if one.id == "missing-resource"]
    assert [(one.document, one.statement, one.line) for one in found] == [(0, 1, 9)]


def test_duplicates_are_found_at_any_depth() -> None:
    written = '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"a": 1, "a": 1}}]}'
    assert messages(written, "duplicate-key") == ["the key `a` is repeated, first on line 1; the last one counts"]

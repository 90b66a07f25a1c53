from __future__ import annotations

import json
from typing import Any

import pytest

from authlens.core.lint import structure_rules
from support.lint_cases import CONNECT, Case, findings, ids, messages, rule_cases
from support.policies import ARN, text

CASES = list(rule_cases(structure_rules.RULES))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_the_rule_speaks_of_the_one_and_not_of_the_other(case: Case) -> None:
    assert case.rule in ids(case.fires, **case.known)
    assert case.rule not in ids(case.silent, **case.known)


RULES = {rule.id for rule in structure_rules.RULES}
INSIDE = "it belongs inside a statement; a brace may be misplaced"
OUTSIDE = "it belongs to the document; a brace may be misplaced"
OPERATOR = "operators belong inside Condition; a brace may be misplaced"


def test_where_a_misplaced_key_belongs() -> None:
    odd = {"Principal": "*", "NotPrincipal": "x", "zzz": 1, "Version": "x", "Id": 1, "Bool": {}, "Resorce": "*"}
    written = text(CONNECT | odd, Effect="Allow", Sid="a", Statment=[], StringLike={}, Principal="*")
    assert [(one.id, one.statement, one.line, one.message) for one in findings(written) if one.id in RULES] == [
        ("principal", 0, 8, "an AWS IoT policy has no Principal"),
        ("principal", 0, 9, "an AWS IoT policy has no NotPrincipal"),
        ("unknown-key", 0, 10, "`zzz` is not a key of a statement"),
        ("unknown-key", 0, 11, f"`Version` is not a key of a statement: {OUTSIDE}"),
        ("unknown-key", 0, 12, f"`Id` is not a key of a statement: {OUTSIDE}"),
        ("unknown-key", 0, 13, f"`Bool` is not a key of a statement: {OPERATOR}"),
        ("unknown-key", 0, 14, "`Resorce` is not a key of a statement; did you mean `Resource`?"),
        ("unknown-key", None, 17, f"`Effect` is not a key of the document: {INSIDE}"),
        ("unknown-key", None, 18, f"`Sid` is not a key of the document: {INSIDE}"),
        ("unknown-key", None, 19, "`Statment` is not a key of the document; did you mean `Statement`?"),
        ("unknown-key", None, 20, f"`StringLike` is not a key of the document: {OPERATOR}"),
        ("unknown-key", None, 21, "`Principal` is not a key of the document"),
    ]


EMPTY = "the Statement list is empty, so the document grants nothing"


@pytest.mark.parametrize(
    ("written", "found"),
    [
        (
            '[{"Statement": []}, {"Version": "2012-10-17", "Statement": []}]',
            [
                ("missing-version", 0, None, 2, "the document has no Version"),
                ("empty-statement", 0, None, 16, EMPTY),
                ("empty-statement", 1, None, 60, EMPTY),
            ],
        ),
        (
            '{"Version": null, "Statement": [7, {"Effect": "Allow"}]}',
            [
                ("other-version", 0, None, 13, "Version is null, not `2012-10-17`"),
                ("wrong-type", 0, 0, 33, "a statement must be an object, not a number"),
                ("missing-action", 0, 1, 36, "the statement has neither Action nor NotAction"),
                ("missing-resource", 0, 1, 36, "the statement has neither Resource nor NotResource"),
            ],
        ),
        (
            '{"Version": "2012-10-17", "Statement": 7}',
            [
                (
                    "wrong-type",
                    0,
                    None,
                    40,
                    "Statement must be a statement or a list of statements, not a number",
                )
            ],
        ),
        ("{", [("json-syntax", 0, None, 2, "unexpected end of text; expected a key in double quotes")]),
    ],
)
def test_findings(written: str, found: list[tuple[str, int, int | None, int, str]]) -> None:
    assert [
        (one.id, one.document, one.statement, one.column, one.message) for one in findings(written) if one.id in RULES
    ] == found


def test_a_sid_is_used_once_in_its_document() -> None:
    named = [CONNECT | {"Sid": sid} for sid in ("a", "b", "a", "c", "a", 7, 7)]
    written = f"[{text(*named)}, {text(named[0], named[1], named[1])}]"
    found = [one for one in findings(written) if one.id == "duplicate-sid"]
    assert [(one.document, one.statement, one.message) for one in found] == [
        (0, 2, "the Sid `a` is already used by statement 1"),
        (0, 4, "the Sid `a` is already used by statement 1"),
        (1, 2, "the Sid `b` is already used by statement 2"),
    ]
    assert {written[one.span.start : one.span.end] for one in found if one.span} == {'"a"', '"b"'}


def test_aws_sample_output_with_unescaped_quotes() -> None:
    sample = '{"policyDocuments": ["{"Version":"2012-10-17","Statement":[]}"]}'
    assert messages(sample, "json-syntax") == [
        'expected a comma or `]`; a double quote inside a string must be written \\"'
    ]


def test_a_version_that_is_not_text() -> None:
    assert messages(text(Version=2012), "other-version") == ["Version is a number, not `2012-10-17`"]


IN_RESOURCE = CONNECT | {"Resource": ARN + "client/${iot:ClientId}/${iot:DomainName}"}
IN_CONDITION = CONNECT | {"Condition": {"StringEquals": {"a": ["x", "${iot:DomainName}"]}}}


@pytest.mark.parametrize(
    ("statements", "kept"),
    [
        ([CONNECT, IN_RESOURCE, IN_CONDITION], ", so `${iot:ClientId}` stays as text"),
        ([IN_CONDITION], ", so `${iot:DomainName}` stays as text"),
        ([CONNECT], ""),
    ],
)
def test_a_version_without_variables_names_the_one_that_stays_as_text(statements: list[Any], kept: str) -> None:
    assert messages(text(*statements, Version="2008-10-17"), "other-version") == [
        f"Version is `2008-10-17`, not `2012-10-17`{kept}"
    ]
    without = json.dumps({"Statement": statements})
    assert messages(without, "missing-version") == [f"the document has no Version{kept}"]


def test_a_fault_names_its_statement() -> None:
    broken = {"Effect": "Allow", "Action": "iot:Connect"}
    found = [one for one in findings(text(CONNECT, broken)) if one.id == "missing-resource"]
    assert [(one.document, one.statement, one.line) for one in found] == [(0, 1, 9)]


def test_duplicates_are_found_at_any_depth() -> None:
    condition = '{"a": 1,\n"a": 1}'
    statement = f'{{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {condition}}}'
    written = f'{{"Statement": [{statement}], "Statement": [{statement}], "Statement": [{statement}]}}'
    found = [one for one in findings(written) if one.id == "duplicate-key"]
    key = "the key `{}` is repeated, first on line {}; the last one counts"
    assert [(one.statement, one.line, one.message) for one in found] == [
        (None, 2, key.format("a", 1)),
        (None, 2, key.format("Statement", 1)),
        (None, 3, key.format("a", 2)),
        (None, 3, key.format("Statement", 1)),
        (0, 4, key.format("a", 3)),
    ]

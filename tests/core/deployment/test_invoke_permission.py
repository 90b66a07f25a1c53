"""Resource policies of functions, and what they say of one authorizer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from authlens.core.deployment.invoke_permission import (
    InvokeGrant,
    InvokePermission,
    other_services,
    permission,
    permission_line,
)
from authlens.core.request.authorizer import Authorizer

ARN = "arn:aws:iot:eu-west-1:111122223333:authorizer/A"
AUTHORIZER = Authorizer("A", arn=ARN, function_arn="arn:aws:lambda:eu-west-1:111122223333:function:f")
STATEMENT = {
    "Sid": "s",
    "Effect": "Allow",
    "Principal": {"Service": "iot.amazonaws.com"},
    "Action": "lambda:InvokeFunction",
    "Resource": AUTHORIZER.function_arn,
    "Condition": {"ArnLike": {"AWS:SourceArn": ARN}},
}


def judged(*statements: dict[str, Any]) -> InvokePermission:
    return permission(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}), AUTHORIZER)


def source(arn: str | list[str], operator: str = "ArnLike", key: str = "AWS:SourceArn") -> dict[str, Any]:
    return STATEMENT | {"Condition": {operator: {key: arn}}}


OTHER = ARN.replace("/A", "/B")
RULES: dict[str, tuple[list[dict[str, Any]], InvokeGrant]] = {
    "as add-permission writes it": ([STATEMENT], InvokeGrant.GRANTED),
    "any authorizer of the account": ([source(ARN.replace("/A", "/*"))], InvokeGrant.GRANTED),
    "any region": ([source(ARN.replace("eu-west-1", "*"))], InvokeGrant.GRANTED),
    "a star is within its part": ([source("arn:aws:*:authorizer/A")], InvokeGrant.OTHER_SOURCE),
    "equal text": ([source(ARN, "StringEquals", "aws:sourceArn")], InvokeGrant.GRANTED),
    "StringEquals takes no star": ([source(ARN[:-1] + "*", "StringEquals")], InvokeGrant.OTHER_SOURCE),
    "StringEquals is case-sensitive": ([source(ARN.replace("/A", "/a"), "StringEquals")], InvokeGrant.OTHER_SOURCE),
    "StringEqualsIgnoreCase is not": (
        [source(ARN.replace("/A", "/a"), "StringEqualsIgnoreCase")],
        InvokeGrant.GRANTED,
    ),
    "many stars cost nothing": ([source("*a" * 2000, "StringLike")], InvokeGrant.OTHER_SOURCE),
    "StringLike does": ([source(ARN[:-1] + "*", "StringLike")], InvokeGrant.GRANTED),
    "one of several": ([source([OTHER, ARN])], InvokeGrant.GRANTED),
    "IfExists": ([source(ARN, "ArnEqualsIfExists")], InvokeGrant.GRANTED),
    "another authorizer": ([source(OTHER)], InvokeGrant.OTHER_SOURCE),
    "the function itself": ([source(AUTHORIZER.function_arn)], InvokeGrant.OTHER_SOURCE),
    "the account": ([source("111122223333", "StringEquals", "AWS:SourceAccount")], InvokeGrant.GRANTED),
    "another account": ([source("444455556666", "StringEquals", "AWS:SourceAccount")], InvokeGrant.OTHER_ACCOUNT),
    "both conditions must hold": (
        [
            STATEMENT
            | {"Condition": {"ArnLike": {"AWS:SourceArn": ARN}, "StringEquals": {"AWS:SourceAccount": "444455556666"}}}
        ],
        InvokeGrant.OTHER_ACCOUNT,
    ),
    "no condition": ([STATEMENT | {"Condition": {}}], InvokeGrant.OPEN),
    "a condition of another kind": ([source("o-1", "StringEquals", "aws:PrincipalOrgID")], InvokeGrant.UNJUDGED),
    "an invalid condition": ([STATEMENT | {"Condition": ["x"]}], InvokeGrant.UNJUDGED),
    "a negated operator": ([source(OTHER, "ArnNotLike")], InvokeGrant.UNJUDGED),
    "another service": ([STATEMENT | {"Principal": {"Service": "events.amazonaws.com"}}], InvokeGrant.MISSING),
    "several services": ([STATEMENT | {"Principal": {"Service": ["x", "iot.amazonaws.com"]}}], InvokeGrant.GRANTED),
    "everybody": ([STATEMENT | {"Principal": "*"}], InvokeGrant.GRANTED),
    "every AWS principal": ([STATEMENT | {"Principal": {"AWS": "*"}}], InvokeGrant.GRANTED),
    "another action": ([STATEMENT | {"Action": "lambda:GetFunction"}], InvokeGrant.MISSING),
    "every action": ([STATEMENT | {"Action": ["lambda:*"]}], InvokeGrant.GRANTED),
    "the action in another case": ([STATEMENT | {"Action": "lambda:invokefunction"}], InvokeGrant.GRANTED),
    "no statement": ([], InvokeGrant.MISSING),
    "a right one and a wrong one": ([source(OTHER), STATEMENT], InvokeGrant.GRANTED),
    "a deny overrides it": ([STATEMENT, STATEMENT | {"Effect": "Deny", "Sid": "no"}], InvokeGrant.DENIED),
    "a deny of another authorizer": ([STATEMENT, source(OTHER) | {"Effect": "Deny"}], InvokeGrant.GRANTED),
}


@pytest.mark.parametrize(("statements", "grant"), RULES.values(), ids=RULES.keys())
def test_a_policy_gives_what_its_statements_say(statements: list[dict[str, Any]], grant: InvokeGrant) -> None:
    assert judged(*statements).grant is grant


def test_a_single_statement_needs_no_list() -> None:
    assert permission(json.dumps({"Statement": STATEMENT}), AUTHORIZER) == InvokePermission(InvokeGrant.GRANTED, "s")


def test_what_is_named_instead_is_reported() -> None:
    assert judged(source(OTHER)) == InvokePermission(InvokeGrant.OTHER_SOURCE, "s", OTHER)


@pytest.mark.parametrize("policy", ["", "[]", "{}", "null", '{"Statement"', "[" * 100_000, '{"Statement": [1, null]}'])
def test_no_text_is_too_odd(policy: str) -> None:
    expected = InvokeGrant.MISSING if policy.startswith('{"Statement":') else InvokeGrant.UNREADABLE
    assert permission(policy, AUTHORIZER).grant is expected
    assert other_services(policy) == ()


def test_a_function_without_a_policy_lets_no_service_in() -> None:
    assert permission(None, AUTHORIZER).grant is InvokeGrant.MISSING
    assert other_services(None) == ()


def test_other_services_are_named_once() -> None:
    events = STATEMENT | {"Principal": {"Service": "events.amazonaws.com"}}
    assert other_services(json.dumps({"Statement": [STATEMENT, events, events]})) == ("events.amazonaws.com",)


@pytest.mark.parametrize(("arn", "function"), [("", ""), (ARN, ""), ("", AUTHORIZER.function_arn)])
def test_the_command_needs_both_arns(arn: str, function: str) -> None:
    assert permission_line(Authorizer("A", arn=arn, function_arn=function)) is None


def test_the_command_names_the_authorizer_in_its_statement() -> None:
    assert permission_line(Authorizer("my auth=1", arn=ARN, function_arn=AUTHORIZER.function_arn)) == (
        f"aws lambda add-permission --function-name {AUTHORIZER.function_arn} --principal iot.amazonaws.com "
        f"--source-arn {ARN} --statement-id my-auth-1 --action lambda:InvokeFunction"
    )

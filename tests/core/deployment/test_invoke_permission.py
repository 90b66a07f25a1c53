"""Resource policies of functions, and what they say of one authorizer."""

from __future__ import annotations

import json
from dataclasses import replace
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


def without(statement: dict[str, Any], element: str) -> dict[str, Any]:
    return {name: value for name, value in statement.items() if name != element}


FUNCTION = AUTHORIZER.function_arn
OTHER = ARN.replace("/A", "/B")
DENY = STATEMENT | {"Effect": "Deny", "Sid": "no"}
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
    "a deny of another service": (
        [STATEMENT, DENY | {"Principal": {"Service": "s3.amazonaws.com"}}],
        InvokeGrant.GRANTED,
    ),
    "a deny of everybody": ([STATEMENT, DENY | {"Principal": "*", "Condition": {}}], InvokeGrant.DENIED),
    "a deny of every action": ([STATEMENT, DENY | {"Action": "lambda:*"}], InvokeGrant.DENIED),
    "a deny of every other action": (
        [STATEMENT, without(DENY, "Action") | {"NotAction": "lambda:InvokeFunction"}],
        InvokeGrant.GRANTED,
    ),
    "a deny of all actions but others": (
        [STATEMENT, without(DENY, "Action") | {"NotAction": "lambda:GetFunction"}],
        InvokeGrant.DENIED,
    ),
    "a deny that is for an alias": ([STATEMENT, DENY | {"Resource": f"{FUNCTION}:prod"}], InvokeGrant.GRANTED),
    "a deny that is for all aliases": ([STATEMENT, DENY | {"Resource": f"{FUNCTION}:*"}], InvokeGrant.GRANTED),
    "a deny that is for the function and its aliases": (
        [STATEMENT, DENY | {"Resource": [FUNCTION, f"{FUNCTION}:*"]}],
        InvokeGrant.DENIED,
    ),
    "a deny that is for everything": ([STATEMENT, DENY | {"Resource": "*"}], InvokeGrant.DENIED),
    "a deny that is for everything else": (
        [STATEMENT, without(DENY, "Resource") | {"NotResource": FUNCTION}],
        InvokeGrant.GRANTED,
    ),
    "a deny with an unknown condition": (
        [STATEMENT, DENY | {"Condition": {"ForAllValues:StringNotLike": {"aws:PrincipalOrgPaths": ["o/r/*"]}}}],
        InvokeGrant.UNJUDGED,
    ),
    "a deny with a condition that does not hold and an unknown one": (
        [
            STATEMENT,
            DENY | {"Condition": {"ArnLike": {"aws:SourceArn": OTHER}, "Bool": {"aws:SecureTransport": "false"}}},
        ],
        InvokeGrant.GRANTED,
    ),
    "a deny of everybody else": (
        [STATEMENT, without(DENY, "Principal") | {"NotPrincipal": {"Service": "iot.amazonaws.com"}}],
        InvokeGrant.UNJUDGED,
    ),
    "an unknown deny where nothing is allowed": ([DENY | {"Condition": {"Bool": {"x": "y"}}}], InvokeGrant.MISSING),
    "all actions but others": (
        [without(STATEMENT, "Action") | {"NotAction": "lambda:DeleteFunction"}],
        InvokeGrant.GRANTED,
    ),
    "for another function": ([STATEMENT | {"Resource": f"{FUNCTION}-2"}], InvokeGrant.MISSING),
    "StringEquals takes no star for the account either": (
        [source("*", "StringEquals", "AWS:SourceAccount")],
        InvokeGrant.OTHER_ACCOUNT,
    ),
    "a policy variable": (
        [source("${aws:PrincipalAccount}", "StringEquals", "AWS:SourceAccount")],
        InvokeGrant.UNJUDGED,
    ),
}


@pytest.mark.parametrize(("statements", "grant"), RULES.values(), ids=RULES.keys())
def test_a_policy_gives_what_its_statements_say(statements: list[dict[str, Any]], grant: InvokeGrant) -> None:
    assert judged(*statements).grant is grant


def test_a_single_statement_needs_no_list() -> None:
    assert permission(json.dumps({"Statement": STATEMENT}), AUTHORIZER) == InvokePermission(InvokeGrant.GRANTED, "s")


def test_the_policy_of_a_function_may_name_its_aliases() -> None:
    aliased = replace(AUTHORIZER, function_arn=f"{FUNCTION}:prod")
    of_function = json.dumps({"Statement": [STATEMENT | {"Resource": f"{FUNCTION}*"}]})
    assert permission(None, aliased, of_function).grant is InvokeGrant.UNJUDGED
    assert permission(None, aliased, json.dumps({"Statement": [STATEMENT]})).grant is InvokeGrant.MISSING
    latest = replace(AUTHORIZER, function_arn=f"{FUNCTION}:$LATEST")
    assert permission(json.dumps({"Statement": [STATEMENT]}), latest).grant is InvokeGrant.GRANTED


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
    denied = DENY | {"Principal": {"Service": "s3.amazonaws.com"}}
    assert other_services(json.dumps({"Statement": [STATEMENT, events, events, denied]})) == ("events.amazonaws.com",)


@pytest.mark.parametrize(("arn", "function"), [("", ""), (ARN, ""), ("", AUTHORIZER.function_arn)])
def test_the_command_needs_both_arns(arn: str, function: str) -> None:
    assert permission_line(Authorizer("A", arn=arn, function_arn=function)) is None


def test_the_command_names_the_authorizer_in_its_statement() -> None:
    assert permission_line(Authorizer("my auth=1", arn=ARN, function_arn=AUTHORIZER.function_arn)) == (
        f"aws lambda add-permission --function-name {AUTHORIZER.function_arn} --principal iot.amazonaws.com "
        f"--source-arn {ARN} --statement-id my-auth-1 --action lambda:InvokeFunction"
    )

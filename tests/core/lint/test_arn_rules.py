from __future__ import annotations

import pytest

from authlens.core.lint import arn_rules
from support.lint_cases import Case, ids, messages, rule_cases
from support.policies import allow, text

CASES = list(rule_cases(arn_rules.RULES))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_the_rule_speaks_of_the_one_and_not_of_the_other(case: Case) -> None:
    assert case.rule in ids(case.fires, **case.known)
    assert case.rule not in ids(case.silent, **case.known)


@pytest.mark.parametrize(
    ("resource", "problem"),
    [
        ("*", None),
        ("arn:*", None),
        ("arn:aws:iot:*", None),
        ("arn:aws:*:*:*:topic/a", None),
        ("arn:aws:iot:us-east-1:123456789012:*", None),
        ("arn:aws:iot:*:??????789012:topic/${iot:ClientId}:b", None),
        ("arn:aws:iot:${aws:RequestedRegion}:123456789012:topic/a", "malformed-arn"),
        ("arn:aws-iso-b:iot:us-isob-east-1:123456789012:topic/a", None),
        ("topic/a", "malformed-arn"),
        (" arn:aws:iot:us-east-1:123456789012:topic/a", "malformed-arn"),
        ("arn:aws:iot:us-east-1:topic/a", "malformed-arn"),
        ("arn:aws:iot:us-east-1::topic/a", "malformed-arn"),
        ("arn:aws:iot:<region>:123456789012:topic/a", "malformed-arn"),
        ("arn:aws:iot:us-east-1:ACCOUNT_ID:topic/a", "malformed-arn"),
        ("arn:aws:iot:us-east-1: 23456789012:topic/a", "malformed-arn"),
        ("arn:AWS:iot:us-east-1:123456789012:topic/a", "malformed-arn"),
        ("arn:aws:sns:us-east-1:123456789012:topic/a", "malformed-arn"),
        ("arn:aws:us-east-1:123456789012:topic/*", "arn-without-service"),
        ("arn:aws:us-east-1:123456789012:topic/a:b", "arn-without-service"),
        ("arn:aws:us-east-1", "arn-without-service"),
        ("arn:aws:iot:us-east-1:123456789012:/thing/*", "slash-before-type"),
        ('["a", "b"', "stringified-array"),
        ('["arn:aws:iot:*", "b"]', "stringified-array"),
    ],
)
def test_the_first_problem_of_an_arn(resource: str, problem: str | None) -> None:
    found = arn_rules.arn_problem(resource)
    assert (found and found[0]) == problem


def test_a_list_in_a_string_tells_how_many_it_holds() -> None:

    two = text({"Effect": "Allow", "Action": "*", "Resource": '["a", "b"]'})
    assert messages(two, "stringified-array") == ["this is a list written as one string: 2 ARNs that AWS reads as one"]
    cut = text({"Effect": "Allow", "Action": "*", "Resource": '["a", "b"'})
    assert messages(cut, "stringified-array") == ["this is a list written as one string"]


@pytest.mark.parametrize("resource", ["*", "topic/a", "arn:aws:iot:*", "arn:aws:iot:eu-west-1:12:topic/a"])
def test_only_whole_arns_are_held_to_region_and_account(resource: str) -> None:
    one = text({"Effect": "Allow", "Action": "*", "Resource": resource})
    assert not ids(one, region="us-east-1", account="123456789012") & {"other-region", "other-account"}


@pytest.mark.parametrize(
    ("tail", "words"),
    [
        ("client/null", "contains `null`"),
        ("topic/None/data", "contains `None`"),
        ("topic/[object Object]", "contains `[object Object]`"),
        ("client/{client_id}", "the placeholder `{client_id}`"),
        ("topic/<your topic>/*", "the placeholder `<your topic>`"),
        ("topic/%s/data", "the placeholder `%s`"),
        ("client/Nonesuch", None),
        ("client/${iot:ClientId}", None),
        ("topic/a<b/100%", None),
    ],
)
def test_a_template_that_was_not_filled_in(tail: str, words: str | None) -> None:
    found = messages(text(allow("iot:Connect", tail)), "unfilled-resource")
    assert len(found) == (words is not None)
    assert words is None or words in found[0]


WEST = "arn:aws:iot:us-west-2:123456789012:"


@pytest.mark.parametrize(
    ("resource", "rule", "meant"),
    [
        (
            "arn:aws:iot:us-west-2:123456789012topic/a/b",
            "malformed-arn",
            "arn:aws:iot:us-west-2:123456789012:topic/a/b",
        ),
        (
            "arn:aws:iot:iot:us-west-2:123456789012:topic/a",
            "malformed-arn",
            "arn:aws:iot:us-west-2:123456789012:topic/a",
        ),
        ("arn:aws:us-west-2:123456789012:topic/a", "arn-without-service", WEST + "topic/a"),
        (
            "arn:aws:iot:us-west-2:123456789012:/topic/a",
            "slash-before-type",
            "arn:aws:iot:us-west-2:123456789012:topic/a",
        ),
        ("arn:aws:iot:us-west-2:123456789012topic/*", "malformed-arn", WEST + "topic/*"),
        ("arn:aws:iot:None:None:client/*", "malformed-arn", "arn:aws:iot:*:*:client/*"),
    ],
)
def test_the_advice_is_the_whole_arn(resource: str, rule: str, meant: str) -> None:
    found = messages(text(allow("iot:Publish", resource)), rule)
    assert len(found) == 1
    assert found[0].endswith(f"write `{meant}`")
    assert not messages(text(allow("iot:Publish", meant)), rule)


def test_arns_of_greengrass_belong_to_its_actions() -> None:
    component = "arn:aws:greengrass:us-east-1:123456789012:components:c:versions:1"
    assert ids(text(allow("greengrass:GetComponentVersionArtifact", component))) <= {"connect-missing"}
    assert "malformed-arn" in ids(text(allow("iot:Publish", component)))


def test_two_regions_and_two_accounts_without_an_authorizer() -> None:
    other = "arn:aws:iot:us-west-2:999999999999:topic/a"
    written = text(allow("iot:Connect", "client/a"), allow("iot:Publish", [other, "topic/b"]))
    assert messages(written, "several-places") == [
        "this ARN has the region us-west-2, another one us-east-1, but a connection is made in only one",
        "this ARN has the account 999999999999, another one 123456789012, but a connection is made in only one",
    ]
    assert "several-places" not in ids(written, region="us-east-1", account="123456789012")


@pytest.mark.parametrize("resource", ["arn:aws:iot:*", "arn:aws:iot:us-east-1:*", "arn:aws:iot:*:*topic/a"])
def test_wildcards_reach_over_colons(resource: str) -> None:
    assert not ids(text(allow("iot:Publish", resource))) & {"malformed-arn", "arn-without-service", "slash-before-type"}

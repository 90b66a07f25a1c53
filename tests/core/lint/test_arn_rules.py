from __future__ import annotations

import pytest

from authlens.core.lint import arn_rules
from support.lint_cases import Case, findings, ids, messages, rule_cases
from support.policies import allow, text

CASES = list(rule_cases(arn_rules.RULES))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_the_rule_speaks_of_the_one_and_not_of_the_other(case: Case) -> None:
    assert case.rule in ids(case.fires, **case.known)
    assert case.rule not in ids(case.silent, **case.known)


AT_WORK = "arn:aws:iot:us-east-1:123456789012:topic/a"
SIX = "of the six fields of arn:PARTITION:iot:REGION:ACCOUNT:TYPE/NAME"
NO_SERVICE = "lacks `iot` between partition and region"


@pytest.mark.parametrize(
    ("resource", "rule", "message"),
    [
        ("topic/a", "malformed-arn", "`topic/a` is only the tail of an ARN; write `arn:aws:iot:*:*:topic/a`"),
        (f" {AT_WORK}", "malformed-arn", f"` {AT_WORK}` begins or ends with white space; write `{AT_WORK}`"),
        ("nonsense", "malformed-arn", "`nonsense` is neither `*` nor an ARN; write the complete ARN"),
        ('["a", "b"', "stringified-array", "this is a list written as one string"),
        ('["a"]', "stringified-array", "this is a list written as one string"),
        ('["a", "b"]', "stringified-array", "this is a list written as one string: 2 ARNs that AWS reads as one"),
        ("arn:", "malformed-arn", f"`arn:` has 2 {SIX}"),
        ("arn:aws", "malformed-arn", f"`arn:aws` has 2 {SIX}"),
        ("arn:aws:iot", "malformed-arn", f"`arn:aws:iot` has 3 {SIX}"),
        ("arn:aws:iot:us-east-1:123456789012", "malformed-arn", f"`arn:aws:iot:us-east-1:123456789012` has 5 {SIX}"),
        (
            "arn:aws:iot:us-east-1:topic/a",
            "malformed-arn",
            "`arn:aws:iot:us-east-1:topic/a` lacks its account; write `arn:aws:iot:us-east-1:*:topic/a`",
        ),
        (
            "arn:aws:iot:us-east-1::topic/a",
            "malformed-arn",
            "`arn:aws:iot:us-east-1::topic/a` leaves its account empty; write `arn:aws:iot:us-east-1:*:topic/a`",
        ),
        (
            "arn:aws:iot:${aws:RequestedRegion}:123456789012:topic/a",
            "malformed-arn",
            "`${aws:RequestedRegion}` is before the resource, where variables are not replaced",
        ),
        (
            "arn:aws:${x}:us-east-1:123456789012:topic/a",
            "malformed-arn",
            "`${x}` is before the resource, where variables are not replaced",
        ),
        (
            "arn:aws:iot:us-east-1: 23456789012:topic/a",
            "malformed-arn",
            "the ARN contains white space before its resource",
        ),
        (
            "arn:aws:iot:<region>:123456789012:topic/a",
            "malformed-arn",
            "the region of the ARN is `<region>`; it must look like `us-east-1`",
        ),
        (
            "arn:aws:iot:us-east-1:ACCOUNT_ID:topic/a",
            "malformed-arn",
            "the account of the ARN is `ACCOUNT_ID`; it must look like `123456789012`",
        ),
        (
            "arn:aws:sns:us-east-1:123456789012:topic/a",
            "malformed-arn",
            "the service of the ARN is `sns`; it must look like `iot`",
        ),
        (
            "arn:a:iot:us-east-1:123456789012:cert/a",
            "malformed-arn",
            "the partition of the ARN is `a`; it must look like `aws`",
        ),
        ("arn:aws:us-east-1", "arn-without-service", f"`arn:aws:us-east-1` {NO_SERVICE}"),
        ("arn:aws:eu-west-1:1:2:3", "arn-without-service", f"`arn:aws:eu-west-1:1:2:3` {NO_SERVICE}"),
        ("arn:aws:sns:us-east-1:12", "arn-without-service", f"`arn:aws:sns:us-east-1:12` {NO_SERVICE}"),
        (
            "arn:aws:us-east-1:123456789012:topic/a:b",
            "arn-without-service",
            f"`arn:aws:us-east-1:123456789012:topic/a:b` {NO_SERVICE}; "
            "write `arn:aws:iot:us-east-1:123456789012:topic/a:b`",
        ),
        (
            "arn:aws:iot:us-east-1:123456789012:/thing/*",
            "slash-before-type",
            "`arn:aws:iot:us-east-1:123456789012:/thing/*` has a slash before `thing/`, which makes it a different "
            "resource; write `arn:aws:iot:us-east-1:123456789012:thing/*`",
        ),
        ("arn:aws:iot:us-east-1:123456789012:/cert/x", "slash-before-type", "`:/cert/x` has a slash before its type"),
        ("arn:aws:iot:*:*:/topic/a", "slash-before-type", "`:/topic/a` has a slash before its type"),
    ],
)
def test_the_first_problem_of_an_arn(resource: str, rule: str, message: str) -> None:
    assert arn_rules.arn_problem(resource) == (rule, message)


@pytest.mark.parametrize(
    "resource",
    [
        "*",
        "arn:*",
        "arn:aws:iot:*",
        "arn:aws:iot:us-east-1:*",
        "arn:aws:iot:*:topic/a",
        "arn:aws:*:topic/a",
        "arn:aws:*:*:*:topic/a",
        "arn:aws:i?t:us-east-1:123456789012:topic/a",
        "arn:aws:iot:us-east-1:123456789012:*",
        "arn:aws:iot:*:??????789012:topic/${iot:ClientId}:b",
        "arn:aws:iot:us-east-1:123456789012:topic/a b",
        "arn:aws:greengrass:us-east-1:123456789012:components:c",
        "arn:aws-iso-b:iot:us-isob-east-1:123456789012:topic/a",
        "arn:aws-us-gov:iot:us-gov-west-1:123456789012:topic/a",
        "arn:aws-eusc:iot:eusc-de-east-1:123456789012:topic/a",
    ],
)
def test_arns_without_a_problem(resource: str) -> None:
    assert arn_rules.arn_problem(resource) is None
    assert "other-partition" not in ids(text(allow("iot:Publish", resource)))


TYPES = "; the types are client, topic, topicfilter, thing, rolealias"
MISSING = "a missing value formatted as text"


@pytest.mark.parametrize(
    ("resource", "rule", "message"),
    [
        (
            "topics/a",
            "unknown-resource-type",
            "`topics` is not a resource type of AWS IoT policies; did you mean `topic/`?",
        ),
        ("zzzzz/a", "unknown-resource-type", f"`zzzzz` is not a resource type of AWS IoT policies{TYPES}"),
        ("topic", "nameless-resource", "`topic` lacks the name of the topic; write `topic/NAME` or `topic/*`"),
        ("client/", "nameless-resource", "`client/` lacks the name of the client; write `client/NAME` or `client/*`"),
        ("topic/%(a)s", "unfilled-resource", "`topic/%(a)s` still contains the placeholder `%(a)s`"),
        ("topic/${a}{b}", "unfilled-resource", "`topic/${a}{b}` still contains the placeholder `{b}`"),
        ("topic/nil/{a}", "unfilled-resource", f"`topic/nil/{{a}}` contains `nil`, {MISSING}"),
        ("topic/a/null", "unfilled-resource", f"`topic/a/null` contains `null`, {MISSING}"),
        (
            "arn:aws:iot:cn-north-1:123456789012:topic/a",
            "other-partition",
            "the region cn-north-1 belongs to the partition aws-cn, not to aws",
        ),
        (
            "arn:aws-us-gov:iot:us-east-1:123456789012:topic/a",
            "other-partition",
            "the region us-east-1 belongs to the partition aws, not to aws-us-gov",
        ),
    ],
)
def test_messages(resource: str, rule: str, message: str) -> None:
    found = [(one.id, one.message) for one in findings(text(allow("iot:Publish", resource))) if one.id in RULES]
    assert found == [(rule, message)]


RULES = {rule.id for rule in arn_rules.RULES}


@pytest.mark.parametrize(
    "resource",
    [
        "job/a",
        "job/",
        "top*",
        "$x/a",
        "topic/nullx",
        "arn:aws-iso:iot:us-iso-east-1:123456789012:topic/a",
        "arn:aws*:iot:cn-north-1:123456789012:topic/a",
        "arn:aws:iot:cn-*:123456789012:topic/a",
    ],
)
def test_resources_without_a_finding(resource: str) -> None:
    assert not ids(text(allow("iot:Publish", resource))) & RULES


def test_what_is_held_to_the_place_of_the_authorizer() -> None:
    other = "arn:aws:iot:us-west-2:999999999999:topic/"
    written = text(
        allow(
            "iot:Publish", [other + "a", "topic/b", "arn:aws:iot:us-*:1*:topic/a", other + "c", "arn:aws:iot:a:topic/"]
        )
    )
    region, account = (
        "the ARN has the region us-west-2, but the authorizer is in us-east-1",
        "the ARN has the account 999999999999, but the authorizer is in 123456789012",
    )
    both = findings(written, region="us-east-1", account="123456789012")
    assert [(one.line, one.message) for one in both if one.id.startswith("other-")] == [
        (8, region),
        (8, account),
        (11, region),
        (11, account),
    ]
    assert [(one.line, one.message) for one in findings(written, region="us-east-1") if one.id in PLACES] == [
        (8, region),
        (9, "this ARN has the account 123456789012, another one 999999999999, but a connection is made in only one"),
        (11, region),
    ]


PLACES = ("other-region", "other-account", "several-places")


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


@pytest.mark.parametrize(
    ("action", "belongs"),
    [
        ("greengrass:GetComponentVersionArtifact", True),
        ("GREENGRASS:Discover", True),
        ("*", True),
        (["iot:Publish", "greengrass:Discover"], True),
        ("iot:Publish", False),
        ("iot:*", False),
    ],
)
def test_arns_of_greengrass_belong_to_its_actions(action: str | list[str], belongs: bool) -> None:
    component = "arn:aws:greengrass:us-east-1:123456789012:components:c:versions:1"
    written = text(allow(action, component))
    assert messages(written, "malformed-arn") == (
        [] if belongs else [f"`{component}` is a Greengrass ARN, but this statement has no Greengrass action"]
    )
    assert not ids(written) & {"unknown-resource-type", "nameless-resource"}


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

from __future__ import annotations

import pytest

from authlens.core.lint import action_rules
from support.lint_cases import Case, findings, ids, messages, rule_cases
from support.policies import ARN, allow, text

CASES = list(rule_cases(action_rules.RULES))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_the_rule_speaks_of_the_one_and_not_of_the_other(case: Case) -> None:
    assert case.rule in ids(case.fires, **case.known)
    assert case.rule not in ids(case.silent, **case.known)


@pytest.mark.parametrize(
    ("one", "found"),
    [
        (allow(["iot:Publish", "iot:Subscribe"], ["topic/a", "topicfilter/a"]), []),
        (allow("iot:*", ["topic/a", "client/a"]), []),
        (allow("iot:Publish", ["topic/a", "client/a"]), [("action-resource-mismatch", 9)]),
        (allow(["iot:Publish", "iot:Connect"], "topic/a"), [("action-resource-mismatch", 8)]),
        (allow(["iot:Publish", "iot:Subscribe"], "topic/a"), [("subscribe-on-topic", 8)]),
        (allow("iot:Subscribe", "client/a"), [("action-resource-mismatch", 7)]),
        (allow("iot:ListRetainedMessages", "topic/a"), [("action-resource-mismatch", 7)]),
        (allow("iot:ListRetainedMessages", "*"), []),
        (allow(["iot:ListRetainedMessages", "iot:Publish"], "topic/a"), [("action-resource-mismatch", 7)]),
        (allow(["iot:GetPendingJobExecutions", "iot:Publish"], "topic/a"), [("job-action-on-topic", 7)]),
        (allow("iot:Nope", "topic/a"), []),
        (allow("iot:Publish", "topics/a"), []),
        (allow("iot:Publish", "arn:aws:iot:*"), []),
        ({"Effect": "Allow", "NotAction": "iot:Publish", "Resource": ARN + "client/a"}, []),
        (allow(["iot:Publish", "iot:Connect"], ["topic/a", "topics/a"]), []),
    ],
)
def test_actions_and_the_types_of_their_resources(one: dict[str, object], found: list[tuple[str, int]]) -> None:
    rules = ("subscribe-on-topic", "job-action-on-topic", "action-resource-mismatch")
    assert [(each.id, each.line) for each in findings(text(one)) if each.id in rules] == found


@pytest.mark.parametrize(
    ("one", "rule", "message"),
    [
        (
            allow("iot:Subscribe", "topic/a/b"),
            "subscribe-on-topic",
            "iot:Subscribe on `topic/a/b` matches nothing; it needs `topicfilter/a/b`",
        ),
        (
            allow("iot:Connect", "topic/a"),
            "action-resource-mismatch",
            "iot:Connect on `topic/a` matches nothing; it needs `client/…`",
        ),
        (
            allow(["iot:Publish", "iot:ListRetainedMessages"], "topic/a"),
            "action-resource-mismatch",
            "iot:ListRetainedMessages needs `*`; this statement has none",
        ),
        (
            allow(["iot:Publish", "iot:UpdateJobExecution"], "topic/a"),
            "job-action-on-topic",
            "iot:UpdateJobExecution matches nothing; it needs `thing/NAME`",
        ),
        (
            allow(["iot:Connect", "iot:Publish", "iot:Subscribe"], ["client/a", "topic/b"]),
            "subscribe-on-topic",
            "iot:Subscribe on `topic/b` matches nothing; it needs `topicfilter/b`",
        ),
        (
            allow(["iot:Connect", "iot:Subscribe"], "client/a"),
            "subscribe-on-topic",
            "iot:Subscribe on `client/a` matches nothing; it needs `topicfilter/a`",
        ),
        (
            allow("iotjobsdata:UpdateJobExecution", "client/a"),
            "action-resource-mismatch",
            "iotjobsdata:UpdateJobExecution on `client/a` matches nothing; it needs `thing/…`",
        ),
        (
            allow(["iot:Connect", "iot:Publish"], "topicfilter/a"),
            "action-resource-mismatch",
            "iot:Connect, iot:Publish on `topicfilter/a` matches nothing; it needs `client/…` or `topic/…`",
        ),
        (
            allow(["iot:ListRetainedMessages", "iot:Publish"], "client/a"),
            "action-resource-mismatch",
            "iot:ListRetainedMessages, iot:Publish on `client/a` matches nothing; it needs `*` or `topic/…`",
        ),
        (
            allow(["iot:Publish", "iot:ListNamedShadowsForThing"], "topic/a"),
            "action-resource-mismatch",
            "iot:ListNamedShadowsForThing needs a `thing/` resource; this statement has none",
        ),
        (allow("s3:GetObject", "*"), "unknown-action", "`s3:GetObject` is not an action of AWS IoT policies"),
    ],
)
def test_messages(one: dict[str, object], rule: str, message: str) -> None:
    assert messages(text(one), rule) == [message]


@pytest.mark.parametrize(
    ("action", "severity", "words"),
    [
        ("iot:Conect", "error", "`iot:Conect` is not an action of AWS IoT policies; did you mean iot:Connect?"),
        ("i*:Publish", "error", "`i*:Publish` matches nothing: its prefix must be literal"),
        ("mqtt:Publish", "error", "did you mean iot:Publish?"),
        ("iot:CreateThing", "warning", "authlens does not know `iot:CreateThing`"),
        ("iotjobsdata:Fly*", "warning", "authlens does not know `iotjobsdata:Fly*`"),
    ],
)
def test_how_grave_an_unknown_name_is(action: str, severity: str, words: str) -> None:
    found = [one for one in findings(text(allow(action, "*"))) if one.id == "unknown-action"]
    assert [one.severity for one in found] == [severity]
    assert words in found[0].message


@pytest.mark.parametrize(
    "action",
    ["iotjobsdata:*", "iot:DeleteConnection", "iot:GetConnection", "greengrass:*", "greengrass:Discover", "*", "iot:*"],
)
def test_actions_that_aws_has(action: str) -> None:
    assert "unknown-action" not in ids(text(allow(action, "*")))


def test_both_spellings_of_job_actions_are_seen() -> None:
    for prefix in ("iot", "iotjobsdata"):
        on_topic = text(allow(f"{prefix}:UpdateJobExecution", "topic/$aws/things/a/jobs/*"))
        assert "job-action-on-topic" in ids(on_topic)
        on_things = text(allow(f"{prefix}:UpdateJobExecution", "thing/*"))
        assert {"job-action-over-https", "overly-permissive"} <= ids(on_things)
        assert ("job-action-prefix" in ids(on_things)) is (prefix == "iot")


@pytest.mark.parametrize(
    ("action", "resource", "severity"),
    [
        ("iot:ListRetainedMessages", "client/a", "warning"),
        ("iot:ListNamedShadowsForThing", "thing/a", None),
        ("iot:ListNamedShadowsForThing", "*", None),
        ("iotjobsdata:DescribeJobExecution", "arn:aws:iot:us-east-1:123456789012:job/a", None),
        ("greengrass:ResolveComponentCandidates", "*", None),
        ("iot:SendDirectMessage", "topic/a", "error"),
    ],
)
def test_types_that_an_action_is_decided_on(action: str, resource: str, severity: str | None) -> None:
    found = [one.severity for one in findings(text(allow(action, resource))) if one.id == "action-resource-mismatch"]
    assert found == ([severity] if severity else [])
    assert "unknown-resource-type" not in ids(text(allow(action, resource)))


def test_a_role_alias_is_fine_with_a_certificate() -> None:
    written = text(allow("iot:AssumeRoleWithCertificate", "rolealias/a"))
    assert "certificate-action" not in ids(written, has_certificate=True)

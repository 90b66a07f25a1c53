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
        (allow("s3:GetObject", "*"), "unknown-action", "AWS IoT policies know no action `s3:GetObject`"),
    ],
)
def test_messages(one: dict[str, object], rule: str, message: str) -> None:
    assert messages(text(one), rule) == [message]

"""Permissions at a glance agree with what `decide` answers to every question."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authlens.core.policy.decision.decide import decide
from authlens.core.policy.decision.permission_text import lines, sentence
from authlens.core.policy.decision.permissions import MAIN, Ruling, Summary, summarize, summarized
from authlens.core.policy.wildcards import bounded_work
from support.policies import ARN, allow, deny, document

CLIENT = {"iot:ClientId": ("c1",)}
WEST = "arn:aws:iot:us-west-2:999999999999:"
KINDS = {
    "iot:Connect": "client",
    "iot:Publish": "topic",
    "iot:Subscribe": "topicfilter",
    "iot:Receive": "topic",
    "iot:RetainPublish": "topic",
    "iot:GetThingShadow": "thing",
}
NAMES = st.text(alphabet="ac1/*", max_size=4) | st.sampled_from(["c1", "a/c1", "a/b", "${iot:ClientId}"])
PATTERNS = st.builds(
    lambda prefix, kind, name: f"{prefix}{kind}/{name}",
    st.sampled_from([ARN, ARN, WEST, "arn:aws:iot:*:*:", "arn:*:"]),
    st.sampled_from(["client", "topic", "topicfilter", "topic*", "*", "thing"]),
    st.text(alphabet="ac1/*?", max_size=4)
    | st.sampled_from(["${iot:ClientId}", "a/${iot:ClientId}/*", "${*}", "x${q}"]),
) | st.sampled_from(["*", ARN + "*", "arn:aws:iot:None:None:client/*", "topic/a"])
CONDITIONS = st.dictionaries(
    st.sampled_from(
        ["StringEquals", "StringNotEquals", "StringEqualsIfExists", "ForAllValues:StringLike", "Null", "Bool", "Nope"]
    ),
    st.dictionaries(
        st.sampled_from(["iot:ClientId", "iot:ConnectAttributes", "iot:Connection.Thing.IsAttached", "my:key"]),
        st.lists(st.sampled_from(["c1", "true", "*"]), max_size=2),
        max_size=2,
    ),
    max_size=1,
)


@st.composite
def statements(draw: st.DrawFn) -> dict[str, Any]:
    action = draw(st.sampled_from(["Action", "Action", "Action", "NotAction"]))
    resource = draw(st.sampled_from(["Resource", "Resource", "Resource", "NotResource"]))
    one = {
        "Effect": draw(st.sampled_from(["Allow", "Allow", "Deny"])),
        action: draw(st.lists(st.sampled_from([*KINDS, "iot:*", "iot:*ublish"]), min_size=1, max_size=2)),
        resource: draw(st.lists(PATTERNS, min_size=1, max_size=2)),
    }
    condition = draw(CONDITIONS)
    return one | ({"Condition": condition} if condition else {})


POLICIES = st.lists(statements(), min_size=1, max_size=4)
CONTEXTS = st.sampled_from([{}, CLIENT, CLIENT | {"iot:ConnectAttributes": ("c1", "*")}])
PLACES = st.sampled_from([(None, None), ("us-east-1", "123456789012"), ("us-east-1", None)])


def check(policy: list[Any], action: str, name: str, context: Any, place: tuple[str | None, str | None]) -> None:
    documents = [document(*policy[:2]), document(*policy[2:])]
    answer = summarize(documents, context, *place).of(action).answer_for(name)
    allowed = decide(documents, action, f"{KINDS[action]}/{name}", context, *place).allowed
    if answer is not Ruling.CONDITIONAL:
        assert allowed is (answer is Ruling.ALLOWED)
    else:
        assert any("Condition" in one for one in policy) or "ClientId" in str(policy)


@given(POLICIES, st.sampled_from(MAIN), NAMES, CONTEXTS, PLACES)
@settings(max_examples=150)
def test_the_summary_agrees_with_every_decision(
    policy: list[Any], action: str, name: str, context: Any, place: tuple[str | None, str | None]
) -> None:
    check(policy, action, name, context, place)


@pytest.mark.slow
@given(POLICIES, st.sampled_from(MAIN), NAMES, CONTEXTS, PLACES)
@settings(settings.get_profile("slow"))
def test_the_summary_agrees_for_long(
    policy: list[Any], action: str, name: str, context: Any, place: tuple[str | None, str | None]
) -> None:
    check(policy, action, name, context, place)


VERBS = {
    "iot:Publish": "publish",
    "iot:Subscribe": "subscribe",
    "iot:Receive": "receive",
    "iot:RetainPublish": "retain",
}


@given(POLICIES, CONTEXTS, PLACES)
@settings(max_examples=80)
def test_the_sentence_names_what_the_page_lists(
    policy: list[Any], context: Any, place: tuple[str | None, str | None]
) -> None:
    found = summarize([document(*policy[:2]), document(*policy[2:])], context, *place)
    said, page = sentence(found), [one for one in lines(found) if one.answer is not Ruling.DENIED]
    for action in MAIN:
        listed = [one.what for one in page if action in one.actions]
        is_named = any(f" {what}" in said for what in listed)
        assert is_named is bool(listed), (said, action)
        if action in VERBS:
            assert bool(re.search(rf"\b{VERBS[action]}\b", said)) is bool(listed), (said, action)
        else:
            assert said.startswith("May not connect") is (found.connects is Ruling.DENIED)
        for grant in found.of(action).grants if " more" not in said else ():
            wide = [one for one in found.of(action).grants if one.area.covers(grant.area)]
            assert any(one.area.text in said or one.area.text in ("*", "") for one in wide), (said, grant)
    others = {name for one in page for name in one.actions if name not in MAIN}
    assert ("Nothing else." in said) is (found.connects is not Ruling.DENIED and not others)
    assert (f"{len(others)} other actions" in said) if len(others) > 3 else all(one in said for one in others)


def summary(*policy: Any, **known: Any) -> Summary:
    return summarize([document(*policy)], known.pop("variables", CLIENT), **known)


def areas(one: Summary, action: str) -> list[str]:
    return [grant.area.text for grant in one.of(action).grants]


def test_patterns_are_those_of_the_documents_with_values_in_place() -> None:
    one = summary(
        allow("iot:Connect", "client/${iot:ClientId}"),
        allow(["iot:Publish", "iot:Receive"], ["topic/a/*", "topic/${iot:ClientId}/?", "client/x"]),
        allow("iot:Sub*", "arn:aws:iot:us-west-2:999999999999:topicfilter/#"),
    )
    assert areas(one, "iot:Connect") == ["c1"]
    assert areas(one, "iot:Publish") == areas(one, "iot:Receive") == ["a/*", "c1/?"]
    assert areas(one, "iot:Subscribe") == ["#"]
    assert areas(one, "iot:RetainPublish") == []
    assert one.client_id == "c1"
    assert one.connects is Ruling.ALLOWED
    assert [grant.place.name for grant in one.of("iot:Publish").grants] == [
        "statement 2, line 16",
        "statement 2, line 17",
    ]


def test_region_and_account_narrow_it() -> None:
    policy = allow("iot:Publish", [ARN + "topic/a", WEST + "topic/b", "arn:aws:iot:None:None:topic/c"])
    assert areas(summary(policy), "iot:Publish") == ["a", "b"]
    assert areas(summary(policy, region="us-west-2"), "iot:Publish") == ["b"]
    assert areas(summary(policy, account="123456789012"), "iot:Publish") == ["a"]


def test_denials_are_taken_away() -> None:
    one = summary(
        allow("iot:Publish", ["topic/a/*", "topic/b"]),
        deny("iot:Publish", ["topic/a/x", "topic/b", "topic/c"]),
        deny("iot:Publish", "topic/a/y", Condition={"Bool": {"iot:ConnectAttributes": "true"}}),
    )
    publish = one.of("iot:Publish")
    assert [one.area.text for one in publish.grants[0].exclusions] == ["a/x", "a/y"]
    assert [place.statement.index for place in publish.refused] == [1]
    assert [publish.answer_for(name) for name in ("a/z", "a/x", "a/y", "b", "c")] == [
        Ruling.ALLOWED,
        Ruling.DENIED,
        Ruling.CONDITIONAL,
        Ruling.DENIED,
        Ruling.DENIED,
    ]


@pytest.mark.parametrize(
    ("condition", "answer"),
    [
        ({"StringEquals": {"iot:ClientId": "c1"}}, Ruling.ALLOWED),
        ({"StringEquals": {"iot:ClientId": "c2"}}, Ruling.DENIED),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, Ruling.CONDITIONAL),
        ({"StringEquals": {"aws:PrincipalTag/a": "b"}}, Ruling.CONDITIONAL),
        ({"Bool": {"iot:Connection.Thing.IsAttached": "true"}}, Ruling.DENIED),
        ({"Nope": {"aws:SourceIp": "10.0.0.0/8"}}, Ruling.DENIED),
        ({"StringEquals": {"my:key": "a"}}, Ruling.DENIED),
    ],
)
def test_conditions_that_the_connection_decides(condition: dict[str, Any], answer: Ruling) -> None:
    assert summary(allow("iot:Connect", "client/*", Condition=condition)).connects is answer


def test_variables_without_a_value() -> None:
    policy = [
        allow("iot:Connect", "client/${iot:Connection.Thing.ThingName}"),
        allow("iot:Publish", "topic/${iot:ClientId}"),
    ]
    one = summary(*policy, variables={})
    assert [place.statement.index for place in one.of("iot:Connect").dead] == [0]
    assert one.connects is Ruling.DENIED
    assert one.of("iot:Publish").answer is Ruling.CONDITIONAL
    assert one.of("iot:Publish").grants[0].open_variables == ("${iot:ClientId}",)
    attached = summary(*policy, has_certificate=True, variables={})
    assert attached.connects is Ruling.CONDITIONAL
    known = summary(*policy, has_certificate=True, variables=CLIENT | {"iot:Connection.Thing.ThingName": ("c1",)})
    assert known.connects is Ruling.ALLOWED
    assert summary(allow("iot:Publish", "topic/${iot:ClientId}"), variables=CLIENT).of("iot:Publish").answer is (
        Ruling.ALLOWED
    )


def test_other_actions_are_listed_where_something_is_allowed() -> None:
    one = summary(
        allow("iot:GetThingShadow", "thing/a"),
        allow("iot:ListRetainedMessages", "*"),
        allow("iot:ListRetainedMessages", "topic/a"),
        allow("greengrass:Discover", "thing/a"),
        allow("iot:UpdateJobExecution", "thing/a"),
    )
    assert [permission.action.name for permission in one.others] == [
        "iot:ListRetainedMessages",
        "iot:GetThingShadow",
        "greengrass:Discover",
    ]
    assert [grant.area.text for permission in one.others for grant in permission.grants] == ["*", "a", "a"]
    assert [permission.action.name for permission in one.main] == list(MAIN)


def test_a_wildcard_stays_in_its_field_of_a_whole_arn() -> None:
    everywhere = summary(
        allow("iot:*", ["arn:aws:iot:*:*:topic/a", "arn:aws:iot:us-*:123456789012:client/${iot:ClientId}:x"])
    )
    assert areas(everywhere, "iot:Connect") == ["c1:x"]
    assert areas(everywhere, "iot:Publish") == ["a"]
    assert areas(summary(allow("iot:*", "arn:aws:iot:*:topic/a")), "iot:Publish") == ["*:topic/a, a"]
    assert areas(summary(allow("iot:*", "arn:aws:iot:*")), "iot:Publish") == ["*"]


def test_documents_that_take_too_long_have_no_summary() -> None:
    one = document(allow("iot:Publish", "topic/a"))
    assert summarized([one], CLIENT, "us-east-1", "123456789012") == summarize([one], CLIENT)
    slow = [document(*(allow("*", f"topic/*{'?' * 40}a*{number}*") for number in range(60)), deny("*", "*?*?*?*a*"))]
    with bounded_work(20_000):
        assert summarized(slow) is None


def test_a_grant_is_limited_by_its_exceptions_and_provisos() -> None:
    will = {"ForAnyValue:StringEquals": {"iot:ConnectAttributes": "LastWill"}}
    [grant] = (
        summary(
            allow("iot:Publish", "topic/a*"),
            deny("iot:Publish", "topic/ab"),
            deny("iot:Publish", "topic/*", Condition=will),
            deny("iot:Publish", "topic/ac", Condition=will),
            deny("iot:Publish", "topic/x"),
        )
        .of("iot:Publish")
        .grants
    )
    assert [one.area.text for one in grant.exceptions] == ["ab", "ac"]
    assert [one.area.text for one in grant.provisos] == ["*"]
    assert [grant.answer_for(name) for name in ("a", "ab", "ac", "x")] == [
        Ruling.CONDITIONAL,
        Ruling.DENIED,
        Ruling.CONDITIONAL,
        Ruling.DENIED,
    ]

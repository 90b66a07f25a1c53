from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authlens.core.policy.decision.decide import decide
from authlens.core.policy.document import parse
from authlens.core.policy.matching import DecisionWord
from support.policies import ARN, allow, ask, deny, document, text

CASES = json.loads((Path(__file__).parents[1] / "policy_cases.json").read_text())
STRENGTH = {DecisionWord.IMPLICIT_DENY: 0, DecisionWord.ALLOWED: 1, DecisionWord.EXPLICIT_DENY: 2}


def values(context: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(value) if isinstance(value, list) else (value,) for key, value in context.items()}


def case_id(case: dict[str, Any]) -> str:
    return f"{case['action']} {case['resource'].rpartition(':')[2]} {case['expected']}"


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_a_documented_case(case: dict[str, Any]) -> None:
    policies = case["policy"] if isinstance(case["policy"], list) else [case["policy"]]
    documents = [parse(json.dumps(policy)) for policy in policies]
    assert decide(documents, case["action"], case["resource"], values(case["context"])).word == case["expected"]
    tail = case["resource"].split(":", 5)[5]
    completed = decide(documents, case["action"], tail, values(case["context"]), "us-east-1", "123456789012")
    assert completed.word == case["expected"]


TAILS = ["client/a", "topic/a", "topic/a/b", "topicfilter/a/+", "topic/${x}"]
STATEMENTS = st.fixed_dictionaries(
    {
        "Effect": st.sampled_from(["Allow", "Deny"]),
        "Action": st.lists(
            st.sampled_from(["iot:Connect", "iot:Publish", "iot:*", "iot:Sub*"]), min_size=1, max_size=2
        ),
        "Resource": st.lists(
            st.sampled_from(["*", *(ARN + tail for tail in [*TAILS, "topic/*", "topic/${iot:ClientId}", "client/?"])]),
            min_size=1,
            max_size=2,
        ),
    },
    optional={
        "Condition": st.dictionaries(
            st.sampled_from(["StringEquals", "StringNotEquals", "ForAllValues:StringLike", "Null", "Nope"]),
            st.dictionaries(
                st.sampled_from(["iot:ClientId", "iot:ConnectAttributes"]),
                st.lists(st.sampled_from(["a", "true", "*"]), max_size=2),
                max_size=2,
            ),
            max_size=2,
        )
    },
)
POLICIES = st.lists(STATEMENTS, max_size=4)
QUESTIONS = st.tuples(
    st.sampled_from(["iot:Connect", "iot:Publish", "iot:Subscribe", "iot:Receive"]),
    st.sampled_from([ARN + tail for tail in TAILS] + TAILS + ["*"]),
    st.sampled_from([{}, {"iot:ClientId": ("a",)}, {"iot:ClientId": ("*",), "iot:ConnectAttributes": ("a", "b")}]),
)


def word(statements: list[Any], question: tuple[str, str, dict[str, tuple[str, ...]]]) -> DecisionWord:
    action, resource, context = question
    return decide([document(*statements)], action, resource, context).word


@given(POLICIES, STATEMENTS, QUESTIONS)
def test_a_deny_never_widens(statements: list[Any], extra: dict[str, Any], question: Any) -> None:
    before = word(statements, question)
    after = word([*statements, extra | {"Effect": "Deny"}], question)
    assert after in (before, DecisionWord.EXPLICIT_DENY)


@given(POLICIES, STATEMENTS, QUESTIONS)
def test_an_allow_never_denies(statements: list[Any], extra: dict[str, Any], question: Any) -> None:
    before = word(statements, question)
    after = word([*statements, extra | {"Effect": "Allow"}], question)
    assert after in (before, DecisionWord.ALLOWED)
    assert STRENGTH[after] >= STRENGTH[before]


@given(POLICIES, QUESTIONS, st.randoms(use_true_random=False), st.integers(0, 4))
def test_neither_order_nor_documents_matter(
    statements: list[Any], question: Any, shuffle: random.Random, cut: int
) -> None:
    shuffled = list(statements)
    shuffle.shuffle(shuffled)
    parts = [document(*shuffled[:cut]), document(*shuffled[cut:])]
    action, resource, context = question
    assert decide(parts, action, resource, context).word == word(statements, question)


@given(POLICIES, QUESTIONS)
@settings(max_examples=50)
def test_every_decision_can_be_explained(statements: list[Any], question: Any) -> None:
    action, resource, context = question
    decision = decide([document(*statements)], action, resource, context)
    assert decision.reasons
    assert all(miss.message for miss in decision.near_misses)
    assert [miss.rank for miss in decision.near_misses] == sorted(miss.rank for miss in decision.near_misses)
    assert {one.statement.effect for one in decision.deciding} == {
        DecisionWord.ALLOWED: {"Allow"},
        DecisionWord.EXPLICIT_DENY: {"Deny"},
        DecisionWord.IMPLICIT_DENY: set(),
    }[decision.word]
    assert all("${" in one.written for one in decision.substitutions)


def test_all_documents_count_together() -> None:
    decision = ask([document(allow("iot:*", "*")), document(deny("iot:Publish", "topic/a"))], "iot:Publish", "topic/a")
    assert decision.word is DecisionWord.EXPLICIT_DENY
    assert [(one.document, one.index, one.statement.lines) for one in decision.deciding] == [(1, 0, (4, 8))]


def test_every_statement_that_decided_is_listed() -> None:
    decision = ask(document(allow("iot:*", "*"), allow("iot:Publish", "topic/a")), "Publish", "topic/a")
    assert decision.allowed
    assert [one.index for one in decision.deciding] == [0, 1]
    assert [one.resource.text for one in decision.deciding if one.resource] == ["*", ARN + "topic/a"]


def test_a_document_that_is_not_a_policy_grants_nothing() -> None:
    assert ask([parse("{"), parse("[]"), parse("{}")], "iot:Publish", "topic/a").word is DecisionWord.IMPLICIT_DENY


@pytest.mark.parametrize(
    ("region", "account", "expected"),
    [
        (None, None, DecisionWord.ALLOWED),
        ("us-east-1", "123456789012", DecisionWord.ALLOWED),
        ("us-east-1", None, DecisionWord.ALLOWED),
        ("us-west-2", None, DecisionWord.IMPLICIT_DENY),
        (None, "999999999999", DecisionWord.IMPLICIT_DENY),
    ],
)
def test_a_tail_is_completed_or_matches_any(region: str | None, account: str | None, expected: DecisionWord) -> None:
    documents = [document(allow("iot:Publish", "topic/a"))]
    assert decide(documents, "iot:Publish", "topic/a", {}, region, account).word is expected


def test_the_empty_set_is_not_an_absent_key() -> None:
    one = parse(text(allow("iot:Connect", "*", Condition={"StringNotEqualsIfExists": {"iot:ConnectAttributes": "x"}})))
    other = parse(text(allow("iot:Connect", "*", Condition={"StringEqualsIfExists": {"iot:ConnectAttributes": "x"}})))
    words = [
        decide([policy], "iot:Connect", "client/a", context).word
        for policy in (one, other)
        for context in ({}, {"iot:ConnectAttributes": ()})
    ]
    assert words == [DecisionWord.ALLOWED, DecisionWord.ALLOWED, DecisionWord.ALLOWED, DecisionWord.IMPLICIT_DENY]


def test_each_word_has_its_own_near_misses() -> None:
    policies = document(
        allow("iot:Publish", "topic/A"), deny("iot:Publish", "topic/B"), allow("iot:Publish", "topic/b")
    )
    deciding = {
        resource: [
            miss.statement.index for miss in ask(policies, "iot:Publish", resource).near_misses if miss.statement
        ]
        for resource in ("topic/a", "topic/b", "topic/B")
    }
    assert deciding == {"topic/a": [0], "topic/b": [1], "topic/B": []}


def test_decisions_on_the_same_grounds_are_equal() -> None:
    one = document(allow("iot:Publish", "topic/a"))
    assert ask(one, "iot:Publish", "topic/a") == ask(one, "iot:Publish", "topic/a")


@pytest.mark.slow
@given(POLICIES, STATEMENTS, QUESTIONS)
@settings(settings.get_profile("slow"))
def test_the_order_of_words_holds_for_long(statements: list[Any], extra: dict[str, Any], question: Any) -> None:
    before, after = word(statements, question), word([*statements, extra], question)
    assert STRENGTH[after] >= STRENGTH[before]

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.compare.policies import equal_documents, moved, pair_documents, read_policy

CONNECT = {"Effect": "Allow", "Action": "iot:Connect", "Resource": "arn:aws:iot:us-west-2:1:client/c1"}
PUBLISH = {"Effect": "Allow", "Action": ["iot:Publish", "iot:Receive"], "Resource": "arn:aws:iot:us-west-2:1:topic/a"}
DENY = {
    "Effect": "Deny",
    "Action": "iot:Publish",
    "Resource": "*",
    "Condition": {"StringEquals": {"iot:ClientId": ["c2", "c3"]}},
}


def policy(*statements: Any, **elements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", **elements, "Statement": list(statements)})


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param(policy(CONNECT, PUBLISH), policy(PUBLISH, CONNECT), id="statements are a set"),
        pytest.param(policy(CONNECT), policy({**CONNECT, "Action": ["iot:Connect"]}), id="one value is a list of one"),
        pytest.param(
            policy(PUBLISH), policy({**PUBLISH, "Action": ["iot:Receive", "iot:Publish"]}), id="order of actions"
        ),
        pytest.param(policy(CONNECT), policy(dict(reversed(CONNECT.items()))), id="order of keys"),
        pytest.param(
            policy(CONNECT), json.dumps({"Statement": CONNECT, "Version": "2012-10-17"}), id="one statement, no list"
        ),
        pytest.param(policy(CONNECT), policy({"Sid": "a", **CONNECT}, Id="b"), id="names mean nothing"),
        pytest.param(policy(CONNECT), policy(CONNECT, CONNECT), id="said twice is said once"),
        pytest.param(policy(CONNECT), policy({**CONNECT, "Action": "IOT:connect"}), id="case of an action"),
        pytest.param(
            policy(DENY),
            policy({**DENY, "Condition": {"StringEquals": {"iot:ClientId": ["c3", "c2"]}}}),
            id="order of condition values",
        ),
        pytest.param(policy(CONNECT), json.dumps(json.loads(policy(CONNECT)), indent=4), id="white space"),
        pytest.param("not json", " not json\n", id="text around nothing"),
        pytest.param('[{"a": 1, "b": 2}]', '[{"b": 2, "a": 1}]', id="order of keys in what is not an object"),
        pytest.param(policy([{"a": 1, "b": 2}]), policy([{"b": 2, "a": 1}]), id="order of keys in no statement"),
        pytest.param(
            policy({**CONNECT, "Principal": {"a": 1, "b": 2}}),
            policy({**CONNECT, "Principal": {"b": 2, "a": 1}}),
            id="order of keys in an element",
        ),
        pytest.param(
            policy({**CONNECT, "Condition": {"Bool": {"a": True}}}),
            policy({**CONNECT, "Condition": {"Bool": {"a": ["true"]}}}),
            id="true is the text true",
        ),
    ],
)
def test_same_meaning(left: str, right: str) -> None:
    assert equal_documents([left], [right])
    assert equal_documents([right], [left])


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param(policy(CONNECT), policy({**CONNECT, "Effect": "Deny"}), id="effect"),
        pytest.param(policy(CONNECT), policy({**CONNECT, "Action": "iot:*"}), id="action"),
        pytest.param(policy(CONNECT), policy({**CONNECT, "Resource": "*"}), id="resource"),
        pytest.param(policy(CONNECT), policy(CONNECT, Version="2008-10-17"), id="version"),
        pytest.param(policy(CONNECT), policy(), id="no statement"),
        pytest.param(
            policy({"Effect": "Allow", "Action": "a", "Resource": "b"}),
            policy({"Effect": "Allow", "NotAction": "a", "Resource": "b"}),
            id="the opposite element",
        ),
        pytest.param(
            policy(DENY),
            policy({**DENY, "Condition": {"StringLike": {"iot:ClientId": ["c2", "c3"]}}}),
            id="condition operator",
        ),
        pytest.param(
            policy({**CONNECT, "Resource": []}), policy({"Effect": "Allow", "Action": "iot:Connect"}), id="[]"
        ),
        pytest.param("not json", "no json", id="text"),
        pytest.param("null", "[]", id="JSON that is not an object"),
        pytest.param(policy(CONNECT), "not json", id="policy and text"),
    ],
)
def test_another_meaning(left: str, right: str) -> None:
    assert not equal_documents([left], [right])
    assert not equal_documents([right], [left])


def test_documents_are_matched_best_first() -> None:
    left = [policy(CONNECT), policy(PUBLISH)]
    right = [policy({**PUBLISH, "Action": "iot:Publish"}), policy(DENY), policy(CONNECT)]

    pairs = pair_documents(left, right)

    numbers = [(pair.left and pair.left.number, pair.right and pair.right.number) for pair in pairs]
    assert numbers == [(2, 1), (None, 2), (1, 3)]
    assert moved(pairs)
    assert [pair.equal for pair in pairs] == [False, False, True]


def test_removed_documents_come_last() -> None:
    pairs = pair_documents([policy(CONNECT), policy(PUBLISH)], [policy(PUBLISH)])

    assert [(bool(pair.left), bool(pair.right)) for pair in pairs] == [(True, True), (True, False)]
    assert not moved(pairs)


def test_statements_are_matched_best_first() -> None:
    changed = {**PUBLISH, "Action": "iot:Publish"}

    (pair,) = pair_documents([policy(CONNECT, PUBLISH)], [policy(changed, CONNECT)])

    first = pair.statements[0]
    assert (first.left and first.left.number, first.right and first.right.number) == (2, 1)
    assert first.removed == {("Action", "iot:Receive")}
    assert first.added == frozenset()


def test_sharing_an_effect_alone_matches_nothing() -> None:
    (pair,) = pair_documents([policy(CONNECT, PUBLISH)], [policy(CONNECT, {**DENY, "Effect": "Allow", "Action": "x"})])

    assert [(bool(each.left), bool(each.right)) for each in pair.statements] == [
        (True, True),
        (False, True),
        (True, False),
    ]


def test_unreadable_document_is_compared_with_the_one_in_its_place() -> None:
    (pair,) = pair_documents([policy(CONNECT)], ["{not json"])

    assert pair.left is not None
    assert pair.right is not None
    assert pair.right.value is None


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 500 + "1" + "}" * 500, "", "1" * 5000], ids=len)
def test_hostile_text_means_itself(text: str) -> None:
    assert read_policy(text).value is None
    assert equal_documents([text], [text])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
VALUES = st.text(max_size=2) | st.lists(st.text(max_size=2), max_size=3)
STATEMENTS = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Deny"]), "Action": VALUES, "Resource": VALUES},
    optional={"Condition": st.dictionaries(st.text(max_size=2), st.dictionaries(st.text(max_size=2), VALUES)) | JSON},
)
POLICIES = st.builds(lambda listed: {"Statement": listed}, st.lists(STATEMENTS | JSON, max_size=4)) | st.dictionaries(
    st.text(max_size=3), JSON, max_size=3
)


@given(st.lists(POLICIES, max_size=4), st.randoms())
def test_order_never_means_anything(documents: list[Any], random: Any) -> None:
    shuffled = deepcopy(documents)
    random.shuffle(shuffled)
    for document in shuffled:
        if isinstance(document, dict) and isinstance(document.get("Statement"), list):
            random.shuffle(document["Statement"])

    assert equal_documents(documents, [json.dumps(document) for document in shuffled])


@given(st.lists(POLICIES, max_size=3), st.lists(POLICIES, max_size=3))
def test_every_document_is_listed_once_on_each_side(left: list[Any], right: list[Any]) -> None:
    pairs = pair_documents(left, right)

    assert sorted(pair.left.number for pair in pairs if pair.left) == list(range(1, len(left) + 1))
    assert sorted(pair.right.number for pair in pairs if pair.right) == list(range(1, len(right) + 1))
    assert equal_documents(left, right) == equal_documents(right, left)


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ([policy(CONNECT, PUBLISH)], [policy(PUBLISH), policy(CONNECT)], True),
        ([policy(CONNECT), policy(CONNECT)], [policy(CONNECT)], True),
        (["not json", policy(CONNECT)], [policy(CONNECT), " not json"], True),
        ([policy(CONNECT, PUBLISH)], [policy(PUBLISH), policy(CONNECT, Version="2008-10-17")], False),
        ([policy(CONNECT)], [policy(CONNECT), policy()], False),
        ([policy(CONNECT)], [], False),
        ([], [], True),
    ],
    ids=["split", "repeated", "unreadable", "other version", "empty document", "nothing", "both nothing"],
)
def test_documents_hold_a_set_of_statements(left: list[str], right: list[str], same: bool) -> None:
    assert equal_documents(left, right) is same
    assert equal_documents(right, left) is same


def test_a_repeated_statement_is_one_pair() -> None:
    for left, right in ((policy(CONNECT), policy(CONNECT, CONNECT)), (policy(CONNECT, CONNECT), policy(CONNECT))):
        [pair] = pair_documents([left], [right])
        assert [(each.left is None, each.right is None) for each in pair.statements] == [(False, False)]


@pytest.mark.parametrize(("depth", "is_read"), [(59, True), (60, False)])
def test_a_document_that_is_nested_too_deeply_is_text(depth: int, is_read: bool) -> None:
    assert (read_policy('{"a":' * depth + "1" + "}" * depth).value is not None) is is_read


def test_a_document_is_the_first_unless_it_is_numbered() -> None:
    assert (read_policy(policy()).number, read_policy(policy(), 3).number) == (1, 3)


def test_the_most_alike_is_the_one_that_shares_the_greatest_part() -> None:
    wide = {"Effect": "Allow", "Action": ["a", "b", "c", "d", "e"], "Resource": "r"}
    near = {"Effect": "Allow", "Action": "a", "Resource": "x"}
    for left, number in ((policy(wide, near), 2), (policy(near, wide), 1)):
        [pair] = pair_documents([left], [policy({**near, "Resource": "r"})])
        first = pair.statements[0].left
        assert first is not None
        assert first.number == number


@pytest.mark.parametrize(
    ("left", "right", "numbers"),
    [
        ([CONNECT, PUBLISH, CONNECT], [DENY, PUBLISH, CONNECT], [(2, 2), (3, 3)]),
        ([PUBLISH, CONNECT], [CONNECT, CONNECT, CONNECT], [(2, 2)]),
    ],
)
def test_of_equal_documents_the_nearest_is_matched(
    left: list[Any], right: list[Any], numbers: list[tuple[int, int]]
) -> None:
    pairs = pair_documents([policy(each) for each in left], [policy(each) for each in right])
    assert [(pair.left.number, pair.right.number) for pair in pairs if pair.left and pair.right] == numbers


def test_of_documents_that_are_equally_alike_the_nearest_is_matched() -> None:
    changed = policy({**CONNECT, "Resource": "x"})
    pairs = pair_documents([policy(CONNECT), policy(DENY), policy(CONNECT)], ["not JSON", "[]", changed])
    assert [(pair.left.number, pair.right.number) for pair in pairs if pair.left and pair.right][-1] == (3, 3)

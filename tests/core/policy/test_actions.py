from __future__ import annotations

import pytest

from authlens.core.policy.actions import (
    ACTIONS,
    TYPES,
    action_named,
    actions_matching,
    full_name,
    nearest,
    nearest_action,
)


def test_the_types_are_those_of_the_guide() -> None:
    assert set(TYPES) == {"client", "topic", "topicfilter", "thing", "rolealias"}


def test_case_does_not_matter() -> None:
    found = action_named("IOT:connect")
    assert found is not None
    assert found.name == "iot:Connect"
    assert action_named("iot:Conect") is None


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("iot:*", {action.name for action in ACTIONS}),
        ("*", {action.name for action in ACTIONS}),
        ("iot:*publish", {"iot:Publish", "iot:RetainPublish"}),
        ("iot:P?blish", {"iot:Publish"}),
        ("Publish", set()),
        ("s3:*", set()),
    ],
)
def test_patterns_name_actions(pattern: str, names: set[str]) -> None:
    assert {action.name for action in actions_matching(pattern)} == names


@pytest.mark.parametrize(
    ("written", "meant"),
    [("iot:Subcribe", "iot:Subscribe"), ("publish", "iot:Publish"), ("iot:CreateThing", None), ("x" * 9999, None)],
    ids=["letter missing", "no prefix", "other action", "huge"],
)
def test_the_nearest_action(written: str, meant: str | None) -> None:
    assert nearest_action(written) == meant


@pytest.mark.parametrize(("written", "full"), [("Connect", "iot:Connect"), ("iot:Connect", "iot:Connect"), ("*", "*")])
def test_the_prefix_is_completed(written: str, full: str) -> None:
    assert full_name(written) == full


def test_the_nearest_word_keeps_its_spelling() -> None:
    assert nearest("statment", ("Version", "Statement")) == "Statement"
    assert nearest("zzz", ("Version", "Statement")) is None

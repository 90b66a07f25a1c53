from __future__ import annotations

import pytest

from authlens.core.policy.actions import (
    ACTIONS,
    TYPES,
    NameKind,
    action_named,
    actions_matching,
    full_name,
    kind_of,
    misspelt,
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
        ("iot:*", {action.name for action in ACTIONS if action.name.startswith("iot:")}),
        ("greengrass:Disc*", {"greengrass:Discover"}),
        ("*:*", {action.name for action in ACTIONS}),
        ("i*:Publish", set()),
        ("io?:Publish", set()),
        ("iot*", set()),
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


@pytest.mark.parametrize(("start", "meant"), [(25, "x" * 64), (26, None)])
def test_only_the_first_64_letters_of_a_word_are_compared(start: int, meant: str | None) -> None:
    """Of these, 39 have to be the same for a similarity of 0.6."""
    assert nearest("y" * start + "x" * 100, ("x" * 64,)) == meant


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("iot:Publish", NameKind.KNOWN),
        ("IOT:PUBLISH", NameKind.KNOWN),
        ("iotjobsdata:UpdateJobExecution", NameKind.KNOWN),
        ("greengrass:PutCertificateAuthorities", NameKind.KNOWN),
        ("iot:SendDirectMessage", NameKind.KNOWN),
        ("iot:Pub*", NameKind.KNOWN),
        ("*", NameKind.KNOWN),
        ("iot:Publsh", NameKind.MISSPELT),
        ("iotdata:Publish", NameKind.MISSPELT),
        ("mqtt:Subscribe", NameKind.MISSPELT),
        ("iot:Discover", NameKind.MISSPELT),
        ("iot:CreateThing", NameKind.UNLISTED),
        ("iot:DeleteThing", NameKind.UNLISTED),
        ("iot:SendMessage", NameKind.UNLISTED),
        ("greengrass:Fly*", NameKind.UNLISTED),
        ("s3:GetObject", NameKind.FOREIGN),
        ("i*:Publish", NameKind.FOREIGN),
        ("", NameKind.FOREIGN),
    ],
)
def test_what_kind_of_name_it_is(name: str, kind: NameKind) -> None:
    assert kind_of(name) is kind


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("iot:Conect", "iot:Connect"),
        ("iot:Recieve", "iot:Receive"),
        ("iot:Publishes", "iot:Publish"),
        ("iot:GetRetainedMesage", "iot:GetRetainedMessage"),
        ("iotjobdata:GetPendingJobExecutions", "iotjobsdata:GetPendingJobExecutions"),
        ("iotjobsdata:StartNextPendingJobExecutions", "iotjobsdata:StartNextPendingJobExecution"),
        ("iot:Poblich", "iot:Publish"),
        ("iot:Poblyci", None),
        ("iot:Disconnect", None),
        ("iot:A", None),
        ("iot:Conn", None),
        ("iot:xonnec", "iot:Connect"),
        ("iot:xonne", None),
        ("iot:Receiev", "iot:Receive"),
        ("iot:DeleteConnecxi", "iot:DeleteConnection"),
        ("iot:DeleteConnect", None),
        ("iot:ublishPublish", None),
    ],
)
def test_misspelt_actions(written: str, meant: str | None) -> None:
    assert misspelt(written) == meant


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("iot:Conect", "iot:Connect"),
        ("iot:Cnect", None),
        ("iot:Publxx", None),
        ("iot:Cnct", None),
        ("iot:Recve", None),
        ("iot:Rceiev", "iot:Receive"),
        ("iot:Pblsih", "iot:Publish"),
        ("iot:Subscirbe", "iot:Subscribe"),
        ("iot:UpdateThingShad", "iot:UpdateThingShadow"),
        ("iot:UpdateThngShdw", "iot:UpdateThingShadow"),
        ("iot:UpdateThngSdw", None),
        ("iot:UpdxtxThxngShadow", "iot:UpdateThingShadow"),
        ("iot:UpdxtxThxngShxdow", None),
        ("iot:PublishPublis", None),
        ("greengrass:Publish", "iot:Publish"),
        ("iot:UpdateJobExecutio", "iotjobsdata:UpdateJobExecution"),
        ("iot:Publish" + "h" * 80, None),
    ],
)
def test_how_many_letters_may_be_wrong(name: str, meant: str | None) -> None:
    assert misspelt(name) == meant

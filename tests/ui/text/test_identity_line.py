"""Who a request is sent as: all of it where there is room, and what matters most where there is little."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.content import Content

from authlens.core.request.authorizer import Authorizer
from authlens.core.request.target import Configured, Identity, NoProfile, Target
from authlens.ui.text.identity_line import authorizer_state, identity_line, identity_parts, target_name

IDENTITY = Identity("123456789012", "arn", "eu-west-1")
LONG = "CompanyProductionSensorAuthorizer"


def test_who_is_talked_to() -> None:
    assert identity_parts(Target(profile="dev"), IDENTITY) == [
        ("target", "AWS"),
        ("profile", "dev"),
        ("region", "eu-west-1"),
        ("account", "123456789012"),
    ]
    said = dict(identity_parts(Target(), None, Configured("prod", "eu-west-3")))
    assert (said["profile"], said["region"], said["account"]) == ("prod", "eu-west-3", "?")
    assert dict(identity_parts(Target(), None))["profile"] == "?", "the environment may name another"
    assert target_name(Target(local="demo")) == "demo"
    assert target_name(Target(local="a/authorizers.yaml")) == "local a/authorizers.yaml"
    here = Path("/home/me/project")
    for local, base, shown in (
        ("../authorizers.yaml", here / "requests", "authorizers.yaml"),
        ("../authorizers.yaml", Path("requests"), "authorizers.yaml"),
        ("authorizers.yaml", here / "sub", "sub/authorizers.yaml"),
        ("../../other/authorizers.yaml", here / "requests", "authorizers.yaml"),
        ("..", here / "requests", "project"),
    ):
        assert target_name(Target(local=local), base, here) == f"local {shown}"


def test_the_region_stays_while_the_code_is_watched() -> None:
    watched = authorizer_state(Authorizer("A"), is_watched=True)
    parts = identity_parts(LOCAL, IDENTITY, Configured("", "eu-west-1"), name="local authorizers.yaml")
    said = identity_line("SensorAuth", watched, parts, 78).plain
    assert " ".join(said.split()) == "SensorAuth ● watching ✓ local authorizers.yaml · eu-west-1 · 123456789012"


@pytest.mark.parametrize(
    ("why", "said"), [(NoProfile.UNSIGNED, "– (unsigned)"), (NoProfile.ENVIRONMENT, "– (AWS_ACCESS_KEY_ID)")]
)
def test_why_no_profile_counts(why: NoProfile, said: str) -> None:
    assert dict(identity_parts(Target(), None, Configured(why, None)))["profile"] == said


def test_the_state_of_an_authorizer() -> None:
    assert [each.plain for each in authorizer_state(Authorizer("A"), "not said")] == ["✓ ACTIVE", " · signed"]
    off = authorizer_state(Authorizer("A", status="INACTIVE", signing_disabled=True))
    assert [each.plain for each in off] == ["! INACTIVE", " · signing off"]
    assert [each.plain for each in authorizer_state(None, "unreachable")] == ["! unreachable", ""]


AWS = Target(profile="dev")
ELSEWHERE = Target(profile="dev", endpoint_url="https://vpce-0123456789-abcdefg.iot.us-west-2.vpce.amazonaws.com")
LOCAL = Target(local="../some/where/authorizers.yaml")
INACTIVE = authorizer_state(Authorizer("A", status="INACTIVE"))


def line(name: str, state: tuple[Content, Content], target: Target, width: int) -> str:
    identity = IDENTITY if target is AWS else None
    return " ".join(identity_line(name, state, identity_parts(target, identity), width).plain.split())


@pytest.mark.parametrize(
    ("width", "said"),
    [
        (118, f"{LONG} ! INACTIVE · signed AWS · dev · eu-west-1 · 123456789012"),
        (78, "CompanyProductionSensorAuth… ! INACTIVE AWS · dev · eu-west-1 · 123456789012"),
        (58, "CompanyProduc… ! INACTIVE AWS · eu-west-1 · 123456789012"),
        (40, "CompanyProductionSenso… ! INACTIVE AWS"),
    ],
)
def test_an_authorizer_out_of_use_is_shown_at_every_width(width: int, said: str) -> None:
    assert line(LONG, INACTIVE, AWS, width) == said


@pytest.mark.parametrize("target", [AWS, ELSEWHERE, LOCAL])
@pytest.mark.parametrize("problem", ["unreachable", "broken answer", "local endpoint failed", "may not be described"])
def test_why_an_authorizer_is_not_known_is_never_cut(target: Target, problem: str) -> None:
    for width in range(58, 160):
        said = line(LONG, authorizer_state(None, problem), target, width)
        assert f"! {problem} " in said
        assert said.startswith(LONG[:8])
        assert target is not AWS or "AWS · " in said or "target AWS " in said
        assert said[-4:] in ("9012", " dev", ".com", "yaml", "nt ?")


def test_a_line_is_never_longer_than_its_room() -> None:
    for width in range(0, 130):
        made = identity_line(LONG, INACTIVE, identity_parts(ELSEWHERE, IDENTITY), width)
        assert made.cell_length <= max(1, width)
    assert line("", authorizer_state(None), AWS, 78) == "no authorizer AWS · dev · eu-west-1 · 123456789012"

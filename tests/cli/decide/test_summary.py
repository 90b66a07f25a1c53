"""`authlens decide --summary`: everything that policies allow, at a glance."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from authlens.cli.console.diagnostics import ExitCode
from support.decide_command import run
from support.policies import allow, deny, text


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "policy.json"
    path.write_text(
        text(
            allow("iot:Connect", "client/${iot:ClientId}"),
            allow(["iot:Publish", "iot:Receive"], "topic/sensors/*"),
            deny("iot:Publish", "topic/sensors/admin"),
        )
    )
    return path


def test_the_text(policy: Path) -> None:
    ran = run("--policy", policy, "--summary", "--variable", "iot:ClientId=c1")
    assert ran.code is ExitCode.DONE
    assert ran.lines == [
        "May connect as c1, publish sensors/* except sensors/admin and receive sensors/*. Nothing else.",
        f"  allowed     Connect    c1  ({policy}:7:16)",
        f"  allowed     Publish    sensors/* except sensors/admin  ({policy}:15:16, {policy}:20:16)",
        "  denied      Subscribe  nothing",
        f"  allowed     Receive    sensors/*  ({policy}:15:16)",
        "  denied      Retain     nothing",
    ]


def test_the_json_has_the_documented_keys(policy: Path) -> None:
    found = json.loads(run("--policy", policy, "--summary", "--variable", "iot:ClientId=c1", "--output", "json").out)
    page = (Path(__file__).parents[3] / "docs" / "decide.md").read_text()
    publish = next(one for one in found["permissions"] if one["action"] == "iot:Publish")
    grant = publish["grants"][0]
    for keys in (found, publish, grant, grant["exceptions"][0]):
        assert all(f"`{key}`" in page for key in keys)
    assert (found["clientId"], found["connects"]) == ("c1", "allowed")
    assert (grant["resource"], grant["line"], grant["statement"]) == ("sensors/*", 15, 1)
    assert grant["exceptions"][0]["resource"] == "sensors/admin"
    assert [one["action"] for one in found["permissions"]][:2] == ["iot:Connect", "iot:Publish"]


def test_several_files_and_an_answer_that_refuses(policy: Path, tmp_path: Path) -> None:
    refused = tmp_path / "refused.json"
    refused.write_text(json.dumps({"isAuthenticated": False, "policyDocuments": [text(allow("*", "*"))]}))
    other = tmp_path / "other.json"
    other.write_text(text(deny("iot:Receive", "*")))
    ran = run("--policy", policy, refused, other, "--summary")
    assert ran.lines[0] == "May connect as ${iot:ClientId} and publish sensors/* except sensors/admin. Nothing else."
    assert ran.lines[1] == f"{refused}: isAuthenticated is false, so its documents are ignored."
    assert f"  denied      Receive    nothing: a Deny overrides every Allow  ({other}:7:16)" in ran.lines
    assert run("--policy", policy, "--summary", other).lines[0] == ran.lines[0]


def test_region_and_account(policy: Path) -> None:
    ran = run("--policy", policy, "--summary", "--region", "eu-west-1", "--variable", "iot:ClientId=c1")
    assert ran.lines[0] == "May not connect as c1."
    assert ran.code is ExitCode.DONE

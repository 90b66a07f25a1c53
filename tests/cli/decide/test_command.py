"""`authlens decide` over real files: first line, exit codes, JSON, and files it refuses to read."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from authlens.__main__ import build_services
from authlens.cli.console.diagnostics import CommandError, ExitCode
from authlens.cli.console.parser import Parser
from authlens.cli.decide import command as decide
from authlens.core.contract.pages import PAGES
from support.decide_command import run
from support.policies import ARN, allow, deny, text


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "policy.json"
    path.write_text(
        text(
            allow("iot:Connect", "client/${iot:ClientId}"),
            allow("iot:Subscribe", "topicfilter/b/*"),
            deny("iot:Subscribe", "topicfilter/b/c/*"),
        )
    )
    return path


@pytest.mark.parametrize(
    ("arguments", "word", "code"),
    [
        (("iot:Connect", "client/c1", "--variable", "iot:ClientId=c1"), "ALLOWED", ExitCode.DONE),
        (("iot:Connect", "client/c2", "--variable", "iot:ClientId=c1"), "IMPLICIT_DENY", ExitCode.NO),
        (("iot:Connect", "client/c1"), "IMPLICIT_DENY", ExitCode.NO),
        (("subscribe", "b/d"), "ALLOWED", ExitCode.DONE),
        (("connect", "c1", "--variable", "iot:ClientId=c1"), "ALLOWED", ExitCode.DONE),
        (("iot:Subscribe", "topicfilter/b/c/d"), "EXPLICIT_DENY", ExitCode.NO),
        (("iot:Subscribe", ARN + "topicfilter/b/d"), "ALLOWED", ExitCode.DONE),
        (("iot:Subscribe", "topicfilter/b/d", "--region", "us-east-1"), "ALLOWED", ExitCode.DONE),
        (("iot:Subscribe", "topicfilter/b/d", "--region", "us-west-2"), "IMPLICIT_DENY", ExitCode.NO),
        (("iot:Subscribe", "topicfilter/b/d", "--account", "999999999999"), "IMPLICIT_DENY", ExitCode.NO),
    ],
)
def test_the_first_line_is_the_decision(policy: Path, arguments: tuple[str, ...], word: str, code: ExitCode) -> None:
    ran = run("--policy", policy, *arguments)
    assert (ran.lines[0], ran.code) == (word, code)
    assert len(ran.lines) > 1
    assert json.loads(run("--policy", policy, *arguments, "--output", "json").out)["decision"] == word


def test_the_reason_is_given_with_positions(policy: Path) -> None:
    assert run("--policy", policy, "iot:Subscribe", "topicfilter/b/c/d").lines == [
        "EXPLICIT_DENY",
        f"Document 1, statement 3 (lines 14-18) denies iot:Subscribe on {ARN}topicfilter/b/c/*.",
        "An explicit deny overrides every allow, here that of document 1, statement 2 (lines 9-13).",
        f"  at {policy}:17:16",
    ]
    assert run("--policy", policy, "iot:Connect", "client/c1").lines == [
        "IMPLICIT_DENY",
        "No statement allows iot:Connect on client/c1.",
        "This depends on iot:ClientId, which has no value here.",
        "${iot:ClientId} stays as text; give it with --variable",
        "Nearest misses:",
        f"  {policy}:7:16: `${{iot:ClientId}}` has no value here and stays as text",
    ]
    allowed = run("--policy", policy, "iot:Connect", "client/c1", "--variable", "iot:ClientId=c1")
    assert "${iot:ClientId} is c1" in allowed.lines


def test_denies_that_do_not_apply_are_listed(policy: Path) -> None:
    policy.write_text(text(allow("iot:Subscribe", "*"), deny("iot:Subscribe", "topicfilter/b/#")))
    lines = run("--policy", policy, "iot:Subscribe", "topicfilter/b/c").lines
    assert lines[-2] == "Denies that do not apply:"
    assert "`#` in `topicfilter/b/#` is an ordinary character" in lines[-1]


def outcome(**members: Any) -> str:
    documents = [text(allow("iot:Publish", "topic/a")), text(allow("iot:Publish", "topic/b"))]
    return json.dumps({"isAuthenticated": True, "principalId": "p1", "policyDocuments": documents} | members, indent=4)


def test_a_whole_outcome_on_standard_input() -> None:
    ran = run("--policy", "-", "iot:Publish", "topic/b", "--output", "json", stdin=outcome())
    found = json.loads(ran.out)
    assert found["deciding"] == [
        {
            "file": "-",
            "document": 1,
            "line": 6,
            "column": outcome().splitlines()[5].index("{", 10) + 1,
            "statement": 0,
            "endLine": 6,
            "effect": "Allow",
            "action": "iot:Publish",
            "resource": ARN + "topic/b",
        }
    ]
    assert ran.err == ""


def test_an_answer_that_refuses_is_reported() -> None:
    ran = run("--policy", "-", "iot:Publish", "topic/b", stdin=outcome(isAuthenticated=False))
    assert (ran.lines[0], ran.code) == ("IMPLICIT_DENY", ExitCode.NO)
    assert ran.lines[1] == "-: isAuthenticated is false, so its documents are ignored."


def test_a_byte_order_mark_is_not_part_of_a_policy(policy: Path) -> None:
    policy.write_text(text(allow("iot:Connect", "*")), encoding="utf-8-sig")
    assert run("--policy", policy, "iot:Connect", "client/c1").lines[0] == "ALLOWED"


def test_a_version_without_variables_is_reported(policy: Path) -> None:
    policy.write_text(text(allow("iot:Connect", "client/${iot:ClientId}"), Version="2008-10-17"))
    lines = run("--policy", policy, "iot:Connect", "client/c1", "--variable", "iot:ClientId=c1").lines
    assert (lines[0], lines[2]) == ("IMPLICIT_DENY", "${iot:ClientId} stays as text")
    assert "variables need a document with Version 2012-10-17" in lines[-1]


def test_all_files_count_together(policy: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text(f"[{text(deny('iot:Connect', '*'))}]")
    ran = run("--policy", policy, "--policy", other, "iot:Connect", "client/c1", "--variable", "iot:ClientId=c1")
    assert ran.lines[0] == "EXPLICIT_DENY"
    assert f"  at {other}:7:16" in ran.lines


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ((), "IMPLICIT_DENY"),
        (("--variable", "iot:ConnectAttributes"), "IMPLICIT_DENY"),
        (("--variable", "iot:ConnectAttributes=a", "--variable", "iot:ConnectAttributes=LastWill"), "ALLOWED"),
        (("--variable", "iot:ConnectAttributes", "--variable", "iot:ConnectAttributes=LastWill"), "ALLOWED"),
        (("--variable", "iot:ConnectAttributes=x=y"), "IMPLICIT_DENY"),
    ],
    ids=["absent", "empty", "two values", "empty and one", "value with ="],
)
def test_variables(policy: Path, given: tuple[str, ...], word: str) -> None:
    block = {"ForAnyValue:StringEquals": {"iot:ConnectAttributes": "LastWill"}}
    policy.write_text(text(allow("iot:Connect", "*", Condition=block)))
    assert run("--policy", policy, "iot:Connect", "client/c1", *given).lines[0] == word


def test_the_json_has_the_documented_keys(policy: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "decide.md").read_text()
    found = json.loads(run("--policy", policy, "iot:Connect", "client/c1", "--output", "json").out)
    keys = {*found, *found["nearMisses"][0], *found["substitutions"][0]}
    assert all(f"`{key}`" in page for key in keys)
    assert found["substitutions"][0]["value"] is None
    allowed = run("--policy", policy, "iot:Subscribe", "topicfilter/b/a", "--output", "json")
    assert all(f"`{key}`" in page for key in json.loads(allowed.out)["deciding"][0])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "line 1, column 2: unexpected end of text"),
        (b"", "line 1, column 1: the text is empty"),
        (b"7", "line 1, column 1: expected a policy, a list of policies or an answer, not a number"),
        (b'{"policyDocuments": ["{}", "{x}"]}', "line 1, column 30: expected a key in double quotes"),
        (b"[[]]", "line 1, column 2: a policy must be an object"),
        (b'"\xff"', "is not UTF-8 text: byte 1"),
        (b'{"request": {}, "startedAt": "", "failure": {"error": "X"}}', "contains an error, not a policy"),
        (b'{"__type": "InvalidRequestException", "message": null}', "contains an error, not a policy"),
        (b'{"eventType": "Connect", "status": "Failure", "principalId": "p"}', "contains a record of AWS IoT's log"),
        (b'{"protocolData": {"mqtt": {"username": "u"}}, "protocols": ["mqtt"]}', "contains an event of a function"),
        (b'{"eventType": "Connect", "status": "Failure"}\n' * 2, "contains a record of AWS IoT's log, not a policy"),
        (b'[ERROR] KeyError: x\n  File "/var/task/app.py", line 3', "contains the log of a function, not a policy"),
        (
            b'{"id": 1, "startedAt": "", "request": {}}\n' * 2,
            "contains an export of the history, not a policy; 'authlens",
        ),
        (b"aws iot test-invoke-authorizer --authorizer-name A", "contains a command, not a policy; 'authlens event"),
    ],
)
def test_files_that_are_not_policies(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "broken.json"
    path.write_bytes(content)
    with pytest.raises(CommandError) as raised:
        run("--policy", path, "iot:Connect", "client/c1")
    assert words in str(raised.value)
    assert str(path) in str(raised.value)
    assert raised.value.code is ExitCode.USAGE


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.json", tmp_path / "nul\0.json"):
        with pytest.raises(CommandError, match="cannot be read"):
            run("--policy", path, "iot:Connect", "client/c1")
    huge = tmp_path / "huge.json"
    with huge.open("wb") as file:
        file.truncate(1024 * 1024 + 1)
    with pytest.raises(CommandError, match="larger than 1 MiB"):
        run("--policy", huge, "iot:Connect", "client/c1")


def test_standard_input_is_utf_8_whatever_the_locale(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "authlens", "decide", "--policy", "-", "iot:Connect", "client/a"]
    environ = os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    policy = text(allow("iot:Connect", ["client/é", "client/a"])).replace("\\u00e9", "é").encode()
    for given, code, words in ((policy, 0, b"ALLOWED"), (b'{"\xff"}', 252, b"not UTF-8 text: byte 2")):
        ended = subprocess.run(command, input=given, capture_output=True, env=environ, cwd=tmp_path, check=False)
        assert ended.returncode == code
        assert words in ended.stdout + ended.stderr


def test_closed_standard_input() -> None:
    parser = Parser(prog="authlens decide")
    decide.declare(parser)
    gone = io.StringIO()
    gone.close()
    with pytest.raises(CommandError, match="standard input is closed"):
        decide.run(
            parser.parse_args(["--policy", "-", "iot:Connect", "client/a"]), replace(build_services(), stdin=gone)
        )


@pytest.mark.parametrize(
    "arguments", [(), ("--policy", "-"), ("--policy", "-", "a", "b", "--variable", "=x"), ("iot:Connect", "client/c1")]
)
def test_usage(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError) as raised:
        run(*arguments, stdin="{}")
    assert raised.value.code is ExitCode.USAGE


def test_outside_text_cannot_control_a_terminal(policy: Path) -> None:
    policy.write_text(text(allow("iot:Connect", "client/\x1b]0;x\x07\ud800")))
    ran = run("--policy", policy, "iot:Connect", "client/\x1b]0;x\x07\ud800")
    assert ran.lines[0] == "ALLOWED"
    assert "\x1b" not in ran.out
    ran.out.encode()


@pytest.mark.parametrize(("action", "resource"), [("", "topic/a"), ("iot:Publish", ""), (" ", " ")])
def test_an_empty_question_is_not_a_denial(policy: Path, action: str, resource: str) -> None:
    with pytest.raises(CommandError, match="is empty"):
        run("--policy", policy, action, resource)


def test_files_and_question_may_be_together_or_apart(policy: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text(text(allow("iot:Publish", "topic/a")))
    question = ("iot:Publish", "topic/a")
    for arguments in (
        ("--policy", policy, other, *question),
        (*question, "--policy", policy, other),
        ("--policy", policy, other, "--region", "us-east-1", *question),
        ("--policy", policy, other, *question, "--region", "us-east-1"),
        ("--policy", policy, *question, "--policy", other),
        ("--policy", policy, "--policy", other, *question),
    ):
        assert run(*arguments).lines[0] == "ALLOWED", arguments
    with pytest.raises(CommandError, match="needs an ACTION and a RESOURCE"):
        run("--policy", policy, "iot:Publish")


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("iot:Publsh", "iot:Publsh is not an action of AWS IoT policies; did you mean iot:Publish?"),
        ("Publsh", "did you mean iot:Publish?"),
        ("Frobnicate", "Frobnicate is not an action of AWS IoT policies"),
        ("s3:GetObject", "s3:GetObject does not have a prefix used in AWS IoT policies"),
        ("iot:*", "iot:* is a pattern"),
    ],
)
def test_a_name_that_is_not_an_action_is_not_a_denial(policy: Path, action: str, words: str) -> None:
    with pytest.raises(CommandError, match=re.escape(words)) as raised:
        run("--policy", policy, action, "topic/a")
    assert raised.value.code is ExitCode.USAGE


def test_an_action_that_aws_may_have_added_is_judged(policy: Path) -> None:
    policy.write_text(text(allow("iot:Frob*", "*")))
    ran = run("--policy", policy, "iot:Frobnicate", "topic/a")
    assert (ran.lines[0], ran.code) == ("ALLOWED", ExitCode.DONE)
    assert any(line.startswith("authlens does not know this action") for line in ran.lines)
    assert len(json.loads(run("--policy", policy, "iot:Frobnicate", "topic/a", "--output", "json").out)["notes"]) == 1


@pytest.mark.parametrize(
    ("action", "resource", "word"),
    [
        ("iot:Publish", "topic/a/+", "wildcard"),
        ("iot:Publish", "topic/$SYS/a", "reserved"),
        ("iot:RetainPublish", ARN + "topic/$aws/rules/r", "reserved"),
        ("iot:Publish", "topic/1/2/3/4/5/6/7/8/9", "slashes"),
        ("iot:Connect", "client/" + "a" * 129, "128"),
    ],
)
def test_what_the_broker_refuses_anyway(policy: Path, action: str, resource: str, word: str) -> None:
    policy.write_text(text(allow("*", "*")))
    ran = run("--policy", policy, action, resource)
    assert (ran.lines[0], ran.code) == ("ALLOWED", ExitCode.DONE)
    assert ran.lines[1].startswith("The policy allows this, but the broker refuses it: ")
    assert word in ran.lines[1]
    found = json.loads(run("--policy", policy, action, resource, "--output", "json").out)["broker"]
    assert all(one["known"] == "documented" and one["source"] in PAGES for one in found)
    assert found
    policy.write_text(text(deny("*", "*")))
    assert "the broker" not in run("--policy", policy, action, resource).out


def test_what_the_broker_accepts_has_no_such_line(policy: Path) -> None:
    policy.write_text(text(allow("*", "*")))
    assert "the broker" not in run("--policy", policy, "iot:Publish", "topic/a").out


@pytest.mark.parametrize(
    ("action", "resource", "is_limited"),
    [
        ("iot:Publish", "topic/a", True),
        ("iot:Subscribe", "topicfilter/a/#", True),
        ("iot:Publish", "topic/a/+", False),
        ("iot:Receive", "topic/a", False),
        ("iot:Connect", "client/a", False),
    ],
)
def test_quality_of_service_2_below_allowed(policy: Path, action: str, resource: str, is_limited: bool) -> None:
    policy.write_text(text(allow("*", "*")))
    assert ("At QoS 2 it is still refused" in run("--policy", policy, action, resource).out) == is_limited
    found = json.loads(run("--policy", policy, action, resource, "--output", "json").out)["brokerLimits"]
    assert [one["known"] for one in found] == ["documented"] * is_limited
    policy.write_text(text(deny("*", "*")))
    assert "QoS 2" not in run("--policy", policy, action, resource).out


def test_a_shadow_over_mqtt(policy: Path) -> None:
    policy.write_text(text(allow("iot:UpdateThingShadow", "thing/lamp")))
    lines = run("--policy", policy, "iot:UpdateThingShadow", "thing/lamp").lines
    assert any("over MQTT a client needs iot:Publish on topic/$aws/things/lamp/shadow/update" in line for line in lines)

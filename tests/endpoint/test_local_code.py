"""What makes the app send a request again: a saved file of the function, or of its definition."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.target import DEMO, Target
from authlens.endpoint.local_code import (
    Change,
    CodeWatch,
    NoFunctionFile,
    function_file,
    last_change,
    local_facts,
    request_to_try,
    target_file,
    target_problem,
    unresolved,
)
from authlens.endpoint.samples.unpack import unpack_samples
from support.app_services import NOW

FILE = "authorizers:\n  Auth: {codeUri: functions, handler: app.handler}\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "functions").mkdir()
    (tmp_path / "functions/app.py").write_text("def handler(event, context): pass\n")
    (tmp_path / "authorizers.yaml").write_text(FILE)
    return tmp_path


def test_every_save_is_noticed_once(project: Path) -> None:
    watch = CodeWatch("authorizers.yaml", project)
    states = [watch.state(), watch.state()]
    (project / "functions/part.py").write_text("A = 1")
    states += [watch.state(), watch.state()]
    (project / "authorizers.yaml").write_text(FILE + "  Other: {codeUri: functions, handler: app.handler}\n")
    states += [watch.state(), watch.state()]
    assert states[0::2] == states[1::2]
    assert len(set(states)) == 3


def test_what_is_next_to_the_code_is_not_watched(project: Path) -> None:
    watch = CodeWatch("authorizers.yaml", project)
    before = watch.state()
    (project / "notes.txt").write_text("nothing to do with it")
    assert watch.state() == before


def test_a_broken_file_leaves_the_code_watched(project: Path) -> None:
    watch = CodeWatch("authorizers.yaml", project)
    watch.state()
    (project / "authorizers.yaml").write_text("authorizers: {}\n")
    broken = watch.state()
    (project / "functions/app.py").write_text("longer than before, and broken")
    assert watch.state() != broken


def test_only_local_targets_have_code_here(project: Path) -> None:
    assert CodeWatch.of(Target(profile="dev")) is None
    demo = CodeWatch.of(Target(local=DEMO), project)
    assert demo
    assert demo.state() == demo.state()


def test_the_last_change_is_that_of_the_file_or_of_the_own_function(project: Path) -> None:
    other = "  Other: {codeUri: functions, handler: other.handler}\n"
    (project / "functions/other.py").write_text("def handler(event, context): pass\n")
    (project / "authorizers.yaml").write_text(FILE + other)
    target = Target(local=str(project / "authorizers.yaml"))
    for second, name in enumerate(("authorizers.yaml", "functions/app.py", "functions/other.py")):
        os.utime(project / name, (second, second))
    changes = {name: last_change(target, name) for name in ("Auth", "Other", "Unknown")}
    assert {name: change and change.file.name for name, change in changes.items()} == {
        "Auth": "app.py",
        "Other": "other.py",
        "Unknown": "authorizers.yaml",
    }
    (project / "functions/shared.py").write_text("")
    assert [(last_change(target, name) or Change(NOW, project)).file.name for name in ("Auth", "Other")] == [
        "shared.py",
        "shared.py",
    ]
    (project / "authorizers.yaml").write_text("authorizers: {}\n")
    assert (last_change(target, "Auth") or Change(NOW, project)).file.name == "authorizers.yaml"


def test_what_is_not_the_users_does_not_change() -> None:
    assert last_change(Target(profile="dev"), "Auth") is None
    assert last_change(Target(local=DEMO), "SensorPassword") is None
    assert last_change(Target(local="gone.yaml"), "Auth") is None


TEMPLATE = """Resources:
  Code:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: functions, Handler: app.handler, Runtime: python3.12,
      Environment: {Variables: {PASSWORD: !GetAtt Secret.Value}}}
  Auth:
    Type: AWS::IoT::Authorizer
    Properties: {AuthorizerName: Auth, AuthorizerFunctionArn: !GetAtt Code.Arn, SigningDisabled: true}
"""


def test_what_a_file_says_before_anything_runs(project: Path) -> None:
    (project / "authorizers.yaml").write_text("region: eu-west-1\naccount: '123456789012'\n" + FILE)
    facts = local_facts(Target(local="authorizers.yaml"), project)
    assert facts is not None
    assert (facts.region, facts.account) == ("eu-west-1", "123456789012")
    assert facts.unresolved == {"Auth": ()}
    (project / "template.yaml").write_text(TEMPLATE)
    missing = unresolved(Target(local="template.yaml"), project)["Auth"]
    assert "PASSWORD" in missing[0].what
    assert local_facts(Target(), project) is None
    assert local_facts(Target(local="absent.yaml"), project) is None


def test_the_file_of_a_function(project: Path) -> None:
    local = Target(local="authorizers.yaml")
    assert function_file(local, "Auth", project) == project / "functions/app.py"
    for target, name, said in (
        (local, "Other", "no authorizer 'Other'"),
        (Target(), "Auth", "goes to AWS"),
        (Target(local=DEMO), "SensorPassword", "belong to authlens"),
        (Target(local="absent.yaml"), "Auth", "F5 says why"),
    ):
        with pytest.raises(NoFunctionFile, match=said):
            function_file(target, name, project)


def test_the_file_of_a_target(project: Path) -> None:
    assert target_file(Target(local="authorizers.yaml"), project) == project / "authorizers.yaml"
    for target, said in (
        (Target(), "goes to AWS"),
        (Target(local=DEMO), "belong to authlens"),
        (Target(local="absent.yaml"), "not a file that can be edited"),
        (Target(local="a\0b"), "NUL"),
    ):
        with pytest.raises(NoFunctionFile, match=said):
            target_file(target, project)


def test_the_demos_own_copy_can_be_edited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    copy = tmp_path / "authlens" / "demo"
    unpack_samples(copy)
    assert target_file(Target(local=DEMO)) == copy / "authorizers.yaml"
    assert function_file(Target(local=DEMO), "BadAnswer") == copy / "functions" / "mistakes" / "bad_answer.py"


def test_the_request_to_try_has_what_the_only_function_reads(project: Path) -> None:
    target = Target(local="authorizers.yaml")
    (project / "functions/app.py").write_text("def handler(event, context): event['protocolData']['http']['headers']\n")
    request = request_to_try(target, project)
    assert (request.authorizer_name, request.http_context is not None, request.mqtt_context) == ("Auth", True, None)
    (project / "authorizers.yaml").write_text(FILE + FILE.splitlines()[1].replace("Auth", "Other") + "\n")
    assert request_to_try(target, project) == request_to_try(Target()) == AuthorizerRequest()


def test_the_problem_of_a_target_is_the_endpoint_s(project: Path) -> None:
    target = Target(local="authorizers.yaml")
    assert [target_problem(each, project) for each in (target, Target(), Target(local=DEMO))] == [None] * 3
    (project / "authorizers.yaml").write_text("authorizers: 7\n")
    assert "authorizers.yaml, line 1" in (target_problem(target, project) or "")

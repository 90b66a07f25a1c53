"""What makes the app send a request again: a saved file of the function, or of its definition."""

from __future__ import annotations

from pathlib import Path

import pytest

from authlens.core.request.target import DEMO, Target
from authlens.endpoint.local_code import CodeWatch, NoFunctionFile, function_file, local_facts, unresolved

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
        (Target(local=DEMO), "SensorPassword", "authlens init"),
        (Target(local="absent.yaml"), "Auth", "F5 says why"),
    ):
        with pytest.raises(NoFunctionFile, match=said):
            function_file(target, name, project)

"""What completion looks up: profiles as the AWS CLI finds them, authorizers and environments in the working folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from authlens.cli.completion.values import values


def found(kind: str, **environ: str) -> list[str]:
    return list(values(kind, environ))


def test_profiles_from_both_files(tmp_path: Path) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text(
        "[default]\n[profile a]\nx = 1\n[profile 'b c']\n[sso-session d]\n[profile]\n"
    )
    (tmp_path / ".aws" / "credentials").write_text("[e]\n[a]\n")

    assert found("profiles", HOME=str(tmp_path)) == ["a", "b c", "default", "e"]


def test_files_that_the_environment_names(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("[profile f]\n")
    elsewhere = {"AWS_CONFIG_FILE": str(tmp_path / "config"), "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none")}

    assert found("profiles", HOME=str(tmp_path), **elsewhere) == ["f"]


@pytest.mark.parametrize("content", [b"\xff\xfe", b"no section", b"[profile 'open]\n"])
def test_a_broken_file_is_not_an_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_bytes(content)

    assert found("profiles", HOME=str(tmp_path)) == []


def test_authorizers_and_environments_of_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert (found("authorizers"), found("environments"), found("nonsense"), found("")) == ([], [], [], [])

    (tmp_path / "authorizers.yaml").write_text("authorizers: {A: {}, B: {}}\n")
    (tmp_path / "requests" / "environments").mkdir(parents=True)
    (tmp_path / "requests" / "environments" / "prod.yaml").touch()

    assert (found("authorizers"), found("environments")) == (["A", "B"], ["prod"])


def test_the_authorizers_of_a_template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    template = tmp_path / "template.yaml"
    template.write_text("""\
Parameters: {Stage: {Type: String, Default: dev}}
Resources:
  First: {Type: 'AWS::IoT::Authorizer', Properties: {AuthorizerName: !Sub 'auth-${Stage}'}}
  Second: {Type: 'AWS::IoT::Authorizer', Properties: {AuthorizerFunctionArn: !GetAtt Function.Arn}}
  Function: {Type: 'AWS::Serverless::Function', Properties: {CodeUri: missing}}
""")
    assert found("authorizers") == ["auth-dev", "Second"]

    template.write_text("Resources: [")
    assert found("authorizers") == []

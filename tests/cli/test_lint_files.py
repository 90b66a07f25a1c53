"""authlens lint over project files: nothing is sent or run, and every finding has its position."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.one_command import Command
from support.serve_process import project


@pytest.fixture
def authlens(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    monkeypatch.chdir(tmp_path)
    return Command(capsys, monkeypatch)


REQUEST = """\
target: {local: authorizers.yaml}
request:
  authorizerName: Sensor
  mqttContext:
    clientId: c
    password: ${env:NOT_SET_HERE}
"""


@pytest.mark.parametrize(
    ("text", "code", "out"),
    [
        pytest.param(REQUEST, 0, "", id="good, with a variable that is not set"),
        pytest.param("request:\n  tokken: x\n", 1, "a.yaml:2:3: error invalid-request unknown key 'tokken'", id="key"),
        pytest.param("request: {token: [\n", 1, "a.yaml:2:1: error invalid-request ", id="syntax"),
        pytest.param(
            REQUEST.replace("clientId: c", "clientId: ''"),
            1,
            "a.yaml:5:5: error model-constraint-minimum ",
            id="preflight",
        ),
        pytest.param(
            REQUEST + "cases:\n  a: {}\n  b:\n    request:\n      mqttContext: {clientId: ''}\n",
            1,
            "a.yaml:11:21: error model-constraint-minimum case b: ",
            id="in a case",
        ),
        pytest.param(
            REQUEST.replace("clientId: c", "clientId: ''") + "expect: {error: InvalidRequestException}\n",
            0,
            "",
            id="an error that is expected",
        ),
    ],
)
def test_a_saved_request(authlens: Command, text: str, code: int, out: str) -> None:
    project(Path())
    Path("a.yaml").write_text(text)

    ended = authlens("lint", "a.yaml")

    assert ended.code == code, ended.out
    assert ended.out.startswith(out) if out else ended.out == ""
    if not code:
        assert "error" not in ended.out


def test_every_file_is_checked_whatever_is_wrong_with_another(authlens: Command) -> None:
    project(Path(), handler="app.gone")
    Path("a.yaml").write_text("request: 7\n")
    Path("environments").mkdir()
    Path("environments/prod.yaml").write_text("zone: x\n")
    Path("p.json").write_text('{"Version": "2012-10-17", "Statement": [{"Effect": "Alow"}]}')

    ended = authlens("lint", "a.yaml", "authorizers.yaml", "environments/prod.yaml", "p.json")

    lines = ended.out.splitlines()
    assert ended.code == 1
    assert lines[0].startswith("a.yaml:1:10: error invalid-request ")
    assert lines[1].startswith("authorizers.yaml:5:14: error invalid-authorizers ")
    assert lines[2].startswith("environments/prod.yaml:1:1: error invalid-environment unknown key")
    assert any(line.startswith("p.json:1:") for line in lines[3:])


def test_a_template(authlens: Command) -> None:
    Path("template.yaml").write_text("Resources:\n  A: {Type: 'AWS::S3::Bucket'}\n")

    ended = authlens("lint", "template.yaml")

    assert ended.code == 1
    assert ended.out.startswith("template.yaml:1:1: error invalid-authorizers ")


def test_no_program_that_a_file_names_is_run(authlens: Command) -> None:
    program = Path("evil")
    program.write_text("#!/bin/sh\ntouch ran\necho Python 3.11.2\n")
    program.chmod(0o755)
    project(Path(), interpreter="./evil")

    ended = authlens("lint", "authorizers.yaml")

    assert ended.code == 0
    assert not Path("ran").exists()


def test_annotations_follow_the_lines(authlens: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("sub").mkdir()
    Path("sub/a.yaml").write_text("request:\n  tokken: x\n")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(Path.cwd()))
    monkeypatch.chdir("sub")

    ended = authlens("lint", "--github", "a.yaml")
    as_json = authlens("lint", "--github", "--output", "json", "a.yaml")

    annotation = ended.out.splitlines()[1]
    assert annotation.startswith("::error file=sub/a.yaml,line=2,col=3,title=invalid-request::unknown key 'tokken'")
    (finding,) = json.loads(as_json.out)["findings"]
    assert (finding["line"], finding["id"], finding["source"]) == (2, "invalid-request", None)
    assert "::error file=sub/a.yaml" in as_json.err


def test_a_saved_request_on_standard_input(authlens: Command) -> None:
    ended = authlens("lint", "-", stdin="request:\n  tokken: x\n")

    assert (ended.code, ended.out.split(" ")[0]) == (1, "-:2:3:")


@pytest.mark.parametrize("text", ["authorizers: {A: {nonsense: 1}}\n", "Resources:\n  F: {Type: X}\n"])
def test_authorizers_on_standard_input_are_refused_and_not_passed_over(authlens: Command, text: str) -> None:
    ended = authlens("lint", "-", stdin=text)

    assert (ended.code, ended.out) == (252, "")
    assert "whose paths are relative to the file: name the file itself" in ended.err


def test_a_file_that_cannot_be_read_stops_no_other(authlens: Command) -> None:
    Path("a.yaml").write_bytes(b"\xff")
    Path("b.yaml").write_text("request:\n  tokken: x\n")
    Path("event.json").write_text('{"signatureVerified": true, "protocols": ["mqtt"]}')
    Path("record.json").write_text('{"eventType": "Connect", "status": "Failure", "clientId": "c"}')

    ended = authlens("lint", "a.yaml", "missing.yaml", "event.json", "record.json", "b.yaml")
    alone = authlens("lint", "--output", "json", "a.yaml")
    assert authlens("lint", ".").err == "authlens: error: . cannot be read: it is a folder; give the files in it\n"

    assert (ended.code, ended.out.split(" ")[0]) == (252, "b.yaml:2:3:")
    assert [line.split(" ")[2] for line in ended.err.splitlines() if "error:" in line] == [
        "a.yaml",
        "missing.yaml",
        "event.json",
        "record.json",
    ]
    assert "event.json contains an event of a function, not a policy; 'authlens event --read'" in ended.err
    assert "record.json contains a record of AWS IoT's log, not a policy; 'authlens explain --answer'" in ended.err
    assert (alone.code, alone.out) == (252, "")

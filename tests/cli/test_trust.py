"""Trust on the command line: what is refused before anything is sent, and the three ways to allow it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.one_command import Command
from support.recording_server import Recording, recording

REQUEST = "request: {authorizerName: A, token: t, tokenSignature: c2ln}\n"
ABROAD = "target: {endpointUrl: 'http://iot.evil.example', region: eu-west-1}\n" + REQUEST


@pytest.fixture
def authlens(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, scrubbed_environment: Path
) -> Command:
    monkeypatch.delenv("AUTHLENS_TRUST")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    (tmp_path / "evil repo").mkdir()
    monkeypatch.chdir(tmp_path)
    return Command(capsys, monkeypatch)


@pytest.fixture
def evil(authlens: Command, tmp_path: Path) -> Path:
    (tmp_path / "evil repo" / "a.yaml").write_text(ABROAD)
    return tmp_path / "evil repo" / "a.yaml"


@pytest.fixture
def local(authlens: Command, tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "requests").mkdir(parents=True)
    (folder / "fn").mkdir()
    (folder / "fn" / "app.py").write_text(
        "def handler(event, context): return {'isAuthenticated': True, 'principalId': 'p', 'policyDocuments': []}\n"
    )
    (folder / "authorizers.yaml").write_text(
        "authorizers: {A: {codeUri: fn, handler: app.handler, signingDisabled: true}}\n"
    )
    path = folder / "requests" / "a.yaml"
    path.write_text("target: {local: ../authorizers.yaml}\nrequest: {authorizerName: A, mqttContext: {username: u}}\n")
    return path


@pytest.fixture
def server() -> Iterator[Recording]:
    with recording() as running:
        yield running


SENDING = {
    "run": ("run", "FILE", "--no-history"),
    "run of a folder": ("run", "evil repo", "--no-history"),
    "invoke": ("invoke", "--request", "FILE", "--no-history"),
    "explain --describe": ("explain", "--request", "FILE", "--describe"),
    "explain --deployment": ("explain", "--request", "FILE", "--deployment"),
    "event --describe": ("event", "--request", "FILE", "--describe"),
    "verify --describe": ("verify", "--request", "FILE", "--describe"),
    "logs": ("logs", "--request", "FILE"),
}


@pytest.mark.parametrize("words", SENDING.values(), ids=SENDING)
def test_what_only_a_file_names_is_not_reached(words: tuple[str, ...], authlens: Command, evil: Path) -> None:
    ended = authlens(*(str(evil) if word == "FILE" else word for word in words))
    assert (ended.code, ended.out) == (252, "")
    assert f"authlens trust '{evil.parent}'" in ended.err.splitlines()
    assert "Nothing was run or sent" in ended.err


def test_standard_input_is_nobodys_word(authlens: Command, evil: Path) -> None:
    for words in (("run", "-"), ("invoke", "--request", "-"), ("explain", "--request", "-", "--describe")):
        ended = authlens(*words, stdin=ABROAD)
        assert ended.code == 252
        assert "authlens trust " in ended.err


def test_one_untrusted_item_refuses_the_whole_run(authlens: Command, server: Recording, evil: Path) -> None:
    Path("good.yaml").write_text(f"target: {{endpointUrl: '{server.url}', region: eu-west-1}}\n" + REQUEST)
    assert authlens("run", "good.yaml", "--no-history").code == 0
    sent = len(server.received)
    ended = authlens("run", "good.yaml", evil, "--no-history")
    assert ended.code == 252
    assert len(server.received) == sent


@pytest.mark.parametrize("how", ["list", "environment", "option"])
def test_three_ways_to_allow_it(how: str, authlens: Command, local: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = local.parent.parent
    refused = authlens("run", local, "--no-history")
    assert refused.code == 252
    assert refused.err.splitlines()[-1] == f"authlens trust {project}"
    more = []
    if how == "list":
        assert authlens("trust", project).code == 0
    elif how == "environment":
        monkeypatch.setenv("AUTHLENS_TRUST", f"/nowhere{os.pathsep}{project}")
    else:
        more = ["--trust"]
    assert authlens("run", local, "--no-history", *more).code == 0
    if how == "list":
        assert authlens("trust", project, "--remove").code == 0
        assert authlens("run", local, "--no-history").code == 252


def test_a_local_target_in_another_folder_needs_trust_of_both(authlens: Command, local: Path, tmp_path: Path) -> None:
    (tmp_path / "evil repo" / "a.yaml").write_text(
        f"target: {{local: {local.parent.parent}/authorizers.yaml}}\nrequest: {{authorizerName: A}}\n"
    )
    authlens("trust", local.parent.parent)
    ended = authlens("run", "evil repo", "--no-history")
    assert (ended.code, ended.err.splitlines()[-1]) == (252, f"authlens trust '{tmp_path}/evil repo'")
    authlens("trust", local.parent.parent, "--remove")
    authlens("trust", "evil repo")
    ended = authlens("run", "evil repo", "--no-history")
    assert (ended.code, ended.err.splitlines()[-1]) == (252, f"authlens trust {local.parent.parent}")


def test_what_is_named_on_the_command_line_passes(authlens: Command, local: Path, server: Recording) -> None:
    authorizers = local.parent.parent / "authorizers.yaml"
    assert authlens("run", local, "--serve", authorizers, "--no-history").code == 0
    assert authlens("run", local, "--target", f"local={authorizers}", "--no-history").code == 0
    ended = authlens("invoke", "--request", local, "--endpoint-url", server.url, "--region", "eu-west-1")
    assert ended.code == 0, ended.err


def test_history_is_as_trusted_as_its_file(authlens: Command, local: Path) -> None:
    assert authlens("run", local, "--trust").code == 0
    for words in (("run", "--replay", "1"), ("explain", "--history", "1", "--describe"), ("logs", "--history", "1")):
        ended = authlens(*words)
        assert (ended.code, ended.err.splitlines()[-1]) == (252, f"authlens trust {local.parent.parent}")
    assert authlens("run", "--replay", "1", "--trust").code == 0


def test_init_trusts_its_folder(authlens: Command) -> None:
    assert authlens("init", "mine").code == 0
    assert authlens("run", "mine/requests/1-sensor-with-its-password.yaml", "--no-history").code in (0, 1)


def test_the_list(authlens: Command, tmp_path: Path) -> None:
    assert authlens("trust", "--list").out == ""
    assert authlens("trust").code == 0
    assert authlens("trust", "evil repo").code == 0
    lines = authlens("trust", "--list").out.splitlines()
    assert [line.split("  ", 1)[1] for line in lines] == [str(tmp_path), f"{tmp_path}/evil repo"]
    first = json.loads(authlens("trust", "--list", "--output", "json").out.splitlines()[0])
    assert first["path"] == str(tmp_path)
    assert authlens("trust", "--remove").code == 0
    assert len(authlens("trust", "--list").out.splitlines()) == 1


@pytest.mark.parametrize(
    "words", [["nowhere"], ["evil repo", "--list"], ["--remove"], ["~nobody-of-that-name"], ["--list", "--remove"]]
)
def test_usage(words: list[str], authlens: Command) -> None:
    ended = authlens("trust", *words)
    assert ended.code == 252
    assert "Traceback" not in ended.err

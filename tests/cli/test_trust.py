"""Trust on the command line: what is refused before anything is sent, and three ways to allow it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from authlens.core.request.target import Target
from authlens.store.history.history import History
from authlens.store.places import places
from support.one_command import Command
from support.recording_server import Recording, recording
from support.stored_invocations import FAILED

REQUEST = "request: {authorizerName: A, token: t, tokenSignature: c2ln}\n"
ABROAD = (
    "target: {endpointUrl: 'http://iot.evil.example', region: eu-west-1}\n" + REQUEST + "cases: {c: {description: d}}\n"
)


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
    "connect": ("connect", "--request", "FILE", "--no-history"),
    "connect over WebSocket": ("connect", "--request", "FILE", "--as", "wss", "--no-history"),
    "run of a case": ("run", "FILE::c", "--no-history"),
    "run of a filter": ("run", "evil repo", "--filter", "a.yaml", "--no-history"),
    "invoke of a case": ("invoke", "--request", "FILE::c", "--no-history"),
    "run --repeat": ("run", "FILE", "--repeat", "2", "--no-history"),
}


@pytest.mark.parametrize("words", SENDING.values(), ids=SENDING)
def test_what_only_a_file_names_is_not_reached(words: tuple[str, ...], authlens: Command, evil: Path) -> None:
    ended = authlens(*(word.replace("FILE", str(evil)) for word in words))
    assert (ended.code, ended.out) == (252, "")
    assert f"authlens trust '{evil.parent}'" in ended.err.splitlines()
    assert "Nothing was run or sent" in ended.err


def test_a_file_in_the_home_folder_is_asked_about_by_its_whole_path(
    authlens: Command, evil: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for command in ("invoke", "connect"):
        done = authlens(command, "--request", "~/evil repo/a.yaml")
        assert done.code == 252
        assert f"authlens trust '{evil.parent}'" in done.err.splitlines()


def test_standard_input_is_not_trusted(authlens: Command, evil: Path) -> None:
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


def test_what_the_command_line_names_needs_no_trust(authlens: Command, local: Path, server: Recording) -> None:
    authorizers = local.parent.parent / "authorizers.yaml"
    assert authlens("run", local, "--serve", authorizers, "--no-history").code == 0
    assert authlens("run", local, "--target", f"local={authorizers}", "--no-history").code == 0
    ended = authlens("invoke", "--request", local, "--endpoint-url", server.url, "--region", "eu-west-1")
    assert ended.code == 0, ended.err


IN_AN_ENVIRONMENT = {
    "run": ("run", "good", "--no-history"),
    "invoke": ("invoke", "--request", "good/a.yaml", "--no-history"),
    "invoke with a profile of one's own": ("invoke", "--request", "good/a.yaml", "--profile", "mine", "--no-history"),
    "explain": ("explain", "--request", "good/a.yaml", "--deployment"),
    "event": ("event", "--request", "good/a.yaml", "--describe"),
    "verify": ("verify", "--request", "good/a.yaml", "--describe"),
    "logs": ("logs", "--request", "good/a.yaml"),
    "connect": ("connect", "--request", "good/a.yaml", "--no-history"),
}


@pytest.mark.parametrize("words", IN_AN_ENVIRONMENT.values(), ids=IN_AN_ENVIRONMENT)
def test_an_environment_needs_trust_of_its_own_folder(
    words: tuple[str, ...], authlens: Command, tmp_path: Path
) -> None:
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments" / "abroad.yaml").write_text(
        "endpointUrl: 'http://iot.evil.example'\nregion: eu-west-1\n"
    )
    (tmp_path / "environments" / "here.yaml").write_text("local: ../authorizers.yaml\n")
    (tmp_path / "good").mkdir()
    (tmp_path / "good" / "a.yaml").write_text(REQUEST)
    authlens("trust", "good")
    for name, folder in (("abroad", tmp_path / "environments"), ("here", tmp_path)):
        ended = authlens(*words, "--environment", name)
        assert (ended.code, ended.err.splitlines()[-1]) == (252, f"authlens trust {folder}")


def test_an_environment_with_only_aws_needs_no_trust(authlens: Command, tmp_path: Path, server: Recording) -> None:
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments" / "e.yaml").write_text("values: {TOKEN: t}\n")
    (tmp_path / "good").mkdir()
    (tmp_path / "good" / "a.yaml").write_text(f"target: {{endpointUrl: '{server.url}', region: eu-west-1}}\n{REQUEST}")
    assert authlens("run", "good", "--environment", "e", "--no-history").code == 0
    assert len(server.received) == 1


def test_a_linked_folder_needs_trust_for_its_target(authlens: Command, local: Path, tmp_path: Path) -> None:
    project = local.parent.parent
    (tmp_path / "link").symlink_to(project)
    ended = authlens("run", "link/requests/a.yaml", "--no-history")
    assert (ended.code, ended.err.splitlines()[-1]) == (252, f"authlens trust {project}")
    authlens("trust", "link")
    assert authlens("trust", "--list").out.endswith(f"  {project}\n")
    assert authlens("run", "link/requests/a.yaml", "--no-history").code == 0


def test_a_list_of_authorizers_that_is_a_link_out(authlens: Command, local: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "evil repo" / "authorizers.yaml"
    authorizers = local.parent.parent / "authorizers.yaml"
    elsewhere.write_text(authorizers.read_text().replace("codeUri: fn", f"codeUri: {authorizers.parent}/fn"))
    authorizers.unlink()
    authorizers.symlink_to(elsewhere)
    authlens("trust", authorizers.parent)
    ended = authlens("run", local, "--no-history")
    assert (ended.code, ended.err.splitlines()[-1]) == (252, f"authlens trust '{elsewhere.parent}'")
    assert f"authlens trust {authorizers.parent}" not in ended.err.splitlines()
    authlens("trust", authorizers.parent, "--remove")
    authlens("trust", elsewhere.parent)
    ended = authlens("run", local, "--no-history")
    assert (ended.code, ended.err.splitlines()[-1]) == (252, f"authlens trust {authorizers.parent}")


def test_trust_for_one_run_lasts_one_run(authlens: Command, local: Path) -> None:
    assert authlens("run", local, "--trust", "--no-history").code == 0
    assert authlens("run", local, "--no-history").code == 252
    assert authlens("trust", "--list").out == ""


def test_several_folders_in_the_environment(
    authlens: Command, local: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "evil repo" / "a.yaml").write_text(
        f"target: {{local: {local.parent.parent}/authorizers.yaml}}\n"
        "request: {authorizerName: A, mqttContext: {username: u}}\n"
    )
    monkeypatch.setenv("AUTHLENS_TRUST", str(local.parent.parent))
    assert authlens("run", "evil repo", "--no-history").code == 252
    monkeypatch.setenv("AUTHLENS_TRUST", f"{local.parent.parent}{os.pathsep}{os.pathsep}evil repo{os.pathsep}~nobody")
    assert authlens("run", "evil repo", "--no-history").code == 0


def test_settings_next_to_a_template_run_nothing_untrusted(authlens: Command, tmp_path: Path) -> None:
    folder, mark = tmp_path / "evil repo", tmp_path / "mark"
    (folder / "evil").write_text(f"#!/bin/sh\necho ran >> '{mark}'\n")
    (folder / "evil").chmod(0o755)
    (folder / "fn").mkdir()
    (folder / "fn" / "app.py").write_text("def handler(event, context): return {}\n")
    (folder / "template.yaml").write_text(
        "Resources:\n  F: {Type: 'AWS::Serverless::Function', Properties: "
        "{CodeUri: fn, Handler: app.handler, Runtime: python3.12}}\n"
        "  A: {Type: 'AWS::IoT::Authorizer', Properties: "
        "{AuthorizerName: A, SigningDisabled: true, AuthorizerFunctionArn: !GetAtt F.Arn}}\n"
    )
    (folder / "authlens.yaml").write_text("interpreter: ./evil\n")
    (folder / "a.yaml").write_text("target: {local: template.yaml}\nrequest: {authorizerName: A, token: t}\n")
    for words in (("run",), ("explain", "--request"), ("lint",), ("event", "--request"), ("invoke", "--request")):
        authlens(*words, folder / "a.yaml")
    authlens("lint", folder / "template.yaml", folder / "authlens.yaml")
    assert not mark.exists()


def test_history_is_as_trusted_as_its_file(authlens: Command, local: Path) -> None:
    assert authlens("run", local, "--trust").code == 0
    for words in (("run", "--replay", "1"), ("explain", "--history", "1", "--describe")):
        ended = authlens(*words)
        assert (ended.code, ended.err.splitlines()[-1]) == (252, f"authlens trust {local.parent.parent}")
    assert authlens("run", "--replay", "1", "--trust").code == 0


def test_replay_needs_trust_for_the_environment_that_named_the_host(
    authlens: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests, environments = tmp_path / "requests", tmp_path / "environments"
    requests.mkdir()
    environments.mkdir()
    (environments / "prod.yaml").write_text("endpointUrl: https://iot.other.example\nregion: eu-west-1\n")
    monkeypatch.setenv("AUTHLENS_TRUST", str(requests))
    target = Target(region="eu-west-1", endpoint_url="https://iot.other.example")
    with History(places(os.environ, tmp_path).history) as history:
        history.record(replace(FAILED, source=str(requests / "a.yaml"), target=target))
    ended = authlens("run", "--replay", "1")
    assert (ended.code, ended.err.splitlines()[-1]) == (252, f"authlens trust {environments}")


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

"""Names of files and folders on the command line: empty ones, `~` after `=`, and files of another kind."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from support.one_command import Command

FUNCTION = "def handler(event, context):\n    return {'isAuthenticated': True}\n"


@pytest.fixture
def authlens(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, scrubbed_environment: Path
) -> Command:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for folder in ("home", "work"):
        (tmp_path / folder).mkdir()
    monkeypatch.chdir(tmp_path / "work")
    Path("app.py").write_text(FUNCTION)
    Path("r.yaml").write_text("request: {authorizerName: A, token: t, tokenSignature: c2ln}\n")
    return Command(capsys, monkeypatch)


EMPTY = [
    ("",),
    ("run", ""),
    ("run", "r.yaml", "--junit="),
    ("run", "r.yaml", "--negative", ""),
    ("run", "r.yaml", "--serve", ""),
    ("trust", ""),
    ("trust", "--remove", ""),
    ("init", ""),
    ("init", "x", "--from="),
    ("serve", "--template", ""),
    ("serve", "--authorizers", ""),
    ("sign", "--generate", ""),
    ("lint", "r.yaml", ""),
    ("explain", "--answer", ""),
    ("connect", "--request", ""),
]


@pytest.mark.parametrize("words", EMPTY, ids=" ".join)
def test_an_empty_name_is_refused_and_never_the_working_folder(authlens: Command, words: tuple[str, ...]) -> None:
    before = sorted(Path().iterdir())
    ended = authlens(*words)
    assert (ended.code, ended.out) == (252, "")
    assert "the name is empty; is a variable in it not set?" in ended.err
    assert ended.err.count("\n") == 1
    assert sorted(Path().iterdir()) == before
    assert authlens("trust", "--list").out == ""


def test_the_home_folder_is_meant_after_an_equals_sign_too(authlens: Command) -> None:
    home = Path.home()
    assert authlens("sign", "--generate=~/k.pem", "--public=~/k.pub").code == 0
    assert authlens("sign", "--key=~/k.pem", "allow").code == 0
    (home / "policy.json").write_text('{"Version": "2012-10-17", "Statement": []}')
    assert authlens("decide", "--policy=~/policy.json", "--summary").code == 0
    assert authlens("lint", "~/policy.json").code == 0
    authlens("run", "r.yaml", "--negative=~/refused")
    authlens("invoke", "--authorizer-name", "A", "--save=~/saved.yaml", "--endpoint-url", "http://127.0.0.1:9")
    authlens("run", "app.py", "--no-history", "--junit=~/junit.xml")
    assert authlens("init", "~/project").code == 0
    made = {"k.pem", "k.pub", "refused", "saved.yaml", "junit.xml", "project"}
    assert made <= {path.name for path in home.iterdir()}
    assert not Path("~").exists()
    for words in (("run", "r.yaml", "--target", "local=~/none.yaml"), ("serve", "--authorizers=~/none.yaml")):
        ended = authlens(*words, *(("--target", "local=~/none.yaml", "--no-history") if words[0] == "run" else ()))
        assert f"{home}/none.yaml: cannot be read" in ended.out + ended.err


@pytest.mark.parametrize(
    "words",
    [
        ("lint", "~nobody-here/p.json"),
        ("run", "r.yaml", "--target", "local=~nobody-here/a.yaml", "--target", "profile=b"),
        ("invoke", "--authorizer-name", "A", "--save", "~nobody-here/a.yaml"),
    ],
    ids=lambda words: words[0],
)
def test_the_home_folder_of_an_unknown_user_is_refused(authlens: Command, words: tuple[str, ...]) -> None:
    ended = authlens(*words)
    assert ended.code == 252
    assert "there is no user 'nobody-here'" in ended.err


def test_a_name_too_long_for_a_file_is_no_fault(authlens: Command) -> None:
    ended = authlens("a" * 5_000)
    assert ended.code == 252
    assert "there is no file, folder or command aaa" in ended.err


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("run", "app.py", "--no-history"), 2),
        (("invoke", "--request", "app.py"), 252),
        (("connect", "--request", "app.py"), 252),
        (("explain", "--request", "app.py"), 252),
        (("explain", "--answer", "app.py"), 252),
        (("event", "--read", "app.py"), 252),
        (("decide", "--policy", "app.py", "iot:Connect", "client/c"), 252),
        (("lint", "app.py"), 252),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, tuple) else "",
)
def test_a_file_of_another_kind_is_named_with_its_command(authlens: Command, words: tuple[str, ...], code: int) -> None:
    ended = authlens(*words)
    assert ended.code == code
    assert "a function's code" in ended.out + ended.err
    assert "'authlens serve --function FILE' serves it" in ended.out + ended.err


def test_the_endpoint_names_a_file_of_another_kind(authlens: Command) -> None:
    assert "this is a saved request" in authlens("serve", "--authorizers", "r.yaml").err
    assert "this is a saved request" in authlens("serve", "--template", "r.yaml").err
    Path("broken.yaml").write_text("authorizers:\n  A: {nonsense: 1}\n")
    assert "broken.yaml, line 2, column" in authlens("serve", "--authorizers", "broken.yaml").err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("explain", "--history", "x"), "'x' is not a whole number of at least 1"),
        (("connect", "--history", "-1"), "'-1' is not a whole number of at least 1"),
        (("logs", "--history", "1.5"), "'1.5' is not a whole number of at least 1"),
        (("history", "show", "00"), "'00' is not a whole number of at least 1"),
        (("run", "--replay", "9" * 5_000), "is too large a number"),
        (("sign", "--generate", "k.pem", "--bits", "many"), "'many' is not a whole number of at least 1"),
        (("--cli-read-timeout", "nan"), "'nan' is not a number of seconds"),
        (("--cli-connect-timeout=-1",), "'-1' is not a number of seconds"),
        (("schema", "saved"), "invalid choice: 'saved'"),
        (("run", "r.yaml", "--skip-tag=--"), "argument --skip-tag: '--' is not a value"),
        (("verify", "--authorizer=--", "t"), "argument --authorizer: '--' is not a value"),
        (("--profile=--",), "argument --profile: '--' is not a value"),
        (("connect", "--request", "local.yaml", "--port", "7"), "--port has no effect here"),
        (("Run",), "there is no file, folder or command Run; did you mean 'authlens run'?"),
        (("explian",), "did you mean 'authlens explain'?"),
        (("sensor.yaml",), "'authlens --help' lists them"),
    ],
    ids=lambda words: " ".join(words)[:40] if isinstance(words, tuple) else "",
)
def test_a_wrong_word_is_one_sentence(authlens: Command, words: tuple[str, ...], said: str) -> None:
    Path("local.yaml").write_text("target: {local: demo}\nrequest: {authorizerName: A, token: t}\n")
    ended = authlens(*words)
    assert (ended.code, ended.out) == (252, "")
    assert said in ended.err
    assert ended.err.count("\n") == 1


def test_a_saved_request_may_come_through_a_pipe(authlens: Command) -> None:
    os.mkfifo("pipe")
    writer = threading.Thread(target=lambda: Path("pipe").write_text("request: {authorizerName: A, tokn: t}\n"))
    writer.start()
    ended = authlens("run", "pipe", "--no-history")
    writer.join()
    assert ended.code == 2
    assert "unknown key 'tokn'; did you mean 'token'?" in ended.out


@pytest.mark.parametrize(
    "words",
    [
        ("run", "-", "-", "--no-history"),
        ("explain", "--request", "-", "--authorizer", "-"),
        ("decide", "--policy", "-", "-", "--summary"),
        ("lint", "-", "-"),
        ("verify", "--key", "-", "--token-stdin", "--signature", "AAAA"),
    ],
    ids=lambda words: words[0],
)
def test_standard_input_is_read_only_once(authlens: Command, words: tuple[str, ...]) -> None:
    ended = authlens(*words, stdin="request: {authorizerName: A}\n" if words[0] in ("run", "explain") else "{}")
    assert ended.code == 252
    assert "standard input can be read only once" in ended.err

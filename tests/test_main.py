"""The ways out of the program: whatever its streams are and whatever fails inside, a sentence and an exit code."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from authlens.__main__ import build_sender, build_services
from authlens.cli import config
from authlens.core.invocation.invocation import FailureKind
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.target import Target
from authlens.core.saved.saved_request import SavedRequest
from support.one_command import Command

PROGRAM = f"{shlex.quote(sys.executable)} -m authlens"
FULL = Path("/dev/full")


@pytest.fixture
def authlens(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    monkeypatch.chdir(tmp_path)
    return Command(capsys, monkeypatch)


def ended(line: str, **environ: str) -> tuple[int, str, str]:
    done = subprocess.run(
        ["sh", "-c", f"exec {PROGRAM} {line}"], capture_output=True, text=True, env={**os.environ, **environ}
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("<&-", 252, "the app needs a terminal"),
        ("lnt <&-", 252, "there is no file, folder or command lnt"),
        ("history clear <&-", 252, "--yes"),
        ("history clear --yes <&-", 0, "the history is empty"),
        ("diff - - <&-", 252, "only one of A and B can be standard input"),
        ("diff - nowhere.json <&-", 252, "standard input is closed"),
        ("invoke --authorizer-name A --token-stdin <&-", 252, "--token-stdin reads standard input, which is closed"),
        ("config path >&-", 0, ""),
        ("--version >&-", 0, ""),
    ],
)
def test_a_closed_stream_is_not_a_fault(line: str, code: int, words: str) -> None:
    returned, out, err = ended(line)
    assert (returned, out) == (code, "")
    assert words in err
    assert err.count("\n") == (1 if words else 0)


def test_a_closed_standard_error_changes_no_exit_code() -> None:
    assert ended("lint nowhere.json 2>&-") == (252, "", "")


@pytest.mark.skipif(not FULL.exists(), reason="the system has no /dev/full")
def test_a_full_disk_is_said_in_one_line() -> None:
    returned, _, err = ended("config path >/dev/full")
    assert (returned, err) == (255, "authlens: error: standard output cannot be written: No space left on device\n")


def test_help_is_written_where_the_locale_is_ascii() -> None:
    returned, out, err = ended("run --help", LC_ALL="C", PYTHONCOERCECLOCALE="0", PYTHONUTF8="0")
    assert (returned, err) == (0, "")
    assert "examples:" in out


def test_an_internal_fault_names_its_place_and_quotes_nothing(
    authlens: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(arguments: object, services: object) -> None:
        raise KeyError("open sesame")

    monkeypatch.setattr(config, "run", fails)
    done = authlens("config", "path")
    assert (done.code, done.out) == (255, "")
    assert done.err.startswith("authlens: error: internal fault: KeyError in test_main.py, line ")
    assert "sesame" not in done.err


@pytest.mark.parametrize("words", ["--version", "demo", "run x", ""])
def test_windows_gets_a_sentence_that_names_what_works(words: str) -> None:
    """As there: the platform says so, and the modules that only POSIX has are missing."""
    gone = ("fcntl", "pwd", "grp", "termios", "tty", "pty", "resource")
    program = (
        f"import sys\nsys.platform = 'win32'\nsys.modules.update(dict.fromkeys({gone!r}))\n"
        f"sys.argv = {['authlens', *words.split()]!r}\nfrom authlens.__main__ import main\nsys.exit(main())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (255, "")
    assert done.stderr.startswith("authlens: error: authlens runs on Linux and macOS. On Windows, install and run it")
    assert "WSL" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_working_folder_that_was_removed_is_said(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    shell = ["sh", "-c", 'rmdir "$PWD" && exec "$@"', "sh", sys.executable, "-P", "-m", "authlens", "history", "list"]
    done = subprocess.run(shell, cwd=gone, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 252
    assert "error: the working folder no longer exists; change to another one" in done.stderr


def test_the_working_folder_may_be_removed_once_the_app_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    monkeypatch.setenv("AUTHLENS_TRUST", "")
    services = build_services()
    places = services.places()
    gone.rmdir()
    assert services.places() == places
    target = Target(local=str(tmp_path / "authorizers.yaml"))
    assert services.gate().wanted(target, tmp_path) is not None, "the list of what is trusted is read"
    nowhere = Target(region="us-west-2", endpoint_url="http://127.0.0.1:9", sign_request=False)
    with build_sender("once", services.gate()) as sender:
        failure = sender.send(SavedRequest(AuthorizerRequest("A"), target=nowhere)).failure
    assert failure is not None
    assert failure.kind is FailureKind.UNREACHABLE

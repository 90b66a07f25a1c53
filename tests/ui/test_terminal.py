"""The whole program on a real pseudo-terminal: what it leaves behind, and what it lets through."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from authlens.core.request.request import AuthorizerRequest, MqttContext
from authlens.core.request.target import Target
from authlens.core.saved.saved_request import SavedRequest
from authlens.core.saved.saved_request_yaml import write
from support.terminal import KEYS, Terminal

COMMAND = (sys.executable, "-m", "authlens")
TAKEN = b"\x1b[?1049h"
RESTORED = (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1000l", b"\x1b[?2004l")
"""The usual screen, the cursor, no mouse reports, no bracketed paste."""


@pytest.fixture
def home(tmp_path: Path) -> Mapping[str, str]:
    return {f"XDG_{name}_HOME": str(tmp_path / name) for name in ("CONFIG", "STATE", "DATA")} | {"HOME": str(tmp_path)}


@pytest.mark.parametrize(
    ("how", "code"),
    [
        pytest.param(signal.SIGTERM, 143, id="terminated"),
        pytest.param(signal.SIGHUP, 129, id="hung up", marks=pytest.mark.slow),
        pytest.param(signal.SIGINT, 130, id="interrupted"),
    ],
)
def test_the_terminal_is_restored(home: Mapping[str, str], tmp_path: Path, how: signal.Signals, code: int) -> None:
    with Terminal([*COMMAND], environ=home, cwd=str(tmp_path)) as terminal:
        if how is signal.SIGTERM:
            # As soon as the terminal is taken, long before the first paint.
            while TAKEN not in terminal.written:
                terminal.read_once(0.02)
        else:
            terminal.wait_for("F5 Send")
            terminal.settle()
        terminal.signal(how)
        assert terminal.wait_for_exit() == code
        assert all(sequence in terminal.written for sequence in RESTORED)


def test_without_an_argument_the_project_of_the_working_folder_opens(home: Mapping[str, str], tmp_path: Path) -> None:
    (tmp_path / "requests").mkdir()
    (tmp_path / "requests" / "first.yaml").write_text("request: {authorizerName: Sensor, token: t}\n")
    with Terminal([*COMMAND], environ=home, cwd=str(tmp_path)) as terminal:
        terminal.wait_for("first.yaml")
        terminal.wait_for_any(["target AWS", "AWS · default"])
        assert "Sensor" in terminal.text


def test_a_terminal_that_is_gone_takes_the_app_along(home: Mapping[str, str], tmp_path: Path) -> None:
    # The shell leads the session and keeps the signal to itself, as make or a supervisor may.
    command = f"trap '' HUP; {shlex.join(COMMAND)}; exit $?"
    with Terminal(["sh", "-c", command], environ=home, cwd=str(tmp_path)) as terminal:
        terminal.wait_for("F5 Send")
        terminal.hang_up()
        assert terminal.wait_for_exit() == 129


def test_leaving_a_prompt_restores_the_terminal_and_prints_the_command_line(
    home: Mapping[str, str], tmp_path: Path
) -> None:
    words = ["invoke", "--cli-auto-prompt", "--authorizer-name", "A", "--token", "it's", "--output", "text", "--decode"]
    with Terminal([*COMMAND, *words], environ=home, cwd=str(tmp_path)) as terminal:
        terminal.wait_for("F5 Send")
        terminal.settle()
        # What is typed faster than the app opens its fields is for the fields.
        terminal.type("".join((KEYS["f6"], KEYS["f6"], "/rl and more")))
        terminal.wait_for("/  rl and more")
        terminal.type("\x0fquick")
        terminal.wait_for("Open a saved request")
        terminal.wait_for("quick")
        terminal.press("escape")
        terminal.wait_gone("Open a saved request")
        terminal.press("ctrl+q")
        assert terminal.wait_for_exit() == 0
        assert all(sequence in terminal.written for sequence in RESTORED)
        line = shlex.split(terminal.written.decode().rpartition("authlens invoke")[2])
        assert line == ["--authorizer-name", "A", "--token", "it's", "--output", "text", "--decode"]


@pytest.mark.slow
def test_the_first_key_after_a_stop_counts(home: Mapping[str, str], tmp_path: Path) -> None:
    # Two readers of one terminal swallow a key in two of five tries.
    for _ in range(6):
        with Terminal([*COMMAND], environ=home, cwd=str(tmp_path)) as terminal:
            terminal.wait_for("F5 Send")
            terminal.settle()
            terminal.signal(signal.SIGSTOP)
            os.waitpid(terminal.pid, os.WUNTRACED)
            before = len(terminal.written)
            terminal.signal(signal.SIGCONT)
            while b"Send" not in terminal.written[before:]:
                assert terminal.read_once(0.05) is not None
            assert TAKEN in terminal.written[before:]
            terminal.press("ctrl+q")
            assert terminal.wait_for_exit() == 0
            assert all(sequence in terminal.written[before:] for sequence in RESTORED)


@pytest.mark.slow
def test_a_shell_that_stopped_it_brings_all_of_it_back(home: Mapping[str, str], tmp_path: Path) -> None:
    with Terminal(["bash", "--norc", "-i"], environ=home, cwd=str(tmp_path)) as terminal:
        terminal.type(f"{shlex.join(COMMAND)}\r")
        terminal.wait_for("F5 Send")
        terminal.settle()
        children = Path(f"/proc/{terminal.pid}/task/{terminal.pid}/children").read_text()
        os.kill(int(children.split()[0]), signal.SIGTSTP)
        terminal.wait_for("Stopped")
        before = len(terminal.written)
        terminal.type("fg\r")
        while "╭".encode() not in terminal.written[before:]:
            assert terminal.read_once(0.05) is not None
        terminal.press("ctrl+q")
        while RESTORED[0] not in terminal.written[before:]:
            assert terminal.read_once(0.05) is not None
        terminal.type("exit\r")
        assert terminal.wait_for_exit() == 0


def test_what_no_terminal_sends_harms_nothing(home: Mapping[str, str], tmp_path: Path) -> None:
    with Terminal([*COMMAND], environ=home, cwd=str(tmp_path)) as terminal:
        terminal.wait_for("F5 Send")
        terminal.settle()
        # Not UTF-8, half a character, keys and sizes that cannot be, and a mouse on a screen without cells.
        for sent in (b"\xff\xb7x", b"\xe6\x97", b"\x1b[4294967295u", b"\x1b[48;99999;99999;0;0t", b"\x1b[48;0;0;0;0t"):
            terminal.send(sent + b"\x1b[<0;5;5M\x1b[<0;5;5m")
            terminal.settle()
        terminal.send(b"\x1b\x1b[200~not closed \xff\x1b[201~")
        terminal.press("f1")
        terminal.wait_for("Fill in the form")
        terminal.signal(signal.SIGTERM)
        assert terminal.wait_for_exit() == 143
        assert b"Traceback" not in terminal.written


_CRASHING = """
import sys
from authlens.__main__ import main
from authlens.ui.screens.main.screen import MainScreen

def crash(screen, event):
    token = "secret-token"
    raise ValueError(token)

MainScreen.on_request_pane_edited = crash
sys.exit(main([]))
"""


def test_a_crash_restores_the_terminal_and_keeps_a_report_without_secrets(
    home: Mapping[str, str], tmp_path: Path
) -> None:
    with Terminal([sys.executable, "-c", _CRASHING], environ=home, cwd=str(tmp_path)) as terminal:
        terminal.wait_for("F5 Send")
        terminal.type("a")
        assert terminal.wait_for_exit() == 255
        assert all(sequence in terminal.written for sequence in RESTORED)
        said = terminal.written[terminal.written.rfind(RESTORED[0]) :].decode()
    report = tmp_path / "STATE" / "authlens" / "crash-report.txt"
    kept = report.read_text()
    assert "crash-report.txt" in said.replace("\r\n", ""), "the terminal breaks the line anywhere in a long path"
    assert "ValueError" in said
    assert "in crash" in kept
    assert "secret-token" not in terminal.written.decode() + kept
    assert report.stat().st_mode & 0o777 == 0o600


def test_without_a_terminal_a_sentence_is_said(home: Mapping[str, str], tmp_path: Path) -> None:
    done = subprocess.run(
        COMMAND, env=dict(home), cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert done.returncode == 252
    assert done.stdout == ""
    assert "needs a terminal" in done.stderr
    assert "Traceback" not in done.stderr


EVIL = "\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x07\x1b[31m\x9b32m\u202eevil\u200b\x00\x0e\x7f[/]"


def assert_nothing_acted(terminal: Terminal) -> None:
    assert terminal.title != "owned"
    for sequence in (b"\x1b]0;owned", b"\x1b]52;", b"\xc2\x9b", "\u202e".encode(), "\u200b".encode(), b"\x0e", b"\0"):
        assert sequence not in terminal.written


def test_no_text_of_a_file_acts_on_the_terminal(home: Mapping[str, str], tmp_path: Path) -> None:
    saved = SavedRequest(AuthorizerRequest(EVIL, mqtt_context=MqttContext(EVIL, None, EVIL)), description=EVIL)
    (tmp_path / "evil.yaml").write_text(write(saved))
    with Terminal([*COMMAND, "evil.yaml"], environ=home, cwd=str(tmp_path)) as terminal:
        terminal.wait_for("evil.yaml")
        terminal.settle()
        terminal.send(b"\x1b[200~a\x1b[1\x0fb\x1b[201~")
        terminal.wait_for("a␛[1␏b")
        assert "type to search" not in terminal.text, "Ctrl+O is a part of a text here"
        terminal.press("ctrl+s", "ctrl+o")
        terminal.wait_for("Open a saved request")
        terminal.settle()
        assert_nothing_acted(terminal)


_FUNCTION = f"""
import json

EVIL = {EVIL!r}

def handler(event, context):
    print(EVIL)
    if event["protocolData"]["mqtt"]["username"] == "raise":
        raise RuntimeError(EVIL)
    client = "arn:aws:iot:us-west-2:000000000000:client/" + EVIL
    statement = {{"Effect": "Allow", "Action": "iot:Connect", "Resource": client}}
    document = {{"Version": "2012-10-17", "Statement": [statement]}}
    return {{
        "isAuthenticated": True, "principalId": "p", "policyDocuments": [json.dumps(document, ensure_ascii=False)],
        "disconnectAfterInSeconds": 3600, "refreshAfterInSeconds": 300,
    }}
"""
_AUTHORIZERS = "authorizers:\n  A: {signingDisabled: true, codeUri: ., handler: evil.handler}\n"


@pytest.mark.slow
@pytest.mark.parametrize("username", ["raise", "answer"])
def test_no_text_of_a_function_acts_on_the_terminal(home: Mapping[str, str], tmp_path: Path, username: str) -> None:
    (tmp_path / "evil.py").write_text(_FUNCTION)
    (tmp_path / "authorizers.yaml").write_text(_AUTHORIZERS)
    request = AuthorizerRequest("A", mqtt_context=MqttContext(username, None, "c"))
    (tmp_path / "r.yaml").write_text(write(SavedRequest(request, target=Target(local="authorizers.yaml"))))
    with Terminal([*COMMAND, "r.yaml"], environ=home, cwd=str(tmp_path)) as terminal:
        terminal.wait_for("F5 Send")
        terminal.press("f5")
        terminal.wait_for("AUTHENTICATED" if username == "answer" else "REFUSED")
        terminal.wait_for("evil")
        terminal.settle()
        for _ in range(7):
            terminal.press("right")
            terminal.settle()
        terminal.wait_for("[/]")  # the log, the last page
        assert_nothing_acted(terminal)

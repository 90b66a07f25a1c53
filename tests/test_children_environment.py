"""The environment of every program that authlens starts, searched for canaries of the caller's."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import authlens
from authlens.endpoint.local_devices import LocalDevices
from authlens.endpoint.templates.child_environment import endpoint_environment, named_variables, question_environment
from authlens.ui.runtime.clipboard import copy

CANARY = "canary-of-the-caller"
CANARIES = (
    *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"),
    *("AUTHLENS_SOMETHING", "GITHUB_TOKEN", "DATABASE_URL", "SSH_AUTH_SOCK", "NODE_OPTIONS"),
)
INTERPRETER = """#!/bin/sh
env > "{folder}/env of $(test "$1" = --version && echo the version question || echo the interpreter)"
exec "{python}" "$@"
"""
FUNCTION = """
import os, pathlib

def handler(event, context):
    process, names = os.getpid(), iter(("the function", "the supervisor", "the endpoint"))
    for name in names:
        environ = pathlib.Path(f"/proc/{process}/environ").read_bytes().replace(b"\\0", b"\\n")
        pathlib.Path(FOLDER, f"env of {name}").write_bytes(environ)
        process = int(pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    return {"isAuthenticated": True, "principalId": "p", "policyDocuments": []}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "fn").mkdir()
    (tmp_path / "dumps").mkdir()
    interpreter = tmp_path / "fn" / "py"
    interpreter.write_text(INTERPRETER.format(folder=tmp_path / "dumps", python=sys.executable))
    interpreter.chmod(0o755)
    (tmp_path / "fn" / "app.py").write_text(FUNCTION.replace("FOLDER", repr(str(tmp_path / "dumps"))))
    (tmp_path / "authorizers.yaml").write_text(
        "authorizers:\n  A:\n    {codeUri: fn, handler: app.handler, interpreter: fn/py, signingDisabled: true,\n"
        "     environment: {GIVEN: '${env:ASKED}'}}\n"
    )
    request = "request: {authorizerName: A, mqttContext: {username: u}}"
    (tmp_path / "a.yaml").write_text(f"target: {{local: authorizers.yaml}}\n{request}\n")
    return tmp_path


INHERITS = {"aws/botocore_internals.py": "a profile's credential_process sees everything, as with the AWS CLI"}
STARTING = {
    "subprocess": {"run", "Popen", "call", "check_call", "check_output"},
    "asyncio": {"create_subprocess_exec", "create_subprocess_shell"},
    "os": {"system", "popen", "spawnl", "spawnv", "spawnlp", "spawnvp", "posix_spawn", "execv", "execl", "execlp"},
    "pty": {"spawn"},
}


def starts(path: Path) -> list[ast.Call]:
    """The calls of a module that start a program."""
    text = path.read_text()
    if not any(f"{module}.{name}(" in text for module, names in STARTING.items() for name in names):
        return []
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    return [
        each
        for each in calls
        if isinstance(each.func, ast.Attribute) and each.func.attr in STARTING.get(ast.unparse(each.func.value), ())
    ]


def test_every_start_of_a_program_says_what_it_may_see() -> None:
    package = Path(authlens.__file__).parent
    found = [(str(path.relative_to(package)), call) for path in package.rglob("*.py") for call in starts(path)]
    silent = [path for path, call in found if not any(word.arg == "env" for word in call.keywords)]
    assert silent == list(INHERITS)
    assert len(found) >= 6


def environment_of_the_child(file: Path) -> str:
    """Of this process's child that serves the file."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_text().split("\0")
            if str(file) in words and f"PPid:\t{os.getpid()}\n" in (entry / "status").read_text():
                return (entry / "environ").read_text()
        except OSError:
            continue
    raise AssertionError("no child serves the file")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /proc, which lists the children of a process")
def test_the_device_listener_sees_no_secret(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in CANARIES:
        monkeypatch.setenv(name, CANARY)
    monkeypatch.setenv("ASKED", "what the file asks for")
    listening = LocalDevices(project / "authorizers.yaml", lambda invocation: None)
    try:
        listening.address()
        environ = environment_of_the_child(project / "authorizers.yaml")
    finally:
        listening.close()
    assert "PATH=" in environ
    assert CANARY not in environ


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /proc, which lists the children of a process")
def test_no_child_of_a_run_sees_what_it_does_not_need(project: Path) -> None:
    environ = {**os.environ, **dict.fromkeys(CANARIES, CANARY), "ASKED": "what the file asks for"}
    done = subprocess.run(
        [sys.executable, "-m", "authlens", "run", "a.yaml", "--no-history"],
        cwd=project,
        env=environ,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    dumps = {path.name: path.read_text() for path in (project / "dumps").iterdir()}
    assert sorted(dumps) == [
        "env of the endpoint",
        "env of the function",
        "env of the interpreter",
        "env of the supervisor",
        "env of the version question",
    ]
    for name, text in dumps.items():
        assert CANARY not in text, name
        assert ("what the file asks for" in text) is (name != "env of the version question"), name


def test_the_clipboard_tool_sees_its_display_and_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in CANARIES:
        monkeypatch.setenv(name, CANARY)
    tool = tmp_path / "xclip"
    tool.write_text(f'#!/bin/sh\nenv > "{tmp_path}/env"\ncat > /dev/null\n')
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("DISPLAY", ":7")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    copy("text", {}, "system")
    text = (tmp_path / "env").read_text()
    assert "DISPLAY=:7" in text
    assert CANARY not in text


def test_a_file_passes_only_what_it_names(tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    file.write_text("a: '${env:ONE}${env:TWO:-x}'\nb: '$${env:THREE}'\nc: '${env:not a name}'\n")
    (tmp_path / "authlens.yaml").write_text("env: {FOUR: '${env:FOUR}'}\n")
    environ = {"ONE": "1", "THREE": "3", "FOUR": "4", "PATH": "/bin", "LC_ALL": "C", "AWS_PROFILE": "p"}

    assert named_variables(file) == ("ONE", "TWO", "FOUR")
    assert endpoint_environment(environ, file) == {"ONE": "1", "FOUR": "4", "PATH": "/bin", "LC_ALL": "C"}
    assert question_environment(environ) == {"PATH": "/bin", "LC_ALL": "C"}
    assert named_variables(tmp_path / "none.yaml") == ("FOUR",)

"""Completion scripts: real shells load them, every command and option is in them, other files are kept."""

from __future__ import annotations

import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest

from authlens.cli.completion import command as completion
from authlens.cli.console.diagnostics import CommandError, ExitCode
from authlens.cli.console.output import Output
from authlens.cli.console.parser import COMMANDS, SHELLS
from authlens.cli.console.services import CliServices
from authlens.core.commands.options import OPTIONS
from support.terminal import Terminal


def _world(**environ: str) -> tuple[CliServices, io.StringIO]:
    out = io.StringIO()
    unused = cast(Any, None)
    return CliServices(io.StringIO(), Output(out), io.StringIO(), environ, *[unused] * 6), out


def _require(shell: str) -> None:
    """Skip what only the shell itself can show; the other tests read its script wherever they run."""
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")


@pytest.fixture(scope="module")
def scripts() -> dict[str, str]:
    return {shell: completion.script(shell) for shell in SHELLS}


@pytest.mark.parametrize("shell", SHELLS)
def test_every_command_and_option_is_known(shell: str, scripts: dict[str, str]) -> None:
    script = scripts[shell].replace("\\", "")
    for command in COMMANDS:
        assert command.name in script
    for option in OPTIONS:
        assert (option.name if shell != "fish" else f"-l {option.name[2:]}") in script, option.name


@pytest.mark.parametrize("shell", SHELLS)
def test_a_real_shell_reads_the_script(shell: str, scripts: dict[str, str], tmp_path: Path) -> None:
    _require(shell)
    (tmp_path / "script").write_text(scripts[shell])
    subprocess.run([shell, "-n", tmp_path / "script"], check=True, capture_output=True)


_ASKED = {
    "authlens inv": "invoke",
    "authlens --region x --wa": "--watch",
    "authlens my-s": "my-saved.yaml",
    "authlens invoke --token-st": "--token-stdin",
    "authlens invoke --output yaml-s": "yaml-stream",
    "authlens invoke --request my-s": "my-saved.yaml",
    "authlens invoke --cli-input-json file://my-s": "file://my-saved.yaml",
    "authlens history sh": "show",
    "authlens lint a.json my-s": "my-saved.yaml",
    "authlens diff 1 my-s": "my-saved.yaml",
    "authlens --profile my-p": "my-profile",
    "authlens invoke --authorizer-name Sens": "SensorAuth",
    "authlens run --environment sta": "staging",
    "authlens invoke --region eu-cen": "eu-central-1",
    "authlens decide iot:RetainP": "iot:RetainPublish",
    "authlens decide --policy my-saved.yaml iot:RetainP": "iot:RetainPublish",
    "authlens decide --policy my-s": "my-saved.yaml",
    "authlens help signi": "signing",
}
"""Completions of the last word of a line."""

_ASKED_BEHIND_EQUALS = {
    "authlens --endpoint-url=http://x:1 invoke --output=yaml-s": "yaml-stream",
    "authlens run --junit=my-s": "my-saved.yaml",
    "authlens invoke --cli-input-yaml=file://my-s": "file://my-saved.yaml",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "my-saved.yaml").touch()
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text("[default]\n[profile my-profile]\nregion = x\n[sso-session my-p]\n")
    (tmp_path / "authorizers.yaml").write_text("authorizers: {SensorAuth: {signingDisabled: true}}\n")
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments" / "staging.yaml").touch()
    return tmp_path


PATH = f"{Path(sys.executable).parent}:{os.defpath}"
"""For the program under test, which the scripts call for values not known when they are generated."""


def _asked_in(shell: str, program: str, folder: Path) -> list[str]:
    _require(shell)
    return subprocess.run(
        [shell, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
        env={"HOME": str(folder), "PATH": PATH},
    ).stdout.splitlines()


def test_bash_completes(scripts: dict[str, str], folder: Path) -> None:
    """As readline calls it: words also end at = and :, and the completion starts after them."""
    lines = {**_ASKED, **_ASKED_BEHIND_EQUALS}
    ask = 'compopt() { :; }; ask() { COMP_LINE=$1; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _authlens; '
    ask += 'echo "${COMPREPLY[@]}"; }\n'
    for line in lines:
        ask += f"ask {shlex.join([line, *re.findall('[:=]+|[^ :=]+', line)])}\n"
    said = _asked_in("bash", scripts["bash"] + ask, folder)
    assert said == [re.split("[:=]", wanted)[-1] for wanted in lines.values()]


def test_fish_completes(scripts: dict[str, str], folder: Path) -> None:
    lines = {**_ASKED, **_ASKED_BEHIND_EQUALS}
    ask = "".join(f"complete -C {shlex.quote(line)}\n" for line in lines)
    said = _asked_in("fish", f"source (echo {shlex.quote(scripts['fish'])} | psub)\n{ask}", folder)
    typed = {line: line.rpartition("=")[0].split(" ")[-1] for line in _ASKED_BEHIND_EQUALS}
    wanted = [f"{typed[line]}={word}" if line in typed else word for line, word in lines.items()]
    assert [line.split("\t")[0] for line in said] == wanted


def test_zsh_completes(scripts: dict[str, str], folder: Path) -> None:
    _require("zsh")
    (folder / "_authlens").write_text(scripts["zsh"])
    environ = {"HOME": str(folder), "TERM": "dumb", "PATH": PATH}
    with Terminal(["zsh", "-f", "-i"], columns=200, rows=50, environ=environ, cwd=str(folder)) as terminal:
        terminal.type("fpath=($PWD $fpath); autoload -U compinit; compinit -u -D; PS1='% '\n")
        for line, word in {**_ASKED, **_ASKED_BEHIND_EQUALS}.items():
            terminal.type(f"{line}\t")
            behind = line.rpartition("=")[2] if line in _ASKED_BEHIND_EQUALS else line.split(" ")[-1]
            terminal.wait_for(line.removesuffix(behind) + word)
            terminal.press("ctrl+u")


@pytest.mark.parametrize("shell", SHELLS)
def test_installs_into_the_users_folder_repeatedly(shell: str, tmp_path: Path) -> None:
    for _ in range(2):
        services, out = _world(HOME=str(tmp_path), SHELL=f"/bin/{shell}")
        assert completion.main([completion.INSTALL], services) == ExitCode.DONE
        assert str(completion.place(shell, services.environ)) in out.getvalue()
    assert completion.place(shell, services.environ).read_text().startswith("#")


def test_folders_of_the_environment_are_honoured(tmp_path: Path) -> None:
    environ = {"XDG_DATA_HOME": "/d", "XDG_CONFIG_HOME": "/c", "BASH_COMPLETION_USER_DIR": "/b"}
    assert [str(completion.place(shell, environ)) for shell in SHELLS] == [
        "/b/completions/authlens",
        "/d/zsh/site-functions/_authlens",
        "/c/fish/completions/authlens.fish",
    ]


def test_a_file_of_somebody_else_is_not_overwritten(tmp_path: Path) -> None:
    services, _ = _world(HOME=str(tmp_path))
    path = completion.place("bash", services.environ)
    path.parent.mkdir(parents=True)
    path.write_text("mine")
    with pytest.raises(CommandError, match="was not written by authlens"):
        completion.main([completion.INSTALL, "bash"], services)
    assert path.read_text() == "mine"


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / ".local").write_text("a file where a folder should be")
    services, _ = _world(HOME=str(tmp_path))
    with pytest.raises(CommandError, match="cannot be written"):
        completion.main([completion.INSTALL, "bash"], services)


def test_prints_the_script(scripts: dict[str, str]) -> None:
    services, out = _world()
    assert completion.main([f"{completion.PRINT}=bash"], services) == ExitCode.DONE
    assert out.getvalue() == scripts["bash"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--print-completion", "tcsh"], "unsupported shell 'tcsh'"),
        (["--print-completion"], "cannot tell which shell you use"),
        (["--print-completion", "bash", "zsh"], "takes one shell"),
    ],
)
def test_refusals(words: list[str], message: str) -> None:
    services, _ = _world()
    with pytest.raises(CommandError, match=message):
        completion.main(words, services)

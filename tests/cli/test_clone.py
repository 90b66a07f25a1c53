"""A project that is committed and cloned: the private key is missing, and one command makes it run again."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from support.one_command import Command

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull}
    return subprocess.run(words, cwd=folder, env=environ, capture_output=True, text=True, timeout=50, check=False)


def test_a_clone_runs_after_the_command_in_the_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    project, clone = tmp_path / "project", tmp_path / "clone"
    authlens = Command(capsys, monkeypatch)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AUTHLENS_TRUST", str(clone))
    assert authlens("init", "project").code == 0
    for words in (("init", "-q"), ("add", "."), ("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x")):
        assert run(project, "git", *words).returncode == 0
    assert run(tmp_path, "git", "clone", "-q", "project", "clone").returncode == 0

    monkeypatch.chdir(clone)
    before = authlens("run", "requests")
    (command,) = set(re.findall(r"authlens sign --generate [^\"\n]*", before.out))
    made = authlens(*shlex.split(command)[1:])
    after = authlens("run", "requests")

    assert before.code == 2
    assert "The signing key keys/private.pem does not exist: private keys are usually not committed." in before.out
    assert command == "authlens sign --generate keys/private.pem --public keys/public.pem --replace"
    assert made.code == 0
    assert (after.code, after.out.splitlines()[-1]) == (0, "3 passed")

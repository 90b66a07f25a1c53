"""A project that is committed and cloned: the private key is missing, and one command makes it run again."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "AUTHLENS_TRUST": str(folder), "GIT_CONFIG_GLOBAL": os.devnull}
    return subprocess.run(words, cwd=folder, env=environ, capture_output=True, text=True, timeout=50, check=False)


def authlens(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return run(folder, sys.executable, "-m", "authlens", *words)


def test_a_clone_runs_after_the_command_in_the_error(tmp_path: Path) -> None:
    project, clone = tmp_path / "project", tmp_path / "clone"
    assert authlens(tmp_path, "init", "project").returncode == 0
    for words in (("init", "-q"), ("add", "."), ("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x")):
        assert run(project, "git", *words).returncode == 0
    assert run(tmp_path, "git", "clone", "-q", "project", "clone").returncode == 0

    before = authlens(clone, "run", "requests")
    (command,) = set(re.findall(r"authlens sign --generate [^\"\n]*", before.stdout))
    made = authlens(clone, *shlex.split(command)[1:])
    after = authlens(clone, "run", "requests")

    assert before.returncode == 2
    assert "The signing key keys/private.pem does not exist: private keys are usually not committed." in before.stdout
    assert command == "authlens sign --generate keys/private.pem --public keys/public.pem --replace"
    assert made.returncode == 0
    assert (after.returncode, after.stdout.splitlines()[-1]) == (0, "3 passed")

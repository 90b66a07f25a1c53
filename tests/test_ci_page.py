"""The workflows of docs/ci.md and the pre-commit hook, run step by step in a clone, with the checkout as package."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "ci.md").read_text("utf-8")
INSTALL = "python -m pip install authlens"

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def workflow(name: str) -> Any:
    """The YAML of a fenced block that begins with this comment."""
    block = re.search(rf"```yaml\n# {re.escape(name)}\n(.*?)```", PAGE, re.DOTALL)
    assert block is not None, name
    return yaml.safe_load(block[1])


def run(folder: Path, line: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """As a CI server runs a step, with authlens in PATH."""
    path = f"{Path(sys.executable).parent}:{os.environ.get('PATH', os.defpath)}"
    everything = {**os.environ, "PATH": path, "GIT_CONFIG_GLOBAL": os.devnull, **environ}
    command = ["bash", "-eo", "pipefail", "-c", line]
    return subprocess.run(command, cwd=folder, env=everything, capture_output=True, text=True, timeout=50, check=False)


@pytest.fixture(scope="module")
def cloned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ci")
    for line in (
        "authlens init project",
        "cd project && git init -q && git add . && git -c user.name=a -c user.email=a@b commit -qm x",
        "git clone -q project clone",
    ):
        done = run(folder, line)
        assert done.returncode == 0, done.stderr
    return folder / "clone"


@pytest.fixture
def clone(cloned: Path, tmp_path: Path) -> Path:
    return shutil.copytree(cloned, tmp_path / "clone")


def steps_of_github(clone: Path) -> Iterator[tuple[str, dict[str, str]]]:
    job = workflow(".github/workflows/authlens.yml")["jobs"]["authlens"]
    environ = {name: value.replace("${{ github.workspace }}", str(clone)) for name, value in job["env"].items()}
    environ |= {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(clone), "CI": "true"}
    environ |= {"GITHUB_STEP_SUMMARY": str(clone.parent / "summary.md")}
    yield from ((step["run"], environ) for step in job["steps"] if "run" in step)


def steps_of_gitlab(clone: Path) -> Iterator[tuple[str, dict[str, str]]]:
    job = workflow(".gitlab-ci.yml")["authlens"]
    environ = {name: value.replace("$CI_PROJECT_DIR", str(clone)) for name, value in job["variables"].items()}
    yield from ((line, {**environ, "CI": "true"}) for line in (*job["before_script"], *job["script"]))


@pytest.mark.parametrize("steps", [steps_of_github, pytest.param(steps_of_gitlab, marks=pytest.mark.slow)])
def test_every_step_after_the_installation_runs_in_a_clone(clone: Path, steps: Any) -> None:
    lines = list(steps(clone))
    assert lines[0][0] == INSTALL
    assert len(lines) == 4
    for line, environ in lines[1:]:
        done = run(clone, line, **environ)
        assert done.returncode == 0, f"{line}: {done.stdout}{done.stderr}"
    assert "<testsuite " in (clone / "reports" / "authlens.xml").read_text()


def test_a_broken_expectation_is_annotated_and_summed_up(clone: Path) -> None:
    request = clone / "requests" / "1-sensor-with-its-password.yaml"
    request.write_text(request.read_text().replace("isAuthenticated: true", "isAuthenticated: false"))
    (_, _), (keys, environ), _, (line, _) = steps_of_github(clone)
    run(clone, keys, **environ)

    done = run(clone, line, **environ)

    assert done.returncode == 1
    assert re.search(r"^::error file=requests/1-sensor-with-its-password.yaml,line=\d+,", done.stdout, re.MULTILINE)
    assert "2 passed, 1 failed" in Path(environ["GITHUB_STEP_SUMMARY"]).read_text()


def test_the_hook_checks_the_files_that_it_names(clone: Path) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert f"id: {hook['id']}" in PAGE
    listed = run(clone, "git ls-files").stdout.splitlines()
    files = [name for name in listed if re.search(hook["files"], name)]
    assert "authorizers.yaml" in files
    assert len(files) == 4

    good = run(clone, f"{hook['entry']} {' '.join(files)}")
    (clone / files[1]).write_text("request:\n  tokken: x\n")
    bad = run(clone, f"{hook['entry']} {' '.join(files)}")

    assert (good.returncode, good.stdout) == (0, "")
    assert bad.returncode == 1
    assert bad.stdout.startswith(f"{files[1]}:2:3: error invalid-request unknown key 'tokken'")

"""Each shape by the installed program, as its page says: `authlens serve` in the checkout, then `authlens invoke`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from support.serve_process import Serving, serving
from support.shapes import INNER, OUTER, PYTHON, SHAPES, cdk, sam_typescript_unbuilt, write

AUTHLENS = (sys.executable, "-m", "authlens")
SHORT = ("SAM, Python",)
"""The shapes of the normal run; the others are tried in this process there."""


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "XDG_", "AUTHLENS_"))}
    keys = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_REGION": "us-west-2"}
    return {**kept, **keys, "HOME": str(home)}


def served(folder: Path, *options: str) -> AbstractContextManager[Serving]:
    return serving(*options, cwd=folder, env=environment(folder.parent))


def authlens(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*AUTHLENS, *arguments], cwd=folder, env=environment(folder.parent), capture_output=True, text=True, timeout=60
    )


def principal_of(folder: Path, url: str, authorizer: str) -> str:
    """Of a test call that must be authenticated."""
    options = ("--endpoint-url", url, "--authorizer-name", authorizer, "--mqtt-context", "username=sensor-7")
    done = authlens(folder, "invoke", *options, "--no-history")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["isAuthenticated"] is True
    return str(answer["principalId"])


@pytest.mark.parametrize(
    "name", [name if name in SHORT else pytest.param(name, marks=pytest.mark.slow) for name in SHAPES]
)
def test_each_shape_answers_after_two_commands(tmp_path: Path, name: str) -> None:
    shape, folder = SHAPES[name], tmp_path / "checkout"
    shape.build(folder)
    if any(folder.rglob("*.*js")) and shutil.which("node") is None:
        pytest.skip("Node.js is not installed")
    with served(folder, *shape.command) as endpoint:
        assert principal_of(folder, endpoint.url, shape.authorizer) == "".join(filter(str.isalnum, shape.says or ""))


@pytest.mark.slow
def test_each_stack_of_a_cdk_out_has_its_own_region(tmp_path: Path) -> None:
    """The function's stack is deployed elsewhere than the authorizer's: its AWS::Region is its own."""
    folder = tmp_path / "checkout"
    cdk(folder)
    manifest = folder / "cdk.out/manifest.json"
    found = json.loads(manifest.read_text())
    found["artifacts"]["CodeStack"]["environment"] = "aws://999999999999/us-east-1"
    manifest.write_text(json.dumps(found))
    with served(folder, "--template", "cdk.out") as endpoint:
        assert principal_of(folder, endpoint.url, "Auth") == "useast1"


@pytest.mark.slow
def test_what_cannot_be_served_yet_names_the_next_command(tmp_path: Path) -> None:
    folder = tmp_path / "checkout"
    sam_typescript_unbuilt(folder)
    (folder / "main.tf").write_text("")
    for name, step in (("template.yaml", "run 'sam build'"), ("main.tf", "terraform show -json")):
        done = authlens(folder, "serve", "--template", name)
        assert (done.returncode, done.stdout, step in done.stderr) == (252, "", True)


@pytest.mark.slow
def test_files_that_are_read_only_through_others_are_taken_in_while_it_runs(tmp_path: Path) -> None:
    """A file of variables, and a nested template that is broken in between."""
    folder = tmp_path / "checkout"
    write(folder, {"template.yaml": OUTER, "parts/inner.yaml": INNER, "src/app.py": PYTHON, "values.env": "SAYS=one\n"})
    with served(folder, "--template", "template.yaml", "--env-file", "values.env") as endpoint:
        assert principal_of(folder, endpoint.url, "first") == "one"
        write(folder, {"values.env": "SAYS=another\n"})
        assert principal_of(folder, endpoint.url, "first") == "another"
        write(folder, {"values.env": "not a variable\n", "parts/inner.yaml": "Resources: ["})
        assert principal_of(folder, endpoint.url, "first") == "another"
        write(folder, {"values.env": "SAYS=last\n", "parts/inner.yaml": INNER.replace("first", "renamed")})
        assert principal_of(folder, endpoint.url, "renamed") == "last"

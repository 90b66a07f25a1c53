"""A change of a function or of its definition is noticed; anything else is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from authlens.core.target import Target
from authlens.endpoint.watching import code_fingerprint

DEFINITION = (
    "authorizers:\n  A:\n    signingDisabled: true\n    codeUri: code\n    handler: app.handler\n    runtime: python3\n"
)
LOCAL = Target(local="authorizers.yaml")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "app.py").write_text("def handler(event, context): return {}\n")
    (tmp_path / "authorizers.yaml").write_text(DEFINITION)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "text"),
    [("code/app.py", "def handler(event, context): return {'more': 1}\n"), ("authorizers.yaml", DEFINITION + "\n")],
)
def test_a_change_is_noticed(project: Path, name: str, text: str) -> None:
    before = code_fingerprint(LOCAL, project)
    (project / name).write_text(text)
    assert code_fingerprint(LOCAL, project) != before


def test_nothing_changed(project: Path) -> None:
    before = code_fingerprint(LOCAL, project)
    (project / "notes.txt").write_text("beside the code")
    assert code_fingerprint(LOCAL, project) == before


def test_a_broken_definition_is_no_error_here(project: Path) -> None:
    (project / "authorizers.yaml").write_text("authorizers: [")
    assert code_fingerprint(LOCAL, project) is not None
    assert code_fingerprint(Target(local="missing.yaml"), project) is not None


def test_what_is_not_local_has_no_code(project: Path) -> None:
    assert code_fingerprint(Target(profile="dev"), project) is None

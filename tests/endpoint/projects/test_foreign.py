"""Which folders are projects to work in."""

from __future__ import annotations

from pathlib import Path

import pytest

from authlens.endpoint.projects.foreign import is_project

FUNCTION = "return {'isAuthenticated': true, 'policyDocuments': []}\n"
SAM = "Transform: AWS::Serverless-2016-10-31\nResources: {}\n"


@pytest.mark.parametrize(
    ("file", "text", "is_one"),
    [
        ("requests/a.yaml", "request: {authorizerName: A}\n", True),
        ("requests/a.yml", "", True),
        ("requests/api.py", "", False),
        ("authlens.yaml", "template: t.json\n", True),
        ("authorizers.yaml", "authorizers: {}\n", True),
        ("template.yaml", SAM, True),
        ("template.yaml", "greeting: Dear {name}\n", False),
        (".aws-sam/build/template.yaml", SAM, True),
        ("serverless.yml", "service: x\n", True),
        ("main.tf", "", True),
        ("Cargo.toml", "", False),
        ("deep/authorizers.yaml", "authorizers: {}\n", False),
        ("README.md", "", False),
        ("auth.py", FUNCTION, True),
        ("auth.mjs", FUNCTION, True),
        ("auth.py", "print('isAuthenticated')\n", False),
        ("test_auth.py", FUNCTION, False),
        ("deep/auth.py", FUNCTION, False),
    ],
)
def test_what_is_a_project(tmp_path: Path, file: str, text: str, is_one: bool) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    assert is_project(tmp_path) is is_one

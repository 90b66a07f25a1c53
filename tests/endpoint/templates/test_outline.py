"""What a file that is not trusted would run, in words for the person who decides."""

from __future__ import annotations

from pathlib import Path

import pytest

from authlens.endpoint.templates.outline import programs_of


@pytest.mark.parametrize("name", ["auth.py", "auth.py:handler", "index.mjs"])
def test_a_bare_function_is_called_one(tmp_path: Path, name: str) -> None:
    assert programs_of(tmp_path / name) == (f"the function in {tmp_path / name}",)


def test_an_authorizers_file_names_its_functions(tmp_path: Path) -> None:
    path = tmp_path / "authorizers.yaml"
    path.write_text("authorizers:\n  A: {codeUri: src, handler: app.handler}\n")
    assert programs_of(path) == (f"app.handler in {tmp_path / 'src'} as the function of authorizer A",)
    path.write_text("{")
    assert programs_of(path) == (f"what {path} describes",)

"""The files of a new project are written together, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from authlens.endpoint.projects.starter import NotWritten, write_project


def test_files_are_private_but_for_the_functions_and_nothing_is_overwritten(tmp_path: Path) -> None:
    files = {"functions/app.py": b"code", "keys/private.pem": b"key"}
    assert list(write_project(tmp_path / "new", files)) == [tmp_path / "new" / name for name in files]
    modes = [(tmp_path / "new" / name).stat().st_mode & 0o777 for name in ("functions/app.py", "keys/private.pem")]
    assert modes == [0o644, 0o600]
    with pytest.raises(NotWritten, match="nothing was written"):
        list(write_project(tmp_path / "new", {"other": b"", **files}))
    assert not (tmp_path / "new/other").exists()
    with pytest.raises(NotWritten, match="is a file"):
        list(write_project(tmp_path / "new/keys/private.pem", files))

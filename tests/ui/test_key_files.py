from __future__ import annotations

from pathlib import Path

import pytest

from authlens.ui.screens.key_files import write_key_pair


def test_a_pair_is_written_for_its_owner_and_signs(tmp_path: Path) -> None:
    made = write_key_pair(tmp_path / "keys" / "private.pem")
    assert made.private.stat().st_mode & 0o777 == 0o600
    assert made.public == tmp_path / "keys" / "private.pub.pem"
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert any(made.private.name in line for line in made.openssl)


@pytest.mark.parametrize("name", ["private.pem", "private.pub.pem"])
def test_no_file_is_ever_overwritten(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(FileExistsError):
        write_key_pair(tmp_path / "private.pem")
    assert (tmp_path / name).read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == [name]

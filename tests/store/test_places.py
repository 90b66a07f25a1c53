"""Where files live: XDG on every platform, the platform's own folders without it, `requests/` of the work first."""

from __future__ import annotations

from pathlib import Path

import pytest
from platformdirs import PlatformDirs

from authlens.store.places import Places, places


def test_xdg_variables_count(tmp_path: Path) -> None:
    environ = {f"XDG_{name}_HOME": str(tmp_path / name) for name in ("CACHE", "CONFIG", "STATE", "DATA")}
    found = places(environ, tmp_path)
    assert found.crash_report == tmp_path / "STATE/authlens/crash-report.txt"
    assert found == Places(
        settings=tmp_path / "CONFIG/authlens/config.yaml",
        themes=tmp_path / "CONFIG/authlens/themes",
        history=tmp_path / "STATE/authlens/history.db",
        cache=tmp_path / "CACHE/authlens",
        requests=tmp_path / "DATA/authlens/requests",
    )


@pytest.mark.parametrize("value", ["", "relative/folder"])
def test_other_values_are_passed_over(tmp_path: Path, value: str) -> None:
    usual = PlatformDirs("authlens", appauthor=False)
    environ = {f"XDG_{name}_HOME": value for name in ("CONFIG", "STATE", "DATA")}
    found = places(environ, tmp_path)
    assert found.settings == usual.user_config_path / "config.yaml"
    assert found.history == usual.user_state_path / "history.db"
    assert found.requests == usual.user_data_path / "requests"


def test_requests_in_the_working_folder_come_first(tmp_path: Path) -> None:
    (tmp_path / "requests").mkdir()
    assert places({}, tmp_path).requests == tmp_path / "requests"


def test_a_file_of_that_name_is_not_a_folder(tmp_path: Path) -> None:
    (tmp_path / "requests").touch()
    assert places({"XDG_DATA_HOME": str(tmp_path)}, tmp_path).requests == tmp_path / "authlens/requests"


def test_nothing_is_created(tmp_path: Path, scrubbed_environment: Path) -> None:
    places({}, tmp_path)
    assert list(scrubbed_environment.rglob("*")) == []

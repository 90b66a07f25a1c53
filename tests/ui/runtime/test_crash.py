"""A fault of the app itself: its locations are shown and readable only by the owner, values never."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from authlens.ui.runtime import crash
from support.app_services import NOW


class FailedWorker(Exception):
    """As Textual wraps what a worker raised."""

    def __init__(self, error: BaseException) -> None:
        super().__init__("secret-worker")
        self.error = error


def raised(token: str) -> Exception:
    try:
        try:
            raise KeyError(token)
        except KeyError:
            raise ValueError(token) from None
    except ValueError as error:
        return error


ERRORS = {"plain": raised("secret-token"), "of a worker": FailedWorker(raised("secret-token"))}


@pytest.mark.parametrize("error", ERRORS.values(), ids=ERRORS)
def test_places_and_no_value(error: Exception, tmp_path: Path) -> None:
    for said in (crash.message(error, tmp_path / "report"), crash.report(error, NOW)):
        assert "ValueError" in said
        assert "ui/runtime/test_crash.py:" in said
        assert "in raised" in said
        assert "secret" not in said
        assert str(Path.home()) not in said
    assert f"in {tmp_path / 'report'}." in crash.message(error, tmp_path / "report")
    assert "No report could be written" in crash.message(error, None)


def test_what_led_to_it_is_reported_once() -> None:
    first, second = ValueError("secret"), KeyError("secret")
    first.__cause__, second.__cause__ = second, first
    said = crash.report(first, NOW)
    assert "2026-11-23 09:30:00 UTC" in said
    assert [line for line in said.splitlines() if line.endswith(" at")] == [
        "builtins.ValueError at",
        "builtins.KeyError at",
    ]


def test_a_report_is_kept_for_its_owner_over_the_last_one(tmp_path: Path) -> None:
    path = tmp_path / "authlens" / "crash-report.txt"
    assert crash.keep("first \ud800", path)
    assert crash.keep("second", path)
    assert path.read_text() == "second"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    (tmp_path / "file").touch()
    assert not crash.keep("third", tmp_path / "file" / "report.txt")

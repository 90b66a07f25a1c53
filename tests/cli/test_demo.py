"""The demo on the command line: the samples can be reset without opening the app."""

from __future__ import annotations

from pathlib import Path

import pytest

from authlens.endpoint.samples.unpack import unpack_samples
from support.one_command import Command


@pytest.fixture
def authlens(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    return Command(capsys, monkeypatch)


def test_a_reset_makes_the_samples_as_they_were(
    authlens: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    demo = tmp_path / "authlens" / "demo"
    sample = sorted(unpack_samples(demo).iterdir())[0]
    before = sample.read_text()
    sample.write_text("mine")
    done = authlens("demo", "--reset")
    assert (done.code, done.out) == (252, ""), "the app itself needs a terminal"
    assert f"reset the samples in {demo}; the history is kept" in done.err
    assert sample.read_text() == before


def test_samples_that_cannot_be_written_are_reported(
    authlens: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    (tmp_path / "authlens").write_text("a file")
    done = authlens("demo", "--reset")
    assert done.code == 252
    assert "cannot be written: Not a directory" in done.err

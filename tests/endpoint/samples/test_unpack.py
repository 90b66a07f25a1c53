"""The demo's samples are the user's own copy, functions and all, and can be reset."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from authlens.endpoint.samples.unpack import SAMPLES, demo_file, is_demo_file, unpack_samples


def _files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_every_sample_is_copied_for_its_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        requests = unpack_samples(tmp_path / "authlens" / "demo")
    finally:
        os.umask(before)
    demo = requests.parent
    assert {folder.stat().st_mode & 0o777 for folder in (requests, demo, demo.parent, demo / "functions")} == {0o700}
    assert {path.stat().st_mode & 0o777 for path in demo.rglob("*") if path.is_file()} == {0o600}
    wanted = {name for name in _files(SAMPLES) if "__" not in name and name != "unpack.py"}
    assert _files(demo) == wanted
    assert "noqa" not in (demo / "functions" / "sensors" / "app.py").read_text()


def test_what_was_edited_stays_until_it_is_reset(tmp_path: Path) -> None:
    requests = unpack_samples(tmp_path)
    edited = [sorted(requests.iterdir())[0], tmp_path / "functions" / "mistakes" / "crashing.py"]
    before = [path.read_text() for path in edited]
    for path in edited:
        path.write_text("mine")
    (requests / "own.yaml").write_text("own")
    unpack_samples(tmp_path)
    assert [path.read_text() for path in edited] == ["mine", "mine"]
    unpack_samples(tmp_path, reset=True)
    assert [path.read_text() for path in edited] == before
    assert (requests / "own.yaml").read_text() == "own"


def test_a_reset_does_not_follow_links(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("not a sample")
    requests = unpack_samples(tmp_path / "demo")
    sample = sorted(requests.iterdir())[0]
    sample.unlink()
    sample.symlink_to(other)
    unpack_samples(tmp_path / "demo", reset=True)
    assert other.read_text() == "not a sample"
    assert not sample.is_symlink()


def test_the_target_demo_is_the_copy_once_there_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    own = tmp_path / "authlens" / "demo" / "authorizers.yaml"
    assert demo_file() == SAMPLES / "authorizers.yaml"
    unpack_samples(own.parent)
    assert demo_file() == own
    assert is_demo_file(own)
    assert is_demo_file(SAMPLES / "authorizers.yaml")
    assert not is_demo_file(tmp_path / "authorizers.yaml")

"""The list of trusted folders: kept, private, by real paths, and of no effect where it cannot be read."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from authlens.store.trust import Trusted, TrustList, TrustNotKept, covers, from_environment, real_path

NOW = datetime(2026, 11, 28, 22, 0, tzinfo=UTC)


@pytest.fixture
def known(tmp_path: Path) -> TrustList:
    return TrustList(tmp_path / "state" / "authlens" / "trust.yaml")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a project" / "requests").mkdir(parents=True)
    return tmp_path / "a project"


def test_nothing_is_trusted_at_first(known: TrustList, folder: Path) -> None:
    assert known.entries() == ()
    assert not known.trusts(folder)


def test_a_folder_and_all_below_it(known: TrustList, folder: Path) -> None:
    known.add([folder, folder], NOW)

    assert known.entries() == (Trusted(str(folder), "2026-11-28T22:00:00+00:00"),)
    assert known.trusts(folder)
    assert known.trusts(folder / "requests" / "a.yaml")
    assert known.trusts(folder / "not there yet")
    assert not known.trusts(folder.parent)
    assert not known.trusts(Path(f"{folder}-evil"))
    assert not known.trusts(folder / ".." / "other")
    assert not known.trusts(folder / "..")


def test_the_first_date_stays(known: TrustList, folder: Path) -> None:
    known.add([folder], NOW)
    known.add([folder], NOW.replace(year=2027))
    assert [entry.since[:4] for entry in known.entries()] == ["2026"]


def test_links_are_followed(known: TrustList, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "evil").mkdir()
    (tmp_path / "link").symlink_to(folder)
    (folder / "way-out").symlink_to(tmp_path / "evil")
    known.add([tmp_path / "link"], NOW)

    assert [entry.path for entry in known.entries()] == [str(folder)]
    assert known.trusts(folder)
    assert not known.trusts(folder / "way-out" / "a.yaml")


def test_one_file_trusts_nothing_next_to_it(known: TrustList, folder: Path) -> None:
    (folder / "mine.yaml").touch()
    known.add([folder / "mine.yaml"], NOW)

    assert known.trusts(folder / "mine.yaml")
    assert not known.trusts(folder / "theirs.yaml")
    assert not known.trusts(folder)


def test_removing(known: TrustList, folder: Path) -> None:
    known.add([folder, folder.parent / "gone"], NOW)

    assert known.remove(folder)
    assert known.remove(folder.parent / "gone")
    assert not known.remove(folder)
    assert not known.trusts(folder)


def test_only_its_owner_reads_it(known: TrustList, folder: Path, tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        known.add([folder], NOW)
    finally:
        os.umask(old)
    path = tmp_path / "state" / "authlens" / "trust.yaml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("text", ["[", "- path: [1]\n", "- since: x\n", "- {path: /, extra: 1}\n", "7\n", "\0"])
def test_a_broken_list_trusts_nothing(text: str, known: TrustList, folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "state" / "authlens" / "trust.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(text)

    assert not known.trusts(folder)
    with pytest.raises(TrustNotKept, match="cannot be read"):
        known.entries()
    with pytest.raises(TrustNotKept, match="cannot be read"):
        known.add([folder], NOW)
    assert path.read_text() == text


def test_a_list_that_cannot_be_written_is_said(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(TrustNotKept, match="cannot be written"):
        TrustList(tmp_path / "file" / "trust.yaml").add([folder], NOW)


@pytest.mark.parametrize("name", ["a: b", "'quoted'", "# x", "tab\t", "ü\u2028", "\udcff", "- x", "~", "line\nbreak"])
def test_every_name_of_a_folder_comes_back(name: str, known: TrustList, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    known.add([tmp_path / name], NOW)
    assert known.trusts(tmp_path / name)
    assert [entry.path for entry in known.entries()] == [real_path(tmp_path / name)]


def test_the_root_covers_everything() -> None:
    assert covers(["/"], "/any/thing")
    assert not covers(["/a"], "/ab")
    assert not covers([], "/a")


def test_folders_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    given = f"~/a:::{tmp_path}: :~nobody-of-that-name/b"
    assert from_environment({"AUTHLENS_TRUST": given}) == (tmp_path / "a", tmp_path)
    assert from_environment({}) == ()

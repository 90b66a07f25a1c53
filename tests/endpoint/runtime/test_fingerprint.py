"""What counts as a change of a function's code."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from authlens.endpoint.runtime.fingerprint import LIMIT, fingerprint, last_written


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("app.py", "package/part.py", "node_modules/left-pad/index.js", ".git/HEAD", "__pycache__/app.pyc"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("one")
    return tmp_path


def same_size_and_time(file: Path) -> None:
    """As `git checkout` and editors do it: another file takes its place."""
    status = file.stat()
    other = file.with_name("new")
    other.write_text("two")
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    other.replace(file)


CHANGES: dict[str, Callable[[Path], object]] = {
    "written": lambda folder: (folder / "app.py").write_text("longer"),
    "written deep": lambda folder: (folder / "package/part.py").write_text("longer"),
    "touched": lambda folder: os.utime(folder / "app.py", ns=(1, 1)),
    "replaced": lambda folder: same_size_and_time(folder / "app.py"),
    "added": lambda folder: (folder / "new.py").write_text(""),
    "removed": lambda folder: (folder / "app.py").unlink(),
    "renamed": lambda folder: (folder / "app.py").rename(folder / "main.py"),
    "module installed": lambda folder: (folder / "node_modules/other").mkdir(),
}
NO_CHANGES: dict[str, Callable[[Path], object]] = {
    "nothing": lambda folder: None,
    "read": lambda folder: (folder / "app.py").read_text(),
    "inside a module": lambda folder: (folder / "node_modules/left-pad/index.js").write_text("longer"),
    "git": lambda folder: (folder / ".git/index").write_text("longer"),
    "compiled": lambda folder: (folder / "__pycache__/other.pyc").write_text("longer"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_noticed(folder: Path, change: str) -> None:
    before = fingerprint(folder)
    CHANGES[change](folder)
    assert fingerprint(folder) != before


@pytest.mark.parametrize("change", NO_CHANGES)
def test_what_changes_nothing_is_not_a_change(folder: Path, change: str) -> None:
    before = fingerprint(folder)
    NO_CHANGES[change](folder)
    assert fingerprint(folder) == before


def test_links_in_a_circle_and_to_nowhere_end(folder: Path) -> None:
    os.symlink(folder, folder / "package/again")
    os.symlink("/nowhere", folder / "broken")
    assert fingerprint(folder) == fingerprint(folder)


def test_a_folder_that_is_gone_is_a_state_too(folder: Path) -> None:
    assert fingerprint(folder / "gone") != fingerprint(folder)


REQUEST = "target: {local: ../authorizers.yaml}\nrequest:\n  authorizerName: app\n  token: allow\n"


def test_what_authlens_writes_is_not_a_change_of_the_code(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
    before, newest = fingerprint(folder), last_written(folder)
    for name in ("requests/app.yaml", "app.yaml", "state/authlens/history.db", "requests/.authlens-7-x.tmp"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(REQUEST)
        assert (fingerprint(folder), last_written(folder)) == (before, newest), name
    (folder / "requests/app.yaml").write_text(f"description: saved again\n{REQUEST}")
    assert (fingerprint(folder), last_written(folder)) == (before, newest)


@pytest.mark.parametrize(
    "name", ["requests/allowed.yaml", "allowed.yaml", "requests/app.json", "authlens/allowed.yaml"]
)
def test_data_that_the_function_reads_is_code_wherever_it_is(folder: Path, name: str) -> None:
    before = fingerprint(folder)
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("tokens: [allow]\n")
    added, newest = fingerprint(folder), last_written(folder)
    assert newest is not None
    assert newest[1] == folder / name
    (folder / name).write_text("tokens: [allow, admit]\n")
    assert len({before, added, fingerprint(folder)}) == 3


@pytest.mark.slow
def test_what_is_near_the_top_is_watched_in_a_large_folder(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    for number in range(LIMIT + 10):
        os.close(os.open(deep / str(number), os.O_CREAT))
    before = fingerprint(tmp_path)
    (tmp_path / "z.py").write_text("")
    assert fingerprint(tmp_path) != before


def test_the_file_written_last_is_one_that_someone_wrote(folder: Path) -> None:
    for second, name in enumerate(("app.py", "package/part.py", "app.py~", ".app.py.swp", "__pycache__/app.pyc")):
        (folder / name).write_text("")
        os.utime(folder / name, (second, second))
    assert last_written(folder) == (10**9, folder / "package/part.py")
    assert last_written(folder, besides={folder / "package/part.py"}) == (0, folder / "app.py")
    assert last_written(folder / "node_modules/left-pad/index.js") is None
    assert last_written() is None

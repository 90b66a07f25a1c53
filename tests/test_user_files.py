"""Files that somebody else names are opened in one way, which neither waits nor reads what is not a file."""

from __future__ import annotations

import ast
import contextlib
import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import authlens
from authlens.user_path import content, content_of, named_content, opened

PACKAGE = Path(authlens.__file__).parent
OWN = {
    "user_path.py": "this way",
    "aws/service_models.py": "botocore's own files",
    "store/files.py": "folders and authlens's own temporary files, which are only locked",
    "endpoint/runtime/supervisor.py": "the system's figures about a process",
    "endpoint/templates/unpack.py": "a member of a zip that is open",
    "__main__.py": "/dev/null",
}
"""Modules that open files otherwise, and which."""


@contextlib.contextmanager
def leased(path: Path) -> Iterator[None]:
    """While it lasts, whoever opens this regular file waits for this process, unless opened without waiting."""
    before = signal.signal(signal.SIGIO, signal.SIG_IGN)
    descriptor = os.open(path, os.O_RDWR)
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        yield
    finally:
        os.close(descriptor)
        signal.signal(signal.SIGIO, before)


def test_a_regular_file_is_read_up_to_a_size(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"abc" * 1_000_000)
    assert content_of(path, 10_000_000) == path.read_bytes()
    assert content_of(path, 4) == b"abca"
    assert named_content(path, 2_000_000) == path.read_bytes()[:2_000_000]


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: os.symlink("/dev/zero", path)])
def test_what_is_not_a_file_is_refused(tmp_path: Path, make: object) -> None:
    make(tmp_path / "it")  # type: ignore[operator]
    with pytest.raises(OSError, match="it is not a regular file"):
        content_of(tmp_path / "it", 10)


def test_a_folder_is_refused_and_closed(tmp_path: Path) -> None:
    before = os.listdir("/dev/fd")
    with pytest.raises(IsADirectoryError):
        content_of(tmp_path, 10)
    assert os.listdir("/dev/fd") == before


def test_a_pipe_named_on_the_command_line_is_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with subprocess.Popen(["sh", "-c", "printf abc > pipe"], cwd=tmp_path):
        assert named_content(tmp_path / "pipe", 10) == b"abc"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no leases")
def test_a_regular_file_that_waits_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("a")
    with leased(path), pytest.raises(OSError, match="it cannot be read without waiting"):
        content_of(path, 10)
    assert content_of(path, 10) == b"a"


def test_what_waits_once_it_is_open_is_refused_too(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a")
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    with opened(tmp_path / "file") as descriptor:
        os.dup2(reading, descriptor)

        with pytest.raises(OSError, match="it cannot be read without waiting"):
            content(descriptor, 10)
    os.close(reading)
    os.close(writing)


def opening(path: Path) -> Iterator[int]:
    """The lines that open a file for reading in another way."""
    text = path.read_text()
    for call in ast.walk(ast.parse(text)) if "open(" in text else ():
        if not isinstance(call, ast.Call) or not getattr(call.func, "attr", getattr(call.func, "id", "")).endswith(
            "open"
        ):
            continue
        name, words = ast.unparse(call.func), ast.unparse(call)
        if (name == "os.open" and "O_RDONLY" in words) or (
            name.endswith("open") and ("'rb'" in words or "'r'" in words)
        ):
            yield call.lineno


def test_nothing_opens_files_in_another_way() -> None:
    found = {
        path.relative_to(PACKAGE).as_posix(): lines for path in PACKAGE.rglob("*.py") if (lines := list(opening(path)))
    }
    assert {name: lines for name, lines in found.items() if name not in OWN} == {}

"""The history's file: closed to others, opened safely, judged rightly, set aside without loss."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from authlens.store.history.database import (
    VERSION,
    Damaged,
    Newer,
    bytes_in_use,
    identity,
    is_damage,
    is_damaged,
    open_file,
    raise_if_damaged,
    remove_set_aside,
    set_aside,
    side_file,
    transaction,
)
from support.children import start_python

GARBAGE = b"no database at all " * 1000
COLD = bytes(512) + b"journal"
"""A journal that SQLite neither plays back nor removes when it reads: its header was never written."""


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "authlens/history.db"


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def setting(connection: sqlite3.Connection, name: str) -> object:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


def test_how_it_is_opened(path: Path) -> None:
    with closing(open_file(path)) as connection:
        assert setting(connection, "user_version") == VERSION
        assert setting(connection, "journal_mode") == "delete"
        assert setting(connection, "synchronous") == 2
        assert setting(connection, "secure_delete") == 1
        assert setting(connection, "busy_timeout") == 5000


def test_opening_again_keeps_what_is_there(path: Path) -> None:
    with closing(open_file(path)) as connection:
        connection.execute("INSERT INTO word VALUES (1, 'x')")
    with closing(open_file(path)) as connection:
        assert connection.execute("SELECT text FROM word").fetchall() == [("x",)]


def test_an_empty_file_is_a_new_history(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    with closing(open_file(path)) as connection:
        assert connection.execute("SELECT count(*) FROM invocation").fetchone() == (0,)


@pytest.mark.usefixtures("open_umask")
class TestModes:
    def test_new_ones_are_closed_side_files_too(self, path: Path) -> None:
        with closing(open_file(path)) as connection, transaction(connection):
            connection.execute("INSERT INTO word VALUES (1, 'x')")
            assert mode(side_file(path)) == 0o600
        assert (mode(path), mode(path.parent)) == (0o600, 0o700)

    def test_older_ones_are_fixed(self, path: Path) -> None:
        open_file(path).close()
        for found, wide in ((path, 0o644), (path.parent, 0o755)):
            found.chmod(wide)
        open_file(path).close()
        assert (mode(path), mode(path.parent)) == (0o600, 0o700)


def test_a_file_that_must_be_there_is_not_made(path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError):
        open_file(path, create=False)
    assert not path.parent.exists()


def test_the_journal_of_a_file_that_is_gone_is_not_read(path: Path) -> None:
    path.parent.mkdir()
    side_file(path).write_bytes(COLD)
    with closing(open_file(path)) as connection:
        assert not side_file(path).exists()
        assert setting(connection, "user_version") == VERSION


def test_a_planted_link_is_not_followed(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir()
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(sqlite3.OperationalError):
        open_file(path)
    assert not (tmp_path / "elsewhere").exists()


def test_the_users_own_link_is_followed(path: Path, tmp_path: Path) -> None:
    open_file(tmp_path / "real.db").close()
    path.parent.mkdir()
    path.symlink_to(tmp_path / "real.db")
    open_file(path).close()
    assert path.is_symlink()


def test_a_name_with_marks_of_a_url(tmp_path: Path) -> None:
    open_file(tmp_path / "a?mode=memory#b%20 é.db").close()
    assert [found.name for found in tmp_path.iterdir()] == ["a?mode=memory#b%20 é.db"]


def test_a_newer_format_is_refused_and_left(path: Path) -> None:
    with closing(open_file(path)) as connection:
        connection.execute("PRAGMA user_version=99")
    before = path.read_bytes()
    with pytest.raises(Newer) as caught:
        open_file(path)
    assert caught.value.version == 99
    assert path.read_bytes() == before


def test_a_transaction_is_all_or_nothing(path: Path) -> None:
    def fail(connection: sqlite3.Connection) -> None:
        with transaction(connection):
            connection.execute("INSERT INTO word VALUES (1, 'x')")
            raise KeyboardInterrupt

    with closing(open_file(path)) as connection:
        with pytest.raises(KeyboardInterrupt):
            fail(connection)
        assert connection.execute("SELECT count(*) FROM word").fetchone() == (0,)


class TestDamage:
    def test_none(self, path: Path) -> None:
        open_file(path).close()
        assert not is_damaged(path)

    def test_garbage(self, path: Path) -> None:
        path.parent.mkdir()
        path.write_bytes(GARBAGE)
        assert is_damaged(path)
        with pytest.raises(sqlite3.DatabaseError) as caught:
            open_file(path)
        assert is_damage(caught.value)

    def test_noise_in_the_middle(self, path: Path) -> None:
        with closing(open_file(path)) as connection, transaction(connection):
            connection.executemany("INSERT INTO word VALUES (?, ?)", [(n, "x" * 500) for n in range(200)])
        size = path.stat().st_size
        with path.open("r+b") as file:
            file.seek(size // 2)
            file.write(os.urandom(8192))
        assert is_damaged(path)
        with closing(sqlite3.connect(path)) as connection, pytest.raises((Damaged, sqlite3.DatabaseError)) as caught:
            raise_if_damaged(connection)
        assert is_damage(caught.value)

    def test_what_cannot_be_looked_at(self, path: Path) -> None:
        with pytest.raises(sqlite3.OperationalError) as caught:
            is_damaged(path)
        assert not is_damage(caught.value)

    def test_what_is_locked(self, path: Path) -> None:
        with closing(open_file(path)) as other:
            other.execute("BEGIN EXCLUSIVE")
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                is_damaged(path, busy_seconds=0)


class TestSetAside:
    def test_it_gets_a_name_of_its_own_with_its_journal(self, path: Path) -> None:
        path.parent.mkdir()
        path.write_bytes(GARBAGE)
        side_file(path).write_bytes(COLD)
        aside = set_aside(path)
        assert aside is not None
        assert aside.name.startswith("history.corrupt-20")
        assert aside.suffix == ".db"
        assert (aside.read_bytes(), side_file(aside).read_bytes()) == (GARBAGE, COLD)
        assert [found.name for found in path.parent.iterdir() if found.name.startswith(path.name)] == []

    def test_a_second_one_does_not_replace_the_first(self, path: Path) -> None:
        path.parent.mkdir()
        names = set()
        for number in range(3):
            path.write_bytes(GARBAGE + b"%d" % number)
            names.add(set_aside(path))
        assert sorted(name.read_bytes()[-1:] for name in names if name) == [b"0", b"1", b"2"]

    def test_one_that_is_not_damaged_stays(self, path: Path) -> None:
        open_file(path).close()
        assert set_aside(path) is None
        assert [found.name for found in path.parent.iterdir()] == [path.name]

    def test_one_in_the_middle_of_a_transaction_stays(self, path: Path) -> None:
        with closing(open_file(path)) as other, transaction(other):
            other.execute("INSERT INTO word VALUES (1, 'x')")
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                set_aside(path, busy_seconds=0)
            assert side_file(path).exists()
        assert not is_damaged(path)

    @pytest.mark.parametrize("step", ["link", "rename", "unlink"])
    def test_a_kill_at_any_step_keeps_the_journal_with_its_file(self, path: Path, step: str) -> None:
        path.parent.mkdir()
        path.write_bytes(GARBAGE)
        side_file(path).write_bytes(COLD)
        code = """
            import os, signal, sys
            from pathlib import Path
            from authlens.store.history.database import set_aside
            setattr(os, sys.argv[2], lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
            set_aside(Path(sys.argv[1]))
        """
        with start_python(code, str(path), step) as child:
            assert child.process.wait(30) == -signal.SIGKILL
        files = [found for found in path.parent.glob("*.db") if found.read_bytes() == GARBAGE]
        assert [side_file(found).read_bytes() for found in files] == [COLD]
        if not path.exists():
            open_file(path).close()
            assert not side_file(path).exists()
        assert side_file(files[0]).read_bytes() == COLD

    def test_they_can_be_removed(self, path: Path) -> None:
        path.parent.mkdir()
        for _ in range(2):
            path.write_bytes(GARBAGE)
            side_file(path).write_bytes(COLD)
            assert set_aside(path)
        path.write_bytes(b"healthy")
        remove_set_aside(path)
        assert [found.name for found in path.parent.iterdir()] == ["history.db"]


def test_identity(path: Path) -> None:
    assert identity(path) is None
    open_file(path).close()
    first = identity(path)
    path.rename(path.with_name("old.db"))
    open_file(path).close()
    assert first is not None
    assert identity(path) not in (None, first)


def test_bytes_in_use(path: Path) -> None:
    with closing(open_file(path)) as connection:
        before = bytes_in_use(connection)
        connection.execute("INSERT INTO word VALUES (1, ?)", ("x" * 100_000,))
        assert bytes_in_use(connection) > before + 90_000
        connection.execute("DELETE FROM word")
        assert bytes_in_use(connection) == before

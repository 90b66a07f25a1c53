"""The history: what it returned with a number is on the disk, and no disk, file or other instance can stop it."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from authlens.core.invocation.invocation import Invocation, Wire
from authlens.core.request.authorizer import Authorizer
from authlens.store.history.database import VERSION, is_damaged, open_file, side_file
from authlens.store.history.history import History
from support.children import Child, run_python, start_python
from support.stored_invocations import FAILED, FULL, short

CANARY = "canary-5ecret"
TESTS = str(Path(__file__).parents[2])
"""Where a child finds `support`."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "authlens/history.db"


@pytest.fixture
def history(path: Path) -> Iterator[History]:
    with History(path) as history:
        yield history


def numbers(history: History, search: str = "") -> list[int]:
    return [row.number for row in history.page(search)]


class TestRecords:
    def test_what_is_read_after_the_answer_is_kept_with_it(self, history: History) -> None:
        recorded = history.record(FULL)
        history.record(FAILED)
        history.update(replace(recorded, authorizer=Authorizer("Read later")))
        found = history.get(1)
        assert found is not None
        assert found.authorizer == Authorizer("Read later")
        assert numbers(history) == [2, 1]
        history.update(replace(recorded, number=None))
        history.update(replace(recorded, number=99))
        assert (history.count(), history.problem) == (2, None)

    @pytest.mark.parametrize("invocation", [FULL, FAILED], ids=["everything", "a failure"])
    def test_what_was_recorded_comes_back(self, history: History, invocation: Invocation) -> None:
        recorded = history.record(invocation)
        assert recorded == replace(invocation, number=1)
        assert history.get(1) == recorded
        assert history.problem is None

    def test_it_is_there_in_the_next_run(self, path: Path) -> None:
        for number in (1, 2):
            with History(path) as history:
                assert history.record(FULL).number == number
        with History(path) as history:
            assert numbers(history) == [2, 1]

    def test_newest_first_page_by_page(self, history: History) -> None:
        for number in range(5):
            history.record(short(f"A{number}"))
        rows = history.page(limit=2)
        assert [(row.number, row.authorizer) for row in rows] == [(5, "A4"), (4, "A3")]
        assert [row.number for row in history.page(before=4, limit=2)] == [3, 2]
        assert history.page(before=1) == []
        assert history.count() == 5

    def test_search(self, history: History) -> None:
        history.record(short("SensorAuth"))
        history.record(short("Other", authenticated=False))
        history.record(FAILED)
        assert numbers(history, "sensor") == [1]
        assert numbers(history, "not authenticated other") == [2]
        assert numbers(history, "REFUSED demo ResourceNotFound") == [3]
        assert numbers(history, "o") == [3, 2, 1]
        assert numbers(history, "missing sensor") == []
        assert [history.count(search) for search in ("", "auth", "none", "\ud800")] == [3, 3, 0, 0]

    @pytest.mark.parametrize("number", [0, -1, 2, 2**63, 2**200])
    def test_a_number_that_is_not_there(self, history: History, number: int) -> None:
        history.record(FULL)
        assert history.get(number) is None
        assert history.problem is None

    def test_a_page_before_any_number(self, history: History) -> None:
        history.record(FULL)
        assert [row.number for row in history.page(before=2**200)] == [1]

    def test_texts_that_sqlite_cannot_hold(self, history: History) -> None:
        odd = short("\ud800 \0 \U0001f600", principal="\udfff", source="\ud83d")
        assert history.get(history.record(odd).number or 0) == replace(odd, number=1)
        assert history.page()[0].principal == "?"

    def test_from_many_threads(self, history: History) -> None:
        threads = [threading.Thread(target=lambda: history.record(FAILED)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert numbers(history) == list(range(8, 0, -1))

    def test_a_body_that_authlens_did_not_write_is_reported(self, history: History, path: Path) -> None:
        history.record(FULL)
        with closing(sqlite3.connect(path)) as other, other:
            other.execute("UPDATE invocation SET body = '[]'")
        assert history.get(1) is None
        assert "invocation 1" in (history.problem or "")

    def test_a_defect_reaches_whoever_asked(self, history: History) -> None:
        with pytest.raises(AttributeError):
            history.record(None)  # type: ignore[arg-type]  # a defect
        with pytest.raises(OverflowError):
            history.page(limit=2**70)
        assert history.record(FULL).number == 1


class TestKeep:
    def test_redacted_keeps_no_secret(self, path: Path) -> None:
        wire = Wire("POST", "https://x", request_body=json.dumps({"token": CANARY}).encode())
        with History(path, "redacted") as history:
            recorded = history.record(replace(short(token=CANARY, principal=CANARY, log=CANARY), wire=wire))
            kept = history.get(recorded.number or 0)
        assert recorded.request.token == CANARY
        assert kept is not None
        assert kept.request.token == "[redacted]"
        assert CANARY.encode() not in path.read_bytes()

    def test_off_makes_no_file(self, path: Path) -> None:
        with History(path, "off") as history:
            assert history.record(FULL) is FULL
            assert (history.page(), history.count(), history.get(1), history.check()) == ([], 0, None, None)
            assert history.problem is None
        assert not path.parent.exists()

    def test_off_leaves_and_shows_what_is_there(self, path: Path) -> None:
        with History(path) as history:
            history.record(FULL)
        with History(path, "off") as history:
            assert history.record(FULL) is FULL
            assert numbers(history) == [1]
            assert history.clear()
            assert history.page() == []


class TestBounds:
    def test_the_oldest_go_when_there_are_too_many(self, path: Path) -> None:
        with History(path, max_records=3) as history:
            for number in range(5):
                history.record(short(f"Auth{number}"))
            assert numbers(history) == [5, 4, 3]
            assert history.count() == 3
            assert numbers(history, "auth0") == []

    def test_the_oldest_go_when_the_file_is_too_large(self, path: Path) -> None:
        with History(path, max_bytes=200_000) as history:
            for _ in range(25):
                history.record(short(log="x" * 10_000))
            kept = numbers(history)
            assert 1 not in kept
            assert 25 in kept
            assert history.problem is None

    def test_the_newest_stays_though_the_file_is_too_large(self, path: Path) -> None:
        with History(path, max_bytes=1) as history:
            for number in (1, 2, 3):
                assert history.record(FULL).number == number
            assert numbers(history) == [3]


class TestClear:
    def test_the_bytes_are_gone(self, path: Path) -> None:
        with History(path) as history:
            for number in range(10):
                history.record(short(f"{CANARY}-name", token=f"{CANARY}-{number}", log="x" * 5000))
            assert CANARY.encode() in path.read_bytes()
            assert history.clear()
            assert (history.page(), history.count(), history.count("canary")) == ([], 0, 0)
            for found in path.parent.iterdir():
                assert CANARY.encode() not in found.read_bytes().lower()
            assert path.stat().st_size < 60_000
            assert history.record(FULL).number == 11

    def test_pruned_bytes_are_gone(self, path: Path) -> None:
        with History(path, max_records=2) as history:
            for number in range(5):
                history.record(short(token=f"{CANARY}-{number}"))
        content = path.read_bytes()
        assert [f"{CANARY}-{number}".encode() in content for number in range(5)] == [False, False, False, True, True]

    def test_damaged_files_that_were_set_aside_go_too(self, path: Path) -> None:
        path.parent.mkdir()
        path.write_bytes(CANARY.encode() * 1000)
        with History(path) as history:
            history.record(FULL)
            assert len(list(path.parent.iterdir())) == 2
            assert history.clear()
        assert [found.name for found in path.parent.iterdir()] == ["history.db"]

    def test_an_index_that_cannot_be_emptied_goes_with_the_file(self, path: Path) -> None:
        with History(path) as history:
            history.record(short("canary"))
        with History(path, use_index=False) as history:
            assert history.clear()
            assert history.page() == []
            assert history.record(FULL).number == 1
        assert b"canary" not in path.read_bytes().lower()


class TestWithoutIndex:
    def test_all_is_found_and_the_index_catches_up(self, path: Path) -> None:
        with History(path) as history:
            history.record(short("SensorAuth"))
        with History(path, use_index=False) as history:
            history.record(short("SensorAuth"))
            assert numbers(history, "sensor") == [2, 1]
        with History(path) as history:
            assert numbers(history, "sensor") == [2, 1]
            assert history.check() is None
            assert numbers(history, "sensor") == [2, 1]
        with closing(sqlite3.connect(path)) as other:
            found = other.execute("SELECT count(*) FROM word_index WHERE word_index MATCH 'sensor'").fetchone()
            assert found == (2,)

    @pytest.mark.parametrize(
        "damage",
        [
            "DELETE FROM word_index_data WHERE id > 10",
            "DELETE FROM word_index_data WHERE id = 10",
            "UPDATE word_index_data SET block = x'ffff' WHERE id > 10",
            "DELETE FROM word_index_config",
        ],
    )
    def test_a_damaged_index_is_done_without(self, path: Path, damage: str) -> None:
        with History(path) as history:
            history.record(short("SensorAuth"))
        with closing(sqlite3.connect(path)) as other, other:
            other.execute(damage)
        with History(path) as history:
            assert history.check() is None
            assert numbers(history, "sensor") == [1]
            assert history.record(short("SensorAuth")).number == 2
            assert numbers(history, "sensor") == [2, 1]
            assert history.problem is None
            assert history.check() is None


def damage(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(os.urandom(16_384))


class TestFaults:
    def test_garbage_is_set_aside_and_reported(self, path: Path) -> None:
        path.parent.mkdir()
        path.write_bytes(b"no database at all " * 1000)
        with History(path) as history:
            assert history.record(FULL).number == 1
            problem = history.problem or ""
            assert numbers(history) == [1]
        assert "was damaged; it was kept as" in problem
        (aside,) = path.parent.glob("history.corrupt-*.db")
        assert str(aside) in problem
        assert aside.read_bytes().startswith(b"no database")
        with History(path) as history:
            assert numbers(history) == [1]
            assert history.problem is None

    def test_half_a_file_is_set_aside(self, path: Path) -> None:
        with History(path) as history:
            for _ in range(20):
                history.record(short(log="x" * 10_000))
        os.truncate(path, path.stat().st_size // 2)
        with History(path) as history:
            assert "damaged" in (history.check() or "")
            assert history.record(FULL).number == 1

    def test_damage_is_found_by_the_check(self, path: Path) -> None:
        with History(path) as history:
            for _ in range(50):
                history.record(short(log="x" * 10_000))
            assert history.check() is None
        damage(path)
        with History(path) as history:
            assert "damaged" in (history.check() or "")
            assert history.page() == []
            assert history.check() is None
        assert len(list(path.parent.glob("history.corrupt-*.db"))) == 1

    def test_an_empty_file_is_a_new_history(self, path: Path) -> None:
        path.parent.mkdir()
        path.touch()
        with History(path) as history:
            assert history.record(FULL).number == 1
            assert history.problem is None

    def test_a_newer_file_is_left_as_it_is(self, path: Path) -> None:
        with closing(open_file(path)) as connection:
            connection.execute("PRAGMA user_version=99")
        before = path.read_bytes()
        with History(path) as history:
            assert history.record(FULL) is FULL
            assert history.page() == []
            assert not history.clear()
            assert history.check() is None
            assert "written by a newer authlens (format 99)" in (history.problem or "")
        assert path.read_bytes() == before

    def test_a_file_that_becomes_newer_meanwhile(self, path: Path, history: History) -> None:
        history.record(FULL)
        with closing(sqlite3.connect(path)) as other:
            other.execute("PRAGMA user_version=99")
        assert history.record(FULL).number is None
        assert not history.clear()
        assert "newer" in (history.problem or "")

    def test_a_locked_file_is_reported_and_used_again(self, path: Path) -> None:
        with History(path, busy_seconds=0.01) as history:
            history.record(FULL)
            with closing(sqlite3.connect(path, isolation_level=None)) as other:
                other.execute("BEGIN EXCLUSIVE")
                assert history.record(FULL) is FULL
                assert history.page() == []
                assert "locked" in (history.problem or "")
                assert "locked" in (history.check() or "")
                other.execute("ROLLBACK")
            assert history.record(FULL).number == 2
            assert history.problem is None

    def test_a_folder_in_its_place(self, path: Path) -> None:
        path.mkdir(parents=True)
        with History(path) as history:
            assert history.record(FULL) is FULL
            assert history.page() == []
            assert "cannot be used: unable to open" in (history.problem or "")
            assert "cannot be used" in (history.check() or "")

    def test_a_file_where_its_folder_should_be(self, path: Path) -> None:
        path.parent.touch()
        with History(path) as history:
            assert history.record(FULL) is FULL
            assert history.problem is not None

    def test_a_full_disk_loses_nothing_that_was_there(self, path: Path) -> None:
        with History(path) as history:
            history.record(FULL)
        code = """
            import resource, signal, sys
            from pathlib import Path
            from dataclasses import replace
            from authlens.store.history.history import History
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
            with History(Path(sys.argv[1])) as history:
                first = history.get(1)
                big = replace(first, number=None, function_log="x" * 1_000_000)
                print(history.record(big).number, history.problem is not None, history.count())
                print(history.record(replace(first, number=None)).number, history.problem)
        """
        assert run_python(code, str(path)).splitlines() == ["None True 1", "2 None"]
        assert not is_damaged(path)

    def test_a_read_only_file_is_shown_and_reported(self) -> None:
        code = """
            import os, sys
            from pathlib import Path
            sys.path.insert(0, sys.argv[2])
            import html  # loaded late by authlens; the other user may not be allowed to read Python's own files
            from support.stored_invocations import FULL
            from authlens.store.history.history import History
            if os.geteuid() == 0:
                os.seteuid(65534)
            with History(Path(sys.argv[1])) as history:
                print(history.record(FULL).number, history.problem)
                print([row.number for row in history.page()])
        """
        with TemporaryDirectory() as name:
            folder = Path(name)
            with History(folder / "history.db") as history:
                history.record(FULL)
            (folder / "history.db").chmod(0o444)
            folder.chmod(0o555)
            said = run_python(code, str(folder / "history.db"), TESTS).splitlines()
            folder.chmod(0o700)
        assert said[0].startswith("None ")
        assert "readonly" in said[0]
        assert said[1] == "[1]"

    def test_a_file_that_was_deleted_is_made_again(self, path: Path, history: History) -> None:
        history.record(FULL)
        path.unlink()
        assert history.record(FAILED).number == 1
        assert history.get(1) == replace(FAILED, number=1)
        with History(path) as other:
            assert numbers(other) == [1]

    def test_a_file_that_another_instance_set_aside(self, path: Path, history: History) -> None:
        history.record(FULL)
        path.rename(path.with_name("history.corrupt-1.db"))
        with History(path) as other:
            other.record(FAILED)
            assert history.record(FAILED).number == 2
            assert numbers(other) == [2, 1]


class TestClose:
    def test_it_can_be_closed_twice_and_before_it_was_opened(self, path: Path) -> None:
        history = History(path)
        history.close()
        history.close(timeout=1)
        assert history.record(FULL) is FULL
        assert not path.exists()

    def test_what_was_asked_is_done_first(self, path: Path) -> None:
        history = History(path)
        history.record(FULL)
        history.close()
        assert history.page() == []
        assert not side_file(path).exists()
        with History(path) as again:
            assert numbers(again) == [1]


_WRITING = """
    import sys
    from pathlib import Path
    sys.path.insert(0, sys.argv[2])
    from support.stored_invocations import short
    from authlens.store.history.history import History
    history = History(Path(sys.argv[1]))
    while True:
        number = history.record(short("A" * 500, log="x" * 3000)).number
        if number is not None:
            print(number, flush=True)
"""


def kill_writers(path: Path, rounds: int) -> None:
    """Three writers, killed while they write; everything that was acknowledged must be there."""
    acknowledged: set[int] = set()
    for killed in range(rounds):
        children = [start_python(_WRITING, str(path), TESTS) for _ in range(3)]
        try:
            for child in children:
                acknowledged.update(int(child.next_line()) for _ in range(killed % 3 + 1))
            for child in children:
                child.process.send_signal(signal.SIGKILL)
        finally:
            acknowledged.update(_left(children))
    assert not is_damaged(path)
    with History(path) as history:
        kept = {row.number for row in history.page(limit=1_000_000)}
        assert history.problem is None
        assert acknowledged <= kept
        assert history.count("aaaa") == len(kept)
        assert history.record(FULL).number is not None
        assert history.problem is None
    assert [found.name for found in path.parent.iterdir()] == [path.name]


def _left(children: list[Child]) -> list[int]:
    """What they said before they were killed."""
    said = []
    for child in children:
        child.process.wait()
        said += [int(line) for line in child.lines()]
        child.__exit__(None, None, None)
    return said


def test_a_kill_loses_no_acknowledged_invocation(path: Path) -> None:
    kill_writers(path, rounds=2)


@pytest.mark.slow
def test_fifteen_rounds_of_kills_lose_no_acknowledged_invocation(path: Path) -> None:
    kill_writers(path, rounds=15)


def test_the_format_has_a_number() -> None:
    assert VERSION == 4

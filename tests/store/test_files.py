"""Files are whole, closed to others, and leave nothing behind: modes, links, locks, kills, a full disk."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from authlens.store.files import (
    create_whole,
    locked,
    make_own_folder,
    narrow,
    reason,
    replace_shared,
    sweep,
    take_name,
    write_whole,
)
from support.children import run_python, start_python


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("open_umask")
class TestModes:
    def test_new_files_and_folders_are_closed(self, tmp_path: Path) -> None:
        path = tmp_path / "a/b/file"
        write_whole(path, b"x")
        assert path.read_bytes() == b"x"
        assert (mode(path), mode(path.parent), mode(path.parent.parent)) == (0o600, 0o700, 0o700)

    @pytest.mark.parametrize(("before", "after"), [(0o644, 0o600), (0o666, 0o600), (0o400, 0o400), (0o755, 0o600)])
    def test_files_are_closed_and_a_stricter_mode_stays(self, tmp_path: Path, before: int, after: int) -> None:
        path = tmp_path / "file"
        path.touch()
        path.chmod(before)
        write_whole(path, b"x")
        assert mode(path) == after

    def test_folders_of_ours_are_closed(self, tmp_path: Path) -> None:
        ours = tmp_path / "authlens"
        ours.mkdir(mode=0o755)
        make_own_folder(ours)
        assert mode(ours) == 0o700

    def test_folders_of_others_stay(self, tmp_path: Path) -> None:
        project = tmp_path / "authlens"
        project.mkdir(mode=0o755)
        write_whole(project / "requests/file", b"x")
        tmp_path.chmod(0o755)
        make_own_folder(tmp_path)
        assert (mode(project), mode(project / "requests"), mode(tmp_path)) == (0o755, 0o700, 0o755)

    def test_narrow_takes_away_only(self, tmp_path: Path) -> None:
        path = tmp_path / "file"
        path.touch(mode=0o440)
        narrow(path, 0o600)
        assert mode(path) == 0o400

    def test_narrow_passes_over_what_is_not_there(self, tmp_path: Path) -> None:
        narrow(tmp_path / "missing", 0o600)
        assert list(tmp_path.iterdir()) == []


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    target, link = tmp_path / "dotfiles/file", tmp_path / "file"
    target.write_bytes(b"old")
    link.symlink_to(target)
    write_whole(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dotfiles", "file"]


def test_nothing_else_is_left(tmp_path: Path) -> None:
    write_whole(tmp_path / "file", b"x")
    write_whole(tmp_path / "file", b"y")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_folder_in_the_way_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()
    with pytest.raises(OSError, match="directory"):
        write_whole(tmp_path / "file", b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    code = """
        import resource, signal, sys
        from pathlib import Path
        from authlens.store.files import write_whole
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        try:
            write_whole(Path(sys.argv[1]), b"x" * 5000)
        except OSError as error:
            print(error.strerror)
    """
    assert run_python(code, str(path)).strip() == "File too large"
    assert path.read_bytes() == b"old"
    assert [found.name for found in tmp_path.iterdir()] == ["file"]


class TestSweep:
    def test_what_a_dead_process_left_goes(self, tmp_path: Path) -> None:
        child = subprocess.Popen([sys.executable, "-c", ""])
        child.wait()
        stale = tmp_path / f".authlens-{child.pid}-abc.tmp"
        stale.touch()
        write_whole(tmp_path / "file", b"x")
        assert not stale.exists()

    def test_what_a_running_process_has_stays(self, tmp_path: Path) -> None:
        theirs = tmp_path / f".authlens-{os.getpid()}-abc.tmp"
        theirs.touch()
        sweep(tmp_path)
        assert theirs.exists()

    def test_what_is_a_day_old_goes_though_its_number_runs(self, tmp_path: Path) -> None:
        stale = tmp_path / f".authlens-{os.getpid()}-abc.tmp"
        stale.touch()
        os.utime(stale, (0, 0))
        sweep(tmp_path)
        assert not stale.exists()

    @pytest.mark.parametrize("name", [".authlens-x-abc.tmp", f".authlens-{'9' * 30}-abc.tmp", ".authlens-.tmp"])
    def test_a_name_without_a_process_goes(self, tmp_path: Path, name: str) -> None:
        (tmp_path / name).touch()
        sweep(tmp_path)
        assert list(tmp_path.iterdir()) == []

    def test_the_first_process_counts_as_running(self, tmp_path: Path) -> None:
        (tmp_path / ".authlens-1-abc.tmp").touch()
        sweep(tmp_path)
        assert (tmp_path / ".authlens-1-abc.tmp").exists()

    def test_what_is_locked_stays(self, tmp_path: Path) -> None:
        name = tmp_path / ".authlens-x-abc.tmp"
        name.touch()
        code = """
            import fcntl, sys
            file = open(sys.argv[1])
            fcntl.flock(file, fcntl.LOCK_EX)
            print("locked", flush=True)
            input()
        """
        with start_python(code, str(name)) as child:
            assert child.line() == "locked"
            sweep(tmp_path)
            assert name.exists()

    def test_a_planted_link_leads_nowhere(self, tmp_path: Path) -> None:
        victim = tmp_path / "victim"
        victim.touch()
        (tmp_path / ".authlens-x-abc.tmp").symlink_to(victim)
        sweep(tmp_path)
        assert victim.exists()


def test_locked_keeps_another_process_out(tmp_path: Path) -> None:
    code = """
        import sys
        from pathlib import Path
        from authlens.store.files import locked
        with locked(Path(sys.argv[1])):
            print("inside", flush=True)
            input()
            Path(sys.argv[1], "done").touch()
    """
    seen: list[bool] = []

    def enter() -> None:
        with locked(tmp_path):
            seen.append((tmp_path / "done").exists())

    with start_python(code, str(tmp_path)) as child:
        assert child.line() == "inside"
        waiting = threading.Thread(target=enter)
        waiting.start()
        child.send()
        waiting.join(10)
    assert seen == [True]
    assert [path.name for path in tmp_path.iterdir()] == ["done"]


_KILLED = """
    import sys
    from pathlib import Path
    from authlens.store.files import write_whole
    path = Path(sys.argv[1])
    number = 0
    while True:
        number += 1
        write_whole(path, b"%d" % (number % 10) * 20_000)
        print(number, flush=True)
"""


def kill_while_saving(path: Path, kills: int) -> None:
    for saves in range(1, kills + 1):
        with start_python(_KILLED, str(path)) as child:
            for _ in range(saves % 5 + 1):
                child.line()
            child.process.send_signal(signal.SIGKILL)
            child.process.wait()
        content = path.read_bytes()
        assert len(content) == 20_000
        assert len(set(content)) == 1
    sweep(path.parent)
    assert [found.name for found in path.parent.iterdir()] == [path.name]


def test_a_kill_leaves_a_whole_file_and_no_other(tmp_path: Path) -> None:
    kill_while_saving(tmp_path / "file", kills=4)


@pytest.mark.slow
def test_sixty_kills_leave_a_whole_file(tmp_path: Path) -> None:
    kill_while_saving(tmp_path / "file", kills=60)


def test_reason_has_words_for_every_error() -> None:
    assert reason(OSError(13, "Permission denied")) == "Permission denied"
    assert reason(OSError()) == "OSError"


class TestCreate:
    def test_a_new_file_is_its_owners_alone(self, tmp_path: Path, open_umask: None) -> None:
        create_whole(tmp_path / "new" / "a", b"content")
        assert (tmp_path / "new" / "a").read_bytes() == b"content"
        assert mode(tmp_path / "new" / "a") == 0o600
        assert [path.name for path in (tmp_path / "new").iterdir()] == ["a"]

    @pytest.mark.parametrize("target", ["victim", "nowhere"])
    def test_a_planted_link_is_not_written_through(self, tmp_path: Path, target: str) -> None:
        (tmp_path / "victim").write_text("untouched")
        (tmp_path / "a").symlink_to(tmp_path / target)
        with pytest.raises(FileExistsError):
            create_whole(tmp_path / "a", b"content")
        assert (tmp_path / "victim").read_text() == "untouched"
        assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "victim"]

    def test_a_name_is_taken_once(self, tmp_path: Path) -> None:
        (tmp_path / "old").write_text("old")
        take_name(tmp_path / "old", tmp_path / "new")
        assert [path.name for path in tmp_path.iterdir()] == ["new"]
        (tmp_path / "other").write_text("other")
        with pytest.raises(FileExistsError):
            take_name(tmp_path / "other", tmp_path / "new")
        assert (tmp_path / "new").read_text() == "old"

    def test_a_link_that_is_planted_at_any_moment_is_not_written_through(self, tmp_path: Path) -> None:
        victim, name = tmp_path / "victim", tmp_path / "a"
        victim.write_text("untouched")
        done = threading.Event()

        def plant() -> None:
            while not done.is_set():
                try:
                    name.symlink_to(victim)
                except FileExistsError:
                    continue

        planting = threading.Thread(target=plant)
        planting.start()
        try:
            for _ in range(100):
                name.unlink(missing_ok=True)
                with contextlib.suppress(FileExistsError):
                    create_whole(name, b"content")
        finally:
            done.set()
            planting.join()
        assert victim.read_text() == "untouched"


class TestShared:
    def test_modes_are_those_of_the_umask_and_of_the_file_that_was_there(self, tmp_path: Path) -> None:
        before = os.umask(0o027)
        try:
            replace_shared(tmp_path / "new", b"1")
        finally:
            os.umask(before)
        assert mode(tmp_path / "new") == 0o640
        (tmp_path / "new").chmod(0o604)
        replace_shared(tmp_path / "new", b"2")
        assert (mode(tmp_path / "new"), (tmp_path / "new").read_bytes()) == (0o604, b"2")
        replace_shared(Path("/dev/null"), b"gone")
        assert [path.name for path in tmp_path.iterdir()] == ["new"]

    @pytest.mark.parametrize("there", [None, "the results of before"])
    def test_a_full_disk_leaves_what_was_there(self, tmp_path: Path, there: str | None) -> None:
        file = tmp_path / "junit.xml"
        if there is not None:
            file.write_text(there)
        code = """
            import resource, sys
            from pathlib import Path
            from authlens.store.files import replace_shared
            resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))
            try:
                replace_shared(Path(sys.argv[1]), b"x" * 1000)
            except OSError as error:
                print(error.strerror)
        """
        assert run_python(code, str(file)) == "File too large\n"
        assert (file.read_text() if file.exists() else None) == there
        assert [path.name for path in tmp_path.iterdir()] == ([] if there is None else ["junit.xml"])

"""A client id connects at most once a second to one host; others do not wait for it."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

from authlens.probe.pace import INTERVAL, Pace


def test_the_second_connection_of_a_client_id_waits_and_another_does_not() -> None:
    clock = [100.0]
    waited: list[float] = []
    pace = Pace(lambda: clock[0], waited.append)

    pace.take_turn("h", "a")
    pace.take_turn("h", "b")
    pace.take_turn("other", "a")
    assert waited == []
    pace.take_turn("h", "a")
    pace.take_turn("h", "a")
    assert [round(each, 6) for each in waited] == [INTERVAL, 2 * INTERVAL]
    clock[0] += 10
    pace.take_turn("h", "a")
    assert len(waited) == 2


def test_the_second_is_counted_from_the_end_of_a_connection_that_took_long_to_begin() -> None:
    clock = [100.0]
    waited: list[float] = []
    pace = Pace(lambda: clock[0], waited.append)

    pace.take_turn("h", "a")
    clock[0] += 3
    pace.ended("h", "a")
    clock[0] += 0.25
    pace.take_turn("h", "a")
    pace.ended("h", "a")
    pace.take_turn("h", "a")
    assert [round(each, 6) for each in waited] == [round(INTERVAL - 0.25, 6), round(2 * INTERVAL - 0.25, 6)]


def seconds_between(folder: Path, *names: str) -> list[float]:
    """Lets another process take a turn for each name, one after the other, and returns when each had it."""
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom authlens.probe.pace import Pace\n"
        "with Pace(folder=lambda: Path(sys.argv[1])).turn('h', sys.argv[2]):\n    print(time.time())"
    )
    command = [sys.executable, "-c", code, str(folder)]
    done = [subprocess.run([*command, name], capture_output=True, text=True, check=True) for name in names]
    return [float(each.stdout) for each in done]


def test_a_client_id_is_paced_across_processes_whose_files_only_the_user_can_read(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "pace"
    first, _, second = seconds_between(folder, "a", "b", "a")
    assert second - first >= 1.0

    files = list(folder.iterdir())
    assert len(files) == 2
    assert {stat.S_IMODE(each.stat().st_mode) for each in files} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not any(each.name == "a" for each in files)


def test_a_connection_under_way_in_another_process_is_waited_for_and_a_killed_one_is_not(tmp_path: Path) -> None:
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom authlens.probe.pace import Pace\n"
        "with Pace(folder=lambda: Path(sys.argv[1])).turn('h', 'a'):\n    print('in', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        waits: list[float] = []

        def wait(seconds: float) -> None:
            waits.append(seconds)
            if len(waits) == 3:
                process.kill()
                process.wait()
            time.sleep(0.001)

        with Pace(wait=wait, folder=lambda: tmp_path).turn("h", "a"):
            pass
    assert len(waits) >= 3
    assert process.returncode == -9


def test_what_was_not_used_for_a_while_is_removed_and_a_strange_folder_stops_nothing(tmp_path: Path) -> None:
    for number in range(40):
        (tmp_path / f"old-{number}").touch()
        os.utime(tmp_path / f"old-{number}", (1, 1))
    waited: list[float] = []
    pace = Pace(wait=waited.append, folder=lambda: tmp_path)
    with pace.turn("h", "a"):
        assert len(list(tmp_path.iterdir())) == 1
    # A clock that was set back.
    (file,) = tmp_path.iterdir()
    os.utime(file, (time.time() + 1e6,) * 2)
    with Pace(wait=waited.append, folder=lambda: tmp_path).turn("h", "a"):
        assert waited == []

    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/none")):
        with Pace(wait=waited.append, folder=partial(Path, folder)).turn("h", "a"):
            pass
    with Pace(wait=waited.append, folder=lambda: None).turn("h", "a"):
        pass
    file.unlink()
    file.symlink_to(tmp_path / "elsewhere")
    with Pace(wait=waited.append, folder=lambda: tmp_path).turn("h", "a"):
        assert not (tmp_path / "elsewhere").exists()
    assert waited == []

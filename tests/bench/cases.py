"""1,000 cases in one file against the same 1,000 requests as files, in one `authlens run` each: seconds and memory.

Both are skipped with a reason, so that everything but the calls is measured, which are the same ones. A few runs of
each, alternating, so that a busy moment of the machine meets both.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.row import Row

COUNT = 1000
RUNS = 5
_AS_LARGE = 1.02
"""The peak of a process is not measured more closely than that."""


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder)
        files, cases = [], []
        for _ in range(RUNS):
            files.append(measured(folder, "files"))
            cases.append(measured(folder, "cases.yaml"))
    seconds = [statistics.median(each[0] for each in group) for group in (cases, files)]
    memory = [statistics.median(each[1] for each in group) for group in (cases, files)]
    note = f"{COUNT} requests: {seconds[0]:.2f} s as cases, {seconds[1]:.2f} s as files"
    yield Row("1,000 cases of one file over 1,000 files, seconds", seconds[0] / seconds[1], 1.0, "×", note=note)
    note = f"{memory[0]:.0f} MiB as cases, {memory[1]:.0f} MiB as files, at their peak"
    yield Row("1,000 cases of one file over 1,000 files, memory", memory[0] / memory[1], _AS_LARGE, "×", note=note)


def write(folder: Path) -> None:
    """The same requests both ways."""
    (folder / "files").mkdir()
    for number in range(COUNT):
        (folder / "files" / f"{number:04}.yaml").write_text(
            "request:\n  authorizerName: Sensor\n  mqttContext:\n"
            f"    username: sensor\n    clientId: c{number}\n"
            "expect:\n  isAuthenticated: true\n  principalId: p1\nskip: measured\n"
        )
    text = (
        "request:\n  authorizerName: Sensor\n  mqttContext:\n    username: sensor\n    clientId: c${case:id:-0}\n"
        "expect:\n  isAuthenticated: true\n  principalId: p1\nskip: measured\ncases:\n"
    )
    rows_of_it = "".join(f"  n{number:04}:\n    values: {{id: '{number}'}}\n" for number in range(COUNT))
    (folder / "cases.yaml").write_text(text + rows_of_it)


def measured(folder: Path, path: str) -> tuple[float, float]:
    """Seconds and MiB of a whole run of the program, without the functions that it starts."""
    words = [sys.executable, "-m", "authlens", "run", path, "--no-history"]
    environ = {**os.environ, "XDG_STATE_HOME": str(folder / "state")}
    started = time.perf_counter()
    program = f"import resource, runpy, sys; sys.argv = {words[2:]!r}\n" + _PROGRAM
    ended = subprocess.run([sys.executable, "-c", program], cwd=folder, env=environ, capture_output=True, text=True)
    took = time.perf_counter() - started
    assert f"\n{COUNT} skipped\n" in ended.stdout, ended.stderr
    return took, int(ended.stderr.rpartition("peak ")[2]) * _UNIT / 1024 / 1024


_PROGRAM = """
try:
    runpy.run_module("authlens", run_name="__main__", alter_sys=True)
finally:
    sys.stderr.write(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}")
"""
_UNIT = 1 if sys.platform == "darwin" else 1024
"""Bytes that getrusage counts in."""

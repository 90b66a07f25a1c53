"""A probe: from the key to its verdict against the local listener; and the command against `authlens event`.

The time of a bare TLS handshake with the same listener is subtracted from the time of the command. The two alternate,
and are compared by the medians of their CPU time and, if perf counts them, by their instructions.
"""

from __future__ import annotations

import os
import resource
import shutil
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from authlens.core.probe.plan import ProbePlan
from authlens.probe.run import run
from bench.row import Row
from support.device_serving import DeviceServing, device_serving

RUNS = 9
REQUEST = "request: {authorizerName: A, mqttContext: {username: u, password: right, clientId: good-bench}}\n"


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as name, device_serving(Path(name)) as serving:
        yield _probe(serving)
        yield from _command(serving, Path(name))


def _probe(serving: DeviceServing) -> Row:
    times = []
    for number in range(RUNS):
        plan = ProbePlan(
            "localhost",
            serving.port,
            client_id=f"good-{number}",
            username="u?x-amz-customauthorizer-name=A",
            password=b"right",
            ca_file=serving.ca,
        )
        began = time.perf_counter()
        report = run(plan)
        times.append(time.perf_counter() - began)
        assert report.is_yes, report.problem
    return Row("a probe of the local listener, to its verdict", statistics.median(times), 0.5, "s")


def _command(serving: DeviceServing, folder: Path) -> Iterator[Row]:
    path = folder / "bench.yaml"
    path.write_text(REQUEST)
    environ = {**os.environ, "HOME": str(folder)}
    event = [sys.executable, "-m", "authlens", "event", "--request", str(path)]
    connect = [sys.executable, "-m", "authlens", "connect", "--request", str(path), "--no-history"]
    connect += ["--endpoint", "localhost", "--port", str(serving.port), "--ca-file", serving.ca]
    handshake = statistics.median(_handshake(serving) for _ in range(RUNS))
    taken: dict[str, list[float]] = {"event": [], "connect": []}
    for number in range(RUNS):
        for name, words in (("event", event), ("connect", [*connect, "--client-id", f"good-{os.getpid()}-{number}"])):
            taken[name].append(_cpu(words, environ))
    ours, theirs = (statistics.median(taken[name]) for name in ("connect", "event"))
    note = f"{ours * 1000:.0f} ms against {theirs * 1000:.0f} ms, and {handshake * 1000:.0f} ms of a handshake"
    yield Row("CPU time of `connect` against `event`", (ours - handshake) / theirs, 2.0, note=note)
    if shutil.which("perf"):
        counts = [_instructions(words, environ) for words in (connect, event)]
        if all(counts):
            yield Row("instructions of `connect` against `event`", counts[0] / counts[1], 2.0)


def _handshake(serving: DeviceServing) -> float:
    before = time.process_time()
    context = ssl.create_default_context(cafile=serving.ca)
    plain = socket.create_connection(("127.0.0.1", serving.port))
    with context.wrap_socket(plain, server_hostname="localhost"):
        return time.process_time() - before


def _cpu(command: Sequence[str], environ: dict[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=environ, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _instructions(command: Sequence[str], environ: dict[str, str]) -> float:
    """Of user space; 0 where the machine does not count them."""
    counted = ["perf", "stat", "-x", ",", "-e", "instructions:u", *command]
    said = subprocess.run(counted, env=environ, capture_output=True, text=True, check=False).stderr
    line = next((each for each in said.splitlines() if "instructions" in each), "")
    number = line.partition(",")[0]
    return float(number) if number.isdigit() else 0.0

"""200 saved requests in one `authlens run` against 200 calls of the AWS CLI, both to one local endpoint.

All 200 calls of the CLI are made, one after the other as a script would. Runs are measured before, among and after
them.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from bench.row import Row
from support.aws_cli import ROOT
from support.serve_process import project, serving

COUNT = 200
PARTS = 4
"""A run is measured before each part of the CLI's calls and after the last."""

AWS = Path(os.environ.get("AUTHLENS_AWS_CLI") or ROOT / ".venv-aws" / "bin" / "aws")


def rows() -> Iterator[Row]:
    """Nothing where there is no AWS CLI to compare with."""
    if not AWS.exists():
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        authorizers = project(folder)
        write_requests(folder / "requests")
        with serving("--authorizers", authorizers) as served:
            aws, runs = 0.0, [seconds_of_run(folder)]
            for part in range(PARTS):
                aws += seconds_of_aws(served.url, folder, range(part, COUNT, PARTS))
                runs.append(seconds_of_run(folder))
        own = statistics.median(runs)
    note = f"{COUNT} aws calls {aws:.0f} s; one run {own:.2f} s, the median of {len(runs)}"
    yield Row("200 aws calls over one authlens run --serve", aws / own, 50, "×", at_least=True, note=note)


def write_requests(folder: Path) -> None:
    folder.mkdir()
    for number in range(COUNT):
        (folder / f"{number:03}.yaml").write_text(
            f"description: Client {number}\n"
            f"request: {{authorizerName: Sensor, mqttContext: {{username: sensor, clientId: c{number}}}}}\n"
            "expect: {isAuthenticated: true, principalId: p1}\n"
        )


def seconds_of_run(folder: Path) -> float:
    """With everything: starting, reading the files, starting the endpoint, recording, ending the endpoint."""
    words = [sys.executable, "-m", "authlens", "run", "requests", "--serve", "authorizers.yaml"]
    environ = {**os.environ, "XDG_STATE_HOME": str(folder / "state")}
    started = time.perf_counter()
    ended = subprocess.run(words, cwd=folder, env=environ, capture_output=True, text=True, check=True)
    took = time.perf_counter() - started
    assert ended.stdout.endswith(f"{COUNT} passed\n")
    return took


def seconds_of_aws(url: str, folder: Path, clients: Iterable[int]) -> float:
    environ = {
        **os.environ,
        "HOME": str(folder),
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-west-2",
    }
    words = [str(AWS), "--endpoint-url", url, "iot", "test-invoke-authorizer", "--authorizer-name", "Sensor"]
    started = time.perf_counter()
    for number in clients:
        context = f"username=sensor,clientId=c{number}"
        subprocess.run([*words, "--mqtt-context", context], env=environ, capture_output=True, check=True)
    return time.perf_counter() - started

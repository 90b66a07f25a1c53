"""200 saved requests in one `authlens run` against 200 calls of the AWS CLI, both to one local endpoint.

The CLI's calls are measured over a part of them: they are all alike.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.row import Row
from support.aws_cli import ROOT
from support.serve_process import project, serving

COUNT = 200
SAMPLE = 10


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
            aws = seconds_of_aws(served.url, folder)
        own = min(seconds_of_run(folder) for _ in range(2))
    note = f"one run {own:.2f} s; 200 aws calls {aws:.0f} s, from {SAMPLE} measured"
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


def seconds_of_aws(url: str, folder: Path) -> float:
    """Of all 200, from the sample."""
    environ = {
        **os.environ,
        "HOME": str(folder),
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-west-2",
    }
    words = [str(AWS), "--endpoint-url", url, "iot", "test-invoke-authorizer", "--authorizer-name", "Sensor"]
    started = time.perf_counter()
    for number in range(SAMPLE):
        context = f"username=sensor,clientId=c{number}"
        subprocess.run([*words, "--mqtt-context", context], env=environ, capture_output=True, check=True)
    return (time.perf_counter() - started) / SAMPLE * COUNT

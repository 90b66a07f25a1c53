"""A one-shot call against a minimal boto3 script and the AWS CLI v1; `--help` and `--version` by themselves.

The three are run in turns and compared by the medians of their wall time and of their CPU time, which what else runs on
the machine touches less; the server answers at once.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bench.row import Row
from support.aws_cli import ROOT
from support.recording_server import recording

RUNS = 11
_OPTIONS = ["--authorizer-name", "Sensor", "--token", "t", "--token-signature", "s", "--endpoint-url"]
_SCRIPT = """
import json, sys
import boto3
client = boto3.client("iot", endpoint_url=sys.argv[1])
answer = client.test_invoke_authorizer(authorizerName="Sensor", token="t", tokenSignature="s")
del answer["ResponseMetadata"]
print(json.dumps(answer, indent=4))
"""


def rows() -> Iterator[Row]:
    authlens = str(Path(sys.executable).with_name("authlens"))
    with tempfile.TemporaryDirectory() as home, recording() as server:
        environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "XDG_"))},
            "HOME": home,
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            # botocore imports it where it is installed; only tests of device clients bring it here.
            "PYTHONPATH": str(_without("awscrt", Path(home))),
        }
        yield from _calls(authlens, server.url, environ)
        yield from _starts(authlens, environ)


def _calls(authlens: str, url: str, environ: Mapping[str, str]) -> Iterator[Row]:
    commands = {
        "ours": [authlens, "invoke", *_OPTIONS, url],
        "boto3": [sys.executable, "-c", _SCRIPT, url],
    }
    aws = Path(os.environ.get("AUTHLENS_AWS_CLI") or ROOT / ".venv-aws" / "bin" / "aws")
    if aws.exists():
        commands["aws"] = [str(aws), "iot", "test-invoke-authorizer", *_OPTIONS, url]
    for command in commands.values():
        _wall_and_cpu(command, environ)
    runs = [{name: _wall_and_cpu(command, environ) for name, command in commands.items()} for _ in range(RUNS)]
    for at, time_of in enumerate(("wall time", "CPU time")):
        medians = {name: statistics.median(run[name][at] for run in runs) for name in commands}
        ours, note = medians["ours"], f"{medians['ours']:.3f} s"
        yield Row(f"one-shot call, of a minimal boto3 script's {time_of}", ours / medians["boto3"], 0.7, note=note)
        if "aws" in medians:
            yield Row(f"one-shot call, of the AWS CLI v1's {time_of}", ours / medians["aws"], 0.5, note=note)


def _without(package: str, folder: Path) -> Path:
    """A folder that hides an installed package."""
    (folder / f"{package}.py").write_text("raise ImportError('not installed for this measurement')")
    return folder


def _starts(authlens: str, environ: Mapping[str, str]) -> Iterator[Row]:
    for words in (["--help"], ["--version"], ["invoke", "--help"]):
        seconds = [_seconds([authlens, *words], environ) for _ in range(RUNS)]
        yield Row(f"authlens {' '.join(words)}, fastest", min(seconds), 0.15, "s")


def _wall_and_cpu(command: Sequence[str], environ: Mapping[str, str]) -> tuple[float, float]:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    wall = _seconds(command, environ)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _seconds(command: Sequence[str], environ: Mapping[str, str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, env=environ, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started

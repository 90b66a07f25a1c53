"""The real AWS CLI (v1, from the package index) in its own environment, driven by tests as one process."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def aws_cli() -> Path:
    """The `aws` program. Skips the test if it is not installed."""
    found = Path(os.environ.get("AUTHLENS_AWS_CLI") or ROOT / ".venv-aws" / "bin" / "aws")
    if not found.exists():
        pytest.skip("no AWS CLI v1: install awscli into .venv-aws, or set AUTHLENS_AWS_CLI")
    return found


class Child:
    """A Python process in the AWS CLI's environment that answers each JSON line with another."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, question: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


@contextmanager
def child(program: str, **environment: str) -> Iterator[Child]:
    """program: Python text that reads questions from `sys.stdin` and prints answers, one JSON line each."""
    python = aws_cli().parent / "python"
    with subprocess.Popen(
        [python, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    ) as process:
        yield Child(process)
        assert process.stdin is not None
        process.stdin.close()

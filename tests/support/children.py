"""Child processes that run a piece of Python with authlens importable."""

from __future__ import annotations

import subprocess
import sys
from tempfile import TemporaryFile
from textwrap import dedent
from types import TracebackType
from typing import Self


def run_python(code: str, *arguments: str) -> str:
    """Run it to completion and return its standard output. A failure is shown with its traceback."""
    done = subprocess.run(
        [sys.executable, "-c", dedent(code), *arguments], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


class Child:
    """A running piece of Python, killed at the end of its `with` block."""

    def __init__(self, code: str, *arguments: str) -> None:
        self._errors = TemporaryFile()  # noqa: SIM115  # closed with the process
        self.process = subprocess.Popen(
            [sys.executable, "-c", dedent(code), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )

    def line(self) -> str:
        """Wait for its next line; empty if it has ended."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip("\n")

    def next_line(self) -> str:
        """Wait for its next line. Fails with what it wrote to standard error if it has ended."""
        line = self.line()
        if not line:
            self._errors.seek(0)
            raise AssertionError(f"ended by itself: {self._errors.read().decode(errors='replace')}")
        return line

    def lines(self) -> list[str]:
        """The complete lines that are left after it has ended."""
        assert self.process.stdout is not None
        rest = self.process.stdout.read()
        return rest[: rest.rfind("\n") + 1].splitlines()

    def send(self, line: str = "") -> None:
        """Write a line to its standard input."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.communicate()
        self._errors.close()


def start_python(code: str, *arguments: str) -> Child:
    return Child(code, *arguments)

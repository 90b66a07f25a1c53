"""One authlens command run in this process, with real files and a real standard input."""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass

import pytest

from authlens.__main__ import main


@dataclass(frozen=True, slots=True)
class Ended:
    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Command:
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch

    def __call__(self, *words: object, stdin: str | bytes = "") -> Ended:
        content = stdin.encode() if isinstance(stdin, str) else stdin
        self.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content), encoding="utf-8"))
        code = main([str(word) for word in words])
        printed = self.capsys.readouterr()
        return Ended(code, printed.out, printed.err)

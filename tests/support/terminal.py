"""A program on a real pseudo-terminal: what it writes, what a person sees, and what a person types."""

from __future__ import annotations

import os
import re
import select
import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte
from ptyprocess import PtyProcess

KEYS = {
    "enter": "\r",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "escape": "\x1b",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "delete": "\x1b[3~",
    "backspace": "\x7f",
    "space": " ",
    "f1": "\x1bOP",
    "f2": "\x1bOQ",
    "f3": "\x1bOR",
    "f4": "\x1bOS",
    "f5": "\x1b[15~",
    "f6": "\x1b[17~",
    "f7": "\x1b[18~",
    "f8": "\x1b[19~",
    "f9": "\x1b[20~",
    "f10": "\x1b[21~",
}

# A terminal's answers to queries for the cursor position, synchronised output and the terminal's type.
_QUESTIONS = ((b"\x1b[6n", b"\x1b[1;1R"), (b"\x1b[?2026$p", b"\x1b[?2026;2$y"), (b"\x1b[c", b"\x1b[?62;c"))

# pyte prints these sequences (kitty keyboard, modify-other-keys) as text; a real terminal swallows them.
_UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[[<>=][0-9;]*[a-z]")


class Terminal:
    """Use as a context manager: leaving it stops the program."""

    def __init__(
        self,
        command: Sequence[str],
        columns: int = 120,
        rows: int = 40,
        environ: Mapping[str, str] | None = None,
        cwd: str | None = None,
    ) -> None:
        self.written = b""
        """Every byte the program wrote."""
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self.started = time.perf_counter()
        self._process = PtyProcess.spawn(
            list(command),
            dimensions=(rows, columns),
            cwd=cwd,
            env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **(environ or {})},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # ptyprocess gives a child a tenth of a second to die, which is too little on a busy machine.
        if self._process.isalive():
            self._process.kill(signal.SIGKILL)
            self._process.wait()
        self._process.close()

    @property
    def pid(self) -> int:
        pid: int = self._process.pid
        return pid

    @property
    def text(self) -> str:
        """The screen as a person sees it."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    @property
    def title(self) -> str:
        title: str = self._screen.title
        return title

    def press(self, *keys: str) -> None:
        """Press keys by name: `f5`, `ctrl+s`, `enter`, or the character itself."""
        for key in keys:
            self._process.write(_code(key).encode())

    def type(self, text: str) -> None:
        self._process.write(text.encode())

    def send(self, raw: bytes) -> None:
        self._process.write(raw)

    def resize(self, columns: int, rows: int) -> None:
        self._process.setwinsize(rows, columns)
        self._screen.resize(rows, columns)

    def signal(self, number: int) -> None:
        self._process.kill(number)

    def hang_up(self) -> None:
        """Take the terminal away, as closing its window does."""
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, self._process.fd)
        os.close(nothing)

    def wait_for(self, wanted: str, timeout: float = 30) -> float:
        """Read until the text is on the screen; returns the seconds waited. Raises TimeoutError with the screen."""
        began = time.perf_counter()
        while wanted not in self.text:
            self._read_more(began, timeout, f"never saw {wanted!r}")
        return time.perf_counter() - began

    def wait_for_any(self, wanted: Sequence[str], timeout: float = 30) -> None:
        """Like `wait_for`, until one of the texts is on the screen."""
        began = time.perf_counter()
        while not any(text in self.text for text in wanted):
            self._read_more(began, timeout, f"never saw any of {wanted!r}")

    def wait_gone(self, unwanted: str, timeout: float = 30) -> None:
        """Read until the text is no longer on the screen."""
        began = time.perf_counter()
        while unwanted in self.text:
            self._read_more(began, timeout, f"still see {unwanted!r}")

    def wait_for_file(self, path: Path, wanted: str, timeout: float = 30) -> None:
        """Read until the file is there and holds the text."""
        began = time.perf_counter()
        while not (path.is_file() and wanted in path.read_text()):
            self._read_more(began, timeout, f"{path.name} never held {wanted!r}")

    def settle(self, quiet: float = 0.3, timeout: float = 10) -> None:
        """Read until nothing has arrived for `quiet` seconds."""
        began = last = time.perf_counter()
        while time.perf_counter() - last < quiet and time.perf_counter() - began < timeout:
            got = self.read_once(0.02)
            if got is None:
                return
            if got:
                last = time.perf_counter()

    def wait_for_exit(self, timeout: float = 10) -> int:
        """Read to the end and return the exit code; a signal is its negative number."""
        began = time.perf_counter()
        while self.read_once(0.05) is not None:
            if time.perf_counter() - began > timeout:
                raise TimeoutError(f"still running; screen:\n{self.text}")
        self._process.wait()
        status: int | None = self._process.exitstatus
        return -self._process.signalstatus if status is None else status

    def peak_mib(self) -> float:
        """The process's peak resident memory; Linux only."""
        with open(f"/proc/{self.pid}/status") as status:
            return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))

    def _read_more(self, began: float, timeout: float, what: str) -> None:
        ended = self.read_once(0.02) is None
        if ended or time.perf_counter() - began > timeout:
            raise TimeoutError(f"{what}; the program {'ended' if ended else 'runs'}; screen:\n{self.text}")

    def read_once(self, seconds: float) -> bool | None:
        """Read once. `None` means that the program has ended."""
        ready, _, _ = select.select([self._process.fd], [], [], seconds)
        if not ready:
            return False
        try:
            got = os.read(self._process.fd, 1 << 16)
        except OSError:
            return None
        if not got:
            return None
        self.written += got
        for question, answer in _QUESTIONS:
            if question in got:
                self._process.write(answer)
        self._stream.feed(_UNKNOWN_TO_PYTE.sub(b"", got))
        return True


def _code(key: str) -> str:
    if key.startswith("ctrl+") and len(key) == 6:
        return chr(ord(key[5]) & 0x1F)
    return KEYS.get(key, key)

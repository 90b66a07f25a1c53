"""Copies to the clipboard, and reports how certain it is that it worked.

pyperclip believes whatever its tool does, blocks while the tool hangs and lets it write on the terminal. So it runs
in a child process with a time limit, and over SSH, where it would fill the clipboard of the wrong machine, the
terminal is asked instead (OSC 52), which never answers.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from enum import Enum

SECONDS = 2.0

_PROGRAM = """
import sys, pyperclip
text = sys.stdin.buffer.read().decode("utf-8")
pyperclip.copy(text)
try:
    back = pyperclip.paste()
except Exception:
    sys.exit(3)
sys.exit(0 if back == text else 4)
"""


class Copied(Enum):
    """What is known about a copy."""

    CONFIRMED = "confirmed"
    """It was read back."""
    ASKED_TERMINAL = "asked the terminal"
    """The terminal was asked; it does not confirm."""


def copy(text: str, environ: Mapping[str, str], way: str = "auto") -> Copied:
    """Blocks. `ASKED_TERMINAL` means that the caller still has to write the OSC 52 sequence.

    way: `system`, `terminal`, or `auto` for what fits the session.
    """
    if way == "terminal" or (way == "auto" and is_remote(environ)):
        return Copied.ASKED_TERMINAL
    return Copied.CONFIRMED if _copied_by_tool(text) else Copied.ASKED_TERMINAL


def is_remote(environ: Mapping[str, str]) -> bool:
    return any(environ.get(name) for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"))


def encodable(text: str) -> str:
    """A lone surrogate, which no clipboard can hold, becomes a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")


_NEEDED = (
    *("PATH", "HOME", "USER", "LANG", "TMPDIR", "LD_LIBRARY_PATH", "PYTHONPATH", "XDG_RUNTIME_DIR", "XDG_SESSION_TYPE"),
    *("DISPLAY", "XAUTHORITY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "WSL_DISTRO_NAME", "WSL_INTEROP"),
)
"""The variables that a clipboard tool needs to find its display; it receives nothing else of our environment."""


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name in _NEEDED or name.startswith("LC_")}


def _copied_by_tool(text: str) -> bool:
    # The child is not in our process group: a tool that stays alive to serve the selection must not be signalled.
    try:
        done = subprocess.run(
            [sys.executable, "-c", _PROGRAM],
            input=encodable(text).encode("utf-8"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            timeout=SECONDS,
            start_new_session=True,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0

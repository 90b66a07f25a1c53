"""pyperclip finds its tool on the path: here programs of the test, on an otherwise empty one."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from authlens.ui.runtime import clipboard
from authlens.ui.runtime.clipboard import Copied

WELL_BEHAVED = 'CLIP="$(dirname "$0")/../clip"; if [ "$*" = "-selection c" ]; then cat > "$CLIP"; else cat "$CLIP"; fi'
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the tool that pyperclip takes on Linux")


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setenv("DISPLAY", ":99")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    return folder / "xclip"


def write(tool: Path, script: str) -> None:
    tool.write_text(f"#!/bin/sh\n{script}\n")
    tool.chmod(0o755)


def test_a_copy_that_can_be_read_back_is_confirmed(tool: Path, tmp_path: Path) -> None:
    write(tool, WELL_BEHAVED)
    assert clipboard.copy("hello ✓", {}) is Copied.CONFIRMED
    assert (tmp_path / "clip").read_text() == "hello ✓"


@pytest.mark.parametrize(
    "script",
    ["echo sorry >&2; exit 1", "cat > /dev/null", 'cat > /dev/null; echo other > "$CLIP"', "sleep 30"],
    ids=["fails", "forgets", "lies", "hangs"],
)
def test_a_tool_that_does_not_do_it_is_never_believed(
    tool: Path, script: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    write(tool, script)
    monkeypatch.setattr(clipboard, "SECONDS", 0.7)
    assert clipboard.copy("hello", {}) is Copied.ASKED_TERMINAL
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", ["SSH_CONNECTION", "SSH_TTY"])
def test_over_ssh_the_terminal_is_asked(tool: Path, name: str, tmp_path: Path) -> None:
    write(tool, WELL_BEHAVED)
    assert clipboard.copy("hello", {name: "x"}) is Copied.ASKED_TERMINAL
    assert not (tmp_path / "clip").exists()


def test_the_setting_beats_the_guess(tool: Path) -> None:
    write(tool, WELL_BEHAVED)
    assert clipboard.copy("hello", {"SSH_TTY": "x"}, "system") is Copied.CONFIRMED
    assert clipboard.copy("hello", {}, "terminal") is Copied.ASKED_TERMINAL


def test_a_lone_surrogate_can_be_copied() -> None:
    assert clipboard.encodable("a\ud800b") == "a?b"

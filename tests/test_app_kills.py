"""The app itself killed with -9 while it saves, sends and switches: no acknowledged row and no saved text is lost."""

from __future__ import annotations

import os
import random
import re
import signal
import sys
from pathlib import Path

import pytest

from authlens.store.history.history import History
from authlens.store.requests import load
from support.recording_server import recording
from support.terminal import Terminal

PROGRAM = str(Path(sys.executable).with_name("authlens"))
KILLS = int(os.environ.get("AUTHLENS_KILLS", "200"))
SENDING = ("f5", "f5", "ctrl+o", "escape", "f5", "f6", "f5", "f5", "f5")


def killed(file: Path, marker: str, environ: dict[str, str]) -> tuple[bool, int]:
    """One life of the app: whether it said that the marker was saved, and how many rows of the history it showed."""
    with Terminal([PROGRAM, str(file)], environ=environ, cwd=str(file.parent)) as terminal:
        terminal.wait_for("^s Save")
        rows = shown_rows(terminal)
        terminal.type(marker)
        moment = random.randrange(120)
        keys = iter(("ctrl+s", *SENDING * 9))
        saved = False
        for step in range(120):
            if step % 6 == 0:
                terminal.press(next(keys))
            terminal.read_once(0.02)
            saved = saved or "Saved a.yaml" in terminal.text
            rows = max(rows, shown_rows(terminal))
            if step == moment:
                break
        terminal.signal(signal.SIGKILL)
        return saved, rows


def shown_rows(terminal: Terminal) -> int:
    found = re.search(r"History +(\d+)", terminal.text)
    return int(found[1]) if found else 0


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.skipif(sys.platform != "linux", reason="kills by the signals of Linux")
def test_nothing_acknowledged_is_lost(tmp_path: Path, scrubbed_environment: Path) -> None:
    environ = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "XDG_STATE_HOME": str(tmp_path / "state")}
    file = tmp_path / "requests" / "a.yaml"
    file.parent.mkdir()
    saves = acknowledged = 0
    with recording() as server:
        target = f"target: {{endpointUrl: '{server.url}', region: eu-west-1}}\n"
        file.write_text(f"{target}request: {{authorizerName: A, token: '', tokenSignature: c2ln}}\n")
        for number in range(KILLS):
            marker = f"[{number}]"
            saved, rows = killed(file, marker, environ)
            token = load(file).saved.request.token or ""
            assert not saved or marker in token
            saves += saved
            acknowledged = max(acknowledged, rows)
            history = History(tmp_path / "state" / "authlens" / "history.db")
            history.check()
            assert (history.problem, history.count("") >= acknowledged) == (None, True)
            history.close()
    assert saves
    assert acknowledged
    assert [path.name for path in file.parent.iterdir() if path.suffix == ".yaml"] == ["a.yaml"]

"""The person's own editor and pager, run as the app runs them: on a real terminal that is lent and taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from authlens.core.request.target import Target
from authlens.core.saved.saved_request_yaml import write
from support.terminal import Terminal
from ui.robot import SENSOR
from ui.test_terminal import COMMAND, home

__all__ = ["home"]

EDITOR = '#!/bin/sh\nls -l "$1" >> log\ncat "$1" >> log\n. ./step.sh\n'
FUNCTION = "def handler(event, context):\n    return {}\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text(FUNCTION)
    (tmp_path / "authorizers.yaml").write_text("authorizers:\n  SensorAuth: {codeUri: ., handler: app.handler}\n")
    saved = SENSOR.__class__(SENSOR.request, target=Target(local="authorizers.yaml"))
    (tmp_path / "r.yaml").write_text(write(saved))
    editor = tmp_path / "editor.sh"
    editor.write_text(EDITOR)
    editor.chmod(0o700)
    return tmp_path


def test_what_an_editor_leaves_is_taken_back(project: Path, home: dict[str, str]) -> None:
    environ = {**home, "VISUAL": "./editor.sh", "PAGER": "cat > paged"}
    log = project / "log"

    def step(script: str) -> None:
        log.write_text("")
        (project / "step.sh").write_text(script)

    with Terminal([*COMMAND, "r.yaml"], environ=environ, cwd=str(project)) as terminal:
        terminal.wait_for("us-west-2 · 000000000000")
        step('sed -i s/sensor-7/sensor-eight/ "$1"')
        terminal.press("ctrl+g")
        terminal.wait_for("Client ID     sensor-eight")
        assert "-rw-------" in log.read_text()
        step("kill -INT $PPID; exit 3")
        terminal.press("ctrl+g")
        terminal.wait_for("(from $VISUAL)")

        step('sed -i "s/username: .*/username: changed/" "$1"')
        terminal.press("shift+tab", "ctrl+g")
        terminal.wait_for("Username      changed")
        assert "[redacted]" in log.read_text()
        assert "correct-horse" not in log.read_text()
        step('echo "request: {authorizerNam: x}" > "$1"')
        terminal.press("ctrl+g")
        terminal.wait_for("line 1, column")
        step('echo "request: {authorizerName: Other, mqttContext: {username: again}}" > "$1"')
        terminal.press("enter")
        terminal.wait_for("Username      again")
        terminal.press("ctrl+z")
        terminal.wait_for("Username      changed")

        step('echo "# more" >> "$1"')
        terminal.press("f6")
        terminal.settle()
        terminal.press("ctrl+g")
        terminal.wait_for("app.py was changed")
        assert (project / "app.py").read_text() == FUNCTION + "# more\n"

        terminal.press("f3")
        terminal.wait_for("AWS CLI v2")
        terminal.press("tab", "v")
        terminal.wait_for_file(project / "paged", "test-invoke-authorizer")
        terminal.settle()
        terminal.press("escape", "ctrl+q")
        terminal.wait_for("Save the changes")
    assert not list((project / "STATE" / "authlens").glob("edit-*"))

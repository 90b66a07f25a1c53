"""`authlens config`: the paths and the settings in effect, as text and JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from authlens.__main__ import main


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("CONFIG", "STATE", "DATA"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "CONFIG/authlens/config.yaml"


def test_path(settings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "path", "--output", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "settings": str(settings),
        "themes": str(settings.parent / "themes"),
        "history": str(tmp_path / "STATE/authlens/history.db"),
        "requests": str(tmp_path / "DATA/authlens/requests"),
    }
    assert main(["config", "path"]) == 0
    assert f"settings  {settings}" in capsys.readouterr().out.splitlines()


def test_show(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings.parent.mkdir(parents=True)
    settings.write_text("theme: light\nthemee: dark\n")
    for output, read in (("text", yaml.safe_load), ("json", json.loads)):
        assert main(["config", "show", "--output", output]) == 0
        said = capsys.readouterr()
        assert read(said.out) == {
            "theme": "light",
            "history": {"keep": "full"},
            "timeouts": {"connect": 5.0, "read": 30.0, "total": 45.0},
            "keymap": {},
            "clipboard": "auto",
            "deployment": "read",
        }
        assert "line 2, column 1: unknown key 'themee'; did you mean 'theme'?" in said.err


def test_an_action_is_needed(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config"]) == 252
    assert "path|show" in capsys.readouterr().err

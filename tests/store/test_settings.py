"""Settings: defaults without a file, problems reported and never fatal, saved without loss of other keys."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from authlens.store.settings import Settings, SettingsNotSaved, as_document, load_settings, problems_text, save_settings

EVERY_KEY = """\
# mine
theme: light  # by day
history:
  keep: redacted
timeouts:
  connect: 1
  read: 2.5
  total: 10
keymap:
  send: f5,ctrl+j
clipboard: terminal
deployment: "off"
"""
SETTINGS = Settings("light", "redacted", 1, 2.5, 10, {"send": "f5,ctrl+j"}, "terminal", "off")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "authlens/config.yaml"


@pytest.fixture
def written(path: Path) -> Path:
    path.parent.mkdir()
    path.write_text(EVERY_KEY)
    return path


def test_every_key_is_read(written: Path) -> None:
    settings = load_settings(written)
    assert settings == SETTINGS
    assert settings.problems == ()


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "history:\n", "timeouts: {}"])
def test_what_is_absent_is_the_default(path: Path, text: str) -> None:
    assert load_settings(path) == Settings()
    path.parent.mkdir()
    path.write_text(text)
    assert load_settings(path) == Settings()
    assert load_settings(path).problems == ()


PROBLEMS = {
    "unknown key": ("them: dark", "line 1, column 1: unknown key 'them'; did you mean 'theme'?"),
    "unknown key in a section": ("timeouts: {reed: 1}", "line 1, column 12: unknown key 'reed'; did you mean 'read'?"),
    "wrong type": ("theme: 7", "line 1, column 8: theme must be text"),
    "wrong word": ("history: {keep: some}", "line 1, column 17: keep must be one of: full, redacted, off"),
    "too small": ("timeouts: {read: 0}", "line 1, column 18: read must be at least 0.1"),
    "a section that is text": ("timeouts: soon", "line 1, column 11: timeouts must be a mapping"),
    "a key that is a number": ("keymap: {send: 5}", "line 1, column 16: a key of the keymap must be text"),
    "broken": ("theme: [", "line 1, column 9"),
    "a list": ("- theme", "must be a mapping"),
    "not text": ("\xff", "not UTF-8"),
}


@pytest.mark.parametrize(("text", "words"), PROBLEMS.values(), ids=PROBLEMS)
def test_a_problem_is_reported_and_the_default_counts(
    path: Path, text: str, words: str, request: pytest.FixtureRequest
) -> None:
    path.parent.mkdir()
    path.write_bytes(text.encode("latin-1"))
    settings = load_settings(path)
    in_doubt = request.node.callspec.id in ("wrong word", "broken", "a list", "not text")
    assert settings == Settings(history_keep="redacted" if in_doubt else "full")
    assert len(settings.problems) == 1
    assert settings.problems[0].startswith(f"{path}, line 1")
    assert words in settings.problems[0]


def test_problems_are_in_the_order_of_the_file_and_make_one_message(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("thme: dark\nhistory: {keep: all, kep: full}\nclipboard: maybe\nextra: 1\n")
    settings = load_settings(path)
    places = [problem.removeprefix(f"{path}, ").partition(":")[0] for problem in settings.problems]
    assert places == [
        "line 1, column 1",
        "line 2, column 17",
        "line 2, column 22",
        "line 3, column 12",
        "line 4, column 1",
    ]
    first, *listed = problems_text(settings, path).splitlines()
    assert first == f"{path} has 5 problems, which 'authlens config show' lists too:"
    assert [f"{path}, {each}" for each in listed] == list(settings.problems)
    (one,) = settings.problems[:1]
    assert problems_text(Settings(problems=(one,)), path) == one
    assert problems_text(Settings(), path) == ""


def test_the_rest_counts_despite_a_problem(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("theme: 7\nclipboard: system\n")
    assert load_settings(path).clipboard == "system"


def test_a_file_that_cannot_be_read_is_reported(tmp_path: Path) -> None:
    assert "cannot be read: Is a directory" in load_settings(tmp_path).problems[0]
    assert "cannot be read: its name is not a valid file name" in load_settings(tmp_path / "a\0b").problems[0]


def test_a_file_without_an_end_and_a_pipe_hold_up_nothing(path: Path) -> None:
    path.parent.mkdir()
    path.symlink_to("/dev/zero")
    assert "cannot be read: it is not a regular file" in load_settings(path).problems[0]
    path.unlink()
    os.mkfifo(path)
    assert "cannot be read: it is not a regular file" in load_settings(path).problems[0]


def test_saving_makes_the_file(path: Path) -> None:
    save_settings(path, SETTINGS)
    assert load_settings(path) == SETTINGS
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_saving_the_defaults_writes_nothing(path: Path) -> None:
    save_settings(path, Settings())
    assert not path.exists()


def test_saving_keeps_comments_and_layout(written: Path) -> None:
    save_settings(written, replace(SETTINGS, theme="dark", total_timeout=20.0))
    assert written.read_text() == EVERY_KEY.replace("light", "dark").replace("total: 10", "total: 20.0")


def test_saving_keeps_what_is_unknown(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("future: {a: [1, x]}  # of a newer version\ntheme: light\n")
    save_settings(path, replace(load_settings(path), theme="dark", history_keep="off"))
    text = path.read_text()
    assert text.startswith("future: {a: [1, x]}  # of a newer version\n")
    assert load_settings(path).theme == "dark"
    assert load_settings(path).history_keep == "off"


LEFT_ALONE = {
    "broken": (b"theme: [", "line 1, column 9"),
    "a list": (b"- a", "must be a mapping"),
    "not text": (b"\xff", "not UTF-8"),
}


@pytest.mark.parametrize(("content", "words"), LEFT_ALONE.values(), ids=LEFT_ALONE)
def test_a_file_that_cannot_be_read_is_left_as_it_was(path: Path, content: bytes, words: str) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(SettingsNotSaved, match="left as it is") as caught:
        save_settings(path, SETTINGS)
    assert words in str(caught.value)
    assert path.read_bytes() == content


def test_what_cannot_be_written_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsNotSaved, match="cannot be written: "):
        save_settings(tmp_path / "file/config.yaml", SETTINGS)
    with pytest.raises(SettingsNotSaved, match="its name is not a valid file name"):
        save_settings(tmp_path / "a\0b/config.yaml", SETTINGS)


def test_as_document_has_every_setting() -> None:
    assert as_document(SETTINGS) == {
        "theme": "light",
        "history": {"keep": "redacted"},
        "timeouts": {"connect": 1, "read": 2.5, "total": 10},
        "keymap": {"send": "f5,ctrl+j"},
        "clipboard": "terminal",
        "deployment": "off",
    }

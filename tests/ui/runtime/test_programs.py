from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from authlens.ui.runtime.programs import (
    Program,
    ProgramFailed,
    edit_file,
    edit_text,
    editor,
    pager,
    remove_left_behind,
    show_text,
)


def test_which_program_is_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert editor({"VISUAL": "code --wait", "EDITOR": "vi"}) == Program("code --wait", "$VISUAL")
    assert editor({"VISUAL": " ", "EDITOR": "vi"}) == Program("vi", "$EDITOR")
    assert pager({"PAGER": "most"}) == Program("most", "$PAGER")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ProgramFailed, match="No editor was found: set EDITOR, or install nano"):
        editor({})
    for name in ("vi", "more"):
        (tmp_path / name).touch(0o755)
    assert (editor({}), pager({})) == (Program("vi", "PATH"), Program("more", "PATH"))


def test_an_editor_changes_a_private_file_that_is_gone_afterwards(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    program = Program('f() { ls -ln "$1"; tr a b < "$1" > "$1~"; cat "$1~" > "$1"; ls -ln "$1"; }; f', "$EDITOR")
    assert edit_text(program, "aha", "v.txt", folder, {}) == "bhb"
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("command", "opened"),
    [
        ("vim", "+7 {}"),
        ("vim.basic -f", "-f +7 {}"),
        ("nano", "+7 {}"),
        ("emacsclient -t", "-t +7 {}"),
        ("code --wait", "--wait -g {}:7"),
        ("hx", "{}:7"),
        ("my-editor", "{}"),
    ],
)
def test_an_editor_that_knows_lines_opens_at_one(tmp_path: Path, command: str, opened: str) -> None:
    editor_file = tmp_path / command.split()[0]
    editor_file.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/words\n')
    editor_file.chmod(0o755)
    path = tmp_path / "a b.py"
    edit_file(Program(f"{tmp_path}/{command}", "$EDITOR"), path, {}, line=7)
    assert (tmp_path / "words").read_text() == f"{opened.format(path)}\n"
    edit_file(Program(f"{tmp_path}/{command.split()[0]}", "$EDITOR"), path, {})
    assert (tmp_path / "words").read_text() == f"{path}\n"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("no-such-editor --wait", r"'no-such-editor' was not found \(from \$EDITOR\)"),
        ("exit 3;", "exit code 3; nothing was changed"),
        ("kill -9 $$;", "signal 9"),
        (r"printf '\377' >", "not UTF-8"),
        ("head -c 1048577 /dev/zero >", "larger than 1 MiB"),
        ("rm", "cannot be passed to the editor: No such file"),
    ],
)
def test_an_editor_that_fails_is_one_sentence(tmp_path: Path, command: str, said: str) -> None:
    with pytest.raises(ProgramFailed, match=said):
        edit_text(Program(command, "$EDITOR"), "a", "v.txt", tmp_path, {})
    with pytest.raises(ProgramFailed, match="a text file cannot hold"):
        edit_text(Program("true", "$EDITOR"), "\ud800", "v.txt", tmp_path, {})


def test_a_pager_is_given_the_document_and_may_leave_early(tmp_path: Path) -> None:
    show_text(Program(f"cat > {tmp_path}/seen", "$PAGER"), "text\n", {})
    assert (tmp_path / "seen").read_text() == "text\n"
    show_text(Program("true", "$PAGER"), "x" * 1_000_000, {})


def test_what_a_killed_editor_left_behind_is_removed_but_not_what_is_still_edited(tmp_path: Path) -> None:
    (tmp_path / "edit-killed").mkdir()
    (tmp_path / "edit-killed" / "request.yaml").write_text("secret")
    (tmp_path / "edit-notes.txt").write_text("of somebody else")
    (tmp_path / "edit-link").symlink_to(tmp_path / "history", target_is_directory=True)
    (tmp_path / "history").mkdir()
    remove_left_behind(tmp_path)
    assert (tmp_path / "edit-killed").exists(), "it is new: its editor may be about to start"
    names: list[list[str]] = []

    def edited() -> str:
        return edit_text(Program(f"cat {tmp_path}/fifo >>", "$EDITOR"), "a", "v.txt", tmp_path, {})

    os.mkfifo(tmp_path / "fifo")
    with ThreadPoolExecutor() as pool:
        editing = pool.submit(edited)
        with (tmp_path / "fifo").open("w") as fifo:  # the editor reads it: it has begun
            remove_left_behind(tmp_path, time.time() + 100)
            names.append(sorted(path.name.split("-")[0] for path in tmp_path.iterdir()))
            fifo.write("b")
        assert editing.result() == "ab"
    assert names == [["edit", "edit", "edit", "fifo", "history"]], "the editor's, the link, the file"
    assert not (tmp_path / "edit-killed").exists()
    remove_left_behind(tmp_path / "missing")

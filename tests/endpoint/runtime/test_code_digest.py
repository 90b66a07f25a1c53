"""The digest of a function's code: the same for the same files, wherever they are."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from authlens.endpoint.runtime.code_digest import MOST_BYTES, MOST_LISTED, code_state
from support.functions import define


def test_it_is_that_of_the_code_and_of_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "fn"
    function = define(folder, "def handler(event, context): return 1")
    (folder / "package").mkdir()
    (folder / "package/part.py").write_text("VALUE = 1")
    before = code_state(function)
    assert [name for name, _ in before.files] == ["app.py", "package/part.py"]

    (folder / "notes.txt").write_text("not code")
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__/other.py").write_text("compiled")
    shutil.copytree(folder, tmp_path / "copy")
    for unchanged in (function, replace(function, code_uri=tmp_path / "copy")):
        assert (code_state(unchanged).digest, code_state(unchanged).files) == (before.digest, before.files)

    (folder / "package/part.py").write_text("VALUE = 2")
    after = code_state(function)
    assert after.digest != before.digest
    assert {*after.files} - {*before.files} == {after.files[1]}
    layered = code_state(replace(function, layers=(tmp_path / "copy",)))
    assert [name for name, _ in layered.files] == [
        "app.py",
        "layer-1/app.py",
        "package/part.py",
        "layer-1/package/part.py",
    ]


def test_it_is_unknown_where_there_is_none_or_too_much(tmp_path: Path) -> None:
    function = define(tmp_path / "fn", "VALUE = 1")
    for number in range(MOST_LISTED):
        (tmp_path / f"fn/part{number}.py").write_text("")
    many = code_state(function)
    assert many.digest
    assert len(many.files) == MOST_LISTED

    with (tmp_path / "fn/z.so").open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    assert code_state(function).digest == ""
    assert code_state(replace(function, runtime="nodejs20.x")).digest == ""

"""The line for editors: new files get it where the project has the schema, and it is kept as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from authlens.core.request.request import AuthorizerRequest
from authlens.core.saved.saved_request import SavedRequest
from authlens.store.modeline import content_of, line_for, line_to, parted
from authlens.store.requests import load, save

LINE = b"# yaml-language-server: $schema=../.authlens/request.schema.json\n"


def with_schema(folder: Path) -> None:
    (folder / ".authlens").mkdir()
    (folder / ".authlens" / "request.schema.json").write_bytes(content_of({}))


def test_a_saved_request_gets_the_line_where_the_project_has_the_schema(tmp_path: Path) -> None:
    path = tmp_path / "requests" / "a.yaml"
    saved = SavedRequest(AuthorizerRequest("A"))
    assert line_for(path) == b""

    save(path, saved, None)
    assert not path.read_bytes().startswith(b"#")

    with_schema(tmp_path)
    changed = SavedRequest(AuthorizerRequest("B"))
    save(path, changed, load(path).digest)
    assert not path.read_bytes().startswith(b"#")

    path.unlink()
    save(path, saved, None)
    assert path.read_bytes().startswith(LINE)
    assert load(path).saved == saved
    deep = tmp_path / "requests" / "sub" / "b.yaml"
    assert line_for(deep) == line_to("../../.authlens/request.schema.json")


def test_the_line_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    own = b"# yaml-language-server: $schema=/elsewhere.json\n"
    path.write_bytes(own + b"request: {authorizerName: A}\n")
    loaded = load(path)
    save(path, SavedRequest(AuthorizerRequest("B")), loaded.digest)
    assert path.read_bytes() == own + b"request: {authorizerName: B}\n"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (LINE + b"x: 1\n", LINE),
        (b"#yaml-language-server:$schema=a\r\nx: 1\n", b"#yaml-language-server:$schema=a\r\n"),
        (b"x: 1\n" + LINE, b""),
        (b"# yaml-language-server: $schema=a", b""),
        (b"", b""),
    ],
)
def test_parted(content: bytes, line: bytes) -> None:
    assert parted(content) == (line, content[len(line) :])

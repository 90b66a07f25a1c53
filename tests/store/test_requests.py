"""Saved requests in files: read with their mistakes' places, never overwritten unasked, whole after a kill."""

from __future__ import annotations

import os
import signal
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from authlens.core.request.request import AuthorizerRequest, HttpContext
from authlens.core.saved.saved_request import SavedRequest, Sign
from authlens.core.saved.saved_request_yaml import write
from authlens.store.requests import (
    Conflict,
    Entry,
    Loaded,
    RequestFileError,
    UnreadableRequest,
    Unwritable,
    delete,
    duplicate,
    listing,
    load,
    named,
    rename,
    save,
)
from support.children import start_python

SAVED = SavedRequest(AuthorizerRequest("A", token="007"), description="first")
OTHER = replace(SAVED, description="second")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "requests/a.yaml"


@pytest.fixture
def loaded(path: Path) -> Loaded:
    return save(path, SAVED, None)


def names(folder: Path) -> list[str]:
    return sorted(found.name for found in folder.iterdir())


def test_what_is_saved_loads(loaded: Loaded, path: Path) -> None:
    assert load(path) == loaded
    assert load(path).saved == SAVED
    assert names(path.parent) == ["a.yaml"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_was_loaded_saves(loaded: Loaded, path: Path) -> None:
    assert save(path, OTHER, loaded.digest).saved == OTHER
    assert load(path).saved == OTHER


def test_text_that_no_encoding_holds_is_saved(path: Path) -> None:
    odd = replace(SAVED, description="\ud800 \U0001f600 \x85")
    save(path, odd, None)
    assert load(path).saved == odd


class TestLoad:
    def test_modes_are_noticed(self, path: Path, loaded: Loaded) -> None:
        path.write_text("# mine\nrequest: {mqttContext: {password: hunter22}}\n")
        path.chmod(0o644)
        assert load(path).open_to_others
        path.chmod(0o600)
        assert not load(path).open_to_others

    def test_a_file_of_references_may_be_read_by_anyone(self, path: Path) -> None:
        path.parent.mkdir(exist_ok=True)
        path.write_text("request: {token: '${env:TOKEN}', mqttContext: {username: u, password: '${file:p}'}}\n")
        path.chmod(0o644)
        assert not load(path).open_to_others

    BROKEN = (
        ("request:\n  token: 007\n", 2, 10, "quote it"),
        ("request: {}\nrequest: {}\n", 2, 1, "the same key"),
        ("", 1, 1, "empty"),
        ("request: '\udcff'", 1, 11, "UTF-8"),
    )

    @pytest.mark.parametrize(("text", "line", "column", "words"), BROKEN, ids=["type", "twice", "empty", "bytes"])
    def test_a_mistake_has_its_place(self, path: Path, text: str, line: int, column: int, words: str) -> None:
        path.parent.mkdir()
        content = text.encode("utf-8", "surrogateescape")
        path.write_bytes(content)
        with pytest.raises(UnreadableRequest) as caught:
            load(path)
        assert (caught.value.line, caught.value.column) == (line, column)
        assert str(caught.value) == f"{path}, line {line}, column {column}: {caught.value.problem}"
        assert words in caught.value.problem
        assert path.read_bytes() == content

    def test_what_is_not_a_file(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        for name, words in {"none": "No such file", ".": "Is a directory", "pipe": "regular", "a\0b": "name"}.items():
            with pytest.raises(UnreadableRequest, match=words) as caught:
                load(tmp_path / name)
            assert caught.value.line is None

    def test_a_file_of_another_kind_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "a.yaml").write_text("def handler(event, context):\n    return {'isAuthenticated': True}\n")
        with pytest.raises(UnreadableRequest, match=r"a\.yaml: this is a function's code; ") as caught:
            load(tmp_path / "a.yaml")
        assert (caught.value.line, caught.value.column) == (None, None)

    def test_too_large(self, tmp_path: Path) -> None:
        (tmp_path / "a.yaml").write_bytes(b"#" * (1024 * 1024 + 1))
        with pytest.raises(UnreadableRequest, match="larger"):
            load(tmp_path / "a.yaml")


class TestConflicts:
    def test_a_new_file_must_not_be_there(self, loaded: Loaded, path: Path) -> None:
        with pytest.raises(Conflict, match="already"):
            save(path, OTHER, None)
        assert load(path) == loaded

    def test_a_file_changed_meanwhile_stays(self, loaded: Loaded, path: Path) -> None:
        save(path, OTHER, loaded.digest)
        with pytest.raises(Conflict, match="changed since"):
            save(path, SAVED, loaded.digest)
        assert load(path).saved == OTHER

    def test_a_file_changed_and_changed_back_is_not_a_conflict(self, loaded: Loaded, path: Path) -> None:
        content = path.read_bytes()
        path.write_bytes(b"")
        path.write_bytes(content)
        assert save(path, OTHER, loaded.digest).saved == OTHER

    def test_a_file_deleted_meanwhile(self, loaded: Loaded, path: Path) -> None:
        path.unlink()
        with pytest.raises(Conflict, match="deleted since"):
            save(path, OTHER, loaded.digest)
        assert not path.exists()
        assert save(path, OTHER, loaded.digest, overwrite=True).saved == OTHER

    def test_the_user_may_overwrite(self, loaded: Loaded, path: Path) -> None:
        save(path, OTHER, loaded.digest)
        save(path, SAVED, loaded.digest, overwrite=True)
        assert load(path).saved == SAVED

    def test_what_cannot_be_read_is_a_conflict(self, path: Path) -> None:
        path.mkdir(parents=True)
        with pytest.raises(Conflict, match="cannot be read: Is a directory"):
            save(path, SAVED, None, overwrite=True)

    def test_a_broken_link_is_something_that_is_there(self, path: Path) -> None:
        path.parent.mkdir()
        path.symlink_to("nowhere")
        with pytest.raises(Conflict, match="already"):
            save(path, SAVED, None)

    def test_comments_stay(self, path: Path) -> None:
        path.parent.mkdir()
        path.write_text("# mine\nrequest: {}  # empty\n")
        digest = load(path).digest
        save(path, SAVED, digest)
        assert path.read_text().startswith("# mine\n")
        assert load(path).saved == SAVED

    def test_comments_stay_when_somebody_else_changed_the_file(self, path: Path) -> None:
        path.parent.mkdir()
        path.write_text("request: {}\n")
        digest = load(path).digest
        path.write_text("# theirs\nrequest: {token: x}\n")
        with pytest.raises(Conflict):
            save(path, SAVED, digest)
        save(path, SAVED, digest, overwrite=True)
        assert path.read_text().startswith("# theirs\n")
        assert load(path).saved == SAVED

    @pytest.mark.parametrize("before", [b"# mine\nrequest: {}\n", b"# mine \xff\nrequest: {\n"])
    def test_another_file_is_replaced_whole(self, path: Path, before: bytes) -> None:
        path.parent.mkdir()
        path.write_bytes(before)
        save(path, SAVED, None, overwrite=True)
        assert path.read_text() == write(SAVED)

    def test_of_two_instances_one_reports_it(self, loaded: Loaded, path: Path) -> None:
        code = """
            import sys
            from dataclasses import replace
            from pathlib import Path
            from authlens.store.requests import Conflict, load, save
            path = Path(sys.argv[1])
            loaded = load(path)
            print("loaded", flush=True)
            input()
            try:
                save(path, replace(loaded.saved, description=sys.argv[2]), loaded.digest)
                print("saved", flush=True)
            except Conflict as error:
                print("conflict", flush=True)
        """
        with start_python(code, str(path), "one") as one, start_python(code, str(path), "two") as two:
            assert (one.line(), two.line()) == ("loaded", "loaded")
            for child in (one, two):
                child.send()
            said = [one.line(), two.line()]
        assert sorted(said) == ["conflict", "saved"]
        assert load(path).saved.description == ("one" if said[0] == "saved" else "two")


class TestUnwritable:
    def test_a_header_that_appears_twice_is_not_lost(self, path: Path) -> None:
        twice = HttpContext((("a", "1"), ("b", "2"), ("a", "3")))
        with pytest.raises(Unwritable, match="the header a appears twice, and a file holds a name once; remove one"):
            save(path, replace(SAVED, request=AuthorizerRequest("A", http_context=twice)), None)
        assert not path.exists()

    def test_what_could_not_be_opened_again_is_not_written(self, path: Path) -> None:
        for saved in (
            replace(SAVED, sign=Sign("k.pem", "passphrase in clear")),
            replace(SAVED, request=AuthorizerRequest(token="\ud800" * 180_000)),
        ):
            with pytest.raises(Unwritable, match="could not be read back"):
                save(path, saved, None)
        assert not path.parent.exists()

    def test_a_file_where_a_folder_should_be(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(Unwritable, match=r"Not a directory|File exists"):
            save(tmp_path / "file/a.yaml", SAVED, None)

    def test_a_name_that_is_too_long_or_cannot_be(self, tmp_path: Path) -> None:
        with pytest.raises(Unwritable, match="too long"):
            save(tmp_path / f"{'a' * 300}.yaml", SAVED, None)
        with pytest.raises(Unwritable, match="not a valid file name"):
            save(tmp_path / "a\0b.yaml", SAVED, None)


class TestNames:
    def test_rename(self, loaded: Loaded, path: Path) -> None:
        target = rename(path, "b")
        assert target == path.with_name("b.yaml")
        assert load(target).saved == loaded.saved
        assert names(path.parent) == ["b.yaml"]

    def test_rename_into_a_folder(self, loaded: Loaded, path: Path) -> None:
        assert load(rename(path, "sub/b.yml")).digest == loaded.digest
        assert stat.S_IMODE((path.parent / "sub").stat().st_mode) == 0o700

    def test_rename_to_itself(self, loaded: Loaded, path: Path) -> None:
        assert rename(path, "a.yaml") == path
        assert load(path) == loaded

    def test_rename_to_a_name_that_is_taken(self, loaded: Loaded, path: Path) -> None:
        save(path.with_name("b.yaml"), OTHER, None)
        with pytest.raises(Conflict, match="already"):
            rename(path, "b")
        assert load(path) == loaded

    def test_rename_what_is_gone(self, path: Path) -> None:
        path.parent.mkdir()
        with pytest.raises(Unwritable, match=r"a\.yaml: No such file"):
            rename(path, "b")

    def test_duplicate(self, path: Path) -> None:
        path.parent.mkdir()
        path.write_text("# mine\nrequest: {}\n")
        copies = [duplicate(path).name, duplicate(path).name, duplicate(path, "other").name]
        assert copies == ["a copy.yaml", "a copy 2.yaml", "other.yaml"]
        assert {found.read_text() for found in path.parent.iterdir()} == {"# mine\nrequest: {}\n"}

    def test_duplicate_to_a_name_that_is_taken(self, loaded: Loaded, path: Path) -> None:
        with pytest.raises(Conflict):
            duplicate(path, "a")
        assert load(path) == loaded

    def test_duplicate_what_is_gone(self, path: Path) -> None:
        with pytest.raises(UnreadableRequest):
            duplicate(path)

    def test_delete(self, loaded: Loaded, path: Path) -> None:
        delete(loaded.path)
        assert not path.exists()
        with pytest.raises(Unwritable, match="No such file"):
            delete(path)
        with pytest.raises(Unwritable, match="not a valid file name"):
            delete(path.with_name("a\0b"))

    def test_delete_takes_the_link_and_not_the_file(self, loaded: Loaded, path: Path) -> None:
        link = path.with_name("link.yaml")
        link.symlink_to(path)
        delete(link)
        assert load(path) == loaded

    @pytest.mark.parametrize("name", ["", " ", "../a", "a/../../b", "/etc/a", "..", ".", "~/a", "~", "a\0b", "a\nb"])
    def test_a_name_stays_in_its_folder(self, tmp_path: Path, name: str) -> None:
        said = "on one line" if name.startswith("a") and "/" not in name else "stay within its folder"
        with pytest.raises(Unwritable, match=said):
            named(tmp_path, name)

    @pytest.mark.parametrize(
        ("name", "file"),
        [("a", "a.yaml"), ("a.yml", "a.yml"), ("b/a", "b/a.yaml"), ("..a", "..a.yaml"), ("a~", "a~.yaml")],
    )
    def test_a_name_gets_its_ending(self, tmp_path: Path, name: str, file: str) -> None:
        assert named(tmp_path, name) == tmp_path / file


class TestListing:
    def test_whole_and_broken_files_in_order(self, tmp_path: Path) -> None:
        save(tmp_path / "b/deep/two.yml", OTHER, None)
        save(tmp_path / "a.yaml", SAVED, None)
        (tmp_path / "broken.yaml").write_text("request:\n  token: 007\n")
        (tmp_path / "bytes.yaml").write_bytes(b"request: \xff")
        (tmp_path / "gone.yaml").symlink_to("nowhere")
        assert listing(tmp_path) == [
            Entry(tmp_path / "a.yaml", "first", "A"),
            Entry(tmp_path / "b/deep/two.yml", "second", "A"),
            Entry(
                tmp_path / "broken.yaml",
                error="line 2, column 10: token must be text, not a number; quote it",
            ),
            Entry(tmp_path / "bytes.yaml", error="line 1, column 10: the file is not UTF-8 text"),
            Entry(tmp_path / "gone.yaml", error="No such file or directory"),
        ]

    def test_what_is_not_a_saved_request_is_ignored(self, tmp_path: Path) -> None:
        (tmp_path / ".git").mkdir()
        for name in (".git/a.yaml", ".hidden.yaml", "note.txt"):
            (tmp_path / name).write_text("request: {}")
        (tmp_path / "authorizers.yaml").write_text("authorizers: {}\n")
        assert listing(tmp_path) == []

    @pytest.mark.parametrize(
        ("text", "is_meant"),
        [
            ("request: {authorizerName: A}", True),
            ("  request: [", True),
            ('{"description": "x", "request": {', True),
            ("authorizerName: A\ntoken: [", True),
            ("'request' : [", True),
            ("packages:\n  request@2.88.2:\n    dependencies: {\n      tough: [", False),
            ("lock:\n    request: 2.88.2\n  - [", False),
            ("my_request: [", False),
        ],
    )
    def test_only_a_file_that_means_a_request_is_parsed(self, tmp_path: Path, text: str, is_meant: bool) -> None:
        (tmp_path / "a.yaml").write_text(text)
        assert (len(listing(tmp_path)) == 1) is is_meant

    def test_packages_are_not_searched(self, tmp_path: Path) -> None:
        save(tmp_path / "node_modules/a.yaml", SAVED, None)
        assert listing(tmp_path) == []

    def test_a_circle_of_links_ends(self, tmp_path: Path) -> None:
        save(tmp_path / "a.yaml", SAVED, None)
        (tmp_path / "loop").symlink_to(tmp_path)
        assert [entry.path.name for entry in listing(tmp_path)] == ["a.yaml"]

    def test_a_folder_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(UnreadableRequest, match="No such file"):
            listing(tmp_path / "none")

    def test_what_a_killed_save_left_is_swept(self, tmp_path: Path) -> None:
        (tmp_path / ".authlens-x-1.tmp").touch()
        assert listing(tmp_path) == []
        assert names(tmp_path) == []


def test_every_error_is_a_known_one() -> None:
    assert all(issubclass(kind, RequestFileError) for kind in (UnreadableRequest, Unwritable, Conflict))


_SAVING = """
    import sys
    from dataclasses import replace
    from pathlib import Path
    from authlens.store.requests import load, save
    path = Path(sys.argv[1])
    loaded = load(path)
    number = 0
    while True:
        number += 1
        loaded = save(path, replace(loaded.saved, description=str(number) * 5000), loaded.digest)
        print(number, flush=True)
"""


def kill_while_saving(path: Path, kills: int, check: Callable[[SavedRequest], bool]) -> None:
    for saves in range(1, kills + 1):
        with start_python(_SAVING, str(path)) as child:
            for _ in range(saves % 4 + 1):
                child.line()
            child.process.send_signal(signal.SIGKILL)
            child.process.wait()
        assert check(load(path).saved)
    assert len(listing(path.parent)) == 1
    assert names(path.parent) == [path.name]


def is_whole(saved: SavedRequest) -> bool:
    description = saved.description or ""
    one = description[: len(description) // 5000]
    return saved.request == SAVED.request and description in ("first", one * 5000)


@pytest.mark.usefixtures("loaded")
def test_a_kill_leaves_a_whole_request(path: Path) -> None:
    kill_while_saving(path, 3, is_whole)


@pytest.mark.slow
@pytest.mark.usefixtures("loaded")
def test_sixty_kills_leave_a_whole_request(path: Path) -> None:
    kill_while_saving(path, 60, is_whole)

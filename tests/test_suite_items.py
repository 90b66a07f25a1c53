"""Which files of a folder are items of a suite, and what is said of those that cannot be."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from authlens.core.request.target import Target
from authlens.core.saved.environment import Environment
from authlens.suite_items import (
    NoSuchPath,
    ReadProblem,
    gather,
    in_environment,
    items_of_text,
    read_items,
    read_meant_items,
)

GOOD = "description: Good one\nrequest: {authorizerName: A, token: t, tokenSignature: c2ln}\n"


def names(folder: Path) -> list[str]:
    return [str(Path(item.name).relative_to(folder)) for item in gather([folder])]


@pytest.mark.parametrize(
    ("text", "is_item"),
    [
        pytest.param(GOOD, True, id="saved request"),
        pytest.param('{"request": {"authorizerName": "A"}}', True, id="as JSON"),
        pytest.param("request: {authorizerName: [}", True, id="broken"),
        pytest.param("request: {authorizerName: A}\nbogus: 1\n", True, id="unknown key"),
        pytest.param("a: [unclosed", True, id="no YAML at all"),
        pytest.param("authorizers: {A: {codeUri: ., handler: a.b}}", False, id="authorizers.yaml"),
        pytest.param("Resources: {A: {Ref: !Ref B}}\n", False, id="a template with tags"),
        pytest.param("a: &x 1\nb: *x\n---\nc: d\n", False, id="anchors and several documents"),
        pytest.param("services: {web: {image: x}}\n# request: x\njobs:\n  request: y\n", False, id="a request within"),
        pytest.param("a: {request: x}\nb: [request, c]\nc: request\n", False, id="the word elsewhere"),
        pytest.param("- request: {authorizerName: A}\n", False, id="a list"),
        pytest.param("{a: {b: c}, request: {authorizerName: A}}", True, id="in braces"),
        pytest.param("  request:\n    authorizerName: A\n", True, id="indented as a whole"),
        pytest.param("? request\n: {authorizerName: A}\n", True, id="with a question mark"),
        pytest.param("requst: {authorizerName: A}\nexpect: {}\n", True, id="misspelt with expect"),
        pytest.param("Request: {authorizerName: A}\nkind: x\n", False, id="another one's Request"),
        pytest.param("", False, id="empty"),
    ],
)
def test_what_is_meant_in_a_folder(tmp_path: Path, text: str, is_item: bool) -> None:
    (tmp_path / "a.yaml").write_text(text)

    assert names(tmp_path) == (["a.yaml"] if is_item else [])


def test_folders_are_searched_through_in_order(tmp_path: Path) -> None:
    for name in ("b/z.yaml", "b/a.yml", "a.yaml", "b/M.YAML", "b/N.Yml", ".hidden/x.yaml", "b/.x.yaml", "notes.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(GOOD)
    (tmp_path / "b" / "circle").symlink_to(tmp_path)

    assert names(tmp_path) == ["a.yaml", "b/M.YAML", "b/N.Yml", "b/a.yml", "b/z.yaml"]


def test_each_file_once(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(GOOD)

    assert len(gather([path, tmp_path, path])) == 1


def test_a_file_that_is_named_is_an_item_whatever_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "template"
    path.write_text("Resources: {}\n")

    (item,) = gather([path])

    assert item.saved is None
    assert item.problem is not None


def test_an_invalid_file_has_its_place_and_reason(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("request:\n  authorizerName: A\n  tokken: x\n")

    (item,) = read_items(path)

    assert item.problem is not None
    assert (item.problem.line, item.problem.column) == (3, 3)
    assert str(item.problem).startswith("line 3, column 3: ")
    assert item.title == str(path)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00request", b"request: " + b"x" * (1 << 20)], ids=["bytes", "huge"])
def test_unreadable_content_is_an_item_with_its_reason(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(content)

    (item,) = read_meant_items(path)

    assert item.problem is not None


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_closed_file_is_an_item_with_its_reason(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(GOOD)
    path.chmod(0)

    (item,) = gather([tmp_path])

    assert item.problem == ReadProblem("it cannot be read: Permission denied")


def test_a_pipe_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.yaml")

    (item,) = gather([tmp_path])

    assert item.problem == ReadProblem("it is not a regular file")


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NoSuchPath, match="there is no file or folder"):
        gather([tmp_path / "nowhere"])


@pytest.mark.parametrize(("text", "found"), [("good", True), ("ONE", True), ("a.yaml", True), ("other", False)])
def test_items_are_found_by_path_and_description(tmp_path: Path, text: str, found: bool) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(GOOD)

    (item,) = read_items(path)

    assert item.has(text) is found


CASES = (
    GOOD
    + """cases:
  right: {}
  wrong/token: {description: A wrong token, request: {token: x}, tags: [slow]}
"""
)


def test_each_case_is_an_item_and_the_file_is_none(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(CASES)

    right, wrong = gather([tmp_path])

    assert (right.name, wrong.name) == (f"{path}::right", f"{path}::wrong/token")
    assert (right.title, wrong.title) == ("Good one", "A wrong token")
    assert (right.source, wrong.source) == (right.name, wrong.name)
    assert (wrong.base, wrong.stem) == (tmp_path, "a-wrong-token")
    assert wrong.case is not None
    assert (wrong.case.name, wrong.case.line) == ("wrong/token", 5)
    assert wrong.saved is not None
    assert (wrong.saved.request.token, wrong.saved.suite.tags) == ("x", ("slow",))
    assert wrong.has("wrong/")


def test_one_case_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(CASES)

    (item,) = gather([Path(f"{path}::wrong/token")])

    assert item.case is not None
    assert item.case.name == "wrong/token"
    assert len(gather([Path(f"{path}::right"), tmp_path])) == 2


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("a.yaml::none", "a.yaml has no case 'none': it has right, wrong/token"),
        ("plain.yaml::none", "plain.yaml has no case 'none': it has no cases"),
        ("nowhere.yaml::right", "there is no file or folder .*nowhere.yaml"),
    ],
)
def test_a_case_that_is_not_there(tmp_path: Path, name: str, complaint: str) -> None:
    (tmp_path / "a.yaml").write_text(CASES)
    (tmp_path / "plain.yaml").write_text(GOOD)

    with pytest.raises(NoSuchPath, match=complaint):
        gather([tmp_path / name])


def test_a_case_of_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("request: 7\ncases: {right: {}}\n")

    (item,) = gather([tmp_path / "a.yaml::right"])

    assert item.problem is not None


def test_a_file_whose_name_has_the_separator(tmp_path: Path) -> None:
    path = tmp_path / "a::b.yaml"
    path.write_text(GOOD)

    (item,) = gather([path])

    assert (item.name, item.source) == (str(path), str(path))


def test_items_in_an_environment() -> None:
    class Anywhere:
        def of(self, base: Path) -> Environment:
            return Environment(Target(profile="prod"), {"TOKEN": "t8"})

    good, bad = in_environment(
        (*items_of_text("-", "request: {token: '${env:TOKEN}'}"), *items_of_text("-", "request: 7")), Anywhere()
    )

    assert good.saved is not None
    assert (good.saved.request.token, good.saved.target.profile) == ("t8", "prod")
    assert bad.saved is None

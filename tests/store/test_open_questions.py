"""Open questions over restarts: kept by request, bounded, and never an error."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from authlens.core.saved.expectation import Question
from authlens.store.open_questions import MOST_KEPT, OpenQuestions, load_questions, save_questions

PUBLISH = Question("iot:Publish", "topic/a b/ü")
CONNECT = Question("iot:Connect", "client/c")


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "state" / "questions.json"
    save_questions(path, "/a.yaml", OpenQuestions((PUBLISH,), frozenset({CONNECT})))
    save_questions(path, "/b.yaml", OpenQuestions((CONNECT,)))
    assert load_questions(path) == {
        "/a.yaml": OpenQuestions((PUBLISH,), frozenset({CONNECT})),
        "/b.yaml": OpenQuestions((CONNECT,)),
    }
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    save_questions(path, "/a.yaml", OpenQuestions())
    assert list(load_questions(path)) == ["/b.yaml"]


def test_the_longest_unasked_go_first(tmp_path: Path) -> None:
    path = tmp_path / "questions.json"
    pairs = ", ".join(f'"/{n}": {{"asked": [["iot:Connect", "client/c"]], "dropped": []}}' for n in range(MOST_KEPT))
    path.write_text(f"{{{pairs}}}")
    save_questions(path, "/new", OpenQuestions((PUBLISH,)))
    kept = list(load_questions(path))
    assert len(kept) == MOST_KEPT
    assert (kept[0], kept[-1]) == ("/1", "/new")


@pytest.mark.parametrize(
    "text", ["", "null", "[]", "{", '{"/a": 1}', '{"/a": {"asked": [[1]]}}', '{"/a": {}}', "[" * 50_000, "\udcff"]
)
def test_a_broken_file_holds_no_questions(tmp_path: Path, text: str) -> None:
    path = tmp_path / "questions.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    assert load_questions(path) == {}
    save_questions(path, "/a", OpenQuestions((CONNECT,)))
    assert list(load_questions(path)) == ["/a"]

"""Paths as people write them: home folders, the folder they start from, and a sentence for what is not a path."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authlens.user_path import NotAPath, user_path


def test_a_relative_path_starts_from_its_folder(tmp_path: Path) -> None:
    assert user_path("keys/a.pem", tmp_path) == tmp_path / "keys/a.pem"
    assert user_path("keys/a.pem") == Path("keys/a.pem")
    assert user_path("/keys/a.pem", tmp_path) == Path("/keys/a.pem")


def test_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert user_path("~/a.pem", Path("/elsewhere")) == tmp_path / "a.pem"
    assert user_path("~") == tmp_path


def test_a_user_who_does_not_exist_is_said() -> None:
    with pytest.raises(NotAPath, match="there is no user 'nobody-of-that-name'"):
        user_path("~nobody-of-that-name/k.pem")


def test_a_file_may_begin_with_a_tilde(tmp_path: Path) -> None:
    (tmp_path / "~of-nobody").touch()
    assert user_path("~of-nobody", tmp_path) == tmp_path / "~of-nobody"


@pytest.mark.parametrize("text", ["a\0b", "~\0/x", "\ud800.pem"])
def test_what_cannot_be_a_path_is_said(text: str) -> None:
    with pytest.raises(NotAPath, match="a path cannot contain"):
        user_path(text)


@settings(max_examples=300)
@given(st.text(st.characters(), max_size=40))
def test_any_text_is_a_path_or_a_sentence(text: str) -> None:
    assert isinstance(path_or_words(text), Path) or path_or_words(text)


def path_or_words(text: str) -> Path | str:
    try:
        return user_path(text)
    except NotAPath as error:
        return str(error)

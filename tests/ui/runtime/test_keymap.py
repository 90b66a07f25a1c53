"""The ids of bindings: those of the code are those of the docs, and what is wrong in a keymap is said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from authlens.ui.runtime.keymap import bindings_with_ids, is_key, keymap_problems, with_turns

DOCS = Path(__file__).parents[3] / "docs" / "keys.md"


def test_the_docs_list_every_id_with_its_keys() -> None:
    rows = re.findall(r"^\| `([\w.-]+)` \| (.+?) \| .+ \|$", DOCS.read_text(), re.MULTILINE)
    documented = {(name, tuple(re.findall(r"`([^`]+)`", keys))) for name, keys in rows}
    assert documented == {(binding.id, tuple(binding.key.split(","))) for _, binding in bindings_with_ids()}


def test_our_own_keys_are_keys() -> None:
    assert [key for _, binding in bindings_with_ids() for key in binding.key.split(",") if not is_key(key)] == []


@pytest.mark.parametrize(
    "key", ["f5", "ctrl+g", "ctrl+shift+z", "a", "?", "question_mark", "slash", "é", "super+y", "+"]
)
def test_what_is_a_key(key: str) -> None:
    assert is_key(key)


@pytest.mark.parametrize("key", ["", "ctrl+", "strg+g", "f99", "control-g", "Ctrl+G", "some words", "ctrl+alt"])
def test_what_is_not(key: str) -> None:
    assert not is_key(key)


@pytest.mark.parametrize(
    ("keymap", "problems"),
    [
        ({}, []),
        ({"send": "alt+s, f5", "history.search": "slash", "edit": "ctrl+e"}, []),
        ({"send": "ctrl+g", "edit": "ctrl+e"}, []),
        ({"send": "f5, ctrl+g"}, ["keymap, send: 'ctrl+g' is also the key of edit; only one of them can have it"]),
        (
            {"zoom": "f2", "watch": "f2"},
            ["keymap, watch: 'f2' is also the key of zoom; only one of them can have it"],
        ),
        ({"abandon": "escape"}, []),
        ({"back": "escape", "abandon": "f2"}, []),
        ({"back": "f2", "abandon": "f2"}, []),
        (
            {"zoom": "escape"},
            ["keymap, zoom: 'escape' is also the key of abandon and back; only one of them can have it"],
        ),
        ({"abandon": "f4"}, ["keymap, abandon: 'f4' is also the key of zoom; only one of them can have it"]),
        ({"send": "?"}, ["keymap, send: 'question_mark' is also the key of help; only one of them can have it"]),
        ({"history.search": "f5"}, []),
        ({"sent": "f5"}, ["keymap: there is no binding with the id 'sent'; did you mean send?"]),
        ({"xyzzy": "f5"}, ["keymap: there is no binding with the id 'xyzzy'; F1 and 'authlens help keys' list them."]),
        (
            {"send": "strg+g"},
            ["keymap, send: 'strg+g' is not a key; write for example f5, ctrl+g or question_mark"],
        ),
    ],
)
def test_what_is_wrong_is_said(keymap: dict[str, str], problems: list[str]) -> None:
    assert keymap_problems(keymap) == problems


@pytest.mark.parametrize(
    ("keymap", "applied"),
    [
        ({}, {}),
        ({"send": "f2"}, {"send": "f2"}),
        ({"abandon": "f2"}, {"abandon": "f2", "back": "escape"}),
        ({"back": "escape"}, {"abandon": "escape", "back": "escape"}),
        ({"back": "f2", "abandon": "escape"}, {"abandon": "escape", "back": "f2"}),
    ],
)
def test_a_key_that_bindings_take_turns_with_stays_with_the_others(
    keymap: dict[str, str], applied: dict[str, str]
) -> None:
    assert with_turns(keymap) == applied

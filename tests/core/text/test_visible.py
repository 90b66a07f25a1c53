"""Nothing that a terminal acts on survives being made visible."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.text.visible import is_visible, visible, visible_lines


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain – ünïcode ✓ 漢字", "plain – ünïcode ✓ 漢字"),
        ("\x1b]0;title\x07", "␛]0;title␇"),
        ("a\nb\tc\r", "a␊b␉c␍"),
        ("\x00\x7f\x9b", "␀␡⟨U+009B⟩"),
        ("\u202eevil\u2066", "⟨U+202E⟩evil⟨U+2066⟩"),
        ("zero\u200bwidth\ufeff", "zero⟨U+200B⟩width⟨U+FEFF⟩"),
        ("\ud800", "⟨U+D800⟩"),
        ("\U000e0041", "⟨U+E0041⟩"),
        ("hidden\ufe01\U000e01ff\U0001d173\u180b", "hidden⟨U+FE01⟩⟨U+E01FF⟩⟨U+1D173⟩⟨U+180B⟩"),
        ("[red]markup[/] $x", "[red]markup[/] $x"),
    ],
)
def test_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_lines_keep_their_ends_and_tabs_become_spaces() -> None:
    assert visible_lines("a\r\nb\tc\n\x1b[1m\rx") == "a\nb    c\n␛[1m␍x"


@given(st.text(alphabet=st.characters(codec=None, categories=("Cc", "Cf", "Cs", "Zl", "Zp", "L"))))
def test_nothing_that_acts_remains(text: str) -> None:
    for shown in (visible(text), visible_lines(text).replace("\n", "")):
        assert not any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in shown)
        assert is_visible(shown)


BIDI_AND_UNSEEN = (
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u200c\u200d\u2060\ufeff\u3164"
)


@pytest.mark.parametrize("character", BIDI_AND_UNSEEN, ids=lambda character: f"U+{ord(character):04X}")
def test_bidi_and_unseen_characters_are_shown_by_their_code(character: str) -> None:
    assert visible(character) == f"\u27e8U+{ord(character):04X}\u27e9"


def test_is_visible_tells_what_would_change() -> None:
    assert is_visible("plain")
    assert not is_visible("a\x1b")


BY_THEIR_CODE = (
    "80-9F AD 34F 61C 115F-1160 17B4-17B5 180B-180F 200B-200F 2028-202E 2060-206F 3164 D800-DFFF FE00-FE0F FEFF FFA0 "
    "FFF0-FFFB 13430-13440 1BCA0-1BCA3 1D173-1D17A E0000-E0FFF"
)
"""C1 controls, surrogates, and what Unicode lets a font draw as nothing."""


def test_exactly_what_cannot_be_seen_is_shown_by_its_code() -> None:
    hidden: set[int] = set()
    for part in BY_THEIR_CODE.split():
        first, _, last = part.partition("-")
        hidden |= set(range(int(first, 16), int(last or first, 16) + 1))
    around = {code + step for code in hidden for step in (-1, 0, 1)} | set(range(0x20, 0x3000))
    shown = {code for code in around if code > 0x7F and visible(chr(code)) != chr(code)}
    assert sorted(shown ^ hidden) == []
    assert [code for code in range(0x20, 0x80) if visible(chr(code)) != chr(code)] == [0x7F]
    assert visible("".join(map(chr, range(0x20)))) == "".join(map(chr, range(0x2400, 0x2420)))


def test_lines_keep_only_tabs_and_line_feeds() -> None:
    shown = visible_lines("".join(map(chr, range(0x20))))
    assert shown == "".join("    " if code == 9 else "\n" if code == 10 else chr(0x2400 + code) for code in range(0x20))
    assert visible("a\tb\n") == "a␉b␊"

from __future__ import annotations

from pathlib import Path

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.content import Content

from authlens.core.text.visible import is_visible
from authlens.ui.text.safe_content import AsciiGlyphs, TerminalGuard, safe_content, safe_lines, shortened

HOSTILE = "\x1b]0;title\x07 \x9b31m \x00 \u202e \u200b \ud800 [/] [red]x[/red] [@click=app.quit]ok[/]"


def test_nothing_that_a_terminal_acts_on_is_left_and_markup_stays_text() -> None:
    content = safe_content(HOSTILE)
    assert is_visible(content.plain)
    assert "[@click=app.quit]ok[/]" in content.plain
    assert not content.spans
    assert safe_lines("a\nb\x1b").plain == "a\nb␛"


def test_the_guard_deletes_what_a_widget_forgot() -> None:
    [segment] = TerminalGuard().apply([Segment(HOSTILE)], Color(0, 0, 0))
    assert is_visible(segment.text)


@pytest.mark.parametrize(
    ("link", "stays"),
    [("https://example.com", True), ("javascript:x", False), ("file:///etc", False), ("https://e\x1b", False)],
)
def test_the_guard_drops_links_that_are_not_of_the_web(link: str, stays: bool) -> None:
    [segment] = TerminalGuard().apply([Segment("x", Style(link=link))], Color(0, 0, 0))
    assert segment.style is not None
    assert bool(segment.style.link) is stays


def test_glyphs_have_ascii_forms_of_the_same_width() -> None:
    text = "✓✗·–…●▸╭─╮│\N{NO-BREAK SPACE}"
    [segment] = AsciiGlyphs().apply([Segment(text)], Color(0, 0, 0))
    assert segment.text == "+x.-~*>+-+| "


def test_every_glyph_of_ours_has_an_ascii_form() -> None:
    source = Path(__file__).parents[3] / "tui" / "authlens" / "ui"
    glyphs = {character for path in source.rglob("*.py") for character in path.read_text() if not character.isascii()}
    drawn = AsciiGlyphs().apply([Segment("".join(sorted(glyphs)))], Color(0, 0, 0))
    assert "?" not in drawn[0].text


@pytest.mark.parametrize(
    ("width", "said"),
    [
        (40, "1-sensor-missing-client-id"),
        (20, "1-sens…ing-client-id"),
        (4, "1…id"),
        (1, "…"),
        (0, ""),
    ],
)
def test_a_long_name_keeps_both_its_ends(width: int, said: str) -> None:
    assert shortened(Content("1-sensor-missing-client-id"), width).plain == said
    assert " " not in shortened(Content("温度センサー" * 9), width).plain, "half a character is not a blank"
    assert shortened(Content("温度センサー" * 9), width).cell_length <= width or width == 1

from __future__ import annotations

from pathlib import Path

import pytest
from textual.theme import Theme

from authlens.core.text.yaml_reader import YamlError
from authlens.ui.runtime.themes import BrokenTheme, parse_theme, read_themes
from ui.robot import running


def test_the_shipped_themes_are_four_and_whole(tmp_path: Path) -> None:
    themes = list(read_themes(tmp_path))
    assert all(isinstance(theme, Theme) for theme in themes)
    assert {theme.name for theme in themes if isinstance(theme, Theme)} == {
        "dark",
        "light",
        "high-contrast",
        "terminal",
    }


def test_a_theme_of_the_user_is_read_and_a_broken_one_is_reported(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text('primary: "#102030"\n')
    (tmp_path / "broken.yaml").write_text("primary: nothing-like-a-colour\n")
    found = list(read_themes(tmp_path))[4:]
    assert isinstance(found[0], BrokenTheme)
    assert found[0].reason.startswith("line 1, column 10:")
    assert isinstance(found[1], Theme)


@pytest.mark.parametrize("text", ["primary: '#102030'", "ansi: true\nprimary: ansi_red"], ids=["colours", "ansi"])
async def test_the_shortest_theme_gives_every_variable(tmp_path: Path, text: str) -> None:
    theme = parse_theme("mine", text)
    async with running(tmp_path, size=(40, 12)) as robot:
        robot.app.register_theme(theme)
        robot.app.theme = "mine"
        await robot.settle()
        assert robot.app.current_theme is theme


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("primry: red", "did you mean 'primary'"),
        ("dark: true", "at least `primary`"),
        ("primary: '#12'", "not a colour"),
        ("primary: red\ndark: maybe", "must be true or false"),
        ("primary: red\nvariables: {border: x}", "not a colour"),
    ],
)
def test_a_mistake_in_a_theme_is_reported(text: str, said: str) -> None:
    with pytest.raises(YamlError, match=said):
        parse_theme("t", text)

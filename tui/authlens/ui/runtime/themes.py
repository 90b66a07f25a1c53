"""Themes: YAML files of colours. The shipped ones are files too, so a user's theme can change as much.

The rule: a broken theme file is a sentence for the user, never a reason not to start.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from textual.color import Color, ColorParseError
from textual.theme import BUILTIN_THEMES, Theme

from authlens.core.text import yaml_reader
from authlens.core.text.yaml_reader import YamlError, YamlNode
from authlens.frozen import dataclass
from authlens.store.files import read_bounded

DEFAULT = "dark"

_COLOURS = (
    "primary",
    "secondary",
    "accent",
    "success",
    "warning",
    "error",
    "foreground",
    "background",
    "surface",
    "panel",
    "boost",
)


@dataclass(frozen=True, slots=True)
class BrokenTheme:
    path: Path
    reason: str


def shipped_folder() -> Path:
    """Inside the installed package, or at the top of a source checkout."""
    package = Path(__file__).parent.parent.parent
    installed = package / "themes"
    return installed if installed.is_dir() else package.parent.parent / "themes"


def read_themes(own: Path) -> Iterator[Theme | BrokenTheme]:
    """The shipped themes, then the user's; one of the same name replaces the shipped one."""
    for folder in (shipped_folder(), own):
        yield from (_read(path) for path in sorted(folder.glob("*.yaml")))


def read_theme(name: str, own: Path) -> Theme | None:
    """One theme: the first paint needs no other."""
    for folder in (own, shipped_folder()):
        path = folder / f"{name}.yaml"
        if path.is_file():
            theme = _read(path)
            return theme if isinstance(theme, Theme) else None
    return None


def _read(path: Path) -> Theme | BrokenTheme:
    try:
        return parse_theme(path.stem, yaml_reader.decode(read_bounded(path)))
    except YamlError as error:
        return BrokenTheme(path, str(error))
    except OSError as error:
        return BrokenTheme(path, error.strerror or str(error))


def parse_theme(name: str, text: str) -> Theme:
    """Raises YamlError where a key is unknown or a colour cannot be read."""
    keys = yaml_reader.load(text).fields("dark", "ansi", "variables", *_COLOURS)
    colours: dict[str, Any] = {key: _colour(node) for key, node in keys.items() if key in _COLOURS}
    if "primary" not in colours:
        raise YamlError('a theme needs at least `primary`, a colour such as "#7aa2d6"')
    ansi = keys["ansi"].boolean() if "ansi" in keys else False
    # Textual derives no variables from ANSI colours; those that a file leaves out are Textual's own.
    variables = dict(BUILTIN_THEMES["ansi-dark"].variables) if ansi else {}
    return Theme(
        name=name,
        dark=keys["dark"].boolean() if "dark" in keys else True,
        ansi=ansi,
        variables=variables | (_variables(keys["variables"]) if "variables" in keys else {}),
        **colours,
    )


def _variables(node: YamlNode) -> dict[str, str]:
    return {
        name: value.string(name) if name.endswith("style") else _colour(value) for name, value in node.mapping().items()
    }


def _colour(node: YamlNode) -> str:
    text = node.string()
    try:
        Color.parse(text)
    except ColorParseError:
        raise node.error('not a colour; write it as "#rrggbb", a CSS name or ansi_NAME') from None
    return text

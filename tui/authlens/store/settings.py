"""The user's settings, `config.yaml`.

The rule: errors in the file are reported and never fatal, and saving keeps unknown keys.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from authlens.frozen import dataclass
from authlens.store.files import locked, make_own_folder, read_bounded, reason, write_whole

if TYPE_CHECKING:
    from authlens.core.text.yaml_reader import YamlError

Keep = Literal["full", "redacted", "off"]
_UNSURE: Keep = "redacted"
"""What the history keeps if the setting cannot be read: it may have asked for no secrets."""
Clipboard = Literal["auto", "system", "terminal"]
Reading = Literal["read", "off"]


@dataclass(frozen=True, slots=True)
class Settings:
    theme: str = ""
    """The name of a theme; empty for the app's own choice."""
    history_keep: Keep = "full"
    """`full` keeps what replay needs, `redacted` masks secrets, `off` records nothing (what is there stays)."""
    connect_timeout: float = 5.0
    """Seconds, as are all time-outs."""
    read_timeout: float = 30.0
    total_timeout: float = 45.0
    """When a call in the app times out."""
    keymap: Mapping[str, str] = field(default_factory=dict)
    """Binding ids to keys, several separated by commas."""
    clipboard: Clipboard = "auto"
    """`system` is the desktop's, `terminal` OSC 52; `auto` takes what fits the session."""
    deployment: Reading = "read"
    """`read`: after each send the app reads from AWS what a test call cannot see; `off` leaves those calls out."""
    problems: tuple[str, ...] = field(default=(), compare=False)
    """What was wrong in the file, one sentence each; the default is used there, or `redacted` for the history."""


class SettingsNotSaved(OSError):
    """The settings file was left as it is. The message says why."""


@dataclass(frozen=True, slots=True)
class _Key:
    """The place of a setting in the file, and how it is read."""

    name: str
    path: tuple[str, ...]
    read: Callable[[Any], Any]


def _choice(*words: str) -> Callable[[Any], Any]:
    return lambda node: node.choice(words)


def _seconds(node: Any) -> float:
    return cast(float, node.number(minimum=0.1))


def _keymap(node: Any) -> dict[str, str]:
    return {name: keys.string("a key of the keymap") for name, keys in node.mapping().items()}


_KEYS = (
    _Key("theme", ("theme",), lambda node: node.string()),
    _Key("history_keep", ("history", "keep"), _choice("full", "redacted", "off")),
    _Key("connect_timeout", ("timeouts", "connect"), _seconds),
    _Key("read_timeout", ("timeouts", "read"), _seconds),
    _Key("total_timeout", ("timeouts", "total"), _seconds),
    _Key("keymap", ("keymap",), _keymap),
    _Key("clipboard", ("clipboard",), _choice("auto", "system", "terminal")),
    _Key("deployment", ("deployment",), _choice("read", "off")),
)


def load_settings(path: Path) -> Settings:
    """The settings in the file, or the defaults without one. Never raises because of its content."""
    # A file that is not there costs no import of the YAML reader.
    try:
        content = read_bounded(path)
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError) as error:
        return Settings(history_keep=_UNSURE, problems=(f"{path} cannot be read: {_why(error)}",))
    from authlens.core.text.yaml_reader import YamlError, decode, load

    try:
        document = load(decode(content))
        if document.value is None:
            return Settings()
        document.mapping()
    except YamlError as error:
        return Settings(history_keep=_UNSURE, problems=(f"{path}, {error}",))
    return _settings(document, path)


def _settings(document: Any, path: Path) -> Settings:
    from authlens.core.text.yaml_reader import YamlError

    found: dict[str, Any] = {}
    problems: list[YamlError] = _unknown_keys(document)
    for key in _KEYS:
        try:
            node = _at(document, key.path)
            if node is not None:
                found[key.name] = key.read(node)
        except YamlError as error:
            problems.append(error)
            if key.name == "history_keep":
                found[key.name] = _UNSURE
    in_order = sorted(problems, key=lambda error: (error.line, error.column))
    return Settings(**found, problems=tuple(dict.fromkeys(f"{path}, {error}" for error in in_order)))


def problems_text(settings: Settings, path: Path) -> str:
    """All problems as one message, of which the beginning is enough; empty without any."""
    if len(settings.problems) < 2:
        return "".join(settings.problems)
    head = f"{path} has {len(settings.problems)} problems, which 'authlens config show' lists too:"
    return "\n".join([head, *(problem.removeprefix(f"{path}, ") for problem in settings.problems)])


def _at(document: Any, path: tuple[str, ...]) -> Any:
    """The node of a key; `None` if it is absent. Raises YamlError if a part of the path is not a mapping."""
    node = document
    for name in path:
        if node is None or node.value is None:
            return None
        node = node.mapping().get(name)
    return node


def _unknown_keys(document: Any) -> list[YamlError]:
    known: dict[str, set[str]] = {}
    for key in _KEYS:
        known.setdefault(key.path[0], set()).update(key.path[1:])
    unknown = [document.unknown(name, known) for name in document.value if name not in known]
    for name, names in known.items():
        section = document.value.get(name)
        if names and section is not None and isinstance(section.value, dict):
            unknown += [section.unknown(inner, sorted(names)) for inner in section.value if inner not in names]
    return unknown


def as_document(settings: Settings) -> dict[str, Any]:
    """The settings as the file would have them, every one."""
    document: dict[str, Any] = {}
    for key in _KEYS:
        section = document
        for name in key.path[:-1]:
            section = section.setdefault(name, {})
        section[key.path[-1]] = _plain(getattr(settings, key.name))
    return document


def save_settings(path: Path, settings: Settings) -> None:
    """Write what differs from the file into it. Raises OSError; a file that cannot be read is left as it is."""
    try:
        make_own_folder(path.parent)
        with locked(path.parent):
            _save(path, settings)
    except SettingsNotSaved:
        raise
    except (OSError, ValueError) as error:
        raise SettingsNotSaved(f"{path} cannot be written: {_why(error)}") from error


def _save(path: Path, settings: Settings) -> None:
    from authlens.core.text.yaml_reader import YamlError, decode, load
    from authlens.store.settings_text import with_changes

    try:
        text = decode(read_bounded(path)) if path.exists() else ""
        document = load(text)
        if document.value is not None:
            document.mapping()
    except YamlError as error:
        raise SettingsNotSaved(f"{path}, {error}; it was left as it is") from None
    before = Settings() if document.value is None else _settings(document, path)
    changes = {
        key.path: _plain(getattr(settings, key.name))
        for key in _KEYS
        if getattr(settings, key.name) != getattr(before, key.name)
    }
    if changes:
        write_whole(path, with_changes(text, document, changes).encode())


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value


def _why(error: OSError | ValueError) -> str:
    return reason(error) if isinstance(error, OSError) else "its name is not a valid file name"

"""What completion looks up when Tab is pressed. It never fails and never uses the network; at worst it is empty."""

from __future__ import annotations

import configparser
import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

DEFINITIONS = ("authorizers.yaml", "authorizers.yml", "template.yaml", "template.yml", "template.json")
"""The files that a local endpoint is usually started from."""


def values(kind: str, environ: Mapping[str, str]) -> Iterator[str]:
    look_up = _KINDS.get(kind)
    return (name for name in (look_up(environ) if look_up else ()) if name.isprintable())


def _profiles(environ: Mapping[str, str]) -> list[str]:
    """The profiles in the AWS CLI's two files."""
    folder = Path(environ.get("HOME") or Path.home()) / ".aws"
    config = Path(environ.get("AWS_CONFIG_FILE") or folder / "config")
    credentials = Path(environ.get("AWS_SHARED_CREDENTIALS_FILE") or folder / "credentials")
    found = [_profile(section) for section in _sections(config)]
    return sorted({name for name in (*found, *_sections(credentials)) if name})


def _profile(section: str) -> str | None:
    """The name in `[default]` or `[profile NAME]`; other sections are not profiles."""
    try:
        words = shlex.split(section)
    except ValueError:
        return None
    if words[:1] == ["profile"] and len(words) == 2:
        return words[1]
    return section if section == "default" else None


def _sections(path: Path) -> list[str]:
    parser = configparser.RawConfigParser(strict=False, default_section="", allow_no_value=True)
    with suppress(OSError, ValueError, configparser.Error):
        parser.read_string(path.expanduser().read_text("utf-8"))
    return parser.sections()


def _authorizers(environ: Mapping[str, str]) -> list[str]:
    from authlens.endpoint.templates.outline import authorizers_of

    file = next((path.absolute() for path in map(Path, DEFINITIONS) if path.is_file()), None)
    if file is None:
        return []
    known = authorizers_of(file)
    return _of_template(file) if known is None else [each.name for each in known]


def _of_template(file: Path) -> list[str]:
    from authlens.endpoint.templates.cloudformation.template import authorizer_names
    from authlens.endpoint.templates.definitions import DefinitionError

    with suppress(DefinitionError):
        return list(authorizer_names(file))
    return []


def _environments(environ: Mapping[str, str]) -> tuple[str, ...]:
    from authlens.store.environments import environment_names

    return environment_names(Path.cwd() / "requests", Path.cwd())


_KINDS: Mapping[str, Callable[[Mapping[str, str]], list[str] | tuple[str, ...]]] = {
    "profiles": _profiles,
    "authorizers": _authorizers,
    "environments": _environments,
}

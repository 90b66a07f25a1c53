"""Where a user's folders of authlens are, as the XDG specification and the platform have it. Nothing is created."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

NAME = "authlens"
VARIABLES = ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME")


def user_folder(environ: Mapping[str, str], variable: str, otherwise: str) -> Path:
    """The folder that a variable of the XDG specification names, else the platform's own.

    otherwise: the attribute of platformdirs that holds it, such as `user_state_path`.
    """
    given = Path(environ.get(variable, ""))
    if given.is_absolute():  # the specification has relative paths ignored
        return given / NAME
    from platformdirs import PlatformDirs

    own: Path = getattr(PlatformDirs(NAME, appauthor=False), otherwise)
    return own


def demo_folder(environ: Mapping[str, str]) -> Path:
    """The user's copy of the samples, next to the history."""
    return user_folder(environ, "XDG_STATE_HOME", "user_state_path") / "demo"

"""Where the user's files live.

XDG variables are honoured on every platform; without them the platform's own folders are used.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from authlens.frozen import dataclass

NAME = "authlens"


@dataclass(frozen=True, slots=True)
class Places:
    settings: Path
    """The file `config.yaml`."""
    themes: Path
    """The folder of user themes."""
    history: Path
    """The file `history.db`."""
    cache: Path
    """A folder for what can be recreated at any time."""
    requests: Path
    """The folder of saved requests: `requests/` in the working folder if it exists, otherwise in the data folder."""

    @property
    def authority(self) -> Path:
        """The folder of the local certificate authority, next to the history."""
        return self.history.with_name("ca")

    @property
    def trust(self) -> Path:
        """The file of trusted folders, next to the history."""
        return self.history.with_name("trust.yaml")

    @property
    def questions(self) -> Path:
        """The file of open questions, next to the history."""
        return self.history.with_name("questions.json")

    @property
    def crash_report(self) -> Path:
        """Where the app writes crash reports, next to the history."""
        return self.history.with_name("crash-report.txt")


def places(environ: Mapping[str, str], cwd: Path) -> Places:
    """The places of this user, in this working folder. Nothing is created."""
    from platformdirs import PlatformDirs

    usual = PlatformDirs(NAME, appauthor=False)

    def folder(variable: str, otherwise: Path) -> Path:
        given = Path(environ.get(variable, ""))
        # The XDG specification has relative paths ignored.
        return given / NAME if given.is_absolute() else otherwise

    config = folder("XDG_CONFIG_HOME", usual.user_config_path)
    beside = cwd / "requests"
    return Places(
        settings=config / "config.yaml",
        themes=config / "themes",
        cache=folder("XDG_CACHE_HOME", usual.user_cache_path),
        history=folder("XDG_STATE_HOME", usual.user_state_path) / "history.db",
        requests=beside if beside.is_dir() else folder("XDG_DATA_HOME", usual.user_data_path) / "requests",
    )

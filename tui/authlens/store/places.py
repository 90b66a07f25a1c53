"""Where the user's files live.

XDG variables are honoured on every platform; without them the platform's own folders are used.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from authlens.frozen import dataclass
from authlens.user_folders import user_folder


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
    def demo(self) -> Path:
        """The folder of the user's copy of the samples, next to the history."""
        return self.history.with_name("demo")

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
    config = user_folder(environ, "XDG_CONFIG_HOME", "user_config_path")
    beside = cwd / "requests"
    return Places(
        settings=config / "config.yaml",
        themes=config / "themes",
        cache=user_folder(environ, "XDG_CACHE_HOME", "user_cache_path"),
        history=user_folder(environ, "XDG_STATE_HOME", "user_state_path") / "history.db",
        requests=beside if beside.is_dir() else user_folder(environ, "XDG_DATA_HOME", "user_data_path") / "requests",
    )

"""The code of an MFA device, asked in a dialog: botocore would ask on the terminal, over the screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, cast


class AskingApp(Protocol):
    """What is needed from the app."""

    @property
    def is_running(self) -> bool: ...

    def call_from_thread(self, callback: Callable[..., Any], *args: Any) -> Any: ...

    async def ask_mfa_code(self, serial: str) -> str: ...


class MfaAsker:
    """Called on a background thread; it waits there until the user has answered in the app."""

    def __init__(self) -> None:
        self.app: AskingApp | None = None

    def __call__(self, serial: str) -> str:
        app = self.app
        if app is None or not app.is_running:
            return ""
        # mypy cannot choose between a value and something that can be awaited for it.
        ask = cast("Callable[[str], str]", app.ask_mfa_code)
        return str(app.call_from_thread(ask, serial))

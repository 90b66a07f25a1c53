"""Advice of the core as the app gives it: where a key does what a command of authlens does, it names the key. Pure."""

from __future__ import annotations

import re

from authlens.core.verdict.function_errors import READ_LOG
from authlens.ui.text.key_words import in_own_keys

_INSTEAD = {
    "authlens verify": "Ctrl+T",
    "authlens sign": "Ctrl+T",
    "authlens sign --generate": "Ctrl+T",
    "authlens decide": "a on the Access page",
    "authlens event": "F10",
    "authlens event --device-lines": "F3",
    "authlens explain --request": "F7",
    "authlens explain --deployment": "the Device page",
    "authlens logs": "l on the answer",
    "authlens logs --connections": "Ctrl+P, Read AWS IoT's log",
    "authlens lint FILE": "the report of a pasted policy",
    "authlens trust": "F5 asks",
    "authlens connect": "F11",
}
"""A command, and the key or the place that answers the same here. `authlens serve` has none."""
_COMMAND = re.compile(r"'(authlens [^']*)'")


def in_app(text: str, *, has_log: bool = False) -> str:
    """The text with the app's keys in place of quoted commands.

    has_log: whether the answer has a function log, which is then a page away.
    """
    if text == READ_LOG:
        where = "the Log page shows it" if has_log else "l on the answer"
        return f"Read the function's log for the stack trace: {where}."
    return (
        _COMMAND.sub(lambda found: in_own_keys(_INSTEAD.get(found[1], found[0])), text)
        if "'authlens " in text
        else text
    )

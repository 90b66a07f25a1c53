"""Questions on the command line, such as `'publish sensors/7/data'`."""

from __future__ import annotations

from authlens.cli.console.diagnostics import CommandError
from authlens.core.saved.expectation import Question


def given_question(text: str) -> Question:
    """Raises CommandError."""
    # Only few runs ask: the tables of actions cost a start 3 ms.
    from authlens.core.saved.question import read_question

    try:
        return read_question(text)
    except ValueError as error:
        raise CommandError(f"{text!r}: {error}") from None

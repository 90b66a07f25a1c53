"""Questions on the command line, such as `'publish sensors/7/data'`."""

from __future__ import annotations

from authlens.cli.console.diagnostics import CommandError
from authlens.core.saved.expectation import Question


def given_question(text: str) -> Question:
    """Raises CommandError."""
    # Few runs ask a question, and the tables of actions cost 3 ms at startup.
    from authlens.core.saved.question import read_question

    try:
        return read_question(text)
    except ValueError as error:
        raise CommandError(f"{text!r}: {error}") from None

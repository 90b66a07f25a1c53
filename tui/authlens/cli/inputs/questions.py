"""Questions on the command line: `'iot:Publish topic/a'`."""

from __future__ import annotations

from authlens.cli.console.diagnostics import CommandError
from authlens.core.saved.expectation import Question


def read_question(text: str) -> Question:
    """Raises CommandError."""
    action, _, resource = text.strip().partition(" ")
    if not resource.strip():
        raise CommandError(f"{text!r} is no question: write an action and a resource, such as 'iot:Publish topic/a'")
    from authlens.core.saved.question import slip

    question = Question(action, resource.strip())
    mistake = slip(question)
    if mistake:
        raise CommandError(f"{text!r}: {mistake}")
    return question

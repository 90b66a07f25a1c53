"""The keys of the answer."""

from __future__ import annotations

from textual.binding import Binding, BindingType

_PAGE = Binding.Group("Page", compact=True)
ANSWER_KEYS: list[BindingType] = [
    Binding(
        "left", "turn(-1)", "Previous page", id="answer.previous-page", tooltip="Go to the previous page", group=_PAGE
    ),
    Binding("right", "turn(1)", "Next page", id="answer.next-page", tooltip="Go to the next page", group=_PAGE),
    Binding("slash,ctrl+f", "search", "Search", id="answer.search", tooltip="Search the text"),
    Binding("y", "copy_all", "Copy", id="answer.copy-all", tooltip="Copy the document, or the text in front"),
    Binding("w", "write", "Write to a file", show=False, id="answer.write", tooltip="Write the text to a file"),
    Binding("f2", "reveal", "Reveal", id="answer.reveal", tooltip="Show what is redacted until the answer is left"),
    Binding(
        "l",
        "read_log",
        "Read the function's log",
        show=False,
        id="answer.read-log",
        tooltip="Read what the deployed function logged",
    ),
    Binding(
        "c",
        "compare_form",
        "Compare with the form",
        show=False,
        id="answer.compare-form",
        tooltip="Compare it with the form",
    ),
    Binding(
        "x",
        "expectation",
        "Compare with the expectation",
        show=False,
        id="answer.expectation",
        tooltip="Compare it with what was expected",
    ),
    Binding("d", "changes", "Changes", show=False, id="answer.changes", tooltip="Show what changed since the baseline"),
    Binding(
        "s",
        "stages",
        "Every stage",
        show=False,
        id="answer.stages",
        tooltip="Show every stage, or one line of them",
    ),
    Binding(
        "r",
        "raw",
        "Documents as strings",
        show=False,
        id="answer.raw",
        tooltip="Show documents as strings, and back",
    ),
]

LETTERS = frozenset({"copy_all", "write", "read_log", "compare_form", "expectation", "changes", "stages", "raw"})
"""Actions whose keys are letters."""

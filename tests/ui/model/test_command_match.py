from __future__ import annotations

import pytest

from authlens.ui.model.command_match import fit

COMMANDS = {
    "Request: Send": "Send the request",
    "Request: Send to several targets": "One table of verdicts",
    "File: Save": "Save the request to its file",
    "File: Save as": "Save the request to another file",
    "File: Saved requests": "Go to the saved requests, and back",
    "File: Open": "Open a saved request",
    "Request: Edit in $EDITOR": "Edit the field, the whole request or, from the answer, the function",
    "Request: Edit the function in $EDITOR": "The code behind a local target",
    "Request: Connect": "Connect as a device would, a probe",
    "Request: Copy as": "The request as a command, code or event",
    "Answer: Compare with the form": "What was changed since it was sent",
    "Theme: dark": "Change the colours",
    "View: Next pane": "Go to the next pane",
}


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("edit", "Request: Edit in $EDITOR"),
        ("edit function", "Request: Edit the function in $EDITOR"),
        ("Send", "Request: Send"),
        ("several", "Request: Send to several targets"),
        ("sa", "File: Save"),
        ("save as", "File: Save as"),
        ("open", "File: Open"),
        ("probe", "Request: Connect"),
        ("copy", "Request: Copy as"),
        ("comp form", "Answer: Compare with the form"),
        ("theme", "Theme: dark"),
        ("theme: dark", "Theme: dark"),
        ("xt pa", "View: Next pane"),
    ],
)
def test_the_most_fitting_command_is_first(typed: str, first: str) -> None:
    assert max(COMMANDS, key=lambda title: fit(typed, title, COMMANDS[title])) == first


@pytest.mark.parametrize("typed", ["", "  ", ":", "nothing", "send nothing"])
def test_what_has_no_word_of_it_does_not_fit(typed: str) -> None:
    assert not any(fit(typed, title, about) for title, about in COMMANDS.items())


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("export", "Request: Copy as"),
        ("clear", "File: New"),
        ("listen", "View: Devices"),
        ("key", "Request: Make or verify a signature"),
        ("reset", "File: New"),
        ("exit", "App: Quit"),
        ("certificate", "Request: Edit as YAML in $EDITOR"),
    ],
)
def test_other_words_lead_to_a_command(typed: str, title: str) -> None:
    assert fit(typed, title) > 0
    assert fit(typed, "View: History") == 0

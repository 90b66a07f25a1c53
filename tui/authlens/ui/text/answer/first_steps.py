"""What the answer pane shows before the first send: what to try, with the current keys. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from textual.content import Content

from authlens.ui.text.page import Line

_KEY = 9
"""Cells of a key."""
_PAGE = 11
"""Cells of the name of a page."""
_SAMPLES = "; each sample shows one way in which authorizers fail"
_WHAT_YOU_HAVE = "Start from what you have"
_PROJECT = (
    "",
    "'Start a project' and 'Open the samples' are in the palette (Ctrl+P). In a shell, 'authlens init . --from FILE' "
    "makes a project for your own function or template, and 'authlens .' opens what is in this folder",
)
_STEPS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Send a request",
        (
            ("send", "Send the request in the form: see at which stage it fails and why, or what the client may do"),
            ("open", f"Open a saved request{_SAMPLES}"),
            ("target", "Choose the target: an account, a local function, or the samples"),
        ),
    ),
    (
        _WHAT_YOU_HAVE,
        (
            (
                "",
                "Paste a command of the AWS CLI, curl, mosquitto_pub or MQTTX, a Lambda event, a policy, or a "
                "device's output: it is recognised",
            ),
            ("signature", "Sign a token, or find out why a signature does not match"),
        ),
    ),
    (
        "See what a device would meet",
        (
            ("events", "The event that the function receives, in this test and from a real device"),
            ("request-as", "The request as a command, as code, or as the lines of a device"),
            ("devices", "Let real devices connect to a local target"),
        ),
    ),
)
_PAGES = (
    ("Documents", "The policy documents, with findings at their lines"),
    ("Access", "What the client may do, and the answers to your questions"),
    ("Device", "What a real device would meet that a test call cannot see"),
    ("Lint", "What is wrong with the answer, and how to fix it"),
    ("Changes", "What changed since the baseline (b in the history)"),
    ("Raw Wire", "The documents as received, and the HTTP exchange"),
    ("Log", "What the function printed"),
)


def first_steps(keys: Mapping[str, str], in_demo: bool) -> tuple[Line, ...]:
    """keys: how the keys are shown, by the ids of their bindings."""
    lines: list[Line] = []
    for title, steps in _STEPS:
        lines.append(_heading(title))
        for name, said in steps if in_demo or title != _WHAT_YOU_HAVE else (*steps, _PROJECT):
            text = said if in_demo else said.removesuffix(_SAMPLES)
            lines.append(_step(keys.get(name, ""), text, _KEY))
        lines.append(Line(Content("")))
    lines.append(_heading("The pages of an answer"))
    lines += [_step(name, said, _PAGE) for name, said in _PAGES]
    return tuple(lines)


def _heading(title: str) -> Line:
    return Line(Content.styled(title, "bold $text-primary"))


def _step(key: str, said: str, width: int) -> Line:
    content = Content.assemble((f"{key:<{width}}", "bold"), (said, "$foreground-muted"))
    return Line(content, is_prose=True, indent=width)

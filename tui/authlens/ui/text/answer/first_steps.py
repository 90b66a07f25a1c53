"""What the answer's room shows before the first send: what to try, with the keys as they are now. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from textual.content import Content

from authlens.ui.text.page import Line

_KEY = 9
"""Cells of a key."""
_STEPS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Send a request",
        (
            ("send", "Send what the form holds: at which stage it fails and why, or what the client may do"),
            ("open", "Open a saved request; in the demo each sample shows one way in which authorizers fail"),
            ("target", "Choose where it is sent: an account, a local function, or the samples"),
        ),
    ),
    (
        "Bring what you have",
        (
            (
                "",
                "Paste a command of the AWS CLI, curl, mosquitto_pub or MQTTX, a Lambda event, a policy, or what a "
                "device said: it is recognised",
            ),
            ("signature", "Sign a token, or find out why a signature does not fit"),
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


def first_steps(keys: Mapping[str, str], in_demo: bool) -> tuple[Line, ...]:
    """keys: how the keys are shown, by the ids of their bindings."""
    lines: list[Line] = []
    for title, steps in _STEPS:
        lines += [Line(Content("")), Line(Content.styled(title, "bold $text-primary"))]
        for name, said in steps:
            text = (
                said
                if in_demo
                else said.replace("; in the demo each sample shows one way in which authorizers fail", "")
            )
            key = keys.get(name, "")
            lines.append(
                Line(
                    Content.assemble((f"{key:<{_KEY}}", "bold"), (text, "$foreground-muted")),
                    is_prose=True,
                    indent=_KEY,
                )
            )
    return tuple(lines[1:])

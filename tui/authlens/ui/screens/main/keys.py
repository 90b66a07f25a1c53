"""The keys of the main screen, and its commands without a key. Each names a command of `MainScreen.commands`.

The rule: with its group before it, a title reads alone in the palette: `File: Save as`.
"""

from __future__ import annotations

from textual.binding import Binding, BindingType

from authlens.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """A command that has no key of its own and is found in the palette."""

    title: str
    action: str
    tooltip: str


def _key(
    keys: str,
    command: str,
    label: str,
    tooltip: str,
    *,
    show: bool = False,
    priority: bool = False,
    group: str = "Request",
) -> BindingType:
    """The id, by which the user's keymap knows it, is the command's name with hyphens."""
    binding_id, called = command.replace("_", "-"), Binding.Group(group)
    return Binding(
        keys, f"do({command!r})", label, show=show, priority=priority, id=binding_id, tooltip=tooltip, group=called
    )


KEYS: list[BindingType] = [
    _key("f5,ctrl+j", "send", "Send", "Send the request", show=True, priority=True),
    _key("ctrl+s", "save", "Save", "Save the request to its file", show=True, group="File"),
    _key("ctrl+o", "open", "Open", "Open a saved request", show=True, group="File"),
    _key("ctrl+b", "saved", "Saved requests", "The saved requests as a tree", group="File"),
    _key("ctrl+n", "new", "New", "Start with an empty form", group="File"),
    _key(
        "ctrl+g",
        "edit",
        "Edit in $EDITOR",
        "Edit the field, the whole request or, from the answer, the function",
    ),
    _key("f9", "target", "Target", "Choose where requests are sent"),
    _key("f3", "request_as", "Copy as", "The request as a command, code or event"),
    _key("f10", "events", "Events", "The event of this test and of a real device"),
    _key("f11,ctrl+l", "probe", "Connect", "Connect as a device would, and see how far it gets"),
    _key("shift+f5", "call_function", "Call the function", "Call the deployed function directly, and read its log"),
    _key("f12", "devices", "Devices", "Let real devices connect, and see what they may do", group="View"),
    _key("ctrl+t", "signature", "Signature", "Sign, verify, fix; read a JWT"),
    _key("ctrl+r", "watch", "Watch the code", "Send again whenever the function's code changes"),
    _key("f8", "fix", "Fix finding", "Fix a preflight finding that has a fix"),
    _key("f7", "go_to_finding", "Go to finding", "Go to the next preflight finding"),
    _key("escape", "abandon", "Give up", "Stop waiting for the answer", show=True),
    _key("f6", "next_pane", "Next pane", "Go to the next pane", show=True, group="View"),
    _key("shift+f6", "previous_pane", "Previous pane", "Go to the previous pane", group="View"),
    _key("f4", "zoom", "Zoom the pane", "Show this pane alone, and back", group="View"),
    _key("ctrl+z,super+z", "undo", "Undo", "Undo the last change"),
    _key("ctrl+y,super+y,ctrl+shift+z", "redo", "Redo", "Redo what was undone"),
]

WITHOUT_KEYS: tuple[Command, ...] = tuple(
    Command(title, f"do({command!r})", tooltip)
    for title, command, tooltip in (
        ("File: Save as", "save_as", "Save the request to another file"),
        ("File: Rename", "rename", "Give the open file another name"),
        ("File: Duplicate", "duplicate", "Copy the open file and open the copy"),
        ("File: Delete", "delete", "Delete the open file"),
        ("Request: Choose a case of the file", "choose_case", "Put one of the file's cases into the form"),
        (
            "Request: Choose the environment",
            "choose_environment",
            "Send to another environment's target, with its values",
        ),
        ("Request: Edit as YAML in $EDITOR", "edit_request", "The whole request; its secrets stay masked"),
        ("Request: Edit the function in $EDITOR", "edit_function", "The code behind a local target"),
        (
            "Answer: Ask what the client may do",
            "ask",
            "A question that every answer of this request is asked from now on",
        ),
        ("Answer: Pin as the baseline", "pin_shown", "Every further answer is compared with it"),
        ("Answer: Compare with the form", "compare_form", "What was changed since it was sent"),
        ("Answer: Compare with the expectation", "compare_expectation", "What was expected, and what came"),
        ("Answer: Record as the expectation", "record_expectation", "Any other answer then counts as a failure"),
        ("Request: Send it several ways", "several_ways", "Test call, function, connections: one table of verdicts"),
        (
            "Request: Send to several targets",
            "several_targets",
            "One table of verdicts, with the difference to the first",
        ),
        ("Request: Write negative cases", "negative_cases", "Requests that must be refused, made from this one"),
        ("Answer: Read the function's log", "read_log", "What the deployed function logged, from CloudWatch Logs"),
        ("Answer: Read AWS IoT's log", "read_connections", "Real connections of this client id, from CloudWatch Logs"),
        ("Request: Send the field empty", "send_empty", "Send this field even though it is empty, or no longer"),
    )
)

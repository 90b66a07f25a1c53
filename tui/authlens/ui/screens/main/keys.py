"""The keys of the main screen, its commands without a key, and what each command does.

The rule: with its group before it, a title reads alone in the palette: `File: Save as`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from textual.binding import Binding, BindingType

from authlens.core.request.members import MEMBERS
from authlens.frozen import dataclass
from authlens.ui.widgets.answer.answer_pane import AnswerPane
from authlens.ui.widgets.collection.collection_pane import CollectionPane
from authlens.ui.widgets.controls.field import Field
from authlens.ui.widgets.form.request_pane import RequestPane
from authlens.ui.widgets.history.history_pane import HistoryPane

if TYPE_CHECKING:
    from authlens.ui.screens.main.screen import MainScreen


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
    _key("escape", "abandon", "Give up", "Stop sending, or waiting for the answer", show=True, priority=True),
    _key("escape", "back", "Back", "Go back to where you were", show=True, group="View"),
    _key("f6", "next_pane", "Next pane", "Go to the next pane", show=True, group="View"),
    _key("ctrl+b", "saved", "Saved requests", "Go to the saved requests, and back", show=True, group="File"),
    _key("ctrl+n", "new", "New", "Start with an empty form", group="File"),
    _key(
        "ctrl+g",
        "edit",
        "Edit in $EDITOR",
        "Edit the field, the whole request or, from the answer, the function",
    ),
    _key("f9", "target", "Target", "Choose where requests are sent", show=True),
    _key("f3", "request_as", "Copy as", "The request as a command, code or event"),
    _key("f10", "events", "Events", "The event of this test and of a real device"),
    _key("f11,ctrl+l", "probe", "Connect", "Probe: connect as a device would, and see how far it gets"),
    _key("shift+f5", "call_function", "Call the function", "Call the deployed function directly, and read its log"),
    _key("f12", "devices", "Devices", "Let real devices connect, and see what they may do", group="View"),
    _key("ctrl+t", "signature", "Make or verify a signature", "Sign, verify, find the mistake; read a JWT"),
    _key("ctrl+r", "watch", "Watch the code", "Send again whenever the function's code changes"),
    _key("f8", "fix", "Fix finding", "Fix a preflight finding that has a fix"),
    _key("f7", "go_to_finding", "Go to finding", "Go to the next preflight finding"),
    _key("shift+f6", "previous_pane", "Previous pane", "Go to the previous pane", group="View"),
    _key("f4", "zoom", "Zoom the pane", "Show this pane alone, and back", group="View"),
    _key("ctrl+z,super+z", "undo", "Undo", "Undo the last change"),
    _key("ctrl+y,super+y,ctrl+shift+z", "redo", "Redo", "Redo what was undone"),
]

_PAGES = (
    ("Policy documents", "documents", "The policies that the function returned, with findings at their lines"),
    ("Access", "access", "What the client may do, and the answers to your questions"),
    ("Device warnings", "device", "What a real device would meet that a test call cannot see"),
    ("Changes", "changes", "What changed since the baseline"),
    ("HTTP exchange", "wire", "The request as it was sent, and the response"),
    ("Log of this run", "log", "What the function printed"),
)
"""Pages of the answer."""

WITHOUT_KEYS: tuple[Command, ...] = tuple(
    Command(title, f"do({command!r})", tooltip)
    for title, command, tooltip in (
        ("File: Start a project", "start_project", "A function, its authorizer, keys and saved requests, in a folder"),
        ("File: Open the samples", "open_samples", "Each sample shows one way in which authorizers fail"),
        ("File: Save as", "save_as", "Save the request to another file"),
        ("File: Rename", "rename", "Give the open file another name"),
        ("File: Duplicate", "duplicate", "Copy the open file and open the copy"),
        ("File: Delete", "delete", "Delete the open file"),
        (
            "Request: Paste",
            "paste",
            "A command, event, policy, answer or error: it is recognised and explained, as if pasted elsewhere",
        ),
        ("Request: Choose a case of the file", "choose_case", "Put one of the file's cases into the form"),
        (
            "Request: Choose the environment",
            "choose_environment",
            "Send to another environment's target, with its values",
        ),
        (
            "Request: Edit as YAML in $EDITOR",
            "edit_request",
            "The whole request, its certificate too; secrets stay masked",
        ),
        ("Request: Edit the function in $EDITOR", "edit_function", "The code behind a local target"),
        (
            "Request: Edit the target's file in $EDITOR",
            "edit_target",
            "The authorizers of a local target, their status",
        ),
        (
            "Answer: Ask what the client may do",
            "ask",
            "A question that every answer of this request is asked from now on",
        ),
        ("Answer: Lint findings", "lint", "What is wrong with the answer and its policies, and how to fix it"),
        ("View: History", "history", "Go to what was sent before"),
        ("Answer: Pin as the baseline", "pin_shown", "Compare every later answer with it"),
        ("Answer: Compare with the last allowed run", "compare_allowed", "What differs from when it worked"),
        ("Answer: Compare with the form", "compare_form", "What was changed since it was sent"),
        ("Answer: Compare with the expectation", "compare_expectation", "What was expected, and what came back"),
        ("Answer: Record as the expectation", "record_expectation", "Any other answer then counts as a failure"),
        ("Request: Send it several ways", "several_ways", "Test call, function, connections: one table of verdicts"),
        (
            "Request: Send to several targets",
            "several_targets",
            "One table of verdicts, with the differences from the first",
        ),
        ("Request: Write negative cases", "negative_cases", "Requests that must be refused, made from this one"),
        ("Answer: Read the function's log", "read_log", "What the deployed function logged, from CloudWatch Logs"),
        ("Answer: Read AWS IoT's log", "read_connections", "Real connections of this client id, from CloudWatch Logs"),
        ("Request: Send the field empty", "send_empty", "Send this field even though it is empty, or no longer"),
        *((f"Go to: {each.title}", f"member {each.field}", f"Edit {each.label}") for each in MEMBERS),
        *((f"Go to: {title}", f"page {page}", about) for title, page, about in _PAGES),
    )
)


IN_THE_DEMO = (
    Command("File: Reset the samples", "do('reset_samples')", "Make all samples, and their functions, as they were"),
)


def commands_of(screen: MainScreen) -> dict[str, Callable[[], None]]:
    """What each command does."""
    return {
        "send": screen.sending.send_form,
        "abandon": partial(_abandon, screen),
        "save": screen.files.save,
        "save_as": screen.files.save_as,
        "open": screen.files.open,
        "new": screen.files.new,
        "rename": screen.files.rename,
        "duplicate": screen.files.duplicate,
        "delete": screen.files.delete,
        "saved": partial(screen.panes.toggle, CollectionPane.ID),
        "back": screen.panes.back,
        "choose_case": screen.variants.choose_case,
        "choose_environment": screen.variants.choose_environment,
        "edit": partial(_edit, screen),
        "edit_request": screen.editing.request,
        "edit_function": screen.editing.function,
        "edit_target": screen.editing.target_file,
        "start_project": screen.beginning.start_project,
        "open_samples": screen.beginning.open_samples,
        "reset_samples": screen.files.reset_samples,
        "target": screen.looks.target,
        "request_as": screen.looks.request_as,
        "events": screen.looks.events,
        "devices": screen.devices.open,
        "probe": screen.probing.open,
        "call_function": screen.ways.call_function,
        "signature": screen.looks.signature,
        "watch": screen.watcher.toggle,
        "fix": screen.preflight.fix,
        "go_to_finding": screen.preflight.go_to_finding,
        "next_pane": screen.panes.next,
        "previous_pane": screen.panes.previous,
        "zoom": screen.panes.zoom,
        "undo": screen.form.undo,
        "redo": screen.form.redo,
        "send_empty": lambda: screen.form.toggle_empty(getattr(screen.focused, "member", "")),
        "ask": partial(_ask, screen),
        "paste": screen.pasting.ask,
        "lint": partial(_page, screen, "lint"),
        **{f"page {page}": partial(_page, screen, page) for _, page, _ in _PAGES},
        **{f"member {each.field}": partial(_member, screen, each.field) for each in MEMBERS},
        "history": partial(screen.panes.go_to, HistoryPane.ID),
        "pin_shown": screen.comparing.pin_shown,
        "compare_allowed": screen.comparing.with_last_allowed,
        "compare_form": screen.comparing.form_with_last,
        "compare_expectation": screen.comparing.with_expectation,
        "record_expectation": screen.comparing.record_expectation,
        "several_ways": screen.ways.several,
        "several_targets": screen.batches.several_targets,
        "negative_cases": screen.batches.negative_cases,
        "read_log": screen.logs.read_function,
        "read_connections": screen.logs.read_connections,
    }


def _abandon(screen: MainScreen) -> None:
    """Stop what was begun last: a request that is sent while a batch is under way, else the batch."""
    if screen.sending.is_running:
        screen.sending.abandon()
    else:
        screen.batches.stop()


def _edit(screen: MainScreen) -> None:
    """What the cursor is in: a field, in the answer the function that gave it, else the whole request."""
    if isinstance(screen.focused, Field):
        screen.editing.field(screen.focused)
    elif screen.panes.front == AnswerPane.ID and screen.form.state.target.local is not None:
        screen.editing.function()
    else:
        screen.editing.request()


def _ask(screen: MainScreen) -> None:
    """Go where questions are asked."""
    screen.panes.go_to(AnswerPane.ID, focus=False)
    screen.panes.query_one(AnswerPane).ask()


def _page(screen: MainScreen, name: str) -> None:
    screen.panes.go_to(AnswerPane.ID, focus=False)
    screen.panes.query_one(AnswerPane).focus_page(name)


def _member(screen: MainScreen, name: str) -> None:
    screen.panes.go_to(RequestPane.ID, focus=False)
    screen.panes.query_one(RequestPane).go_to(name)

"""The main screen: the form, the answer and the history, and the keys that act on all of them."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container

from authlens.core.invocation.invocation import Invocation
from authlens.core.request.request import AuthorizerRequest
from authlens.frozen import dataclass
from authlens.gate import changed_target
from authlens.ui.model.draft import MEMBERS, Draft, with_kind
from authlens.ui.screens.dialogs.trust import may_send
from authlens.ui.screens.main.cloud_logs import Deployed
from authlens.ui.screens.main.comparing import Comparing
from authlens.ui.screens.main.devices import DevicesController
from authlens.ui.screens.main.files import Filing
from authlens.ui.screens.main.form import MainState
from authlens.ui.screens.main.layout import Layout
from authlens.ui.screens.main.pasting import Pasting
from authlens.ui.screens.main.preflight import Explaining
from authlens.ui.screens.main.watching import Watching
from authlens.ui.widgets.answer.answer_pane import AnswerPane
from authlens.ui.widgets.controls.field import Field
from authlens.ui.widgets.controls.key_line import KeyLine
from authlens.ui.widgets.controls.pane import Pane
from authlens.ui.widgets.form.identity_bar import IdentityBar
from authlens.ui.widgets.form.member_pages import MqttPage
from authlens.ui.widgets.form.request_pane import RequestPane
from authlens.ui.widgets.history.history_pane import HistoryPane


@dataclass(frozen=True, slots=True)
class Command:
    """An action that has no key of its own and is found in the palette."""

    title: str
    action: str
    tooltip: str


class MainScreen(Comparing, Watching, Filing, Explaining, Deployed, Pasting, Layout):
    AUTO_FOCUS = "#authorizer.-wanted, #members Field"
    PANES: ClassVar[tuple[type[Pane], ...]] = (RequestPane, AnswerPane, HistoryPane)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5,ctrl+j", "send", "Send", id="send", priority=True, tooltip="Send the request"),
        Binding("ctrl+s", "save", "Save", id="save", tooltip="Save the request to its file"),
        Binding("ctrl+o", "open", "Open", id="open", tooltip="Open a saved request"),
        Binding("ctrl+n", "new", "New", show=False, id="new", tooltip="Start with an empty form"),
        Binding("f9", "target", "Target", show=False, id="target", tooltip="Choose where requests are sent"),
        Binding(
            "f3", "request_as", "Copy as", show=False, id="request-as", tooltip="The request as a command, code, event"
        ),
        Binding(
            "f10", "events", "Events", show=False, id="events", tooltip="The event of this test and of a real device"
        ),
        Binding(
            "f12",
            "devices",
            "Devices",
            show=False,
            id="devices",
            tooltip="Let real devices connect, and see what they may do",
        ),
        Binding(
            "ctrl+t", "signature", "Signature", show=False, id="signature", tooltip="Sign, verify, mend; read a JWT"
        ),
        Binding(
            "ctrl+r",
            "watch",
            "Watch",
            show=False,
            id="watch",
            tooltip="Send again whenever the function's code changes",
        ),
        Binding("f8", "fix", "Fix", show=False, id="fix", tooltip="Mend what preflight found, where a key can"),
        Binding(
            "f7", "go_to_finding", "Go to it", show=False, id="go-to-finding", tooltip="Go to what preflight found"
        ),
        Binding("escape", "abandon", "Give up", id="abandon", tooltip="Stop waiting for the answer"),
        Binding("f6", "next_pane", "Next pane", id="next-pane", tooltip="Go to the next pane"),
        Binding("shift+f6", "next_pane(-1)", "Previous pane", show=False, id="previous-pane"),
        Binding("f4", "zoom", "Zoom", show=False, id="zoom", tooltip="Show this pane alone, and back"),
        Binding("ctrl+z,super+z", "undo", "Undo", show=False, id="undo", tooltip="Take back the last change"),
        Binding(
            "ctrl+y,super+y,ctrl+shift+z",
            "redo",
            "Redo",
            show=False,
            id="redo",
            tooltip="Undo the undo",
        ),
    ]

    WITHOUT_KEYS: ClassVar[tuple[Command, ...]] = (
        Command("Save as", "save_as", "Save the request to another file"),
        Command("Rename", "rename", "Give the open file another name"),
        Command("Duplicate", "duplicate", "Copy the open file and open the copy"),
        Command("Delete", "delete", "Delete the open file"),
        Command("Ask what the client may do", "ask", "A question that every answer is asked from now on"),
        Command("Pin this answer as the baseline", "pin_shown", "Every further answer is compared with it"),
        Command("Compare the form with its last run", "compare_form", "What was changed since it was sent"),
        Command("Compare the answer with the expectation", "compare_expectation", "What was promised and what came"),
        Command("Record the answer as the expectation", "record_expectation", "So that it never breaks again"),
        Command(
            "Send to several targets", "several_targets", "One table of verdicts, with the difference to the first"
        ),
        Command("Write negative cases", "negative_cases", "Requests that must be refused, made from this one"),
        Command("Read the function's log", "read_log", "What the deployed function logged, from CloudWatch Logs"),
        Command("Read AWS IoT's log", "read_connections", "Real connections of this client id, from CloudWatch Logs"),
        Command("Send the field empty", "send_empty", "Send this field although it holds nothing, or no longer"),
    )

    @cached_property
    def devices(self) -> DevicesController:
        return DevicesController(self.desk.now)

    def compose(self) -> ComposeResult:
        yield IdentityBar().data_bind(
            MainState.target,
            MainState.configured,
            MainState.identity,
            MainState.authorizer,
            MainState.authorizer_name,
            MainState.authorizer_problem,
        )
        yield from self.compose_tabs()
        with Container(id="panes"):
            yield RequestPane(self.shown).data_bind(
                MainState.draft,
                MainState.shown,
                MainState.source,
                MainState.unsaved,
                Explaining.findings,
                Explaining.pointed,
                MainState.authorizer,
                Explaining.token_names,
            )
            yield AnswerPane(self.desk.now).data_bind(
                MainState.invocation,
                MainState.running,
                MainState.blank,
                MainState.authorizer,
                MainState.questions,
                MainState.baseline,
                Explaining.expect,
                Explaining.findings,
                MainState.target,
                MainState.deployment,
            )
            yield HistoryPane(self.desk.now).data_bind(
                MainState.shown_number, total=MainState.history_total, problem=MainState.history_problem
            )
        yield KeyLine()

    def on_mount(self) -> None:
        self.call_after_refresh(self._after_first_paint)

    def _after_first_paint(self) -> None:
        self.open_history()
        self.look_up()
        if self.desk.watch:
            self.action_watch()
        self.look_ahead()

    def arrived(self, invocation: Invocation) -> None:
        self.bring_if_hidden("answer")

    def show(self, invocation: Invocation) -> None:
        super().show(invocation)
        self.bring_if_hidden("answer")

    def load(self, invocation: Invocation) -> None:
        super().load(invocation)
        self.bring_if_hidden("request")

    def watch_draft(self, draft: Draft) -> None:
        super().watch_draft(draft)
        if self.is_mounted:
            self.settle()
            self.look_ahead()

    def on_request_pane_edited(self, event: RequestPane.Edited) -> None:
        self.edit(event.changes, event.where)

    def on_mqtt_page_kind_chosen(self, event: MqttPage.KindChosen) -> None:
        self.put(with_kind(self.draft, event.kind))

    def on_field_left(self, event: Field.Left) -> None:
        self.focus_next()

    def on_answer_pane_log_asked(self, event: AnswerPane.LogAsked) -> None:
        self.action_read_log()

    def on_answer_pane_copy_asked(self, event: AnswerPane.CopyAsked) -> None:
        self.app.copy_to_clipboard(event.text)

    def on_answer_pane_write_asked(self, event: AnswerPane.WriteAsked) -> None:
        event.prevent_default()
        self.write_text(event.text, event.what)

    @work(exclusive=True, group="target")
    async def action_target(self) -> None:
        from authlens.ui.screens.dialogs.target import TargetScreen

        target = await self.app.push_screen_wait(TargetScreen(self.draft.target))
        if target is not None and target != self.draft.target:
            self.sender.gate.vouch(changed_target(self.draft.target, target), self.base)
            self.put(replace(self.draft, target=target))

    def action_request_as(self) -> None:
        from authlens.ui.screens.dialogs.request_as import RequestAs

        endpoint = self.deployment.data_endpoint if self.deployment is not None else ""
        host = endpoint if isinstance(endpoint, str) else ""
        self.app.push_screen(RequestAs(self._as_sent(), self.draft.target, self.authorizer, host))

    @work(exclusive=True, group="devices")
    async def action_devices(self) -> None:
        """Real devices on the local target; what was chosen there is done here."""
        saved = self.draft.saved
        if saved.target.local is None:
            words = "Real devices connect to a local target: choose one with F9, or start 'authlens demo'."
            self.notify(words, markup=False)
            return
        if not await may_send(self, self.sender, self.desk, saved, self.base, self.file.sources):
            return
        chosen = await self.devices.watch(self.app, saved.target, self.base, self.history)
        self.recorded()
        if chosen is None:
            return
        if chosen.action == "compare":
            self.pinned, self.baseline = True, chosen.invocation
        self.load(chosen.invocation)
        if chosen.action in ("test", "compare"):
            self.action_send()
        elif chosen.action == "save":
            self.action_save_as()

    def on_unmount(self) -> None:
        self.devices.close()

    def action_events(self) -> None:
        from authlens.ui.screens.dialogs.events import EventsScreen

        self.app.push_screen(EventsScreen(self._as_sent(), self.authorizer))

    def _as_sent(self) -> AuthorizerRequest:
        """The request with the signature that it gets when it is sent."""
        from authlens.store.signing_keys import as_sent

        draft = self.draft
        return as_sent(draft.request, draft.sign, self.authorizer, self.base, self.desk.environ)

    def action_ask(self) -> None:
        """Go where questions are asked."""
        self.bring("answer", focus=False)
        self.query_one(AnswerPane).ask()

    def action_send_empty(self) -> None:
        """Send the field that the cursor is in although it is empty, or no longer."""
        member = MEMBERS.get(getattr(self.focused, "member", ""))
        if member is None:
            self.notify("Go to a field of the request first.", markup=False)
            return
        given = self.draft.given_empty ^ {member}
        self.put(replace(self.draft, given_empty=given))
        self.notify(f"{member} is {'sent even' if member in given else 'not sent'} when it is empty.", markup=False)

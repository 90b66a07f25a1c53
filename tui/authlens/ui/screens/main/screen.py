"""The main screen: it makes the controllers, wires what they report, and shows their state in its panes."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.reactive import Reactive, var
from textual.screen import Screen
from textual.widget import Widget

from authlens.core.deployment.deployment import Deployment
from authlens.core.invocation.invocation import Invocation
from authlens.core.invocation.local_run import Unresolved
from authlens.core.request.authorizer import Authorizer
from authlens.core.saved.expectation import Expectation
from authlens.sending import Sender
from authlens.ui.model.collection import CollectionState
from authlens.ui.model.screen_values import FormState, HintState, HistoryState, IdentityState, RunningCall
from authlens.ui.runtime.host import ScreenHost
from authlens.ui.runtime.question_memory import QuestionMemory
from authlens.ui.runtime.services import AppServices
from authlens.ui.runtime.start import Start, project_of
from authlens.ui.screens.main.answer import AnswerController
from authlens.ui.screens.main.batches import BatchController
from authlens.ui.screens.main.cloud_logs import LogController
from authlens.ui.screens.main.comparing import CompareController
from authlens.ui.screens.main.devices.listening import DevicesController
from authlens.ui.screens.main.devices.probing import ProbeController
from authlens.ui.screens.main.files import FileController
from authlens.ui.screens.main.form import FormController
from authlens.ui.screens.main.history import HistoryController
from authlens.ui.screens.main.identity import IdentityController
from authlens.ui.screens.main.keys import IN_THE_DEMO, KEYS, WITHOUT_KEYS, Command, commands_of
from authlens.ui.screens.main.looks import LooksController
from authlens.ui.screens.main.preflight import PreflightController
from authlens.ui.screens.main.request import beginning
from authlens.ui.screens.main.request.beginning import BeginningController
from authlens.ui.screens.main.request.collection import CollectionController
from authlens.ui.screens.main.request.editing import EditController
from authlens.ui.screens.main.request.freshness import FreshnessController
from authlens.ui.screens.main.request.pasting import Arrival, PasteController
from authlens.ui.screens.main.request.variants import VariantController
from authlens.ui.screens.main.sending import SendController
from authlens.ui.screens.main.watching import WatchController
from authlens.ui.screens.main.ways import WaysController
from authlens.ui.text.answer.answer_view import AnswerView
from authlens.ui.text.answer.cloud_log_lines import CloudLog
from authlens.ui.widgets.answer.access_page import AccessPage
from authlens.ui.widgets.answer.answer_pane import AnswerPane
from authlens.ui.widgets.collection.collection_pane import CollectionPane, CollectionRows
from authlens.ui.widgets.controls.field import Field
from authlens.ui.widgets.controls.key_line import KeyLine
from authlens.ui.widgets.controls.pane_layout import PaneLayout
from authlens.ui.widgets.form.identity_bar import IdentityBar
from authlens.ui.widgets.form.member_pages import MqttPage
from authlens.ui.widgets.form.request_pane import RequestPane
from authlens.ui.widgets.history.history_pane import HistoryPane
from authlens.ui.widgets.history.history_rows import HistoryRows


class MainScreen(Screen[object]):
    AUTO_FOCUS = "#authorizer.-wanted, #members Field"
    BINDINGS: ClassVar[list[BindingType]] = KEYS
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """As Textual's, but a move of the focus paints what it touches, and not the whole screen."""

    # What the controllers publish. Each is written by the report of its controller, and nowhere else.
    form_state: var[FormState] = var(FormState(), init=False)
    answer_view: var[AnswerView] = var(AnswerView(), init=False)
    identity_state: var[IdentityState] = var(IdentityState(), init=False)
    missing: var[tuple[Unresolved, ...]] = var[tuple[Unresolved, ...]]((), init=False)
    hints: var[HintState] = var(HintState(), init=False)
    collection: var[CollectionState] = var(CollectionState(is_read=False), init=False)
    running: var[RunningCall | None] = var[RunningCall | None](None)
    history_state: var[HistoryState] = var(HistoryState(), init=False)
    cloud_log: var[CloudLog | None] = var[CloudLog | None](None)
    watching: var[bool] = var(False)
    is_before_answer: var[bool] = var(True, init=False)
    """Whether the key for the next pane leads to the answer."""
    environments: var[tuple[str, ...]] = var[tuple[str, ...]]((), init=False)

    def __init__(self, services: AppServices, sender: Sender) -> None:
        super().__init__()
        self.services = services
        self.host = host = ScreenHost(self)
        self.form = form = FormController(services, sender, host, self._form_changed)
        self.answer = answer = AnswerController(self._answer_changed, QuestionMemory(services, host))
        self.identity = identity = IdentityController(
            services, sender, host, form, self._identity_changed, self._facts_read
        )
        self.history = history = HistoryController(
            services, host, self._history_changed, answer.replace, self._invocation_chosen
        )
        self.preflight = PreflightController(services, host, form, identity, self._hints_changed)
        self.sending = SendController(
            services, sender, host, form, identity, self._running_changed, self._answer_arrived
        )
        self.watcher = WatchController(host, form, answer, self.sending, partial(setattr, self, "watching"))
        self.files = FileController(services, sender, host, form, self._file_opened, self._filed)
        self.variants = VariantController(sender, host, form, self.files, partial(setattr, self, "environments"))
        self.beginning = BeginningController(services, sender, host, self.files.browse)
        self.looks = LooksController(services, sender, host, form, identity)
        self.editing = EditController(
            services, sender, host, form, identity, answer, self.preflight, lambda: self.watching
        )
        self.pasting = PasteController(services, sender, host, form, answer, identity, self._pasted)
        self.comparing = CompareController(host, form, answer, history, identity, services.now)
        show, changed = self._answer_chosen, self.refresh_bindings
        self.batches = BatchController(services, sender, host, form, answer, history, identity, show, changed)
        self.collections = CollectionController(
            sender, host, form, self.files, history, self.batches, show, partial(setattr, self, "collection")
        )
        self.freshness = FreshnessController(host, form, answer, identity, self._files_changed)
        chosen = self._invocation_chosen
        self.devices = DevicesController(
            services, sender, host, form, history, identity, chosen, lambda: self.probing.open()
        )
        self.probing = ProbeController(services, sender, host, form, answer, self.sending, self.devices)
        self.ways = WaysController(services, sender, host, form, answer, history, self.sending, self.probing, show)
        self.logs = LogController(services, sender, host, form, answer, partial(setattr, self, "cloud_log"))
        self.without_keys: tuple[Command, ...] = (*WITHOUT_KEYS, *(IN_THE_DEMO if services.demo else ()))
        self._is_choice = False
        """Whether authlens chose the open file among those of a folder."""
        self.panes = PaneLayout(
            RequestPane, AnswerPane, HistoryPane, aside=CollectionPane, lists=(HistoryPane, CollectionPane)
        )
        self.commands = commands_of(self)

    def action_do(self, command: str) -> None:
        self.commands[command]()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        is_sending = self.sending.is_running or self.batches.is_running
        if action == "do" and parameters == ("abandon",):
            return is_sending
        if action == "do" and parameters == ("back",):
            return self.panes.is_in_list and not is_sending
        return super().check_action(action, parameters)

    def begin(self, start: Start) -> None:
        """Open on a request, before anything is on the screen."""
        self.form.begin(start)
        self.history.limit_to(project_of(self.services, start.folder))
        self._is_choice = start.is_choice

    def compose(self) -> ComposeResult:
        yield IdentityBar().data_bind(MainScreen.watching, identity=MainScreen.identity_state)
        self.panes.hold(
            CollectionPane().data_bind(MainScreen.collection),
            RequestPane(self.form_state).data_bind(
                MainScreen.hints, MainScreen.missing, MainScreen.environments, form=MainScreen.form_state
            ),
            AnswerPane(self.services.now).data_bind(
                MainScreen.running,
                MainScreen.cloud_log,
                view=MainScreen.answer_view,
                is_next=MainScreen.is_before_answer,
            ),
            HistoryPane(self.services.now).data_bind(history=MainScreen.history_state, answer=MainScreen.answer_view),
        )
        yield self.panes
        yield KeyLine()

    def on_mount(self) -> None:
        entered = self.query(self.AUTO_FOCUS).first(Field)
        self.set_focus(entered)
        entered.select_all()  # as a field that is entered by a key: what is typed first replaces what it holds
        self.watch(self.panes, "front", self._front_changed, init=False)
        self.call_after_refresh(self._after_first_paint)

    def _after_first_paint(self) -> None:
        self.history.open()
        self.answer.recall()
        self.identity.look_up()
        if self.services.watch:
            self.watcher.toggle()
        self.preflight.look_ahead()
        self.variants.look()
        self.freshness.begin()
        beginning.say_what_was_said(self.host, self.services.said)
        if self._is_choice:
            self.files.say_what_was_opened()
        elif self.services.start is None and not self.services.demo and not self.services.prompt:
            beginning.say_where_to_begin(self.host)

    def on_unmount(self) -> None:
        self.devices.close()

    # What the controllers report

    def _form_changed(self, form: FormState) -> None:
        self.form_state = form
        self.identity.settle(form)
        self.answer.form_is(form)
        self.panes.retitle(RequestPane.ID, form.title, " ● unsaved" if form.unsaved else "")
        if self.is_mounted:
            self.collections.form_changed()
            self.preflight.look_ahead()
            self.variants.look()

    def _answer_changed(self, view: AnswerView) -> None:
        self.answer_view = view
        self.preflight.answered(view.reasons_said)

    def _identity_changed(self, identity: IdentityState) -> None:
        before, self.identity_state = self.identity_state, identity
        self.missing = identity.missing
        if identity.authorizer != before.authorizer and self.is_mounted:
            self.preflight.look_ahead()
            self.looks.know(identity)

    def _facts_read(self, invocation: Invocation, authorizer: Authorizer | None, deployment: Deployment | None) -> None:
        """Something was read for an invocation after it was sent."""
        self.answer.know(invocation, authorizer, deployment)
        self.history.know(invocation, authorizer, deployment)

    def _hints_changed(self, hints: HintState) -> None:
        is_new = hints.target is not None and hints.target is not self.hints.target
        self.hints = hints
        self.answer.foresee(hints)
        if is_new:
            self.panes.go_to(RequestPane.ID, focus=False)  # the pane itself moves the cursor

    def _running_changed(self, running: RunningCall | None) -> None:
        was, self.running = self.running, running
        if (was is not None and was.is_long) != (running is not None and running.is_long):
            self.refresh_bindings()  # a quick call needs no key to give it up, and a new footer costs a layout
        if was is None and running is not None:
            self.panes.go_to_if_hidden(AnswerPane.ID)  # where it says that a call is under way, and how to stop it
        self._mark_answer()

    def _answer_arrived(self, invocation: Invocation, expect: Expectation | None, is_shown: bool) -> None:
        if is_shown:
            self.answer.show(invocation, expect)
            self.panes.go_to_if_hidden(AnswerPane.ID)
            if invocation.via == "function":
                self.query_one(AnswerPane).open_page("log")
            self.identity.look_up(invocation)
        self.history.record(invocation)

    def _history_changed(self, history: HistoryState) -> None:
        page, before = history.page, self.history_state.page
        self.history_state = history
        if page is not None and page is not before and page.before is None and self.collection.nodes:
            self.collections.refresh()  # older rows contain no newer verdict

    def _invocation_chosen(self, action: str, invocation: Invocation) -> None:
        """An invocation of the history, or a connection of a device, is to be shown, loaded, or sent again."""
        if action == "show":
            self._answer_chosen(invocation, self.form.expectation_for(invocation))
        elif action == "resend":
            (self.probing.again if invocation.is_probe else self.sending.send_again)(invocation)
        elif action == "compare":
            self.sending.send_again(invocation, partial(self.comparing.with_test_call, invocation))
        elif action == "save":
            self.files.save_connection(invocation)
        elif action == "load":
            self.form.load(invocation)
            self._file_opened()
        else:
            self.sending.send_again(invocation)

    def _answer_chosen(self, invocation: Invocation, expect: Expectation | None) -> None:
        self.answer.show(invocation, expect)
        self.panes.go_to_if_hidden(AnswerPane.ID)

    def _filed(self) -> None:
        self.collections.refresh()

    def _files_changed(self) -> None:
        self.preflight.look_ahead()
        self.collections.refresh()

    def on_collection_pane_wanted(self) -> None:
        self.collections.seen()

    def on_collection_rows_asked(self, event: CollectionRows.Asked) -> None:
        self.collections.do(event.action, event.node, event.nodes)

    def _file_opened(self) -> None:
        """What is typed next is for the form, not a command of the pane that had the focus."""
        self.panes.go_to(RequestPane.ID, focus=False)
        self.query_one(RequestPane).enter_first_field()

    def _front_changed(self, front: str) -> None:
        self.is_before_answer = front == RequestPane.ID

    def _mark_answer(self) -> None:
        """On its tab, for whoever is in another pane."""
        self.panes.retitle(AnswerPane.ID, "", self.running.mark if self.running is not None else "")

    def _pasted(self, where: Arrival) -> None:
        self.panes.go_to_if_hidden(RequestPane.ID if where is Arrival.FORM else AnswerPane.ID)

    # What the user does in the panes

    def on_request_pane_edited(self, event: RequestPane.Edited) -> None:
        self.form.edit(event.changes, event.where)

    def on_mqtt_page_kind_chosen(self, event: MqttPage.KindChosen) -> None:
        self.form.choose_password_kind(event.kind)

    def on_request_pane_variant_wanted(self, event: RequestPane.VariantWanted) -> None:
        if event.kind == "case":
            self.variants.step_case(event.by) if event.by else self.variants.choose_case()
        else:
            self.variants.step_environment(event.by) if event.by else self.variants.choose_environment()

    def on_field_left(self, event: Field.Left) -> None:
        self.app.action_focus_next()

    def on_field_recognised(self, event: Field.Recognised) -> None:
        event.stop()
        self.pasting.put(event.text)

    def on_paste(self, event: events.Paste) -> None:
        """What is pasted elsewhere than into a field."""
        self.pasting.put(event.text)

    def on_access_page_asked(self, event: AccessPage.Asked) -> None:
        self.answer.ask(event.question)

    def on_access_page_dropped(self, event: AccessPage.Dropped) -> None:
        self.answer.drop(event.index)

    def on_answer_pane_log_asked(self, event: AnswerPane.LogAsked) -> None:
        self.logs.read_function()

    def on_answer_pane_form_comparison_asked(self, event: AnswerPane.FormComparisonAsked) -> None:
        self.comparing.form_with_last()

    def on_answer_pane_expectation_asked(self, event: AnswerPane.ExpectationAsked) -> None:
        self.comparing.with_expectation()

    def on_answer_pane_copy_asked(self, event: AnswerPane.CopyAsked) -> None:
        self.app.copy_to_clipboard(event.text)

    def on_answer_pane_write_asked(self, event: AnswerPane.WriteAsked) -> None:
        event.prevent_default()
        self.files.write_text(event.text, event.what)

    def on_history_pane_wanted(self, event: HistoryPane.Wanted) -> None:
        self.history.page(event.search, event.before)

    def on_history_pane_all_wanted(self) -> None:
        self.history.toggle_scope()

    def on_history_rows_asked(self, event: HistoryRows.Asked) -> None:
        self.history.choose(event.action, event.number)

    def on_history_rows_several(self, event: HistoryRows.Several) -> None:
        if event.action == "compare":
            self.comparing.numbers(event.numbers)
        elif event.action == "last_allowed":
            self.comparing.with_last_allowed(event.numbers[0])
        elif event.action == "pin":
            self.comparing.pin_number(event.numbers[0])
        else:
            self.batches.replay(event.numbers)

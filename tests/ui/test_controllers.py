"""What the controllers of the main screen decide, without a screen."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from authlens.core.contract.outcome import Outcome
from authlens.core.invocation.gateway import Reply
from authlens.core.invocation.invocation import Failure, FailureKind, Invocation
from authlens.core.request.request import AuthorizerRequest, MqttContext
from authlens.core.request.target import Target
from authlens.core.saved.expectation import Expectation, Question
from authlens.core.saved.saved_request import SavedRequest
from authlens.store.history.history import History
from authlens.store.open_questions import OpenQuestions
from authlens.store.places import Places
from authlens.store.settings import Settings
from authlens.ui.model.draft import of_saved
from authlens.ui.model.edits import OpenFile
from authlens.ui.model.printed_lines import MOST, PrintedLines
from authlens.ui.model.screen_values import FormState, HistoryState, RunningCall
from authlens.ui.runtime.host import Host
from authlens.ui.runtime.question_memory import QuestionMemory, Recalled
from authlens.ui.runtime.services import AppServices
from authlens.ui.runtime.start import Start
from authlens.ui.screens.main.answer import AnswerController
from authlens.ui.screens.main.form import FormController
from authlens.ui.screens.main.history import HistoryController
from authlens.ui.screens.main.identity import IdentityController
from authlens.ui.screens.main.sending import SendController
from authlens.ui.screens.main.watching import WatchController
from authlens.ui.text.answer.answer_view import AnswerView, Relation
from support.app_services import NOW, PASSED, ScriptedGateway, sender
from support.fake_host import FakeHost
from support.functions import until

REQUEST = AuthorizerRequest("SensorAuth", mqtt_context=MqttContext("sensor-7", "correct-horse", "sensor-7"))
SAVED = SavedRequest(REQUEST, target=Target(local="demo"))
ANSWER = Invocation(REQUEST, Target(local="demo"), PASSED, NOW, 0.01, source="/x/a.yaml")
CONNECT = Question("iot:Connect", "client/sensor-7")
PUBLISH = Question("iot:Publish", "topic/a")


def services(folder: Path) -> AppServices:
    history = folder / "state" / "history.db"
    return AppServices(
        build_sender=lambda ask: sender(ScriptedGateway()),
        open_history=lambda: History(history),
        places=Places(folder / "config.yaml", folder / "themes", history, folder / "cache", folder / "requests"),
        settings=Settings(total_timeout=20.0),
        save_settings=lambda settings: None,
        now=lambda: NOW,
        environ={},
    )


class Remembering:
    """What was kept, in memory."""

    def __init__(self, **kept: OpenQuestions) -> None:
        self.kept = {f"/x/{name}.yaml": questions for name, questions in kept.items()}

    def recall(self, recalled: Recalled) -> None:
        recalled(self.kept)

    def keep(self, of: str, questions: OpenQuestions) -> None:
        self.kept[of] = questions


def answers(memory: Remembering | None = None) -> tuple[AnswerController, list[AnswerView]]:
    views: list[AnswerView] = []
    return AnswerController(views.append, memory or Remembering()), views


def asked(views: list[AnswerView]) -> tuple[Question, ...]:
    return views[-1].questions


def form_of(saved: SavedRequest, path: str | None = None) -> FormState:
    draft = of_saved(saved)
    return FormState(draft, file=OpenFile(draft, Path(path) if path else None))


# The answer


def test_questions_belong_to_the_request_that_they_were_asked_of() -> None:
    memory = Remembering()
    answer, views = answers(memory)
    answer.show(ANSWER, None)
    answer.ask(PUBLISH)
    assert asked(views) == (CONNECT, PUBLISH)
    answer.show(replace(ANSWER, source="/x/b.yaml"), None)
    assert asked(views) == (CONNECT,)
    answer.show(replace(ANSWER, source="/x/a.yaml::a case"), None)
    assert asked(views) == (CONNECT, PUBLISH), "cases share those of their file"
    answer.drop(0)
    assert asked(views) == (PUBLISH,)
    assert memory.kept == {"/x/a.yaml": OpenQuestions((PUBLISH,), frozenset({CONNECT}))}


def test_questions_of_earlier_runs_are_asked_again_without_an_expectation() -> None:
    answer, views = answers(Remembering(a=OpenQuestions((PUBLISH,), frozenset({CONNECT}))))
    answer.show(ANSWER, None)
    answer.recall()
    assert asked(views) == (PUBLISH,)
    assert views[-1].expect is None
    answer.ask(CONNECT)
    answer.recall()
    assert asked(views) == (CONNECT, PUBLISH), "what was asked since counts"


def test_an_answer_keeps_what_was_read_for_it_whatever_the_form_holds() -> None:
    answer, views = answers()
    expect = Expectation(is_authenticated=True)
    answer.form_is(form_of(SAVED, "/x/a.yaml"))
    answer.show(ANSWER, expect)
    recorded = replace(ANSWER, number=7)
    answer.replace(ANSWER, recorded)
    assert (views[-1].invocation, views[-1].relation) == (recorded, Relation.SAME)
    answer.form_is(form_of(replace(SAVED, request=AuthorizerRequest("Other")), "/x/other.yaml"))
    assert (views[-1].relation, views[-1].expect) == (Relation.OTHER, expect)
    answer.follow()
    assert views[-1].baseline == recorded
    answer.pin(ANSWER)
    answer.follow()
    assert views[-1].baseline == ANSWER, "what the person chose stays"


# Sending, the history, watching


class Scene:
    def __init__(self, folder: Path, *results: Outcome | Failure, saved: SavedRequest = SAVED) -> None:
        self.host = FakeHost()
        self.services = services(folder)
        self.gateway = ScriptedGateway([Reply(result, 0.01) for result in results])
        made = sender(self.gateway)
        host: Host = self.host
        self.form = FormController(self.services, made, host, lambda form: None)
        self.form.begin(Start(saved))
        self.running: list[RunningCall | None] = []
        self.arrived: list[tuple[Invocation, bool]] = []
        identity = IdentityController(self.services, made, host, self.form, lambda state: None, lambda *facts: None)
        self.sending = SendController(self.services, made, host, self.form, identity, self.running.append, self._arrive)
        self.answer, self.views = answers()
        self.watcher = WatchController(host, self.form, self.answer, self.sending, lambda watching: None)

    def _arrive(self, invocation: Invocation, expect: Expectation | None, is_shown: bool) -> None:
        self.arrived.append((invocation, is_shown))


async def test_a_request_is_sent_as_the_form_holds_it(tmp_path: Path) -> None:
    scene = Scene(tmp_path, PASSED)
    scene.sending.send_form()
    await scene.host.done()
    assert [(invocation.result, shown) for invocation, shown in scene.arrived] == [(PASSED, True)]
    assert scene.gateway.sent == [REQUEST]
    assert (scene.running[0], scene.running[-1]) == (RunningCall(), None)
    assert scene.host.repeated == [], "the clock has stopped"


async def test_a_second_send_gives_the_first_one_up(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.gateway.hold = threading.Event()
    scene.sending.send_form()
    await until(lambda: len(scene.gateway.sent) == 1)
    scene.sending.send_form()
    await until(lambda: len(scene.gateway.sent) == 2)
    scene.gateway.hold.set()
    await scene.host.done()
    (first, first_shown), (second, second_shown) = scene.arrived
    assert isinstance(first.result, Failure)
    assert (first.result.kind, first.result.message) == (FailureKind.ABANDONED, "You stopped waiting.")
    assert (first_shown, second_shown) == (False, True)
    assert second.result == PASSED


async def test_a_redacted_request_is_not_sent_again(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    hidden = replace(REQUEST, mqtt_context=MqttContext("sensor-7", "[redacted]", "sensor-7"))
    scene.sending.send_again(replace(ANSWER, request=hidden))
    assert scene.gateway.sent == []
    assert "redacted" in scene.host.said[-1]


async def test_the_history_works_out_the_failing_stages_of_its_rows(tmp_path: Path) -> None:
    states: list[HistoryState] = []
    host: Host = (fake := FakeHost())
    history = HistoryController(
        services(tmp_path), host, states.append, lambda old, new: None, lambda action, invocation: None
    )
    refused = replace(ANSWER, result=Outcome(False, "p", ()))
    with History(tmp_path / "state" / "history.db") as before:
        for _ in range(7):
            before.record(refused)
    history.open()
    await fake.done()
    page = states[-1].page
    assert page is not None
    assert [row.stage for row in page.rows] == ["authenticated"] * 7
    history.record(ANSWER)
    await fake.done()
    page = states[-1].page
    assert page is not None
    assert [row.stage for row in page.rows] == ["", *["authenticated"] * 7]
    assert history.store is not None
    history.store.close()


async def test_only_a_local_target_is_watched(tmp_path: Path) -> None:
    scene = Scene(tmp_path, saved=replace(SAVED, target=Target(region="eu-west-1")))
    scene.watcher.toggle()
    assert not scene.watcher.watching
    assert "Only a local target" in scene.host.said[-1]


async def test_questions_are_kept_in_their_file(tmp_path: Path) -> None:
    host: Host = (fake := FakeHost())
    memory = QuestionMemory(services(tmp_path), host)
    memory.keep("/x/a.yaml", OpenQuestions((PUBLISH,)))
    await fake.done()
    found: list[Mapping[str, OpenQuestions]] = []
    memory.recall(found.append)
    await fake.done()
    assert found == [{"/x/a.yaml": OpenQuestions((PUBLISH,))}]
    for number in range(40):
        memory.keep("/x/a.yaml", OpenQuestions((Question("iot:Publish", f"topic/{number}"),)))
    await fake.done()
    memory.recall(found.append)
    await fake.done()
    assert found[-1]["/x/a.yaml"].asked[0].resource == "topic/39", "the last change is the one that stays"
    (tmp_path / "state" / "questions.json").unlink()
    (tmp_path / "state" / "questions.json").mkdir()
    memory.keep("/x/a.yaml", OpenQuestions((PUBLISH,)))
    await fake.done()
    assert fake.said[-1].startswith("The questions could not be saved: ")


# What a function prints meanwhile


def test_the_last_lines_are_shown_without_secrets() -> None:
    printed = PrintedLines(SAVED)
    printed.add("one\nlogin with correct-")
    printed.add("horse\n\n")
    assert printed.last == ("one", "login with [redacted]")
    printed.add("\n".join(map(str, range(50))))
    assert printed.last == tuple(map(str, range(50 - MOST, 50)))


@pytest.mark.parametrize("text", ["${env:PASSWORD}", "a-${file:x}"])
def test_of_a_request_with_references_only_the_number_of_lines_is_said(text: str) -> None:
    request = replace(REQUEST, mqtt_context=MqttContext("sensor-7", text, "sensor-7"))
    printed = PrintedLines(SavedRequest(request))
    assert not printed.last
    printed.add("the resolved secret\n" * 2)
    assert list(printed.last) == ["2 lines printed so far"]

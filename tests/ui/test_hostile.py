"""Text from outside in every place where it is shown: it stays text, and nothing stops the app."""

from __future__ import annotations

from pathlib import Path

import pytest

from authlens.core.contract.outcome import Outcome
from authlens.core.invocation.gateway import Reply
from authlens.core.invocation.invocation import Failure, FailureKind, Invocation, Wire
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext, TlsContext
from authlens.core.request.target import Target
from authlens.core.saved.saved_request import SavedRequest
from authlens.core.text.visible import is_visible
from authlens.store.history.history import History
from authlens.ui.widgets.controls.pages import Pages
from support.app_services import NOW, ScriptedGateway
from ui.robot import Robot, running

HOSTILE = {
    "markup": "a [ b [/] [/foo] [red]x[/red] [@click=app.quit]ok[/] [link=https://evil.example]y[/link] [k=v: 1 $x",
    "escapes": "\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x07\x1b[2J\x9b31m\x00\x0e\x7f\x08",
    "bidi": "\u202eevil\u202c\u2066x\u2069\u200b\u2028\u2029\ufeff\U000e0041",
    "odd": "\ud800 \r\n\t \x85 \x0c " + "é" * 5 + "👩‍👩‍👧" + "日本" * 9,
}


def everywhere(text: str) -> tuple[SavedRequest, Reply]:
    request = AuthorizerRequest(
        text, None, None, HttpContext(((text, text),), text), MqttContext(text, text, text), TlsContext(text)
    )
    wire = Wire(
        "POST", text, ((text, text),), text.encode("utf-8", "replace"), 200, ((text, text),), b"\xff\x00\x1b[31m"
    )
    reply = Reply(Outcome(True, text, (text, '"' + text.replace("\n", " ") + '"'), 300, 400), 0.01, wire, text)
    return SavedRequest(request, description=text, target=Target(text, text, text)), reply


async def walk(robot: Robot) -> None:
    """Look at every page of every pane, and say the text in a notification and a tooltip."""
    for pane in ("request", "answer", "history"):
        robot.screen.panes.go_to(pane)
        await check(robot)
    for pages in list(robot.screen.query(Pages)):
        for name in list(pages._pages):
            await robot.open_page(name)
            await check(robot)
    await robot.press("f1")
    await check(robot)
    await robot.press("escape")


async def check(robot: Robot) -> None:
    await robot.settle()
    assert robot.app._exception is None
    assert robot.app.is_running
    assert all(is_visible(line) for line in robot.text().split("\n"))


TEXTS = [pytest.param(text, id=name, marks=pytest.mark.slow) for name, text in HOSTILE.items()]
TEXTS.append(pytest.param(" ".join(HOSTILE.values()), id="all"))


@pytest.mark.parametrize("text", TEXTS)
async def test_hostile_text_is_shown_everywhere_and_does_nothing(tmp_path: Path, text: str) -> None:
    saved, reply = everywhere(text)
    failure = Failure(FailureKind.AWS, text, text, 400, text, text)
    with History(tmp_path / "state" / "history.db") as history:
        history.record(Invocation(saved.request, saved.target, failure, NOW, 0.01, source=text))
    async with running(
        tmp_path, saved, gateway=ScriptedGateway([reply, Reply(failure, 0.01)]), every_frame=True
    ) as robot:
        await robot.send()
        robot.app.notify(text, title=text, markup=False)
        await walk(robot)
        assert robot.form.draft.saved.request == saved.request
        await robot.send()
        await check(robot)
        assert "[/foo]" in robot.text() or "[/foo]" not in text


async def test_hostile_names_of_files_are_only_shown(tmp_path: Path) -> None:
    folder = tmp_path / "requests"
    make(folder, *HOSTILE.values())
    async with running(tmp_path, folder, every_frame=True) as robot:
        await check(robot)
        await robot.press("ctrl+o")
        await check(robot)
        await robot.press("down", "enter")
        await check(robot)


def make(folder: Path, *texts: str) -> None:
    folder.mkdir()
    for text in texts:
        name = text.replace("\0", "").replace("/", "").encode("utf-8", "replace").decode()[:40]
        (folder / f"{name}.yaml").write_text("request: {authorizerName: A}\n")
        (folder / f"{name}2.yaml").write_text("request: [\n")


def test_no_variable_is_ever_put_into_markup() -> None:
    """Nothing in the app builds markup: texts are Content, and what takes markup gets markup=False."""
    source = Path(__file__).parent.parent.parent / "tui" / "authlens" / "ui"
    for path in source.rglob("*.py"):
        text = path.read_text()
        assert "from_markup" not in text, path
        assert "Markdown(" not in text, path
        for line in text.splitlines():
            # A host's `notify` takes no markup: it hands every text on with markup=False.
            if ".notify(" in line and "host.notify(" not in line and line.rstrip().endswith(")"):
                assert "markup=False" in line, f"{path}: {line}"

"""Scenes of the app as pictures. They are the golden files: `make screenshots` draws them anew."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from authlens.core.authorizer import Authorizer
from authlens.core.gateway import Reply
from authlens.core.invocation import Failure, FailureKind, Outcome
from authlens.core.saved_request_yaml import write
from authlens.store.settings import Settings
from authlens.ui.widgets.choices import Choices
from support.desk import ScriptedGateway
from ui.robot import SENSOR, Robot, running

FOLDER = Path(__file__).parent.parent.parent / "screenshots"
REFUSED = Failure(
    FailureKind.AWS,
    "InvalidRequestException",
    "Token signature mismatch for authorizer SensorAuth",
    400,
    "6f0d3f0e-7f0a-4c55-9a5d-2f6c0f0a9b11",
)


@dataclass(frozen=True)
class Scene:
    name: str
    act: Callable[[Robot], Awaitable[None]]
    size: tuple[int, int] = (120, 40)
    theme: str = "dark"
    result: Outcome | Failure | None = None


async def nothing(robot: Robot) -> None:
    await robot.settle()


async def send(robot: Robot) -> None:
    await robot.send()


async def send_often(robot: Robot) -> None:
    await robot.send()
    await robot.fill("password", "wrong")
    robot.gateway.results.append(Reply(Outcome(False, "sensor7", ()), 0.0087))
    await robot.send()
    await robot.press("ctrl+z")
    await robot.send()


async def browse(robot: Robot) -> None:
    await robot.press("ctrl+o")


async def ask_for_help(robot: Robot) -> None:
    await robot.press("f1")


async def look_at_history(robot: Robot) -> None:
    await send_often(robot)
    await robot.press("f6")


async def choose_the_token(robot: Robot) -> None:
    robot.screen.query_one("#mode", Choices).focus()
    await robot.press("left")
    await robot.fill("token", "device-token-7f3a")
    await robot.go_to("token_signature")


SCENES = (
    Scene("first-screen", nothing),
    Scene("first-answer-120x40", send),
    Scene("answer-200x60", send_often, (200, 60)),
    Scene("request-80x24", nothing, (80, 24)),
    Scene("answer-80x24", send, (80, 24)),
    Scene("history-80x24", look_at_history, (80, 24)),
    Scene("history-120x40", send_often),
    Scene("refused", send, result=REFUSED),
    Scene("token-mode", choose_the_token),
    Scene("open", browse),
    Scene("help", ask_for_help),
    Scene("light", send_often, theme="light"),
    Scene("high-contrast", send_often, theme="high-contrast"),
    Scene("terminal", send_often, theme="terminal"),
)


@pytest.fixture
def fixed_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def requests(fixed_surroundings: None) -> Path:
    """Saved requests to browse."""
    folder = Path("requests")
    folder.mkdir()
    for name in ("sensor-7", "wrong-password", "gateway"):
        saved = replace(SENSOR, description=f"What {name} is about")
        (folder / f"{name}.yaml").write_text(write(saved))
    (folder / "unfinished.yaml").write_text("request:\n  authorizerName: 7\n")
    return folder


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
async def test_the_scene_looks_as_it_did(scene: Scene, requests: Path) -> None:
    gateway = ScriptedGateway([] if scene.result is None else [Reply(scene.result, 0.0123)])
    gateway.authorizer = Authorizer("SensorAuth", signing_disabled=True)
    start = requests / "sensor-7.yaml"
    async with running(Path(), start, size=scene.size, gateway=gateway, settings=Settings(theme=scene.theme)) as robot:
        await scene.act(robot)
        await robot.rest()
        drawn = robot.app.export_screenshot(title="authlens")
    compare(FOLDER / f"{scene.name}.svg", drawn)


def compare(golden: Path, drawn: str) -> None:
    if os.environ.get("AUTHLENS_UPDATE_SCREENSHOTS"):
        golden.write_text(drawn)
    assert golden.exists(), f"{golden.name} was never drawn; run make screenshots"
    assert texts(drawn) == texts(golden.read_text()), f"{golden.name} has changed; run make screenshots and look at it"
    assert drawn == golden.read_text(), f"{golden.name} has other colours; run make screenshots and look at it"


def texts(svg: str) -> list[str]:
    """What stands in the picture: a difference in it is easier to read than one in the whole."""
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def test_every_picture_has_its_scene() -> None:
    assert {path.stem for path in FOLDER.glob("*.svg")} == {scene.name for scene in SCENES}

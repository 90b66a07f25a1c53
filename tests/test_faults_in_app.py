"""An exception at every call that the app makes through sending and store: it goes on, and says so in a sentence."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from authlens.gate import Gate
from authlens.sending import Sender
from authlens.store.references import References
from support.app_services import NOW, NoLocalTargets, ScriptedGateway
from support.faults_at_calls import CANNOT_FAIL, Site, act_with_fault, sites
from ui.robot import running

ROOMS = ("sending.py", "store", "gate.py", "calls.py", "user_path.py", "suite_items.py")
SECRET = "canary-of-a-secret"
ERRORS = (OSError(28, "No space left on device"), RuntimeError(SECRET))
EVERY = 45
"""Of the sites, in the short form."""
MARKER = "saved-by-the-person"


@dataclass
class Session:
    """A person opens a request, sends it, changes and saves it, looks at the history, and sends it again."""

    folder: Path
    number: int = 0
    has_started: bool = False
    first: str = ""
    """What was on the screen after the first send."""
    last: str = ""
    said: list[str] = field(default_factory=list)

    def __call__(self) -> None:
        self.number += 1
        asyncio.run(self._act())

    @property
    def file(self) -> Path:
        return self.folder / str(self.number) / "requests" / "a.yaml"

    async def _act(self) -> None:
        self.has_started = False
        self.first = self.last = ""
        self.file.parent.mkdir(parents=True)
        self.file.write_text((self.folder / "a.yaml").read_text())
        made = Sender(
            ScriptedGateway(),
            NoLocalTargets(),
            lambda base: References({}, base),
            lambda: NOW,
            Gate(lambda path: True),
        )
        async with running(self.file.parent.parent, self.file, sending=made, is_faulty=True) as robot:
            self.has_started = True
            if robot.form.file.path is None:
                self.first = self.last = "NOT OPENED"
                self.said = [robot.text()]
                return
            await robot.send()
            self.first = robot.text()
            await robot.fill("token", MARKER)
            await robot.press("ctrl+s")
            await robot.send()
            self.last = robot.text()
            self.said = robot.notifications()
            assert robot.app.is_running
            await robot.press("ctrl+q")


@pytest.fixture
def session(tmp_path: Path) -> Session:
    (tmp_path / "token.txt").write_text("old")
    (tmp_path / "a.yaml").write_text(
        "target: {endpointUrl: 'http://127.0.0.1:1', region: eu-west-1}\n"
        "request: {authorizerName: A, token: '${file:../../token.txt}', tokenSignature: c2ln}\n"
    )
    return Session(tmp_path)


def derived(session: Session) -> list[Site]:
    found = [each for each in sites(session, ROOMS) if not each[2].startswith(CANNOT_FAIL)]
    assert "AUTHENTICATED" in session.first
    assert "AUTHENTICATED" in session.last
    assert MARKER in session.file.read_text()
    return found


def check(session: Session, site: Site, error: Exception) -> None:
    try:
        if not act_with_fault(session, ROOMS, site, error):
            return
    except RuntimeError:  # the command says so, as tests of it show
        assert not session.has_started
        return
    said = "\n".join(session.said)
    assert SECRET not in session.first + session.last + said, site
    if session.first == "NOT OPENED":
        assert "Not opened." in said, site
        return
    assert "AUTHENTICATED" in session.last or "INTERNAL FAULT" in session.last or "NOT SENT" in session.last, (
        site,
        session.last,
    )
    assert MARKER in session.file.read_text() or said.replace("Saved a.yaml.", ""), site


@pytest.mark.timeout(300)
def test_at_some_calls(session: Session) -> None:
    found = derived(session)
    assert len(found) > 40
    for number, site in enumerate(found[::EVERY]):
        check(session, site, ERRORS[number % 2])


@pytest.mark.slow
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_at_every_call(session: Session, error: Exception) -> None:
    for site in derived(session):
        check(session, site, error)
    session()
    assert "AUTHENTICATED" in session.last

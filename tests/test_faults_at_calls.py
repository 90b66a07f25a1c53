"""An exception at every call that leaves sending, suite, store and aws: the run goes on, and says so in a sentence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from authlens.core.signing.keys import generate_key_pair
from support.faults_at_calls import CANNOT_FAIL, Site, act_with_fault, sites
from support.one_command import Command, Ended
from support.recording_server import recording

ROOMS = ("sending.py", "suite", "store", "aws", "calls.py")
SECRET = "canary-of-a-secret"
ERRORS = (OSError(28, "No space left on device"), RuntimeError(SECRET))
EVERY = 35
"""Of the sites, in the short form."""
BEFORE_ANY_ITEM = ("store/places.py", "store/files.py")
"""Where nothing has been read yet, the sentence is all there is."""


class Running:
    """A command's process ends with what it holds; here each run has its own history instead."""

    def __init__(self, command: Command, files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
        self.command, self.files, self.monkeypatch = command, files, monkeypatch
        self.number = 0
        self.ended = Ended(0, "", "")

    def __call__(self) -> None:
        self.number += 1
        self.monkeypatch.setenv("XDG_STATE_HOME", str(self.files[0].parent / f"state{self.number}"))
        self.ended = self.command("run", *self.files, "--output", "json", "--concurrency", "1")


@pytest.fixture
def running(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Running]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    (tmp_path / "key.pem").write_bytes(generate_key_pair().private_pem)
    (tmp_path / "token").write_text("t")
    with recording() as server:
        target = f"target: {{endpointUrl: '{server.url}', region: eu-west-1}}\n"
        (tmp_path / "a.yaml").write_text(
            f"{target}request: {{authorizerName: A, token: '${{file:token}}', httpContext: {{queryString: '?a=b'}}}}\n"
            "sign: {key: key.pem}\n"
        )
        (tmp_path / "b.yaml").write_text(f"{target}request: {{authorizerName: A, token: t, tokenSignature: c2ln}}\n")
        yield Running(Command(capsys, monkeypatch), [tmp_path / "a.yaml", tmp_path / "b.yaml"], monkeypatch)


def derived(running: Running) -> list[Site]:
    running()
    found = [each for each in sites(running, ROOMS) if not each[2].startswith(CANNOT_FAIL)]
    assert running.ended.code == 0, running.ended.err
    return found


def check(running: Running, site: Site, error: Exception) -> None:
    if not act_with_fault(running, ROOMS, site, error):
        return
    ended = running.ended
    assert "Traceback" not in ended.err, site
    assert SECRET not in ended.out + ended.err, site
    if ended.code in (252, 253, 255) and not ended.out:
        assert ended.err.startswith("authlens: error: "), (site, ended.err)
        assert ended.err.count("\n") == 1, (site, ended.err)
        assert "internal fault" not in ended.err or site[0] in BEFORE_ANY_ITEM, (site, ended.err)
        return
    names = [json.loads(line)["name"] for line in ended.out.splitlines()]
    assert names == [str(path) for path in running.files], (site, ended.err)
    assert ended.code in (0, 1, 2), site


def test_at_some_calls(running: Running) -> None:
    found = derived(running)
    assert len(found) > 60
    for number, site in enumerate(found[::EVERY]):
        check(running, site, ERRORS[number % 2])


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_at_every_call(running: Running, error: Exception) -> None:
    for site in derived(running):
        check(running, site, error)
    running()
    assert running.ended.code == 0

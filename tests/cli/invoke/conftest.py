"""`authlens invoke` over a recording server: with one shared gateway (fast), or through the program's own start."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from authlens.__main__ import build_services
from authlens.aws.gateway import BotoGateway
from authlens.cli.console.diagnostics import CommandError, complain
from authlens.cli.console.output import Output
from authlens.cli.invoke import command as invoke
from authlens.endpoint.local import LocalTargets
from authlens.sending import Sender
from authlens.store.references import References
from support.one_command import Command, Ended
from support.recording_server import Recording, recording

Invoke = Callable[..., Ended]


@pytest.fixture(scope="session")
def running() -> Iterator[Recording]:
    with recording() as server:
        yield server


@pytest.fixture
def server(running: Recording) -> Recording:
    running.take()
    return running


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch, scrubbed_environment: Path) -> Path:
    """A home with profiles, and credentials in the environment. Returns the AWS folder."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    folder = scrubbed_environment / ".aws"
    folder.mkdir()
    keys = "aws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = secret\n"
    (folder / "config").write_text(
        "[default]\nregion = eu-west-1\n"
        f"[profile raw]\n{keys}region = us-east-2\ncli_binary_format = raw-in-base64-out\noutput = yaml\n"
        f"[profile 'in text']\n{keys}output = text\nregion = us-east-1\n"
        f"[profile nowhere]\n{keys}output = text\n"
        f"[profile odd]\n{keys}output = xml\nregion = eu-west-1\n"
        "[profile badformat]\ncli_binary_format = nonsense\n"
        "[profile prompt]\ncli_auto_prompt = on\n"
    )
    return folder


@pytest.fixture(scope="session")
def gateway() -> BotoGateway:
    """Shared, because creating a client takes longer than anything else here."""
    return BotoGateway(retries="configured")


@pytest.fixture
def call(server: Recording, configured: Path, gateway: BotoGateway) -> Invoke:
    """Runs the command on the recording server, unless the arguments name another endpoint."""

    def sender() -> Sender:
        return Sender(gateway, LocalTargets(), lambda base: References(services.environ, base), services.now)

    services = replace(build_services(), patient_sender=sender)

    def run(*words: object, stdin: str | bytes = "") -> Ended:
        content = stdin.encode() if isinstance(stdin, str) else stdin
        out, err = io.StringIO(), io.StringIO()
        this = replace(services, stdin=io.TextIOWrapper(io.BytesIO(content)), output=Output(out), stderr=err)
        try:
            code = invoke.main([*_with_endpoint(words, server.url), "--no-history"], this)
        except CommandError as error:
            complain(str(error), err)
            code = error.code
        assert isinstance(code, int)
        return Ended(code, out.getvalue(), err.getvalue())

    return run


@pytest.fixture
def whole_program(
    server: Recording, configured: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Invoke:
    """Like `call`, but through the program's own start."""
    command = Command(capsys, monkeypatch)

    def run(*words: object, stdin: str | bytes = "") -> Ended:
        return command("invoke", *_with_endpoint(words, server.url), stdin=stdin)

    return run


def _with_endpoint(words: tuple[object, ...], url: str) -> list[str]:
    given = [str(word) for word in words]
    return (
        given
        if any(word.startswith("--en") and word != "--environment" for word in given)
        else [*given, "--endpoint-url", url]
    )

"""The whole program: environment, configuration, history, prompting, help."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from authlens.cli.console.diagnostics import CommandError
from authlens.cli.console.services import OpenApp
from authlens.cli.invoke import command as invoke
from authlens.core.request.request import AuthorizerRequest, MqttContext
from authlens.core.saved.saved_request import SavedRequest
from support.one_command import Command, Ended
from support.recording_server import Recording

Invoke = Callable[..., Ended]
GOLDEN = Path(__file__).parent / "golden"


ENVIRONMENTS = [
    ({"AWS_PROFILE": "in text"}, [], "us-east-1", "text"),
    ({"AWS_DEFAULT_PROFILE": "in text"}, [], "us-east-1", "text"),
    ({"AWS_PROFILE": "in text", "AWS_DEFAULT_PROFILE": "raw"}, [], "us-east-1", "text"),
    ({}, ["--profile", ""], "eu-west-1", "json"),
    ({"AWS_PROFILE": "in text"}, ["--output", "json", "--region", "r-1"], "r-1", "json"),
    ({"AWS_DEFAULT_OUTPUT": "text"}, [], "eu-west-1", "text"),
    ({"AWS_REGION": "a-1", "AWS_DEFAULT_REGION": "b-1"}, [], "a-1", "json"),
    ({"AWS_DEFAULT_REGION": "b-1"}, ["--profile", "in text"], "b-1", "text"),
]


@pytest.mark.parametrize(("environ", "words", "region", "output"), ENVIRONMENTS)
def test_environment_and_configuration_are_honoured(
    whole_program: Invoke,
    server: Recording,
    monkeypatch: pytest.MonkeyPatch,
    environ: dict[str, str],
    words: list[str],
    region: str,
    output: str,
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    ended = whole_program("--authorizer-name", "A", *words)
    assert ended.out == (GOLDEN / f"answer.{output}").read_text()
    assert server.take()[0].identity == f"AKIDEXAMPLE/{region}/iot"


def test_without_signing_no_credentials_are_needed(
    whole_program: Invoke, server: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert whole_program("--authorizer-name", "A").code == 253
    assert server.take() == []
    assert whole_program("--authorizer-name", "A", "--no-sign-request").code == 0
    assert server.take()[0].identity == ""


def test_the_encoding_of_the_output_is_honoured(whole_program: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CLI_OUTPUT_ENCODING", "none-such")
    ended = whole_program("--authorizer-name", "A")
    assert (ended.code, "AWS_CLI_OUTPUT_ENCODING is not a known encoding" in ended.err) == (255, True)
    monkeypatch.setenv("AWS_CLI_OUTPUT_ENCODING", "ascii")
    assert '"principalId": "\\xe9\\U0001f600' in whole_program("--authorizer-name", "Unicode").out


def _history(command: Command) -> list[str]:
    return command("history", "list", "--output", "json").out.splitlines()


def test_invocations_are_recorded_unless_asked_not_to(
    whole_program: Invoke, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    command = Command(capsys, monkeypatch)
    whole_program("--authorizer-name", "Sensor")
    whole_program("--authorizer-name", "Missing")
    before = "\n".join(_history(command))
    assert "Sensor" in before
    assert "Missing" in before
    whole_program("--authorizer-name", "Silent", "--no-history")
    assert "\n".join(_history(command)) == before


def test_an_unwritable_history_is_not_a_failure(
    whole_program: Invoke, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "state").write_text("a file where a folder should be")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    ended = whole_program("--authorizer-name", "Sensor")
    assert ended.code == 0
    assert ended.out == (GOLDEN / "answer.json").read_text()
    assert ended.err.startswith("authlens: history: ")


def _wish(words: list[str]) -> OpenApp:
    from authlens.__main__ import build_services

    wish = invoke.main(words, build_services())
    assert isinstance(wish, OpenApp)
    return wish


def test_auto_prompt_opens_the_app_with_the_form_filled(configured: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wish = _wish(["--cli-auto-prompt", "--mqtt-context", "username=u,password=dGVzdA=="])
    assert wish == OpenApp(saved=SavedRequest(AuthorizerRequest(mqtt_context=MqttContext("u", "test"))), prompt=True)
    asked = _wish(["--profile", "prompt", "--authorizer-name", "A", "--query=-x", "--exit-code", "--token", "t"])
    assert asked.prompt
    assert asked.more_options == (("--query", "-x"), ("--exit-code", ""))
    monkeypatch.setenv("AWS_CLI_AUTO_PROMPT", "on")
    assert _wish([]).saved == SavedRequest(AuthorizerRequest())


def test_partial_prompting_opens_the_app_if_the_command_cannot_be_sent(
    whole_program: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_CLI_AUTO_PROMPT", "on-partial")
    assert whole_program("--authorizer-name", "A").code == 0
    assert _wish(["--token", "t"]).saved == SavedRequest(AuthorizerRequest(token="t"))
    with pytest.raises(CommandError, match="Expected"):
        _wish(["--mqtt-context", "username"])


def test_auto_prompt_can_be_switched_off(call: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CLI_AUTO_PROMPT", "on")
    assert call("--authorizer-name", "A", "--no-cli-auto-prompt").code == 0


def test_help_and_version(whole_program: Invoke) -> None:
    for words in (["--help"], ["-h"], ["help"]):
        ended = whole_program(*words, "--endpoint-url=http://x")
        assert ended.code == 0
        assert "examples:" in ended.out
        assert "--cli-binary-format" in ended.out
    assert whole_program("--version").out.startswith("authlens ")


def test_a_broken_configuration_file_is_named(whole_program: Invoke, configured: Path) -> None:
    (configured / "config").write_text("[default\nregion")
    ended = whole_program("--authorizer-name", "A")
    assert ended.code == 255
    assert str(configured / "config") in ended.err


def test_the_local_way_sends_nothing_to_another_target(whole_program: Invoke, server: Recording) -> None:
    ended = whole_program("--authorizer-name", "A", "--via", "local")
    assert ended.code == 252
    assert "--via local needs a saved request with a local target" in ended.err
    assert server.take() == []

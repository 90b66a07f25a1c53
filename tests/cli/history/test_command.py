"""`authlens history`: rows and invocations as text and JSON, secrets only when revealed, data erased when cleared."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from authlens.__main__ import main
from authlens.core.contract.outcome import Outcome
from authlens.core.invocation.invocation import Invocation, Wire
from authlens.core.invocation.invocation_json import from_json
from authlens.core.request.request import AuthorizerRequest, MqttContext
from authlens.store.history.history import History
from support.stored_invocations import FAILED, FULL, short

TOKEN, PASSWORD = "canary-token", "canary-password"


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "state/authlens/history.db"


def record(path: Path, *invocations: Invocation) -> None:
    with History(path) as history:
        for invocation in invocations:
            assert history.record(invocation).number is not None


def leaky() -> Invocation:
    request = AuthorizerRequest("A", TOKEN, mqtt_context=MqttContext("u", PASSWORD, "c"))
    wire = Wire("POST", "https://x", request_body=json.dumps({"token": TOKEN}).encode())
    return replace(FULL, request=request, result=Outcome(True, TOKEN, (f'{{"p": "{PASSWORD}"}}',)), wire=wire)


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["history", *words])
    said = capsys.readouterr()
    return code, said.out, said.err


def objects(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


class TestList:
    def test_text(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        record(path, FULL, FAILED)
        code, out, err = run(capsys, "list")
        headings, failed, full = (line.split() for line in out.splitlines())
        assert headings[:4] == ["ID", "TIME", "VERDICT", "AUTHORIZER"]
        assert failed[0] == "2"
        assert "ResourceNotFoundException" in failed
        assert full[0] == "1"
        assert {"AUTHENTICATED", "SensorAuth", "p1", "requests/sensor.yaml"} <= set(full)
        assert (code, err) == (0, "")

    def test_json_is_one_object_per_line(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        record(path, FULL, FAILED)
        _, out, err = run(capsys, "list", "--output", "json")
        newest, oldest = objects(out)
        assert oldest == {
            "id": 1,
            "startedAt": "2026-11-23T08:00:00.123456+00:00",
            "kind": "test",
            "verdict": "AUTHENTICATED",
            "error": None,
            "authorizerName": "SensorAuth",
            "clientId": "sensor-7",
            "principalId": "p1",
            "duration": 0.25,
            "target": "dev us-west-2",
            "source": "requests/sensor.yaml",
        }
        assert newest["error"] == "ResourceNotFoundException"
        assert err == ""

    def test_an_empty_history(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(capsys, "list") == (0, "", "")

    def test_pages_and_search(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        record(path, *(short(f"Sensor{number}") for number in range(5)), short("Other"))
        _, out, err = run(capsys, "list", "--search", "sensor", "--limit", "2", "--output", "json")
        assert [row["id"] for row in objects(out)] == [5, 4]
        _, out, _ = run(capsys, "list", "--search", "sensor", "--before", "4", "--output", "json")
        assert [row["id"] for row in objects(out)] == [3, 2, 1]
        _, _, err = run(capsys, "list", "--limit", "2")
        assert err == "for older ones: --before 5\n"

    def test_a_row_is_one_line_that_cannot_control_a_terminal(
        self, path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        record(path, short("A", principal="x\n\x1b]0;title\x07"))
        _, out, _ = run(capsys, "list")
        assert len(out.splitlines()) == 2
        assert "\x1b" not in out

    @pytest.mark.parametrize("number", ["0", "-1", "x", "1.5", "²", "9" * 30])
    def test_a_limit_is_a_number(self, path: Path, capsys: pytest.CaptureFixture[str], number: str) -> None:
        code, out, err = run(capsys, "list", f"--limit={number}")
        assert (code, out) == (252, "")
        too_large, wrong = f"{number} is too large a number", f"{number!r} is not a whole number of at least 1"
        assert (too_large if len(number) == 30 else wrong) in err


class TestShow:
    def test_text(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        record(path, leaky(), FAILED)
        code, out, err = run(capsys, "show", "1")
        assert out.startswith("1  AUTHENTICATED  in 250 ms\n")
        for words in ("principal: [redacted]", "authorizerName: A", "Policy document 1:", "Function log:\nSTART"):
            assert words in out
        assert "refresh after" not in out
        assert TOKEN not in out
        assert PASSWORD not in out
        assert (code, err) == (0, "")
        _, out, _ = run(capsys, "show", "2")
        for words in ("2  REFUSED", "No such authorizer", "HTTP status: 404", "Look at the name", "local: demo"):
            assert words in out

    def test_text_of_an_invocation_with_few_members(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        record(path, replace(short(), result=Outcome(False, None, ("not JSON",))))
        _, out, _ = run(capsys, "show", "1")
        assert "NOT AUTHENTICATED" in out
        assert "(no other fields)" in out
        assert "not JSON" in out

    def test_json(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        record(path, leaky())
        _, hidden, _ = run(capsys, "show", "1", "--output", "json")
        _, revealed, _ = run(capsys, "show", "1", "--output", "json", "--reveal")
        assert TOKEN not in hidden
        assert PASSWORD not in hidden
        assert from_json(json.loads(revealed)) == replace(leaky(), number=1)

    def test_revealed_text(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        record(path, leaky())
        _, out, _ = run(capsys, "show", "1", "--reveal")
        assert f"token: {TOKEN}" in out

    def test_an_unknown_id(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        code, out, err = run(capsys, "show", "7")
        assert (code, out, err) == (252, "", "authlens: error: the history has no invocation 7\n")


class TestExport:
    def test_every_invocation_without_secrets(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        record(path, leaky(), *(short(f"Sensor{number}") for number in range(3)))
        code, out, err = run(capsys, "export")
        assert [item["id"] for item in objects(out)] == [4, 3, 2, 1]
        assert TOKEN not in out
        assert PASSWORD not in out
        assert (code, err) == (0, "")
        _, out, _ = run(capsys, "export", "--output", "json", "--search", "sensor2", "--reveal")
        assert [from_json(item) for item in objects(out)] == [replace(short("Sensor2"), number=4)]

    def test_revealed(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        record(path, leaky())
        _, out, _ = run(capsys, "export", "--reveal")
        assert [from_json(item) for item in objects(out)] == [replace(leaky(), number=1)]


class TestClear:
    def test_the_data_is_erased(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        record(path, leaky(), leaky())
        assert TOKEN.encode() in path.read_bytes()
        assert run(capsys, "clear", "--yes") == (0, "", "the history is empty\n")
        assert all(TOKEN.encode() not in found.read_bytes() for found in path.parent.iterdir())
        assert run(capsys, "list") == (0, "", "")

    def test_without_a_terminal_it_needs_yes(
        self, path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        record(path, FULL)
        monkeypatch.setattr(sys, "stdin", io.StringIO("n\n"))
        code, _, err = run(capsys, "clear")
        assert code == 252
        assert "without a terminal, confirm with --yes" in err
        assert run(capsys, "list")[1] != ""

    @pytest.mark.parametrize(("said", "code"), [("y\n", 0), ("YES\n", 0), ("n\n", 1), ("\n", 1), ("", 1)])
    def test_on_a_terminal_it_asks(
        self,
        path: Path,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
        said: str,
        code: int,
    ) -> None:
        class Terminal(io.StringIO):
            def isatty(self) -> bool:
                return True

        record(path, FULL)
        monkeypatch.setattr(sys, "stdin", Terminal(said))
        answer, _, err = run(capsys, "clear")
        assert answer == code
        assert err.startswith("Permanently delete 1 invocation? [y/N]\n")
        assert (run(capsys, "list")[1] == "") is (code == 0)


class TestProblems:
    def test_errors_in_the_file_are_reported(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        path.mkdir(parents=True)
        for words in (["list"], ["export"], ["clear", "--yes"]):
            code, out, err = run(capsys, *words)
            assert (code, out) == (255, "")
            assert "cannot be used" in err

    def test_an_action_is_needed(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        code, _, err = run(capsys)
        assert code == 252
        assert "list|show|export|clear" in err

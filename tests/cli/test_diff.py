"""`authlens diff`: its inputs, outputs and exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from authlens.__main__ import open_history
from authlens.core.invocation.invocation_json import outcome_to_json, to_json
from authlens.core.invocation.local_run import LocalRun
from authlens.core.saved.saved_request import SavedRequest
from authlens.core.saved.saved_request_yaml import write
from support.invocations import CONNECT, PUBLISH, REFUSAL, REQUEST, invocation, outcome, policy
from support.one_command import Command

PUBLISHING = "iot:Publish topic/sensors/7/data"


@pytest.fixture
def authlens(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    monkeypatch.chdir(tmp_path)
    return Command(capsys, monkeypatch)


def written(name: str, value: object) -> str:
    Path(name).write_text(value if isinstance(value, str) else json.dumps(value))
    return name


def test_answers_that_mean_the_same(authlens: Command) -> None:
    a = written("a.json", outcome_to_json(outcome(policy(CONNECT, PUBLISH))))
    b = written("b.json", outcome_to_json(outcome(policy(PUBLISH, CONNECT))))

    ended = authlens("diff", a, b)

    assert ended.code == 0
    assert ended.out.startswith("a.json and b.json: equal by meaning\n  document 1 unchanged\n\n--- a.json\n")


def test_answers_that_differ(authlens: Command) -> None:
    a = written("a.json", to_json(invocation(number=1)))
    b = written("b.json", to_json(invocation(outcome(policy(CONNECT)), number=2)))

    ended = authlens("diff", a, b)

    assert ended.code == 1
    lines = ended.out.splitlines()
    assert lines[0] == "a.json and b.json: different"
    assert lines[1].startswith("  publish to sensors/7/data: ALLOWED → IMPLICIT_DENY, because no statement allows")
    assert lines[2].startswith("  statement 2 removed: Allow iot:Publish on arn:")


def test_invocations_from_the_history(authlens: Command) -> None:
    with open_history() as history:
        first = history.record(invocation()).number
        second = history.record(invocation(REFUSAL)).number
        runs = [LocalRun(code=digest, code_files=(("app.py", digest),)) for digest in ("1", "2")]
        old, new = (history.record(invocation(local_run=run)).number for run in runs)

    said = "the function's code changed (app.py)"
    changed = authlens("diff", old, new)
    assert (changed.code, said in changed.out) == (0, True)
    assert said not in authlens("diff", first, new).out, "of an older record it is unknown"
    assert authlens("diff", first, first).code == 0
    ended = authlens("diff", first, second)
    assert ended.code == 1
    assert "authenticated as sensor7 → ResourceNotFoundException: Authorizer SensorAuth not found" in ended.out


def test_an_invocation_and_its_expectation(authlens: Command) -> None:
    text = write(SavedRequest(REQUEST)) + f"expect: {{principalId: sensor8, allow: [{PUBLISHING}]}}\n"
    saved = written("saved.yaml", text)
    run = written("run.json", to_json(invocation()))

    for pair in ((saved, run), (run, saved)):
        ended = authlens("diff", *pair)
        assert ended.code == 1
        assert ended.out.splitlines()[1] == "  principal sensor8 → sensor7"


def test_two_saved_requests(authlens: Command) -> None:
    a = written("a.yaml", "request: {authorizerName: A, token: canary-1, tokenSignature: c2ln}\n")
    b = written("b.yaml", "request: {authorizerName: A, token: canary-2, tokenSignature: c2ln}\nsign: {key: k.pem}\n")

    ended = authlens("diff", a, b)

    assert ended.code == 1
    assert "token changed ([redacted])" in ended.out
    assert "sign (absent) → k.pem (token)" in ended.out
    assert "canary" not in ended.out


def test_only_a_part(authlens: Command) -> None:
    a = written("a.json", to_json(invocation()))
    b = written("b.json", to_json(invocation(request=SavedRequest(REQUEST).request, result=outcome(policy(CONNECT)))))

    assert authlens("diff", a, b).code == 1
    assert authlens("diff", a, b, "--only", "request").code == 0
    assert authlens("diff", a, b, "--only", "answer").code == 1


def test_questions_are_asked(authlens: Command) -> None:
    a = written("a.json", outcome_to_json(outcome(policy(CONNECT, {**PUBLISH, "Resource": "*"}))))
    b = written("b.json", outcome_to_json(outcome(policy(CONNECT))))

    ended = authlens("diff", a, b, "--ask", "iot:Publish topic/x", "--ask", "iot:Publish topic/y")

    assert [line.split(":")[0].strip() for line in ended.out.splitlines()[1:3]] == ["publish to x", "publish to y"]


def test_what_the_aws_cli_prints_as_yaml(authlens: Command) -> None:
    a = written("a.json", outcome_to_json(outcome(policy(CONNECT))))
    b = written("b.yaml", yaml.safe_dump(outcome_to_json(outcome(policy(CONNECT)))))

    assert authlens("diff", a, b).code == 0


def test_one_invocation_of_an_export(authlens: Command) -> None:
    lines = [json.dumps(to_json(invocation(number=number))) for number in (8, 7)]
    export = written("export.jsonl", "\n".join(lines) + "\n")

    assert authlens("diff", f"{export}#7", f"{export}#8").code == 0
    whole, wrong = authlens("diff", export, export), authlens("diff", export, f"{export}#9")
    assert (whole.code, wrong.code) == (252, 252)
    assert "export.jsonl: it has 2 invocations; give one of them, such as export.jsonl#8" in whole.err


def test_an_error_that_the_aws_cli_printed(authlens: Command) -> None:
    printed = "An error occurred (ResourceNotFoundException) when calling the TestInvokeAuthorizer operation: gone"
    a = written("a.json", outcome_to_json(outcome(policy(CONNECT))))

    ended = authlens("diff", a, written("b.txt", f"\n{printed}\n"))

    assert ended.code == 1
    assert "authenticated as sensor7 → ResourceNotFoundException" in ended.out


def test_policies_and_standard_input(authlens: Command) -> None:
    a = written("a.json", policy(CONNECT))

    assert authlens("diff", a, "-", stdin=json.dumps([json.loads(policy(CONNECT))])).code == 0


@pytest.mark.parametrize(
    ("form", "start"),
    [("markdown", "# a.json → b.json\n"), ("unified", "--- a.json\n+++ b.json\n"), ("json", '{\n    "equal": false,')],
)
def test_formats(authlens: Command, form: str, start: str) -> None:
    a = written("a.json", outcome_to_json(outcome(policy(CONNECT))))
    b = written("b.json", outcome_to_json(outcome(policy(PUBLISH), principal="p2")))

    ended = authlens("diff", a, b, "--output", form)

    assert ended.code == 1
    assert ended.out.startswith(start)
    assert ended.err == ""


@pytest.mark.parametrize(
    ("a", "b", "words"),
    [
        ("nowhere.json", "-", "nowhere.json cannot be read: No such file or directory"),
        ("7", "7", "the history has no invocation 7"),
        ("broken.yaml", "-", "broken.yaml: line 1, column "),
        ("broken.json", "-", "broken.json: "),
        ("bytes.json", "-", "bytes.json is not UTF-8 text: byte 0"),
        ("-", "-", "only one of A and B can be standard input"),
        ("saved.yaml", "answer.json", "saved.yaml and answer.json cannot be compared"),
    ],
)
def test_what_cannot_be_compared(authlens: Command, a: str, b: str, words: str) -> None:
    written("broken.yaml", "request: [")
    written("broken.json", '{"startedAt": "no", "request": {}}')
    written("saved.yaml", "request: {authorizerName: A}\n")
    written("answer.json", outcome_to_json(outcome()))
    Path("bytes.json").write_bytes(b"\xff")

    ended = authlens("diff", a, b, stdin="{}")

    assert ended.code == 252
    assert words in ended.err
    assert ended.out == ""

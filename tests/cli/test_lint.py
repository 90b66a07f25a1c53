"""`authlens lint` over real files: one finding per line, exit codes, JSON and the list of rules."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from authlens.__main__ import build_services
from authlens.cli import lint
from authlens.cli.console.diagnostics import CommandError, ExitCode
from authlens.cli.console.output import Output
from authlens.cli.console.parser import Parser
from authlens.core.invocation.invocation_json import to_json
from authlens.core.lint.linter import RULES
from authlens.core.request.authorizer import Authorizer
from support.invocations import invocation, outcome
from support.lint_cases import answer
from support.policies import allow, text

LINE = re.compile(r"(?P<file>.+):(?P<line>\d+):(?P<column>\d+): (?P<severity>error|warning|info) (?P<id>[a-z-]+) .+")
GOOD = text(allow("iot:Connect", "client/c1"))
WARNED = text(allow("iot:Publish", "topic/a"))
WRONG = text(allow("iot:Connect", "client/c1"), allow("iot:Subscribe", "topic/a"), allow("iot:Receive", "topic/a"))


def run(*arguments: str | Path, stdin: str = "") -> tuple[int, str, str]:
    parser = Parser(prog="authlens lint")
    lint.declare(parser)
    out, err = io.StringIO(), io.StringIO()
    services = replace(build_services(), stdin=io.StringIO(stdin), output=Output(out), stderr=err)
    code = lint.run(parser.parse_args(list(map(str, arguments))), services)
    return code, out.getvalue(), err.getvalue()


@pytest.mark.parametrize(
    ("document", "options", "code", "ids"),
    [
        (GOOD, (), ExitCode.DONE, []),
        (GOOD, ("--strict",), ExitCode.DONE, []),
        (WARNED, (), ExitCode.DONE, ["connect-missing"]),
        (WARNED, ("--strict",), ExitCode.NO, ["connect-missing"]),
        (WRONG, (), ExitCode.NO, ["subscribe-on-topic"]),
        (GOOD, ("--client-id", "c2"), ExitCode.NO, ["connect-refused"]),
        (GOOD, ("--region", "eu-west-1"), ExitCode.DONE, ["other-region"]),
        (GOOD, ("--account", "999999999999"), ExitCode.DONE, ["other-account"]),
        ("{", (), ExitCode.NO, ["json-syntax"]),
        ("7", (), ExitCode.NO, ["not-an-object"]),
        (answer(GOOD), (), ExitCode.DONE, []),
        (answer(GOOD, refreshAfterInSeconds=1), (), ExitCode.NO, ["refresh-range"]),
    ],
)
def test_findings_and_exit_codes(
    tmp_path: Path, document: str, options: tuple[str, ...], code: ExitCode, ids: list[str]
) -> None:
    path = tmp_path / "policy.json"
    path.write_text(document)
    ended, out, _ = run(path, *options)
    lines = [LINE.fullmatch(line) for line in out.splitlines()]
    assert all(line and line["file"] == str(path) for line in lines)
    assert [line["id"] for line in lines if line] == ids
    assert ended == code


def test_positions_are_those_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "answer.json"
    path.write_text(answer(WRONG))
    [line] = run(path)[1].splitlines()
    found = LINE.fullmatch(line)
    assert found
    written = path.read_text().splitlines()[int(found["line"]) - 1]
    assert written[int(found["column"]) - 1 :].startswith('\\"arn:aws:iot:us-east-1:123456789012:topic/a')


def test_a_document_that_is_too_large_is_found_in_its_answer(tmp_path: Path) -> None:
    path = tmp_path / "answer.json"
    path.write_text(answer(GOOD, text(allow("iot:Connect", "client/" + "x" * 2048))))
    _, out, _ = run(path)
    assert [line.split(" ")[0] for line in out.splitlines()] == [f"{path}:6:3:"]
    listed = tmp_path / "list.json"
    listed.write_text(f"[\n{text(allow('iot:Connect', 'client/' + 'x' * 2048))}]")
    assert run(listed)[1].startswith(f"{listed}:2:1: error document-too-large")


def test_an_invocation_from_the_history_uses_its_request_and_authorizer(tmp_path: Path) -> None:
    found = invocation(outcome(GOOD), authorizer=Authorizer("a", "arn:aws:iot:eu-west-1:123456789012:authorizer/a"))
    path = tmp_path / "invocation.json"
    path.write_text(json.dumps(to_json(found), indent=1))
    assert [line.split(" ")[2] for line in run(path)[1].splitlines()] == ["connect-refused", "other-region"]
    assert "connect-refused" not in run(path, "--client-id", "c1", "--region", "us-east-1")[1]


def test_gauges_go_to_standard_error(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    path.write_text("[" + ",".join(["{}"] * 11) + "]")
    _, _, err = run(path)
    assert err.splitlines()[:2] == [
        f"{path}: documents: 11 of 10, 1 too many",
        f"{path}: document 1: 2 of 2048, 2046 left",
    ]


def test_several_files_and_standard_input(tmp_path: Path) -> None:
    path = tmp_path / "policy.json"
    path.write_text(WARNED)
    code, out, _ = run(path, "-", stdin=WRONG)
    assert code == ExitCode.NO
    assert [line.split(":")[0] for line in out.splitlines()] == [str(path), "-"]


def test_the_json_has_the_documented_keys(tmp_path: Path) -> None:
    path = tmp_path / "policy.json"
    path.write_text(WRONG)
    code, out, err = run(path, "--output", "json")
    found = json.loads(out)
    assert (code, err) == (ExitCode.NO, "")
    [finding] = found["findings"]
    assert (finding["id"], finding["severity"], finding["statement"], finding["line"]) == (
        "subscribe-on-topic",
        "error",
        1,
        12,
    )
    page = (Path(__file__).parents[2] / "docs" / "lint.md").read_text()
    assert all(f"`{key}`" in page or f".{key}`" in page for key in {*finding, *found["gauges"][0]})


def test_every_rule_can_be_listed() -> None:
    code, out, _ = run("--rules")
    assert code == ExitCode.DONE
    assert [line.split(" ")[0] for line in out.splitlines() if not line.startswith(" ")] == [rule.id for rule in RULES]
    assert [rule["id"] for rule in json.loads(run("--rules", "--output", "json")[1])["rules"]] == [
        rule.id for rule in RULES
    ]


def test_nothing_to_lint_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as raised:
        run()
    assert raised.value.code is ExitCode.USAGE
    assert run(tmp_path / "missing.json")[0] is ExitCode.USAGE


def test_outside_text_cannot_control_a_terminal(tmp_path: Path) -> None:
    path = tmp_path / "policy.json"
    path.write_text(text(allow("iot:\x1b]0;x\x07", "client/c1")))
    assert "\x1b" not in run(path)[1]

"""The guides name what the program says: every stage, conclusion, caveat, finding and option."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from authlens.cli import event, logs, sign, verify
from authlens.cli.console.parser import Parser
from authlens.cli.explain import command as explain
from authlens.core.contract import test_call
from authlens.core.lint.linter import RULES
from authlens.core.verdict.stages import Conclusion, Stage, StageState

ROOT = Path(__file__).parent.parent
CORE = ROOT / "tui" / "authlens" / "core"
STAGES = (ROOT / "docs" / "stages.md").read_text()
SIGNING = (ROOT / "docs" / "signing.md").read_text()
COMPLAINTS = (ROOT / "docs" / "complaints.md").read_text()

FINDINGS = {
    *(rule.id for rule in test_call.TEST_CALL if rule is not test_call.CONSTRAINTS),
    *("missing-reference", "signing-key", "local-target", "certificate-file"),
    *(
        found
        for path in (CORE / "preflight").glob("*.py")
        for found in re.findall(r'Finding\(\s*"([a-z0-9-]+)"', path.read_text())
    ),
}
CAVEATS = {
    *re.findall(r'Caveat\(\s*"([a-z-]+)"', (CORE / "verdict" / "caveats.py").read_text()),
    *re.findall(r'(?<!_fact)\(\s*"([a-z]+(?:-[a-z]+)+)"', (CORE / "deployment" / "findings.py").read_text()),
}


@pytest.mark.parametrize("word", [*Stage, *StageState], ids=str)
def test_stages_and_states_are_described(word: str) -> None:
    assert f"\n| {word} |" in STAGES


@pytest.mark.parametrize("word", sorted({*Conclusion, *CAVEATS, *FINDINGS}))
def test_conclusions_caveats_and_findings_are_described(word: str) -> None:
    assert f"`{word}`" in STAGES


def test_nothing_was_overlooked() -> None:
    assert len(FINDINGS) > 30
    assert len(CAVEATS) > 25


@pytest.mark.parametrize(
    ("command", "guide"),
    [(explain, STAGES), (sign, SIGNING), (verify, SIGNING), (event, SIGNING), (logs, STAGES)],
    ids=["explain", "sign", "verify", "event", "logs"],
)
def test_every_option_is_described(command: object, guide: str) -> None:
    parser = Parser(prog="x")
    command.declare(parser)  # type: ignore[attr-defined]  # each command module has it
    options = {name for action in parser._actions for name in action.option_strings if name.startswith("--")}
    assert {name for name in options - {"--help"} if name not in guide} == set()


def test_the_forty_nine_complaints_are_there_with_their_sources() -> None:
    rows = re.findall(r"^\| (\d+) \| .*\(https://[^)]+\).* \| (.+) \|$", COMPLAINTS, re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(range(1, 50))


def test_the_complaints_name_what_exists() -> None:
    known = {*FINDINGS, *CAVEATS, *(rule.id for rule in RULES)}
    named = set(re.findall(r"`([a-z]+(?:-[a-z0-9]+)+)`", COMPLAINTS)) - {"add-permission"}
    assert named - known == set()

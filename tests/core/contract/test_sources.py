from __future__ import annotations

import re
from pathlib import Path

import pytest

from authlens.core.contract import answer, test_call
from authlens.core.contract.pages import PAGES
from authlens.core.contract.refusal import RefusalRule
from authlens.core.contract.sources import EXPLANATIONS, FINDINGS, WARNINGS, of_explanation
from authlens.core.contract.statement import Certainty, Source

CORE = Path(__file__).parents[3] / "tui" / "authlens" / "core"
TABLES = {"warnings": WARNINGS, "findings": FINDINGS, "explanations": EXPLANATIONS}


def ids(pattern: str, *files: Path) -> set[str]:
    return {found for path in files for found in re.findall(pattern, path.read_text())}


def test_every_warning_about_real_devices_has_its_row() -> None:
    rooms = (CORE / "verdict/caveats.py", CORE / "deployment/findings.py", CORE / "deployment/surroundings.py")
    written = ids(r'(?:Caveat|_ran)\(\s*"([a-z-]+)"', *rooms)
    written |= ids(r'Grant\.\w+: \(\s*"([a-z-]+)"', CORE / "deployment/findings.py")
    assert len(written) > 30
    assert written == set(WARNINGS)


def test_every_finding_has_its_row() -> None:
    checks = tuple((CORE / "preflight").glob("*_checks.py"))
    written = ids(r'Finding\(\s*"([a-z0-9-]+)"', *checks)
    assert len(written) > 25
    assert written - set(FINDINGS) == set()


@pytest.mark.parametrize("rule", [*test_call.TEST_CALL, *answer.ANSWER], ids=lambda rule: rule.id)
def test_every_refusal_of_the_contract_has_its_row(rule: RefusalRule) -> None:
    assert rule.id in EXPLANATIONS


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES.keys())
def test_every_source_is_one_of_the_pages(table: dict[str, Source]) -> None:
    assert {each.page for each in table.values() if each.page} - set(PAGES) == set()
    for each in table.values():
        assert each.page or each.known is Certainty.ASSUMED or each.note


def test_what_was_not_measured_is_said_to_be_assumed() -> None:
    assert of_explanation("StrangeException").known is Certainty.ASSUMED
    assert of_explanation("unreachable").known is Certainty.MEASURED

"""What nothing checked is not called passed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from authlens.core.contract.outcome import Outcome
from authlens.core.contract.stage import Stage
from authlens.core.invocation.invocation import Failure, FailureKind, Invocation
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.target import Target
from authlens.core.verdict.stages import StageState, stages
from support import invocations

SIGNED = Authorizer("A", token_key_name="t")
OPEN = Authorizer("A", signing_disabled=True)
AT_AWS = replace(invocations.invocation(), target=Target())
DIRECT = replace(AT_AWS, via="function", authorizer=SIGNED)


@pytest.mark.parametrize(
    ("invocation", "skipped"),
    [
        (replace(AT_AWS, authorizer=SIGNED), {}),
        (replace(AT_AWS, authorizer=OPEN), {Stage.SIGNATURE: "Not required: signing is disabled"}),
        (AT_AWS, {Stage.SIGNATURE: "No signature was sent"}),
        (DIRECT, {Stage.FITS: "called directly", Stage.SIGNATURE: "nothing verified a signature"}),
        (replace(AT_AWS, target=Target(local="demo"), authorizer=SIGNED), {Stage.CREDENTIALS: "no AWS credentials"}),
        (replace(AT_AWS, authorizer=OPEN, result=Outcome(False, "p")), {Stage.SIGNATURE: "Not required"}),
    ],
)
def test_a_stage_where_nothing_was_checked_is_skipped(invocation: Invocation, skipped: dict[Stage, str]) -> None:
    found = {each.stage: each.why for each in stages(invocation).stages if each.state is StageState.SKIPPED}
    assert found.keys() == skipped.keys()
    assert all(words in found[Stage(stage)] for stage, words in skipped.items())


def test_what_was_not_reached_is_not_skipped() -> None:
    missing = Failure(FailureKind.AWS, "ResourceNotFoundException", "Authorizer A not found", 404)
    verdict = stages(replace(AT_AWS, authorizer=OPEN, result=missing))
    assert [each.state for each in verdict.stages[4:]] == [StageState.NOT_REACHED] * 5

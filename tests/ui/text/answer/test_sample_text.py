"""Samples that fail on purpose say so, with what solves them; a solved one visibly passes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from authlens.core.contract.outcome import Outcome
from authlens.core.expect.check import judge
from authlens.core.invocation.invocation import Invocation
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.target import Target
from authlens.core.saved.saved_request import SavedRequest
from authlens.core.saved.saved_request_yaml import read
from authlens.core.secrets.redaction import Redactor
from authlens.endpoint.samples.unpack import SAMPLES
from authlens.store.history.history import HistoryRow
from authlens.ui.model.collection import CollectionNode
from authlens.ui.text.answer.answer_view import AnswerView
from authlens.ui.text.answer.mask import Mask
from authlens.ui.text.answer.sample_text import _FIXES, is_exercise_row, sample_text
from authlens.ui.text.answer.stage_text import verdict_text
from authlens.ui.text.collection_text import node_line
from support.invocations import invocation

PASSED = Outcome(True, "sensor7", ('{"Version": "2012-10-17", "Statement": []}',), 300, 86400)


def _sample(name: str) -> SavedRequest:
    return read((SAMPLES / "requests" / f"{name}.yaml").read_text())


def _sent(name: str, outcome: Outcome) -> Invocation:
    saved, source = _sample(name), f"/somewhere/{name}.yaml"
    return replace(invocation(outcome), request=saved.request, target=saved.target, source=source)


def _said(sent: Invocation, name: str) -> str | None:
    expect = _sample(name).expect
    assert expect is not None
    said = sample_text(sent, judge(expect, sent))
    return None if said is None else said.plain


def test_the_list_of_saved_requests_shows_what_is_still_to_be_solved() -> None:
    """Also where the outcome does not say so: a test call of an inactive authorizer passes."""
    source, at = "/demo/8-authorizer-out-of-use.yaml", datetime(2026, 11, 29, tzinfo=UTC)
    row = HistoryRow(1, at, "Retired", "AUTHENTICATED", None, "retired", 0.1, "demo", source)
    assert is_exercise_row(row, {"Retired"})
    assert not is_exercise_row(row, {"Other"}), "it was set to ACTIVE"
    assert is_exercise_row(replace(row, verdict="NOT AUTHENTICATED"), ())
    assert not is_exercise_row(replace(row, target="local"), {"Retired"})
    assert not is_exercise_row(replace(row, source="/demo/1-sensor-with-its-password.yaml"), {"Retired"})
    node = CollectionNode("8-authorizer-out-of-use", path=Path(source), about="An INACTIVE one", last=row)
    assert node_line(node, 80, False).plain == "✓ 8-authorizer-out-of-use  An INACTIVE one"
    line = node_line(replace(node, is_exercise=True), 80, False).plain
    assert line == "○ 8-authorizer-out-of-use  exercise: An INACTIVE one"


def test_each_sample_that_fails_says_what_to_do() -> None:
    names = {path.stem for path in Path(SAMPLES / "requests").glob("*.yaml")}
    assert names - set(_FIXES) == {"1-sensor-with-its-password", "2-vehicle-with-a-signed-token"}


@pytest.mark.parametrize("name", ["3-wrong-password"])
def test_a_failure_is_an_exercise_until_it_passes(name: str) -> None:
    refused = _sent(name, replace(PASSED, is_authenticated=False, policy_documents=()))
    said = _said(refused, name)
    assert said is not None
    assert said.startswith("○ exercise: ")
    assert "correct-horse" in said
    said = _said(_sent(name, PASSED), name)
    assert said is not None
    assert said.startswith("✓ solved: ")
    assert _said(replace(refused, target=Target()), name) is None, "a request of the user that is named alike"
    assert _said(replace(refused, source="/somewhere/other.yaml"), name) is None


def test_advice_is_shown_even_if_it_names_what_the_form_hides() -> None:
    refused = _sent("4-function-that-raises", replace(PASSED, is_authenticated=False, policy_documents=()))
    view = AnswerView(invocation=refused, expect=_sample("4-function-that-raises").expect)
    said = verdict_text(view, 72, Mask(Redactor(["sensor7"]))).plain
    assert "such as sensor7, and" in said
    assert verdict_text(view, 72, Mask(Redactor(["authenticated"]))).plain.startswith("✓ well-formed")
    assert "[redacted]" in verdict_text(view, 72, Mask(Redactor(["authenticated"]))).plain


def test_an_authorizer_out_of_use_is_an_exercise_although_the_test_call_passes() -> None:
    name = "8-authorizer-out-of-use"
    inactive = replace(_sent(name, PASSED), authorizer=Authorizer("Retired", status="INACTIVE"))
    assert (_said(inactive, name) or "").startswith("○ exercise: ")
    active = replace(inactive, authorizer=Authorizer("Retired", status="ACTIVE"))
    assert (_said(active, name) or "").startswith("✓ solved: ")

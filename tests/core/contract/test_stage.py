"""Stages read as their words, in the order in which a call passes them."""

from __future__ import annotations

from authlens.core.contract.stage import Stage


def test_a_stage_is_its_words_and_the_function_runs_before_its_answer_is_judged() -> None:
    order = list(Stage)

    assert f"failed at {Stage.FITS}" == "failed at request fits the authorizer"
    assert order.index(Stage.FOUND) < order.index(Stage.SIGNATURE) < order.index(Stage.RAN) < order.index(Stage.VALID)
    assert order[-1] is Stage.POLICY

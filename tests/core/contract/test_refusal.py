"""Rules fill their blanks and recognise AWS's answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.contract import answer, management, test_call
from authlens.core.contract.refusal import RefusalRule, rule_of
from authlens.core.contract.stage import Stage

RULE = RefusalRule("x", Stage.VALID, "{value} at field: ([a-z]){1,128} of {name}", "InvalidResponseException")
EVERY_RULE = (*test_call.TEST_CALL, *answer.ANSWER)


def test_blanks_are_filled_and_other_braces_stay() -> None:
    refusal = RULE.refusal(value=7, name="n")

    assert refusal.message == "7 at field: ([a-z]){1,128} of n"
    assert (refusal.http_status, refusal.error, refusal.rule, refusal.stage) == (
        400,
        "InvalidResponseException",
        "x",
        "answer valid",
    )


def test_a_blank_inside_a_value_is_not_filled_again() -> None:
    assert RULE.refusal(value="{name}", name="n").message == "{name} at field: ([a-z]){1,128} of n"


@given(value=st.text(), name=st.text())
def test_a_rule_recognises_what_it_refuses(value: str, name: str) -> None:
    refusal = RULE.refusal(value=value, name=name)

    assert RULE.fits(refusal.error, refusal.message)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        ("InvalidRequestException", "7 at field: ([a-z]){1,128} of n"),
        ("InvalidResponseException", "7 at another: ([a-z]){1,128} of n"),
        ("InvalidResponseException", None),
    ],
    ids=["other class", "other words", "no words"],
)
def test_a_rule_does_not_recognise_another_answer(error: str, message: str | None) -> None:
    assert not RULE.fits(error, message)


def test_the_null_message_is_recognised_and_no_other() -> None:
    rule = test_call.TOKEN_NOT_IN_CONTEXT

    assert rule.refusal().message is None
    assert rule.fits("InvalidRequestException", None)
    assert not rule.fits("InvalidRequestException", "")
    assert not rule.fits("InvalidResponseException", None)


@pytest.mark.parametrize(
    ("error", "message", "expected"),
    [
        ("ResourceNotFoundException", "Authorizer a not found", "unknown-authorizer"),
        ("InvalidRequestException", "Token signature mismatch for authorizer a", "signature-mismatch"),
        ("InvalidRequestException", None, "token-not-in-context"),
        ("InvalidRequestException", "2 validation errors detected: Value at 'a' …", "model-constraint"),
        (
            "InvalidResponseException",
            "Lambda function encountered error in execution: it broke: badly: ValueError",
            "function-failed",
        ),
        (
            "InvalidResponseException",
            "policyDocuments failed to satisfy constraint: "
            "Policy document is Malformed: The resource x is not in valid ARN format",
            "resource-arn",
        ),
        ("InvalidRequestException", "Something new", None),
    ],
)
def test_the_table_names_the_rule_of_an_answer(error: str, message: str | None, expected: str | None) -> None:
    rule = rule_of(EVERY_RULE, error, message)

    assert (rule and rule.id) == expected


def test_every_rule_has_an_id_of_its_own() -> None:
    table = (
        *EVERY_RULE,
        *(value for value in vars(management).values() if isinstance(value, RefusalRule) and value not in EVERY_RULE),
    )

    assert len({rule.id for rule in table}) == len(table)

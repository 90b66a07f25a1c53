from __future__ import annotations

from dataclasses import replace

import pytest

from authlens.core.contract import answer, test_call
from authlens.core.contract.refusal import Refusal
from authlens.core.contract.sources import of_explanation
from authlens.core.contract.stage import Stage
from authlens.core.contract.statement import Certainty
from authlens.core.invocation.invocation import Failure, FailureKind
from authlens.core.request.authorizer import SIGNATURE_NAME, Authorizer
from authlens.core.request.request import AuthorizerRequest, MqttContext
from authlens.core.verdict.explanations import _ERRORS, blanks, explain

CONTEXT = AuthorizerRequest("A", mqtt_context=MqttContext("u"))
TOKEN = AuthorizerRequest("A", "t", "AAAA")


def said(error: str, message: str | None, status: int | None = 400, advice: str | None = None) -> Failure:
    return Failure(FailureKind.AWS, error, message, status, advice=advice)


REQUEST, RESPONSE = "InvalidRequestException", "InvalidResponseException"
_CONSTRAINT = "failed to satisfy constraint:"
_DOCUMENTS = f"policyDocuments {_CONSTRAINT}"
_SECONDS = f"{_CONSTRAINT} Member must be greater than 5 minutes and less than 24 hours."

MESSAGES: dict[str, tuple[str, str | None, Stage, str]] = {
    "one constraint": (
        REQUEST,
        f"1 validation error detected: Value at 'token' {_CONSTRAINT} Member must have length less than or equal to 6",
        Stage.WELL_FORMED,
        "model-constraint",
    ),
    "two constraints": (
        REQUEST,
        f"2 validation errors detected: Value at 'token' {_CONSTRAINT} Member must have length less than or equal to; "
        f"Value at 'authorizerName' {_CONSTRAINT} Member must satisfy regular expression pattern: [\\w=,@-]+",
        Stage.WELL_FORMED,
        "model-constraint",
    ),
    "unknown authorizer": (
        "ResourceNotFoundException",
        "Authorizer A not found",
        Stage.FOUND,
        "unknown-authorizer",
    ),
    "half a pair": (
        REQUEST,
        "Request must provide both token and tokenSignature together.",
        Stage.FITS,
        "token-and-signature-together",
    ),
    "token and context": (
        REQUEST,
        "Request cannot have token and Http/Mqtt/Tls context.",
        Stage.FITS,
        "token-or-context",
    ),
    "signing disabled": (
        REQUEST,
        "Token and token signature provided but signing is disabled for the authorizer.",
        Stage.FITS,
        "signing-disabled",
    ),
    "nothing sent": (REQUEST, "Request must have Http/Mqtt/Tls context.", Stage.FITS, "nothing-sent"),
    "query string": (REQUEST, "Invalid arguments in the call", Stage.FITS, "query-string-mark"),
    "mismatch": (REQUEST, "Token signature mismatch for authorizer A", Stage.SIGNATURE, "signature-mismatch"),
    "null message": (REQUEST, None, Stage.SIGNATURE, "token-not-in-context"),
    "raised": (
        RESPONSE,
        "Lambda function encountered error in execution: no such user: ValueError",
        Stage.RAN,
        "function-failed",
    ),
    "no boolean": (RESPONSE, "Lambda invocation result is in invalid format", Stage.VALID, "no-boolean"),
    "bare refusal": (
        RESPONSE,
        f"null at principalId {_CONSTRAINT} Member must satisfy ([a-zA-Z0-9]){{1,128}}",
        Stage.VALID,
        "bare-refusal",
    ),
    "principal": (
        RESPONSE,
        f"sensor-7 at principalId {_CONSTRAINT} Member must satisfy ([a-zA-Z0-9]){{1,128}}",
        Stage.VALID,
        "principal-id",
    ),
    "no list": (RESPONSE, f"{_DOCUMENTS} List of policies cannot be null.", Stage.VALID, "no-policy-list"),
    "too many": (
        RESPONSE,
        f"{_DOCUMENTS} Number of policies allowed cannot exceed 10",
        Stage.VALID,
        "too-many-documents",
    ),
    "too long": (
        RESPONSE,
        f"{_DOCUMENTS} Size of a policy document cannot exceeds hard limit of 2048",
        Stage.VALID,
        "document-too-long",
    ),
    "syntax": (
        RESPONSE,
        f"{_DOCUMENTS} Policy document is Malformed: Invalid policy syntax.",
        Stage.VALID,
        "policy-syntax",
    ),
    "resource": (
        RESPONSE,
        "Policy document is Malformed: The resource ['arn:aws:iot:…'] is not in valid ARN format",
        Stage.VALID,
        "resource-arn",
    ),
    "resource after the member": (
        RESPONSE,
        f"{_DOCUMENTS} Policy document is Malformed: The resource [...] is not in valid ARN format",
        Stage.VALID,
        "resource-arn",
    ),
    "empty principal": (
        RESPONSE,
        f" at principalId {_CONSTRAINT} Member must satisfy ([a-zA-Z0-9]){{1,128}}",
        Stage.VALID,
        "principal-id",
    ),
    "refresh": (RESPONSE, f"10 at refreshAfterInSeconds {_SECONDS}", Stage.VALID, "refresh-seconds"),
    "disconnect": (RESPONSE, f"90000 at disconnectAfterInSeconds {_SECONDS}", Stage.VALID, "disconnect-seconds"),
}
"""Every message of the contract, written out as AWS words it."""


@pytest.mark.parametrize(("error", "message", "stage", "identifier"), MESSAGES.values(), ids=MESSAGES.keys())
def test_every_message_of_the_contract_is_classified(
    error: str, message: str | None, stage: Stage, identifier: str
) -> None:
    explanation = explain(said(error, message), CONTEXT)
    assert (explanation.stage, explanation.id) == (stage, identifier)
    assert explanation.earlier_passed
    assert explanation.why.endswith(".")
    assert explanation.next_step.endswith(".")
    assert "{" not in explanation.why


def test_no_rule_of_the_contract_is_left_out() -> None:
    covered = {identifier for _, _, _, identifier in MESSAGES.values()}
    assert {rule.id for rule in (*test_call.TEST_CALL, *answer.ANSWER)} <= covered


@pytest.mark.parametrize("member", ["refreshAfterInSeconds", "disconnectAfterInSeconds"])
def test_seconds_of_a_refusal_were_not_measured(member: str) -> None:
    refusal = answer.judge(
        f'{{"isAuthenticated": false, "principalId": "p", "policyDocuments": [], "{member}": 0}}'.encode()
    )
    assert isinstance(refusal, Refusal)
    found = {
        claims: explain(said(refusal.error, refusal.message), CONTEXT, None, claims) for claims in (False, True, None)
    }
    assert (found[False].id, of_explanation("refusal-seconds").known) == ("refusal-seconds", Certainty.ASSUMED)
    assert "was not measured" in found[False].why
    for claims in (True, None):
        assert found[claims].id in ("refresh-seconds", "disconnect-seconds")
        assert "was not measured" not in found[claims].why


@pytest.mark.parametrize(
    "payload",
    [b'{"isAuthenticated": false}', b'{"isAuthenticated": true}'],
)
def test_an_answer_without_a_principal_says_that_the_function_refused(payload: bytes) -> None:
    refusal = answer.judge(payload)
    assert isinstance(refusal, Refusal)
    explanation = explain(said(refusal.error, refusal.message), CONTEXT)
    assert explanation.id == "bare-refusal"
    assert "refused without a principal" in explanation.why


@pytest.mark.parametrize(
    ("error", "status", "stage"),
    [
        ("UnrecognizedClientException", 403, Stage.CREDENTIALS),
        ("ExpiredTokenException", 403, Stage.CREDENTIALS),
        ("SignatureDoesNotMatch", 403, Stage.CREDENTIALS),
        ("MissingAuthenticationTokenException", 403, Stage.CREDENTIALS),
        ("AccessDeniedException", 403, Stage.CREDENTIALS),
        ("ThrottlingException", 400, Stage.WELL_FORMED),
        ("NotAuthorized", 400, Stage.CREDENTIALS),
        ("RequestExpired", 400, Stage.CREDENTIALS),
        ("ServiceUnavailableException", 503, Stage.RAN),
        ("InternalFailureException", 500, Stage.RAN),
    ],
)
def test_general_errors_of_aws_are_classified_and_prove_nothing_before(error: str, status: int, stage: Stage) -> None:
    explanation = explain(said(error, "words", status), CONTEXT)
    assert (explanation.stage, explanation.id, explanation.earlier_passed) == (stage, error, False)
    assert explanation.judged is (error != "ThrottlingException"), "a throttled request was not processed"
    assert ("clock" in explanation.next_step) is (error in ("RequestExpired", "SignatureDoesNotMatch"))


@pytest.mark.parametrize(("function", "shown"), [("arn:aws:lambda:eu-west-1:1:function:F", True), ("", False)])
def test_where_the_permission_may_be_missing_the_command_that_gives_it_is_shown(function: str, shown: bool) -> None:
    known = Authorizer("A", arn="arn:aws:iot:eu-west-1:1:authorizer/A", function_arn=function)
    next_step = explain(said("InternalFailureException", "x", 500), CONTEXT, known).next_step
    line = (
        f"aws lambda add-permission --function-name {function} --principal iot.amazonaws.com --source-arn {known.arn}"
    )
    assert (line in next_step) is shown
    assert "add-permission" not in explain(said("AccessDeniedException", "x", 403), CONTEXT, known).next_step


def test_unauthorized_is_about_the_signature_only_where_one_was_sent() -> None:
    assert explain(said("UnauthorizedException", "x", 401), TOKEN).stage is Stage.SIGNATURE
    assert explain(said("UnauthorizedException", "x", 401), CONTEXT).stage is Stage.CREDENTIALS
    in_context = AuthorizerRequest("A", mqtt_context=MqttContext(f"u?{SIGNATURE_NAME}=AAAA"))
    assert explain(said("UnauthorizedException", "x", 401), in_context).stage is Stage.SIGNATURE
    mismatch = explain(said("UnauthorizedException", "Token signature mismatch for authorizer A", 401), CONTEXT)
    assert mismatch.stage is Stage.SIGNATURE
    assert mismatch.why.startswith("The signature fits none of the authorizer's public keys")


def test_the_sentence_of_iam_blames_the_caller_whatever_the_error_is_called() -> None:
    denied = "User: arn:aws:iam::123456789012:user/dev is not authorized to perform: iot:TestInvokeAuthorizer"
    unauthorized = explain(said("UnauthorizedException", denied, 401), TOKEN)
    assert unauthorized == replace(
        explain(said("AccessDeniedException", denied, 403), TOKEN), id="UnauthorizedException"
    )


def test_an_explicit_deny_is_not_fixed_by_an_allow() -> None:
    words = "User is not authorized to perform: iot:TestInvokeAuthorizer with an explicit deny in a policy"
    assert "no Allow overrides" in explain(said("AccessDeniedException", words, 403), CONTEXT).next_step


@pytest.mark.parametrize(
    ("error", "message", "stage", "identifier"),
    [
        (RESPONSE, f"{_DOCUMENTS} The resource x is not in valid ARN format", Stage.VALID, "resource-arn"),
        (RESPONSE, "Policy document is Malformed: Missing Effect", Stage.VALID, "policy-syntax"),
        (RESPONSE, "a@b at principalId is not valid", Stage.VALID, "principal-id"),
        (RESPONSE, "refreshAfterInSeconds must be at least 300", Stage.VALID, "refresh-seconds"),
        (RESPONSE, "disconnectAfterInSeconds must be at least 300", Stage.VALID, "disconnect-seconds"),
        (RESPONSE, "The result is in invalid format.", Stage.VALID, "no-boolean"),
        (RESPONSE, "Number of policies is 11", Stage.VALID, "too-many-documents"),
        (RESPONSE, "List of policies is null", Stage.VALID, "no-policy-list"),
        (RESPONSE, "Over the hard limit of 2048", Stage.VALID, "document-too-long"),
        (REQUEST, "Token signature mismatch", Stage.SIGNATURE, "signature-mismatch"),
        (REQUEST, "1 validation error: x", Stage.WELL_FORMED, "model-constraint"),
    ],
)
def test_words_that_changed_a_little_are_still_placed(error: str, message: str, stage: Stage, identifier: str) -> None:
    explanation = explain(said(error, message), CONTEXT)
    assert (explanation.stage, explanation.id, explanation.earlier_passed) == (stage, identifier, False)
    assert "wording is new" in explanation.why
    assert "{" not in explanation.why


@pytest.mark.parametrize(
    ("error", "message", "status", "stage"),
    [
        (REQUEST, "principalId", 400, Stage.FITS),
        (REQUEST, "Something new", 400, Stage.FITS),
        (RESPONSE, "Something new", 400, Stage.VALID),
        ("ResourceNotFoundException", "Something new", 404, Stage.FOUND),
        ("BrandNewException", "x", 403, Stage.CREDENTIALS),
        ("BrandNewException", "x", 401, Stage.CREDENTIALS),
        ("BrandNewException", "x", 404, Stage.FOUND),
        ("BrandNewException", "x", 500, Stage.RAN),
        ("BrandNewException", "x", 418, Stage.WELL_FORMED),
        ("BrandNewException", None, None, Stage.WELL_FORMED),
    ],
)
def test_unknown_messages_degrade_honestly(error: str, message: str | None, status: int | None, stage: Stage) -> None:
    explanation = explain(said(error, message, status), CONTEXT)
    assert (explanation.stage, explanation.id, explanation.earlier_passed) == (stage, "unknown", False)
    assert "unknown to authlens" in explanation.why


@pytest.mark.parametrize("kind", [kind for kind in FailureKind if kind is not FailureKind.AWS], ids=str)
def test_every_kind_of_failure_has_a_stage(kind: FailureKind) -> None:
    explanation = explain(Failure(kind, "SomeError", "words"), CONTEXT)
    assert explanation.id == kind.value
    assert not explanation.earlier_passed
    assert explain(Failure(kind, "SomeError", "words", advice="Do this."), CONTEXT).next_step == "Do this."


def sentences() -> list[str]:
    failures = [Failure(kind, "x", "y") for kind in FailureKind if kind is not FailureKind.AWS]
    failures += [said(error, message) for error, message, _, _ in MESSAGES.values()]
    failures += [said(error, None, 400) for error in _ERRORS]
    return [explain(failure, request).why for failure in failures for request in (CONTEXT, TOKEN)]


def test_why_is_always_one_sentence() -> None:
    assert [why for why in sentences() if ". " in why or not why.endswith(".")] == []


def test_a_connection_that_timed_out_never_reached_the_function() -> None:
    assert explain(Failure(FailureKind.TIMED_OUT, "ReadTimeoutError", "x"), CONTEXT).stage is Stage.RAN
    assert explain(Failure(FailureKind.TIMED_OUT, "ConnectTimeoutError", "x"), CONTEXT).stage is Stage.CREDENTIALS


def test_braces_in_a_message_are_not_blanks() -> None:
    message = "{x} at principalId failed to satisfy constraint: Member must satisfy ([a-zA-Z0-9]){1,128}"
    assert blanks(answer.PRINCIPAL, message) == {"value": "{x}"}
    assert "{x}" in explain(said(RESPONSE, message), CONTEXT).why
    assert blanks(answer.PRINCIPAL, "something else") == {}


@pytest.mark.parametrize(
    ("status", "stage"),
    [
        (400, Stage.WELL_FORMED), (401, Stage.CREDENTIALS), (402, Stage.WELL_FORMED), (403, Stage.CREDENTIALS),
        (404, Stage.FOUND), (405, Stage.WELL_FORMED), (499, Stage.WELL_FORMED), (500, Stage.RAN), (503, Stage.RAN),
        (None, Stage.WELL_FORMED),
    ],
)  # fmt: skip
def test_the_status_places_unknown_words(status: int | None, stage: Stage) -> None:
    assert explain(Failure(FailureKind.AWS, "NewTomorrow", "new", status), CONTEXT).stage is stage


UNTOUCHED = ("unreachable", "local endpoint", "not trusted", "fault", "abandoned")


@pytest.mark.parametrize("kind", [kind for kind in FailureKind if kind is not FailureKind.AWS], ids=str)
def test_a_stage_is_blamed_only_where_the_request_was_processed(kind: FailureKind) -> None:
    assert explain(Failure(kind, "E", "m"), CONTEXT).judged is (kind.value not in UNTOUCHED)


@pytest.mark.parametrize(
    ("failure", "why"),
    [
        (Failure(FailureKind.DEVICE, "E", "CONNACK 0x87"), "The device's connection was refused: CONNACK 0x87."),
        (Failure(FailureKind.DEVICE, "E", None), "The device's connection was refused."),
        (Failure(FailureKind.CREDENTIALS, "E", "Unable to locate credentials"), "Unable to locate credentials."),
        (Failure(FailureKind.CONFIGURATION, "E", None), "The AWS configuration cannot be used."),
        (Failure(FailureKind.FAULT, "E", "message"), "authlens itself failed."),
        (
            Failure(FailureKind.UNREACHABLE, "E", "message"),
            "The endpoint was not reached, so the request was not processed.",
        ),
        (
            Failure(FailureKind.TIMED_OUT, "ConnectTimeoutError", "x"),
            "The endpoint was not reached, so the request was not processed.",
        ),
        (
            Failure(FailureKind.REFUSED_HERE, "ConnectTimeoutError", "x"),
            "The client refused to send the request.",
        ),
    ],
)
def test_why_a_call_was_not_answered(failure: Failure, why: str) -> None:
    assert explain(failure, CONTEXT).why == why


@pytest.mark.parametrize(
    ("value", "claims", "identifier", "why"),
    [
        ("null", True, "principal-id", "The answer has no principalId, which AWS requires"),
        ("null", False, "bare-refusal", "The function refused without a principal"),
        ("null", None, "bare-refusal", "The function refused without a principal"),
        ("", True, "principal-id", "The principalId is empty; AWS requires 1 to 128 letters and digits."),
        ("", None, "principal-id", "The principalId is empty; AWS requires 1 to 128 letters and digits."),
        ("a-b", True, "principal-id", "The principalId a-b is not 1 to 128 letters and digits."),
        ("a-b", False, "principal-id", "The principalId a-b is not 1 to 128 letters and digits."),
    ],
)
def test_what_is_wrong_with_a_principal(value: str, claims: bool | None, identifier: str, why: str) -> None:
    message = f"{value} at principalId {_CONSTRAINT} Member must satisfy ([a-zA-Z0-9]){{1,128}}"
    explanation = explain(said(RESPONSE, message), CONTEXT, None, claims)
    assert explanation.id == identifier
    assert explanation.why.startswith(why)


@pytest.mark.parametrize(
    ("failure", "request_", "authorizer", "step"),
    [
        (said("AccessDeniedException", "x", 403), CONTEXT, None, "Allow it: "),
        (said("AccessDeniedException", "an explicit deny", 403), CONTEXT, None, "A policy denies it explicitly"),
        (said("AccessDeniedException", None, 403), CONTEXT, None, "Allow it: "),
        (said("ServiceUnavailableException", "an explicit deny", 503), CONTEXT, None, "Send again; "),
        (said("AccessDeniedException", "x", 403, "Do this."), CONTEXT, None, "Do this."),
        (said("BrandNewException", "x", 500, "Do this."), CONTEXT, None, "Do this."),
        (said("BrandNewException", "x", 500), CONTEXT, None, "Read AWS's own message below"),
        (said("InternalFailureException", "x", 500), CONTEXT, None, "Read the function's log, and check"),
    ],
)
def test_what_to_do_about_an_error(
    failure: Failure, request_: AuthorizerRequest, authorizer: Authorizer | None, step: str
) -> None:
    assert explain(failure, request_, authorizer).next_step.startswith(step)


def test_a_message_of_another_class_is_unknown() -> None:
    for error, message in ((REQUEST, "List of policies"), (RESPONSE, "signature mismatch"), (REQUEST, None)):
        explanation = explain(said(error, message), CONTEXT)
        assert explanation.id == ("token-not-in-context" if message is None else "unknown")


def test_new_words_are_explained_without_their_values() -> None:
    assert explain(said(RESPONSE, "a@b at principalId is odd"), CONTEXT).why == (
        "AWS's wording is new; it seems to mean: The principalId is not 1 to 128 letters and digits."
    )


@pytest.mark.parametrize("rest", ["", ".", ": boom", ": Task timed out after 5.00 seconds"])
def test_a_function_error_without_its_type_is_still_one_of_the_function(rest: str) -> None:
    explained = explain(said(RESPONSE, f"Lambda function encountered error in execution{rest}"), CONTEXT)
    assert (explained.id, explained.stage) == ("function-failed", Stage.RAN)
    assert explained.why == "The function raised an error, timed out or crashed; this message does not say which."
    assert "log" in explained.next_step


def test_a_function_error_without_its_type_may_name_the_member_that_is_missing() -> None:
    explained = explain(said(RESPONSE, "Lambda function encountered error in execution: 'token'"), CONTEXT)
    assert "read token" in explained.why
    assert explained.stage is Stage.RAN

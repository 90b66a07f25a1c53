"""Which stage a failure belongs to, why it happened and what to do next: one table for all errors of AWS and the
client.

Messages are recognised by the contract's own rules, so that correcting one is a one-line change. Anything not in a
table is reported as unknown, at the stage suggested by its HTTP status.
"""

from __future__ import annotations

import re

from authlens.core.contract import answer, test_call
from authlens.core.contract.refusal import INVALID_REQUEST, INVALID_RESPONSE, NOT_FOUND, RefusalRule, rule_of
from authlens.core.contract.stage import Stage
from authlens.core.deployment.invoke_permission import permission_line
from authlens.core.invocation.invocation import Failure, FailureKind
from authlens.core.invocation.throttling import ERRORS as THROTTLED
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest, Mode
from authlens.core.request.token_place import signature_of
from authlens.core.verdict.function_errors import function_error
from authlens.frozen import dataclass


@dataclass(frozen=True, slots=True)
class StageExplanation:
    """Where a call ended, explained in our words."""

    id: str
    stage: Stage
    why: str
    next_step: str
    earlier_passed: bool = True
    """Whether ending here proves that all earlier stages passed."""
    judged: bool = True
    """Whether the stage is known to have failed; false if the request was not processed at all, or the call was
    abandoned."""


_IN_RANGE = "Return a whole number of seconds from 300 to 86400, or omit the member."
_RULES: dict[str, tuple[str, str]] = {
    test_call.CONSTRAINTS.id: (
        "A member violates a limit or pattern of the API ({violations}).",
        "Correct the member that AWS names; preflight shows the character.",
    ),
    test_call.UNKNOWN_AUTHORIZER.id: (
        "There is no authorizer {name} in this account and region.",
        "Check the name, then the region and the profile; 'aws iot list-authorizers' lists those that exist.",
    ),
    test_call.HALF_A_PAIR.id: (
        "Only one of token and token signature was sent.",
        "Send both, or neither and a context instead.",
    ),
    test_call.TOKEN_AND_CONTEXT.id: (
        "Token mode and context mode were mixed: a token was sent together with a context.",
        "Remove token and signature, or remove the contexts; a signed authorizer also finds them in the contexts.",
    ),
    test_call.SIGNING_DISABLED.id: (
        "The authorizer has signing disabled and does not accept a token and signature.",
        "Send contexts only: put the token where the function reads it (query string, header or username).",
    ),
    test_call.NOTHING_SENT.id: (
        "Neither a token nor a context was sent.",
        "Fill in an HTTP, MQTT or TLS context, or token and signature.",
    ),
    test_call.QUERY_STRING.id: (
        "AWS does not say which argument is invalid; it responds like this to a query string without the leading '?'.",
        "Put '?' before the query string.",
    ),
    test_call.SIGNATURE_MISMATCH.id: (
        "The signature fits none of the authorizer's public keys, or is over a text other than this token.",
        "Sign the token alone, without a line feed, with the private key of a registered public key; "
        "'authlens verify' names the likely mistake.",
    ),
    test_call.TOKEN_NOT_IN_CONTEXT.id: (
        "AWS refused without a message, as it does if a signed authorizer finds no token or signature in the contexts.",
        "Put the token under the authorizer's tokenKeyName and the signature under x-amz-customauthorizer-signature "
        "into the username, the query string or the headers.",
    ),
    answer.NO_BOOLEAN.id: (
        "The function's answer is not an object with a boolean isAuthenticated.",
        "Return a JSON object whose isAuthenticated is the boolean true or false.",
    ),
    answer.PRINCIPAL.id: (
        "The principalId {value} is not 1 to 128 letters and digits.",
        "Strip or replace every other character ('-', '_', '@', '.', ':') of the principalId.",
    ),
    answer.NO_LIST.id: (
        "The answer has no list of policyDocuments, which AWS requires even if the login is refused.",
        "Return policyDocuments as a list; an empty list is enough when refusing.",
    ),
    answer.TOO_MANY.id: (
        "The answer has more than 10 policy documents.",
        "Merge statements into at most 10 documents of at most 2,048 characters each.",
    ),
    answer.TOO_LONG.id: (
        "A policy document is longer than 2,048 characters.",
        "Shorten it with wildcards, drop its white space, or split it over up to 10 documents.",
    ),
    answer.SYNTAX.id: (
        "A policy document is not a JSON policy.",
        "Return each document as an object, or as the text of one; 'authlens lint FILE' shows the error in a document.",
    ),
    answer.ARN.id: (
        "The Resource {value} of a policy is not an ARN.",
        "Write Resource as an ARN or a list of ARNs; a list converted to a string looks like this.",
    ),
    answer.REFRESH.id: ("refreshAfterInSeconds {value} is out of range; AWS accepts 300 to 86400.", _IN_RANGE),
    answer.DISCONNECT.id: ("disconnectAfterInSeconds {value} is out of range; AWS accepts 300 to 86400.", _IN_RANGE),
}
"""The explanation and the next step, by the id of the contract's rule, which defines the stage."""

_OF_A_REFUSAL = (
    "But this answer refuses the login, and it was not measured whether AWS checks the seconds of a refusal; "
    "its samples return 0 there."
)
_BARE_REFUSAL = (
    "The function refused without a principal (AWS reports a bare isAuthenticated false like this), or omitted "
    "principalId.",
    "Always return principalId and policyDocuments along with isAuthenticated, so that a refusal is "
    "recognizable; if the login should pass, find out why the function refused it.",
)
_NO_PRINCIPAL = (
    "The answer has no principalId, which AWS requires whether the login passes or not.",
    "Return principalId, 1 to 128 letters and digits, along with isAuthenticated.",
)

_SIGN_IN = "Renew or correct the credentials of the profile ('aws sso login', 'aws configure') and send again."

_ERRORS: dict[str, tuple[Stage, str, str]] = {
    **dict.fromkeys(
        ("UnrecognizedClientException", "InvalidClientTokenId", "InvalidAccessKeyId", "AuthFailure"),
        (Stage.CREDENTIALS, "AWS does not know the access key.", _SIGN_IN),
    ),
    **dict.fromkeys(
        ("ExpiredTokenException", "ExpiredToken", "TokenRefreshRequired"),
        (Stage.CREDENTIALS, "The AWS session has expired.", _SIGN_IN),
    ),
    **dict.fromkeys(
        ("RequestExpired", "RequestTimeTooSkewed"),
        (Stage.CREDENTIALS, "The call was signed at a time that is too far from AWS's.", "Set this machine's clock."),
    ),
    **dict.fromkeys(
        ("SignatureDoesNotMatch", "InvalidSignatureException", "IncompleteSignature", "IncompleteSignatureException"),
        (
            Stage.CREDENTIALS,
            "The AWS signature of the call does not match: this is about the AWS credentials, not the token.",
            "Correct the secret key of the profile, and check the clock of this machine.",
        ),
    ),
    **dict.fromkeys(
        ("MissingAuthenticationToken", "MissingAuthenticationTokenException", "OptInRequired"),
        (Stage.CREDENTIALS, "AWS does not accept the credentials.", _SIGN_IN),
    ),
    **dict.fromkeys(
        ("AccessDeniedException", "AccessDenied", "NotAuthorized", "UnauthorizedOperation", "ForbiddenException"),
        (
            Stage.CREDENTIALS,
            "The caller is not allowed to call TestInvokeAuthorizer.",
            'Allow it: {"Effect": "Allow", "Action": "iot:TestInvokeAuthorizer", "Resource": "*"}, or only for this '
            "authorizer with arn:aws:iot:REGION:ACCOUNT:authorizer/NAME as the resource.",
        ),
    ),
    "UnauthorizedException": (
        Stage.SIGNATURE,
        "AWS calls the request unauthorized, without saying whether because of the caller or the token's signature.",
        "Verify the signature against the authorizer's keys ('authlens verify'), then check the caller's permission.",
    ),
    **dict.fromkeys(
        (*THROTTLED, "429"),
        (
            Stage.WELL_FORMED,
            "AWS did not process the request: there were too many calls in a short time.",
            "Wait a moment and send again.",
        ),
    ),
    **dict.fromkeys(
        ("ServiceUnavailableException", "ServiceUnavailable", "503"),
        (
            Stage.RAN,
            "AWS could not answer; a function that cannot be invoked may look like this too.",
            "Send again; if it persists, check the function's metrics and that iot.amazonaws.com may invoke it.",
        ),
    ),
    **dict.fromkeys(
        ("InternalFailureException", "InternalFailure", "InternalServerError", "InternalException", "500"),
        (
            Stage.RAN,
            "AWS had an internal failure; possible causes are a function over 5 seconds, a crash or a missing "
            "invoke permission.",
            "Read the function's log, and check that its resource policy lets iot.amazonaws.com invoke it with the "
            "authorizer's ARN as AWS:SourceArn.",
        ),
    ),
}
"""AWS's errors without a message of the contract: stage, explanation, next step. They prove nothing about earlier
stages."""

_KINDS: dict[FailureKind, tuple[Stage, str, str]] = {
    FailureKind.CREDENTIALS: (Stage.CREDENTIALS, "No usable AWS credentials were found.", _SIGN_IN),
    FailureKind.CONFIGURATION: (
        Stage.CREDENTIALS,
        "The AWS configuration cannot be used.",
        "Correct the profile, the region or the AWS configuration file.",
    ),
    FailureKind.UNREACHABLE: (
        Stage.CREDENTIALS,
        "The endpoint was not reached, so the request was not processed.",
        "Check the endpoint URL or region, the network, the proxy and the VPN.",
    ),
    FailureKind.LOCAL: (
        Stage.CREDENTIALS,
        "The local endpoint could not be used.",
        "Fix the file named in the message; 'authlens serve' shows the same message.",
    ),
    FailureKind.NOT_TRUSTED: (
        Stage.CREDENTIALS,
        "The folder of the request is not trusted; nothing was run or sent.",
        "Check what the request would run and contact, and trust the folder if you agree ('authlens trust').",
    ),
    FailureKind.REFERENCE: (
        Stage.WELL_FORMED,
        "Something that the request refers to is missing; nothing was sent.",
        "Provide the reference or the signing key named in the message and send again.",
    ),
    FailureKind.REFUSED_HERE: (
        Stage.WELL_FORMED,
        "The client refused to send the request.",
        "Fill in the member named in the message, or remove it.",
    ),
    FailureKind.TIMED_OUT: (
        Stage.RAN,
        "There was no answer in time; AWS ends an authorizer's function after 5 seconds, or the network is at fault.",
        "It may still have run: read the function's log, send again, or allow more time.",
    ),
    FailureKind.ABANDONED: (
        Stage.RAN,
        "The call was abandoned before there was an answer.",
        "It may still have run: send again, or allow more time.",
    ),
    FailureKind.BROKEN_ANSWER: (
        Stage.VALID,
        "The response is incomplete, so no verdict is given.",
        "Look at the raw response: it may come from a proxy or a login page.",
    ),
    FailureKind.DEVICE: (
        Stage.AUTHENTICATED,
        "The device's connection was refused.",
        "Look at the connection: what it sent, what the function answered and which rule refused it.",
    ),
    FailureKind.FAULT: (
        Stage.CREDENTIALS,
        "authlens itself failed.",
        "Please report it with the message below.",
    ),
}
"""By the kind of a failure that is not AWS's answer."""
_QUOTED = {FailureKind.DEVICE: "The device's connection was refused: {}."}
_QUOTED |= dict.fromkeys((FailureKind.CREDENTIALS, FailureKind.CONFIGURATION), "{}.")

_UNJUDGED = frozenset(
    {
        FailureKind.UNREACHABLE,
        FailureKind.LOCAL,
        FailureKind.NOT_TRUSTED,
        FailureKind.FAULT,
        FailureKind.ABANDONED,
    }
)
"""The request was not processed or not waited for: no stage is to blame, least of all the credentials."""


def explain(
    failure: Failure,
    request: AuthorizerRequest,
    authorizer: Authorizer | None = None,
    claims_authenticated: bool | None = None,
) -> StageExplanation:
    """Explain any failure: where, why and what next.

    claims_authenticated: what the function's own answer says, if known.
    """
    if failure.kind is not FailureKind.AWS:
        return _of_kind(failure)
    rule = rule_of((*test_call.TEST_CALL, *answer.MESSAGES), failure.error, failure.message)
    if rule is not None:
        return _of_rule(rule, failure, request, claims_authenticated)
    alike = _alike(failure)
    if alike is not None:
        return alike
    known = _ERRORS.get(failure.error)
    if known is not None:
        return _of_error(failure, request, known, authorizer)
    return _unknown(failure)


def blanks(rule: RefusalRule, message: str | None) -> dict[str, str]:
    """The values of a rule's placeholders in this message."""
    found = rule.match(message) if message is not None else None
    return found.groupdict() if found else {}


def _of_rule(
    rule: RefusalRule, failure: Failure, request: AuthorizerRequest, claims_authenticated: bool | None
) -> StageExplanation:
    filled = blanks(rule, failure.message)
    stage = Stage(rule.stage or Stage.FITS)
    if rule.id == answer.FUNCTION_FAILED.id:
        said = filled.get("message", filled.get("rest", "").strip(" :."))
        return StageExplanation(rule.id, stage, *function_error(filled.get("type", ""), said, request))
    if rule is answer.PRINCIPAL and filled["value"] == "null" and claims_authenticated:
        return StageExplanation(rule.id, stage, *_NO_PRINCIPAL)
    if rule is answer.PRINCIPAL and filled["value"] == "null":
        return StageExplanation("bare-refusal", stage, *_BARE_REFUSAL)
    why, next_step = _RULES[rule.id]
    if rule is answer.PRINCIPAL and filled["value"] == "":
        why = "The principalId is empty; AWS requires 1 to 128 letters and digits."
    if rule in (answer.REFRESH, answer.DISCONNECT) and claims_authenticated is False:
        return StageExplanation("refusal-seconds", stage, f"{why.format(**filled)} {_OF_A_REFUSAL}", next_step)
    return StageExplanation(rule.id, stage, why.format(**filled), next_step)


_FRAGMENTS = (
    ("not in valid ARN format", answer.ARN),
    ("Policy document is Malformed", answer.SYNTAX),
    ("hard limit of 2048", answer.TOO_LONG),
    ("Number of policies", answer.TOO_MANY),
    ("List of policies", answer.NO_LIST),
    ("principalId", answer.PRINCIPAL),
    ("refreshAfterInSeconds", answer.REFRESH),
    ("disconnectAfterInSeconds", answer.DISCONNECT),
    ("result is in invalid format", answer.NO_BOOLEAN),
    ("signature mismatch", test_call.SIGNATURE_MISMATCH),
    ("validation error", test_call.CONSTRAINTS),
)
"""Fragments of messages that survive small changes of wording, with the rule they belong to."""


def _alike(failure: Failure) -> StageExplanation | None:
    """A message similar to one of the contract's: explained as that one, and reported as new."""
    for fragment, rule in _FRAGMENTS:
        if failure.error == rule.error and fragment in (failure.message or ""):
            why, next_step = _RULES[rule.id]
            supposed = re.sub(r" \(?\{[a-z]+\}\)?", "", why)
            stage = Stage(rule.stage or Stage.FITS)
            return StageExplanation(
                rule.id, stage, f"AWS's wording is new; it seems to mean: {supposed}", next_step, False
            )
    return None


def _of_kind(failure: Failure) -> StageExplanation:
    unconnected = failure.kind is FailureKind.TIMED_OUT and "Connect" in failure.error
    kind = FailureKind.UNREACHABLE if unconnected else failure.kind
    stage, why, next_step = _KINDS[kind]
    step = failure.advice or next_step
    if kind in _QUOTED and failure.message:
        why = _QUOTED[kind].format(failure.message.rstrip("."))
    return StageExplanation(failure.kind.value, stage, why, step, earlier_passed=False, judged=kind not in _UNJUDGED)


def _of_error(
    failure: Failure, request: AuthorizerRequest, known: tuple[Stage, str, str], authorizer: Authorizer | None
) -> StageExplanation:
    said = failure.message or ""
    if failure.error == "UnauthorizedException" and "is not authorized to perform" in said:
        known = _ERRORS["AccessDeniedException"]  # IAM's sentence: the cause is the caller, whatever the class
    if failure.error == "UnauthorizedException" and "signature mismatch" in said.lower():
        return StageExplanation(failure.error, Stage.SIGNATURE, *_RULES[test_call.SIGNATURE_MISMATCH.id], False)
    stage, why, next_step = known
    line = permission_line(authorizer) if authorizer is not None and stage is Stage.RAN else None
    if line is not None:
        next_step = f"Read the function's log; if it was never invoked, add the permission: {line}"
    if failure.error == "UnauthorizedException" and request.mode is Mode.CONTEXT and signature_of(request) is None:
        stage = Stage.CREDENTIALS
    if stage is Stage.CREDENTIALS and "explicit deny" in said:
        next_step = "A policy denies it explicitly, which no Allow overrides: change that policy, or use another role."
    step, is_judged = failure.advice or next_step, failure.error not in (*THROTTLED, "429")
    return StageExplanation(failure.error, stage, why, step, earlier_passed=False, judged=is_judged)


_CLASSES = {NOT_FOUND: Stage.FOUND, INVALID_REQUEST: Stage.FITS, INVALID_RESPONSE: Stage.VALID}
"""The stage of an unknown message of a known class."""
ANSWERED_TO_KNOWN_CALLERS = frozenset(_CLASSES)
"""Errors that AWS IoT returns only to a caller whose credentials it accepted."""


def _unknown(failure: Failure) -> StageExplanation:
    stage = _CLASSES.get(failure.error) or _stage_of_status(failure.http_status)
    is_placed = failure.error in _CLASSES or failure.http_status is not None
    supposed = "it probably belongs to this stage" if is_placed else "it may be the answer to another call"
    why = f"AWS answered {failure.error} with a message unknown to authlens; {supposed}."
    step = failure.advice or "Read AWS's own message below; nothing else is known."
    return StageExplanation("unknown", stage, why, step, earlier_passed=False, judged=is_placed)


def _stage_of_status(status: int | None) -> Stage:
    other = Stage.RAN if status is not None and status >= 500 else Stage.WELL_FORMED
    return {401: Stage.CREDENTIALS, 403: Stage.CREDENTIALS, 404: Stage.FOUND}.get(status or 0, other)

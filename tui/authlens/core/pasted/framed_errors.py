"""Extracts an AWS IoT error from the text that a tool puts around it: CloudFormation, CDK, Terraform, console, SDKs.

The rule: the error is extracted word for word; text without such a frame contains no error.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace

from authlens.core.contract import answer, management, test_call
from authlens.core.contract.pages import EMULATOR
from authlens.core.contract.refusal import INVALID_REQUEST, INVALID_RESPONSE, NOT_FOUND, RefusalRule, rule_of
from authlens.core.contract.statement import assumed, measured
from authlens.core.invocation.invocation import Failure, FailureKind
from authlens.core.pasted.pasted_text import without_end, words_of_line
from authlens.core.verdict.device_messages import DeviceStage, MessageRow, Recognised, recognise
from authlens.core.verdict.library_message_rows import CALLER_NOT_AUTHORIZED

_LONGEST = 32_768
_CLASS = r"(?P<error>[A-Z]\w{0,60}(?:Exception|Failure|Error)|Throttling\w{0,20}|AccessDenied\w{0,20})"
_SERVICE_CALL = re.compile(
    r" \(Service: (?:AWS)?Io[Tt][;,] Status Code: (?P<status>\d{3})(?:[;,] Error Code: (?P<error>\w{1,60}))?"
)
"""Appended to a message by the SDK for Java, and passed on by CloudFormation and CDK."""
_OF_JAVA = re.compile(r"\.iot\.model\.\w{1,60}: ")
"""Before the message where the SDK's exception itself was printed."""
_FRAMES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "Terraform or the AWS SDK for Go",
        re.compile(
            r"operation error IoT: \w{1,60}, .{0,400}?StatusCode: (?P<status>\d{3}), RequestID: [\w-]{1,60}, "
            rf"(?:api error )?{_CLASS}: (?P<message>[^\n]{{0,2000}})",
            re.DOTALL,
        ),
    ),
    (
        "Terraform",
        re.compile(
            rf"Error: (?:error )?\w{{1,20}}ing (?:AWS )?IoT [\w ]{{1,60}}?(?: \([^)\n]{{0,200}}\))?: {_CLASS}: "
            r"(?P<message>[^\n]{0,2000})"
        ),
    ),
    (
        "Terraform (awscc)",
        re.compile(r"StatusMessage: (?P<message>[^\n.]{0,2000})\. ErrorCode: (?P<error>\w{1,60})"),
    ),
    (
        "the AWS CLI or boto3",
        re.compile(
            r"An error occurred \((?P<error>\w{1,80})\) when calling the \w{1,80} operation"
            r"(?: \(reached max retries: \d{1,3}\))?: (?P<message>[^\n]{0,2000})"
        ),
    ),
    (
        "an HTTP answer",
        re.compile(
            rf"(?i:x-amzn-errortype): {_CLASS}(?::[^\n]{{0,200}})?\n(?:[^\n]{{1,1000}}\n){{0,40}}[ \t]*\n"
            r"(?P<message>\{[^\n]{1,2000})"
        ),
    ),
    ("an AWS SDK", re.compile(rf"(?<![\w]){_CLASS}: (?P<message>[^\n]{{1,2000}})")),
    (
        "the AWS console",
        re.compile(rf"(?<![\w]){_CLASS}(?:[ \t]{{0,20}}\n){{1,3}}[ \t]{{0,20}}(?P<message>[^\n]{{1,2000}})"),
    ),
)
"""The tool and its frame; every part is bounded, because anything may be pasted."""

_LOOSE = ("an HTTP answer", "an AWS SDK", "the AWS console")
"""Frames that other errors also have: the content counts only if it is a known AWS IoT message."""


def is_certain(origin: str) -> bool:
    return origin not in _LOOSE


def framed_error(text: str) -> tuple[str, Failure] | None:
    """The tool and the failure inside its frame; `None` for text without one."""
    text = text[:_LONGEST]
    called = _SERVICE_CALL.search(text)
    if called is not None:
        line = text[: called.start()].rpartition("\n")[2].rpartition('"')[2]
        origin = "the AWS SDK for Java" if _OF_JAVA.search(line) else "CloudFormation or CDK"
        return origin, _failure(called["error"], line, called["status"])
    for origin, pattern in _FRAMES:
        found = pattern.search(text)
        if found is not None:
            groups = found.groupdict()
            return origin, _failure(groups["error"], groups["message"], groups.get("status"))
    return None


def _failure(error: str | None, message: str, status: str | None) -> Failure:
    words = _in_body(message.strip()).removeprefix("Invalid request provided: ").strip()
    named = _NAMED.match(words)
    if named is not None:
        error, words = named[1], words[named.end() :]
    kind = _STATUS_CODES.get(error, error) if error else _class_of(words) or INVALID_REQUEST
    return Failure(FailureKind.AWS, kind, None if words in _NO_MESSAGE else words, int(status) if status else None)


_NO_MESSAGE = ("", "None", "null", "UnknownError")
"""What tools print for AWS's null message."""


def _in_body(words: str) -> str:
    """The message in the body of a response, or the words themselves."""
    try:
        body = json.loads(words) if words.startswith("{") else None
    except (ValueError, RecursionError):
        return words
    message = body.get("message", words) if isinstance(body, dict) else words
    return message if isinstance(message, str) else "" if message is None else words


def bare_error(text: str) -> Failure | None:
    """The failure whose complete message is a line of the text, without a class or frame."""
    if _WITHOUT_MESSAGE.fullmatch(text):
        return Failure(FailureKind.AWS, INVALID_REQUEST, None)
    for line in text[:_LONGEST].splitlines()[:_MOST_LINES]:
        known = [(error, words) for words in _sentences_of(line) if words and (error := _class_of(words))]
        if known:
            return Failure(FailureKind.AWS, *known[-1])
    return None


_WITHOUT_MESSAGE = re.compile(
    rf"\s*(?:\w{{1,40}}\.){{0,10}}{INVALID_REQUEST}(?:: ?(?:{'|'.join(filter(None, _NO_MESSAGE))}))?"
    r"\s*(?:\n +at [^\n]{1,300}){0,50}\s*"
)
"""The class alone, with a stack trace at most: of AWS IoT's refusals one has no message."""
_SIGN = re.compile(r"[^\w\s'\"`(\[{]{1,3}\s+")


def _sentences_of(line: str) -> Iterator[str]:
    """The line without what a log or an alert puts before its words; without a full stop, or as what follows one."""
    line = line.strip()
    sign = _SIGN.match(line)
    bare = line[sign.end() :] if sign is not None else line
    for text in (bare, bare.removesuffix(".")):
        for words in words_of_line(text):
            for sentence in (words, words.partition(". ")[2]):
                yield sentence
                yield sentence.removesuffix(".")


def is_error(text: str) -> bool:
    """Whether a text certainly is an error of AWS, and nothing that a request may hold."""
    framed = framed_error(text)
    if framed is not None and (is_certain(framed[0]) or _is_known(fitted(framed[1]))):
        return True
    return bare_error(text) is not None


def _is_known(failure: Failure) -> bool:
    return failure.message is not None and _rule_of(_KNOWN, failure.error, failure.message) is not None


_FIELD = re.compile(r"\bat '([^']{1,200})'")
_OF_THE_TEST_CALL = re.compile(r"(?:authorizerName|token|tokenSignature|(?:http|mqtt|tls)Context)(?:\.\w+|\[\w*\])*")


def _rule_of(rules: tuple[RefusalRule, ...], error: str, message: str) -> RefusalRule | None:
    """The contract's rule. Every service of AWS words broken constraints alike, so that their fields decide."""
    found = rule_of(rules, error, message)
    if found is test_call.CONSTRAINTS and not all(map(_OF_THE_TEST_CALL.fullmatch, _FIELD.findall(message))):
        return None
    return found


def fitted(failure: Failure) -> Failure:
    """The failure without what the tool printed behind the message, if the message is then one of the contract's."""
    message = failure.message
    if failure.kind is not FailureKind.AWS or not message:
        return failure
    rule = _rule_of(_KNOWN, failure.error, message)
    if rule is answer.FUNCTION_FAILED:
        return failure
    first = message.splitlines()[0]
    for words in (without_end(first), first):
        if words != message and _rule_of(_KNOWN, failure.error, words) is not None:
            return replace(failure, message=words)
    return failure


_OPERATION = re.compile(
    r"\boperation error (?P<service>[\w ]{1,40}): (?P<go>\w{1,60})|when calling the (?P<boto>\w{1,80}) operation"
)
TEST_CALL = "TestInvokeAuthorizer"
"""The call whose errors have stages."""


def operation_in(text: str) -> str | None:
    """The AWS call that the text names."""
    found = _OPERATION.search(text[:_LONGEST])
    return found and (found["go"] or found["boto"])


def is_of_test_call(failure: Failure, origin: str, operation: str | None) -> bool:
    """Whether the stages of a test call apply: it may be the refusal of any other call to AWS."""
    if operation == TEST_CALL or failure.error == INVALID_RESPONSE:
        return True
    if failure.message and _rule_of(_TEST_CALL, failure.error, failure.message):
        return True
    return operation is None and origin not in _SETTING_UP_TOOLS and failure.error in _OF_ANY_CALL


_OF_ANY_CALL = (INVALID_REQUEST, "InternalFailureException", "ServiceUnavailableException")
"""Errors that the test call has, too, where nothing says which call it was. Its NOT_FOUND has known words."""


_SETTING_UP_TOOLS = ("CloudFormation or CDK", "Terraform", "Terraform (awscc)", "Terraform or the AWS SDK for Go")
_DENIED = re.compile(r"AccessDenied|Unauthorized|Forbidden|AuthorizationError")


def is_denied(failure: Failure) -> bool:
    return _DENIED.match(failure.error) is not None


def of_another_call(failure: Failure, origin: str, operation: str | None) -> Recognised:
    """A refusal of a call that is not a test of an authorizer."""
    words = failure.error if failure.message is None else f"{failure.error}: {failure.message}"
    known = recognise(words)
    if known and known[0].row.stage is DeviceStage.DEPLOYMENT:
        return Recognised(known[0].row, words)
    if is_denied(failure):
        return Recognised(CALLER_NOT_AUTHORIZED, words)
    call = "a call that is not named here" if operation is None else f"the call {operation}"
    row = MessageRow(
        "another-call",
        "",
        origin,
        DeviceStage.DEPLOYMENT,
        f"AWS refused {call}; this says nothing about a device or about what the authorizer's function returns.",
        ("AWS's message is all that is known",),
        "Which parameter or resource does the message name?",
        assumed(note="AWS's own words"),
    )
    return Recognised(row, words)


_MOST_LINES = 50


def _class_of(message: str) -> str | None:
    """The class of the AWS error with this message, if the contract knows it."""
    known = (rule for rule in _KNOWN if rule.words and rule.match(message))
    return next((rule.error for rule in known if _rule_of((rule,), rule.error, message)), None)


_NAMED = re.compile(r"(?:\w{1,60}\.){0,10}(\w{1,60}Exception): ")
_STATUS_CODES = {"InvalidRequest": INVALID_REQUEST, "NotFound": NOT_FOUND}


_SETTING_UP: dict[str, tuple[str, str]] = {
    management.FUNCTION_ARN.id: (
        "The authorizer's function ARN is not a Lambda function ARN.",
        "Is it the ARN of a Lambda function, arn:aws:lambda:REGION:ACCOUNT:function:NAME?",
    ),
    management.KEYS_WITHOUT_SIGNING.id: (
        "Signing is disabled, but public keys are given.",
        "Is signing intended? Remove tokenSigningPublicKeys, or set signingDisabled to false.",
    ),
    management.NO_TOKEN_KEY_NAME.id: (
        "Signing is enabled, but tokenKeyName is missing.",
        "Under which name does the device send its token? Set tokenKeyName to that, or set signingDisabled to true.",
    ),
    management.NO_KEYS.id: (
        "Signing is enabled, but there are no public keys: a map of names to PEM texts did not arrive.",
        "Does the template have TokenSigningPublicKeys as a map? Give it one or two keys, or disable signing.",
    ),
    management.TOO_MANY_KEYS.id: ("There are more than two public keys.", "Which two are still in use?"),
    management.EMPTY_KEY.id: ("A public key is empty.", "Does the file contain the key, with its BEGIN and END lines?"),
    management.NOT_RSA.id: (
        "A public key is not an RSA key in PEM form.",
        "Is it a public key (BEGIN PUBLIC KEY), RSA, with line breaks after header and body?",
    ),
    management.KEY_SIZE.id: (
        "A public key has too few bits.",
        "Can a 2,048-bit pair be generated? ('authlens sign --generate')",
    ),
    management.NOT_CONVERTIBLE.id: ("A public key lacks its end line.", "Is the PEM text complete?"),
    management.EXISTS.id: ("An authorizer with that name already exists.", "Should it be updated instead of created?"),
    management.DELETE_ACTIVE.id: (
        "An ACTIVE authorizer cannot be deleted.",
        "Can devices do without it? Set its status to INACTIVE first.",
    ),
    management.NO_DEFAULT.id: (
        "The account has no default authorizer in this Region.",
        "Does every device name its authorizer? If not, set one with 'aws iot set-default-authorizer'.",
    ),
    management.DELETE_DEFAULT.id: (
        "The default authorizer cannot be deleted.",
        "Which one should be the default instead?",
    ),
}
"""What refusals during the setup of an authorizer mean, and what to ask."""
_RULES: tuple[RefusalRule, ...] = tuple(rule for rule in vars(management).values() if isinstance(rule, RefusalRule))
_TEST_CALL = (*test_call.TEST_CALL, *answer.MESSAGES)
_KNOWN: tuple[RefusalRule, ...] = (*_TEST_CALL, *_RULES)
_NULL_MAP = re.compile(r"Token signing keys map for authorizer .{1,200} cannot be nu")


def of_setup(failure: Failure, origin: str) -> Recognised | None:
    """A refusal of creating, changing or deleting an authorizer."""
    rule = rule_of(_RULES, failure.error, failure.message)
    if rule is None and _NULL_MAP.search(failure.message or ""):
        rule = management.NO_KEYS
    if rule is None or rule.id not in _SETTING_UP:
        return None
    meaning, ask = _SETTING_UP[rule.id]
    row = MessageRow(rule.id, "", origin, DeviceStage.DEPLOYMENT, meaning, (), ask, measured(EMULATOR, "eu-west-1"))
    return Recognised(row, f"{failure.error}: {failure.message}")

"""Lint rules for policy variables and condition keys: which exist, and which custom authentication can resolve."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from authlens.core.contract.pages import BASIC_VARIABLES, GUIDE, THING_VARIABLES
from authlens.core.lint.rule import Hit, Placed, Rule, Subject
from authlens.core.policy.actions import nearest
from authlens.core.policy.arn import tail_of
from authlens.core.policy.variables import Template, Variable
from authlens.core.policy.wildcards import Wild
from authlens.core.text.json_reader import Span, string_offsets, within
from authlens.frozen import dataclass

_BASIC = ("iot:ClientId", "aws:SourceIp", "iot:DomainName")
_GLOBAL = ("aws:CurrentTime", "aws:EpochTime")
_CONNECT = ("iot:ConnectAttributes", "iot:LastWillTopic")
_THING = tuple(f"iot:Connection.Thing.{name}" for name in ("ThingName", "ThingTypeName", "IsAttached", "Attributes"))
_NAME_PARTS = (
    "DistinguishedNameQualifier",
    "Country",
    "Organization",
    "OrganizationalUnit",
    "State",
    "CommonName",
    "SerialNumber",
    "Title",
    "Surname",
    "GivenName",
    "Initials",
    "Pseudonym",
    "GenerationQualifier",
)
_CERTIFICATE = (
    *(f"iot:Certificate.{side}.{part}" for side in ("Subject", "Issuer") for part in _NAME_PARTS),
    "iot:Certificate.SerialNumber",
    "iot:Certificate.AvailableKeys",
)
KNOWN = (*_BASIC, *_GLOBAL, *_CONNECT, *_THING, *_CERTIFICATE)
_FOLDED = {name.casefold(): name for name in KNOWN}


_MOST_IN_ONE = 50
"""Variables of one string that are looked at; a text that AWS accepts has room for few."""


@dataclass(frozen=True, slots=True)
class Use:
    """One variable or condition key at its place."""

    placed: Placed
    name: str
    written: str
    span: Span
    is_key: bool


def _uses(subject: Subject) -> Iterator[Use]:
    for one in subject.statements():
        text = subject.documents[one.document].text
        for element in one.statement.resources:
            yield from _of_template(one, element.template, element.span, text)
        for condition in one.statement.conditions:
            yield Use(one, condition.key, condition.key, condition.key_span, True)
            for value in condition.values:
                yield from _of_template(one, value.template, value.span, text)


def _of_template(one: Placed, template: Template, span: Span, text: str) -> Iterator[Use]:
    if not template.variables:
        return
    offsets = string_offsets(text, span)
    for variable, start in islice(_places(template), _MOST_IN_ONE):
        inside = within(span, offsets[start], offsets[start + len(variable.written)])
        yield Use(one, variable.name, variable.written, inside, False)


def _places(template: Template) -> Iterator[tuple[Variable, int]]:
    """The variables that are no escapes, and where each begins in the text."""
    start = 0
    for part in template.parts:
        if isinstance(part, Variable) and not part.is_escape:
            yield part, start
        start += (
            len(part.written) if isinstance(part, Variable) else len(part.value if isinstance(part, Wild) else part)
        )


def _plain_name(name: str) -> str:
    """Without `[attribute]` and without the number or `List` of a certificate's field."""
    name = name.partition("[")[0] if name.endswith("]") else name
    return re.sub(r"\.([0-9]+|List)$", "", name) if name.casefold().startswith("iot:certificate.") else name


def _proper(name: str) -> str | None:
    """The name as AWS writes it, case aside."""
    return _FOLDED.get(_plain_name(name).casefold())


def _starting(subject: Subject, names: tuple[str, ...]) -> Iterator[Use]:
    return (use for use in _uses(subject) if _proper(use.name) in names)


def _thing_variable(subject: Subject) -> Iterator[Hit]:
    for use in _starting(subject, _THING):
        what = "is absent from" if use.is_key else "stays as text for"
        yield use.placed.hit(
            f"`{use.written}` {what} a connection with custom authentication: it has no thing", use.span
        )


def _certificate_variable(subject: Subject) -> Iterator[Hit]:
    for use in _starting(subject, _CERTIFICATE):
        what = "is absent from" if use.is_key else "stays as text for"
        message = f"`{use.written}` {what} a connection without a client certificate"
        yield use.placed.hit(message, use.span)


def _variable_case(subject: Subject) -> Iterator[Hit]:
    for use in _uses(subject):
        proper = _proper(use.name)
        if proper and _plain_name(use.name) != proper:
            yield use.placed.hit(f"AWS writes `{_plain_name(use.name)}` as `{proper}`", use.span)


def _unknown_variable(subject: Subject) -> Iterator[Hit]:
    for use in _uses(subject):
        if not _proper(use.name) and not _is_global(use):
            kind = "condition key" if use.is_key else "policy variable"
            yield use.placed.hit(f"`{use.written}` is no {kind} of AWS IoT{_hint(use.name)}", use.span)


def _is_global(use: Use) -> bool:
    return use.name.startswith("aws:") and not _proper(use.name)


def _global_key(subject: Subject) -> Iterator[Hit]:
    for use in filter(_is_global, _uses(subject)):
        message = f"`{use.written}` may have no value: AWS IoT's pages name no such key"
        yield use.placed.hit(message, use.span)


def _hint(name: str) -> str:
    if name.startswith("AWS::"):
        return "; a CloudFormation template left it unreplaced (Fn::Sub)"
    if ":" not in name:
        return "; a template or a format string seems to have left it unreplaced"
    tail = name.rpartition(".")[2].casefold()
    same_tail = next((known for known in KNOWN if known.rpartition(".")[2].casefold() == tail), None)
    meant = same_tail or nearest(name, KNOWN)
    return f"; did you mean `{meant}`?" if meant else ""


def _unclosed(subject: Subject) -> Iterator[Hit]:
    for one, element in subject.resources():
        for part in re.finditer(r"\$\{[^{}]*(?:$|\{)|\$\{\s*\}|\$\([^()$]*\)|\$(?=iot:)", element.text):
            yield one.hit(f"`{part.group()[:40]}` is no variable; write `${{iot:ClientId}}`", element.span)


def _client_id_in_filter(subject: Subject) -> Iterator[Hit]:
    if not any(_any_client(one) for one in subject.usable("Allow")):
        return
    for one in subject.usable("Allow"):
        for element in one.statement.resources if not one.statement.not_resource else ():
            named = [variable.name for variable in element.template.variables]
            if "iot:ClientId" in named and tail_of(element.text).startswith("topicfilter/"):
                message = f"a client that connects as `+` subscribes to every client with `{tail_of(element.text)}`"
                yield one.hit(message, element.span)


_ANY_CLIENT = ("*", "client/*", "client/${iot:ClientId}")


def _any_client(one: Placed) -> bool:
    """Whether the statement lets a client choose its id freely."""
    if not any(element.glob.matches("iot:connect") for element in one.statement.actions):
        return False
    return any(tail_of(element.text) in _ANY_CLIENT for element in one.statement.resources)


def _no_client_id(subject: Subject) -> Iterator[Hit]:
    request = subject.surroundings.request
    if request is None or subject.client_id or request.http_context is None or request.mqtt_context is not None:
        return
    for use in _starting(subject, ("iot:ClientId",)):
        yield use.placed.hit(f"`{use.written}` has no value for this request: HTTPS has no client id", use.span)


RULES = (
    Rule(
        "thing-variable",
        "error",
        "Thing variables come from the certificate or Cognito identity that is attached to a thing. A custom "
        "authorizer's connection has neither, so the statement never matches.",
        "Let the function write the literal name into the document; it knows who is connecting.",
        THING_VARIABLES,
        _thing_variable,
    ),
    Rule(
        "certificate-variable",
        "error",
        "Certificate variables have a value only where a client certificate was sent.",
        "Let the function write the literal value into the document.",
        f"{GUIDE}cert-policy-variables.html",
        _certificate_variable,
    ),
    Rule(
        "variable-case",
        "warning",
        "AWS's pages use several spellings and do not say whether case counts; this one may stay as text.",
        "Write the name as AWS's reference does.",
        BASIC_VARIABLES,
        _variable_case,
    ),
    Rule(
        "unknown-variable",
        "error",
        "A variable that AWS does not know is not replaced, and an unknown condition key is absent. AWS's publish "
        "sample writes iot:Thing.ThingName for iot:Connection.Thing.ThingName.",
        "Correct the name, or write the value itself.",
        f"{GUIDE}iot-policy-variables.html",
        _unknown_variable,
    ),
    Rule(
        "global-variable",
        "warning",
        "Of the keys that all of AWS shares, AWS IoT's pages name aws:SourceIp alone; one without value stays as text.",
        "Try it with a device, or let the function decide and write the outcome into the document.",
        BASIC_VARIABLES,
        _global_key,
    ),
    Rule(
        "malformed-variable",
        "warning",
        "Only ${NAME} is a variable; anything else stays as text.",
        "Close the brace, or escape a literal dollar as ${$}.",
        f"{GUIDE}iot-policy-variables.html",
        _unclosed,
    ),
    Rule(
        "client-id-in-filter",
        "warning",
        "A client that chooses `+` or `#` as its id turns the filter into an MQTT wildcard.",
        "Allow iot:Connect for the one client id that was authenticated.",
        BASIC_VARIABLES,
        _client_id_in_filter,
    ),
    Rule(
        "client-id-absent",
        "warning",
        "Publishing over HTTPS has no client id, so the variable stays as text.",
        "Let the function write the literal name into the document.",
        f"{GUIDE}protocols.html",
        _no_client_id,
    ),
)

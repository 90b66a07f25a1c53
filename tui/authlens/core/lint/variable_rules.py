"""Lint rules for policy variables and condition keys: which exist, and which have a value with custom
authentication."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from authlens.core.contract.pages import (
    BASIC_VARIABLES,
    CERTIFICATE_VARIABLES,
    POLICY_VARIABLES,
    PROTOCOLS,
    THING_VARIABLES,
)
from authlens.core.contract.statement import assumed, documented
from authlens.core.lint.rule import Hit, LintRule, LintSubject, StatementAt
from authlens.core.policy.actions import nearest
from authlens.core.policy.arn import tail_of
from authlens.core.policy.context_keys import KEYS, KeyKind, kind_of_key, plain_name, proper_name
from authlens.core.policy.variables import Template, Variable
from authlens.core.policy.wildcards import Wild
from authlens.core.text.json_reader import Span, string_offsets, within
from authlens.frozen import dataclass

_MOST_IN_ONE = 50
"""The most variables of one string that are examined; text that AWS accepts has room for only a few."""


@dataclass(frozen=True, slots=True)
class Use:
    """One occurrence of a variable or condition key."""

    placed: StatementAt
    name: str
    written: str
    span: Span
    is_key: bool
    default: str | None = None
    """Of a variable with one, which is its value where there is no other."""

    @property
    def without_value(self) -> str:
        """What it is for a connection that has no value for it."""
        if self.is_key:
            return "is absent from"
        return "stays as text for" if self.default is None else f"is always its default `{self.default}` for"


def _uses(subject: LintSubject) -> Iterator[Use]:
    for one in subject.statements():
        text = subject.documents[one.document].text
        for element in one.statement.resources:
            yield from _of_template(one, element.template, element.span, text)
        for condition in one.statement.conditions:
            yield Use(one, condition.key, condition.key, condition.key_span, True)
            for value in condition.values:
                yield from _of_template(one, value.template, value.span, text)


def _of_template(one: StatementAt, template: Template, span: Span, text: str) -> Iterator[Use]:
    if not template.variables:
        return
    offsets = string_offsets(text, span)
    for variable, start in islice(_places(template), _MOST_IN_ONE):
        inside = within(span, offsets[start], offsets[start + len(variable.written)])
        yield Use(one, variable.name, variable.written, inside, False, None if variable.is_plain else variable.default)


def _places(template: Template) -> Iterator[tuple[Variable, int]]:
    """The variables, without escapes, and where each begins in the text."""
    start = 0
    for part in template.parts:
        if isinstance(part, Variable) and not part.is_escape:
            yield part, start
        start += (
            len(part.written) if isinstance(part, Variable) else len(part.value if isinstance(part, Wild) else part)
        )


def _of_kinds(subject: LintSubject, *kinds: KeyKind) -> Iterator[Use]:
    return (use for use in _uses(subject) if kind_of_key(use.name) in kinds)


def _thing_variable(subject: LintSubject) -> Iterator[Hit]:
    if subject.surroundings.has_certificate:
        return
    for use in _of_kinds(subject, KeyKind.THING, KeyKind.COGNITO):
        message = f"`{use.written}` {use.without_value} a connection with custom authentication alone: it has no thing"
        yield use.placed.hit(message, use.span)


def _certificate_variable(subject: LintSubject) -> Iterator[Hit]:
    if subject.surroundings.has_certificate:
        return
    for use in _of_kinds(subject, KeyKind.CERTIFICATE):
        yield use.placed.hit(f"`{use.written}` {use.without_value} a connection without a client certificate", use.span)


def _variable_case(subject: LintSubject) -> Iterator[Hit]:
    for use in _uses(subject):
        proper = proper_name(use.name)
        if proper and plain_name(use.name) != proper and kind_of_key(use.name) is not KeyKind.NETWORK:
            yield use.placed.hit(f"AWS writes `{plain_name(use.name)}` as `{proper}`", use.span)


def _unknown_variable(subject: LintSubject) -> Iterator[Hit]:
    for use in _uses(subject):
        if not proper_name(use.name) and not _is_global(use):
            kind = "condition key" if use.is_key else "policy variable"
            yield use.placed.hit(f"`{use.written}` is not a {kind} of AWS IoT{_hint(use.name)}", use.span)


def _is_global(use: Use) -> bool:
    return use.name.startswith("aws:") and not proper_name(use.name)


def _global_key(subject: LintSubject) -> Iterator[Hit]:
    for use in filter(_is_global, _uses(subject)):
        message = f"`{use.written}` may have no value: AWS IoT's pages do not mention this key"
        yield use.placed.hit(message, use.span)


def _hint(name: str) -> str:
    if name.startswith("AWS::"):
        return "; a CloudFormation template should have replaced it (Fn::Sub)"
    if ":" not in name:
        return "; a template or format string should probably have replaced it"
    tail = name.rpartition(".")[2].casefold()
    same_tail = next((known for known in KEYS if known.rpartition(".")[2].casefold() == tail), None)
    meant = same_tail or nearest(name, KEYS)
    return f"; did you mean `{meant}`?" if meant else ""


def _unclosed(subject: LintSubject) -> Iterator[Hit]:
    for one, element in subject.resources():
        for part in re.finditer(r"\$\{[^{}]*(?:$|\{)|\$\{\s*\}|\$\([^()]*\)|\$(?=iot:)", element.text):
            yield one.hit(f"`{part.group()[:40]}` is not a variable; write `{_braced(part.group())}`", element.span)


def _braced(written: str) -> str:
    """The variable most likely meant: `${*}` for `$(*)`."""
    inside = written.removeprefix("$").strip("(){}").strip()
    return f"${{{inside}}}" if inside in ("*", "?", "$") or proper_name(inside) else "${iot:ClientId}"


def _client_id_in_filter(subject: LintSubject) -> Iterator[Hit]:
    if not any(_any_client(one) for one in subject.usable("Allow")):
        return
    for one in subject.usable("Allow"):
        for element in one.statement.resources if not one.statement.not_resource else ():
            named = [variable.name for variable in element.template.variables if not variable.is_plain]
            if "iot:ClientId" in named and tail_of(element.text).startswith("topicfilter/"):
                message = f"a client that connects as `+` subscribes to every client with `{tail_of(element.text)}`"
                yield one.hit(message, element.span)


_ANY_CLIENT = ("*", "client/*", "client/${iot:ClientId}")


def _any_client(one: StatementAt) -> bool:
    """Whether the statement lets clients choose their ids freely."""
    if not any(element.glob.matches("iot:connect") for element in one.statement.actions):
        return False
    chosen = (element for element in one.statement.resources if not element.template.is_plain)
    return any(tail_of(element.text) in _ANY_CLIENT for element in chosen)


def _no_client_id(subject: LintSubject) -> Iterator[Hit]:
    request = subject.surroundings.request
    if request is None or subject.client_id or request.http_context is None or request.mqtt_context is not None:
        return
    for use in (use for use in _uses(subject) if proper_name(use.name) == "iot:ClientId"):
        what = "has no value" if use.default is None else f"has its default `{use.default}`"
        yield use.placed.hit(f"`{use.written}` {what} for this request: HTTPS has no client id", use.span)


RULES = (
    LintRule(
        "thing-variable",
        "warning",
        "Thing variables come from the certificate or Cognito identity that is attached to a thing. A "
        "connection with custom authentication alone has neither: a resource with one matches nothing that a device "
        "uses, and a condition on one sees an absent key; if the domain authenticates with CUSTOM_AUTH_X509 they have "
        "values.",
        "Let the function write the literal name into the document; it knows who is connecting.",
        documented(THING_VARIABLES),
        _thing_variable,
    ),
    LintRule(
        "certificate-variable",
        "warning",
        "Certificate variables have a value only if a client certificate was sent, as with CUSTOM_AUTH_X509.",
        "Let the function write the literal value into the document.",
        documented(CERTIFICATE_VARIABLES),
        _certificate_variable,
    ),
    LintRule(
        "variable-case",
        "warning",
        "AWS's pages use several spellings and do not say whether case matters; this one may stay as text.",
        "Write the name as AWS's reference does.",
        assumed(BASIC_VARIABLES),
        _variable_case,
    ),
    LintRule(
        "unknown-variable",
        "error",
        "A variable unknown to AWS is not replaced, and an unknown condition key is absent.",
        "Correct the name, or write the value itself.",
        documented(POLICY_VARIABLES),
        _unknown_variable,
    ),
    LintRule(
        "global-variable",
        "warning",
        "Of AWS's global keys, the AWS IoT pages only mention aws:SourceIp and those of VPC endpoints; whether "
        "the others have a value is undocumented, and a variable without a value stays as text.",
        "Try it with a device, or let the function decide and write the result into the document.",
        assumed(BASIC_VARIABLES),
        _global_key,
    ),
    LintRule(
        "malformed-variable",
        "warning",
        "Only ${NAME} is a variable; anything else stays as text. AWS's page on variables prints `$(*)` where "
        "it means `${*}`.",
        "Close the brace, or escape a literal dollar as ${$}.",
        documented(POLICY_VARIABLES),
        _unclosed,
    ),
    LintRule(
        "client-id-in-filter",
        "warning",
        "A client that chooses `+` or `#` as its id turns the filter into an MQTT wildcard.",
        "Allow iot:Connect only for the client id that was authenticated.",
        documented(BASIC_VARIABLES),
        _client_id_in_filter,
    ),
    LintRule(
        "client-id-absent",
        "warning",
        "Publishing over HTTPS has no client id, so the variable stays as text unless it has a default.",
        "Let the function write the literal name into the document.",
        documented(PROTOCOLS),
        _no_client_id,
    ),
)

"""Whether a Lambda function's resource policy lets AWS IoT invoke the function for an authorizer.

The rule: an unknown condition decides nothing; it is reported, and the statement counts as not evaluated. A statement
that is not about the function as the authorizer names it is ignored.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from shlex import quote
from typing import Any

from authlens.core.policy.arn import fields_of, split
from authlens.core.policy.wildcards import compile_text
from authlens.core.request.authorizer import Authorizer
from authlens.frozen import dataclass

PRINCIPAL = "iot.amazonaws.com"
_ACTION = "lambda:invokefunction"
_ARN_OPERATORS = frozenset({"arnlike", "arnequals"})
_TEXT_OPERATORS = frozenset({"stringequals", "stringlike", "stringequalsignorecase"})


class InvokeGrant(StrEnum):
    GRANTED = "granted"
    OPEN = "granted to every authorizer"
    """Without a condition on the source, any authorizer of any account can invoke the function."""
    UNJUDGED = "unjudged"
    OTHER_SOURCE = "other source"
    OTHER_ACCOUNT = "other account"
    MISSING = "missing"
    DENIED = "denied"
    UNREADABLE = "unreadable"


_ORDER = tuple(InvokeGrant)
ALLOWING = (InvokeGrant.GRANTED, InvokeGrant.OPEN)


@dataclass(frozen=True, slots=True)
class InvokePermission:
    grant: InvokeGrant
    statement: str = ""
    """The Sid of the deciding statement."""
    value: str = ""
    """The source ARN or account it names instead, or what is not evaluated."""

    @property
    def named(self) -> str:
        return repr(self.statement) if self.statement else "without a Sid"


def permission(policy: str | None, authorizer: Authorizer, of_function: object = None) -> InvokePermission:
    """The best grant of any statement, unless one denies. A policy of `None` means that the function has no resource
    policy.

    of_function: the policy of the function itself, if the authorizer names a version or alias of it. It may name them
    too, and how AWS combines the two is not documented.
    """
    found = _permission(policy, authorizer)
    if found.grant is InvokeGrant.MISSING and isinstance(of_function, str):
        above = _permission(of_function, authorizer)
        if above.grant in ALLOWING:
            return InvokePermission(InvokeGrant.UNJUDGED, above.statement, "a Resource with versions or aliases")
    return found


def _permission(policy: str | None, authorizer: Authorizer) -> InvokePermission:
    if policy is None:
        return InvokePermission(InvokeGrant.MISSING)
    try:
        statements = _list(json.loads(policy)["Statement"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return InvokePermission(InvokeGrant.UNREADABLE)
    judged = [
        (each.get("Effect"), _judged(each, authorizer))
        for each in statements
        if isinstance(each, dict) and _is_about_invoking(each, authorizer.function_arn)
    ]
    best = _best(one for effect, one in judged if effect == "Allow")
    deny = _best(one for effect, one in judged if effect == "Deny")
    if deny.grant in ALLOWING:
        return InvokePermission(InvokeGrant.DENIED, deny.statement)
    # A Deny that is not evaluated may take away what is allowed.
    return deny if deny.grant is InvokeGrant.UNJUDGED and best.grant in ALLOWING else best


def _best(judged: Iterable[InvokePermission]) -> InvokePermission:
    return min(judged, key=lambda one: _ORDER.index(one.grant), default=InvokePermission(InvokeGrant.MISSING))


def other_services(policy: str | None) -> tuple[str, ...]:
    """The services other than AWS IoT that the policy allows something."""
    try:
        statements = _list(json.loads(policy or "{}")["Statement"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return ()
    allowing = (each for each in statements if isinstance(each, dict) and each.get("Effect") == "Allow")
    named = (name for each in allowing for name in _services(each.get("Principal")))
    return tuple(name for name in dict.fromkeys(named) if name not in (PRINCIPAL, "*"))


def _is_about_invoking(statement: dict[str, Any], function_arn: str) -> bool:
    """Whether the statement is about AWS IoT, which invokes the function as the authorizer names it."""
    function = function_arn.removesuffix(":$LATEST")
    is_here = not function or _includes(statement, "Resource", function) is not False
    names_iot = any(name in (PRINCIPAL, "*") for name in _services(statement.get("Principal")))
    return is_here and bool(_includes(statement, "Action", _ACTION)) and (names_iot or "NotPrincipal" in statement)


def _includes(statement: dict[str, Any], element: str, text: str) -> bool | None:
    """Whether an element or its opposite includes the text; `None` if the statement has neither."""
    for name, included in ((element, True), (f"Not{element}", False)):
        if name in statement:
            patterns = (str(value) for value in _list(statement[name]))
            found = any(_like(text, each.lower() if element == "Action" else each) for each in patterns)
            return found is included
    return None


def _services(principal: Any) -> Iterator[str]:
    if principal == "*":
        yield "*"
    elif isinstance(principal, dict):
        yield from (str(name) for name in _list(principal.get("Service", ())))
        yield from ("*" for name in _list(principal.get("AWS", ())) if name == "*")


def _judged(statement: dict[str, Any], authorizer: Authorizer) -> InvokePermission:
    sid = str(statement.get("Sid") or "")
    conditions = statement.get("Condition") or {}
    if not isinstance(conditions, dict) or not all(isinstance(each, dict) for each in conditions.values()):
        return InvokePermission(InvokeGrant.UNJUDGED, sid, "Condition")
    keys = [
        (operator, key, [str(value) for value in _list(values)])
        for operator, pairs in conditions.items()
        for key, values in pairs.items()
    ]
    worst = InvokePermission(InvokeGrant.GRANTED if keys else InvokeGrant.OPEN, sid)
    if "NotPrincipal" in statement:
        worst = InvokePermission(InvokeGrant.UNJUDGED, sid, "NotPrincipal")
    for operator, key, values in keys:
        one = _condition(operator, key, values, authorizer)
        worst = max(worst, InvokePermission(one.grant, sid, one.value), key=lambda each: _ORDER.index(each.grant))
    return worst


def _condition(operator: str, key: str, values: list[str], authorizer: Authorizer) -> InvokePermission:
    name = operator.lower().removesuffix("ifexists")
    is_known = name in _ARN_OPERATORS | _TEXT_OPERATORS and not any("${" in value for value in values)
    own = split(authorizer.arn)
    compared = {
        "aws:sourcearn": (authorizer.arn, InvokeGrant.OTHER_SOURCE),
        "aws:sourceaccount": (own.account if own else "", InvokeGrant.OTHER_ACCOUNT),
    }.get(key.lower())
    if compared is None or not is_known:
        return InvokePermission(InvokeGrant.UNJUDGED, value=f"{operator} {key}")
    text, other = compared
    fits = any(_fits(text, value, name) for value in values)
    return InvokePermission(InvokeGrant.GRANTED if fits else other, value=", ".join(values))


def _fits(text: str, pattern: str, operator: str) -> bool:
    """Whether a value matches: ArnLike and ArnEquals compare the six parts one by one, the others the whole text."""
    if operator == "stringlike":
        return _like(text, pattern)
    if operator in _TEXT_OPERATORS:
        return text == pattern or (operator == "stringequalsignorecase" and text.casefold() == pattern.casefold())
    parts, patterns = fields_of(text), fields_of(pattern)
    return len(parts) == len(patterns) and all(map(_like, parts, patterns))


def _like(text: str, pattern: str) -> bool:
    return compile_text(pattern).matches(text)


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def permission_line(authorizer: Authorizer) -> str | None:
    """The easily forgotten command that lets AWS IoT invoke the function for this authorizer."""
    if not (authorizer.arn and authorizer.function_arn):
        return None
    statement = re.sub(r"[^A-Za-z0-9_-]", "-", authorizer.name)
    return (
        f"aws lambda add-permission --function-name {quote(authorizer.function_arn)} --principal iot.amazonaws.com "
        f"--source-arn {quote(authorizer.arn)} --statement-id {statement} --action lambda:InvokeFunction"
    )

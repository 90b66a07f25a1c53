"""Whether a Lambda function's resource policy lets AWS IoT invoke the function for an authorizer.

The rule: an unknown condition decides nothing; it is reported, and the statement counts as not evaluated.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
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


@dataclass(frozen=True, slots=True)
class InvokePermission:
    grant: InvokeGrant
    statement: str = ""
    """The Sid of the deciding statement."""
    value: str = ""
    """The source ARN or account it names instead, or the condition that is not evaluated."""


def permission(policy: str | None, authorizer: Authorizer) -> InvokePermission:
    """The best grant of any statement, unless one denies. A policy of `None` means that the function has no resource
    policy."""
    if policy is None:
        return InvokePermission(InvokeGrant.MISSING)
    try:
        statements = _list(json.loads(policy)["Statement"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return InvokePermission(InvokeGrant.UNREADABLE)
    judged = [
        (each.get("Effect"), _judged(each, authorizer))
        for each in statements
        if isinstance(each, dict) and _is_about_invoking(each)
    ]
    denied = (
        InvokePermission(InvokeGrant.DENIED, one.statement)
        for effect, one in judged
        if effect == "Deny" and one.grant in (InvokeGrant.GRANTED, InvokeGrant.OPEN)
    )
    allowed = (one for effect, one in judged if effect == "Allow")
    best = min(allowed, key=lambda one: _ORDER.index(one.grant), default=InvokePermission(InvokeGrant.MISSING))
    return next(denied, best)


def other_services(policy: str | None) -> tuple[str, ...]:
    """The services in the policy other than AWS IoT."""
    try:
        statements = _list(json.loads(policy or "{}")["Statement"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return ()
    named = (name for each in statements if isinstance(each, dict) for name in _services(each.get("Principal")))
    return tuple(name for name in dict.fromkeys(named) if name not in (PRINCIPAL, "*"))


def _is_about_invoking(statement: dict[str, Any]) -> bool:
    """Whether the statement names AWS IoT and the action; `Not…` elements are not interpreted."""
    actions = (str(action).lower() for action in _list(statement.get("Action", ())))
    has_action = any(_like(_ACTION, action) for action in actions)
    return has_action and any(name in (PRINCIPAL, "*") for name in _services(statement.get("Principal")))


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
    for operator, key, values in keys:
        one = _condition(operator, key, values, authorizer)
        worst = max(worst, InvokePermission(one.grant, sid, one.value), key=lambda each: _ORDER.index(each.grant))
    return worst


def _condition(operator: str, key: str, values: list[str], authorizer: Authorizer) -> InvokePermission:
    name = operator.lower().removesuffix("ifexists")
    known = name in _ARN_OPERATORS | _TEXT_OPERATORS
    if key.lower() == "aws:sourcearn" and known:
        fits = any(_fits_arn(authorizer.arn, value, name) for value in values)
        return InvokePermission(InvokeGrant.GRANTED if fits else InvokeGrant.OTHER_SOURCE, value=", ".join(values))
    if key.lower() == "aws:sourceaccount" and known:
        own = split(authorizer.arn)
        account = own.account if own else ""
        fits = any(_like(account, value) for value in values)
        return InvokePermission(InvokeGrant.GRANTED if fits else InvokeGrant.OTHER_ACCOUNT, value=", ".join(values))
    return InvokePermission(InvokeGrant.UNJUDGED, value=f"{operator} {key}")


def _fits_arn(arn: str, pattern: str, operator: str) -> bool:
    """Whether an ARN matches: ArnLike and ArnEquals compare the six parts one by one, the others the whole text."""
    if operator == "stringlike":
        return _like(arn, pattern)
    if operator in _TEXT_OPERATORS:
        return arn == pattern or (operator == "stringequalsignorecase" and arn.casefold() == pattern.casefold())
    parts, patterns = fields_of(arn), fields_of(pattern)
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

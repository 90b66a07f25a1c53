"""Condition operators: what each compares, and how absent, empty and multiple values are treated.

The rules are IAM's, which AWS IoT's pages refer to: all keys must match, one of several values is enough, a negated
operator is met when no value matches, and an absent key satisfies only negated operators and `…IfExists`.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from operator import eq, ge, gt, le, lt
from typing import Any, Literal

from authlens.core.policy.variables import Context, Template
from authlens.core.policy.wildcards import Glob, Wild, compiled
from authlens.frozen import dataclass

Comparison = Callable[[str, Template, Context], bool]

_EMPTY = ("",)
"""IAM's page on set operators: for ForAllValues an empty string counts as the empty set."""


@dataclass(frozen=True, slots=True)
class Operator:
    name: str
    """As written, e.g. `ForAnyValue:StringLikeIfExists`."""
    base: str
    """Without its prefix and suffix."""
    quantifier: Literal["ForAllValues", "ForAnyValue"] | None
    if_exists: bool
    compares: Comparison
    negated: bool

    @property
    def takes_variables(self) -> bool:
        """Whether variables in its values are replaced: only those of string and ARN operators are (IAM's page on
        variables)."""
        return self.base.startswith(("String", "Arn"))

    def holds(self, values: tuple[Template, ...], actual: tuple[str, ...] | None, context: Context) -> bool:
        if self.base == "Null":
            return any(value.text(context).lower() == str(not actual).lower() for value in values)
        if actual is None:
            return self._holds_without_key()
        if self.quantifier == "ForAllValues":
            return actual == _EMPTY or all(self._fits(one, values, context) for one in actual)
        if self.quantifier == "ForAnyValue" or not self.negated:
            return any(self._fits(one, values, context) for one in actual)
        return all(self._fits(one, values, context) for one in actual)

    def _holds_without_key(self) -> bool:
        if self.if_exists or self.quantifier == "ForAllValues":
            return True
        return self.negated and self.quantifier is None

    def _fits(self, one: str, values: tuple[Template, ...], context: Context) -> bool:
        return any(self.compares(one, value, context) for value in values) != self.negated


def _string_equals(actual: str, wanted: Template, context: Context) -> bool:
    return actual == wanted.text(context)


def _string_equals_ignore_case(actual: str, wanted: Template, context: Context) -> bool:
    return actual.casefold() == wanted.text(context).casefold()


def _string_like(actual: str, wanted: Template, context: Context) -> bool:
    return wanted.glob(context).matches(actual)


def _arn_like(actual: str, wanted: Template, context: Context) -> bool:
    """Compares field by field; a wildcard does not cross fields. Text without all six fields matches nothing."""
    fields: list[list[str | Wild]] = [[]]
    for part in wanted.filled(context):
        pieces = part.split(":", 6 - len(fields)) if isinstance(part, str) else [part]
        fields[-1].append(pieces[0])
        fields.extend([piece] for piece in pieces[1:])
    texts = actual.split(":", 5)
    globs = map(compiled, fields)
    return len(fields) == len(texts) == 6 and all(map(Glob.matches, globs, texts))


def _bool(actual: str, wanted: Template, context: Context) -> bool:
    return actual.lower() == wanted.text(context).lower()


def _binary(actual: str, wanted: Template, context: Context) -> bool:
    return _bytes(actual) == _bytes(wanted.text(context))


def _bytes(text: str) -> bytes | str:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return text


def _ip_address(actual: str, wanted: Template, context: Context) -> bool:
    network = read_network(wanted.text(context))
    try:
        return network is not None and ip_address(actual) in network
    except ValueError:
        return False


def _ordered(read: Callable[[str], Any], compare: Callable[[Any, Any], bool]) -> Comparison:
    def compares(actual: str, wanted: Template, context: Context) -> bool:
        left, right = read(actual), read(wanted.text(context))
        return left is not None and right is not None and bool(compare(left, right))

    return compares


_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,4})?")


def read_number(text: str) -> Decimal | None:
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def read_date(text: str) -> datetime | None:
    """An ISO 8601 date in W3C's profile (`2026-11` is one), or seconds since 1970; UTC if it has no offset."""
    try:
        if re.fullmatch(r"-?[0-9]{1,12}", text):
            return datetime.fromtimestamp(int(text), UTC)
        moment = datetime.fromisoformat(f"{text}-01" if re.fullmatch(r"[0-9]{4}-[0-9]{2}", text) else text.upper())
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def read_network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


_ORDERS = {
    "Equals": eq,
    "LessThan": lt,
    "LessThanEquals": le,
    "GreaterThan": gt,
    "GreaterThanEquals": ge,
}

BASES: dict[str, tuple[Comparison, bool]] = {
    "StringEquals": (_string_equals, False),
    "StringNotEquals": (_string_equals, True),
    "StringEqualsIgnoreCase": (_string_equals_ignore_case, False),
    "StringNotEqualsIgnoreCase": (_string_equals_ignore_case, True),
    "StringLike": (_string_like, False),
    "StringNotLike": (_string_like, True),
    "ArnEquals": (_arn_like, False),
    "ArnLike": (_arn_like, False),
    "ArnNotEquals": (_arn_like, True),
    "ArnNotLike": (_arn_like, True),
    "Bool": (_bool, False),
    "BinaryEquals": (_binary, False),
    "IpAddress": (_ip_address, False),
    "NotIpAddress": (_ip_address, True),
    "Null": (_string_equals, False),
    **{f"Numeric{name}": (_ordered(read_number, order), False) for name, order in _ORDERS.items()},
    "NumericNotEquals": (_ordered(read_number, eq), True),
    **{f"Date{name}": (_ordered(read_date, order), False) for name, order in _ORDERS.items()},
    "DateNotEquals": (_ordered(read_date, eq), True),
}
"""Each operator without prefix and suffix: how two values compare, and whether the result is negated."""


@lru_cache(maxsize=512)
def operator_named(name: str) -> Operator | None:
    """The operator with this name; `None` if there is none."""
    prefix, colon, rest = name.partition(":")
    quantifier: Literal["ForAllValues", "ForAnyValue"] | None = None
    if prefix == "ForAllValues":
        quantifier = "ForAllValues"
    elif prefix == "ForAnyValue":
        quantifier = "ForAnyValue"
    elif colon:
        return None
    base = (rest if quantifier else name).removesuffix("IfExists")
    if_exists = name.endswith("IfExists")
    if base not in BASES or (base == "Null" and (if_exists or quantifier)):
        return None
    return Operator(name, base, quantifier, if_exists, *BASES[base])

"""Works out which AWS IoT ARN a malformed text was meant to be, and what is wrong with it.

The parts of an ARN are recognised by their form, wherever they are: a region, twelve digits, a type with a slash. The
suggestion is always a complete ARN, so that following it leaves no second fault behind.
"""

from __future__ import annotations

import re

from authlens.core.policy.actions import TYPES
from authlens.core.policy.arn import partition_of
from authlens.frozen import dataclass

REGION = re.compile(r"[a-z]{2,}(?:-[a-z]+)+-[0-9]{1,2}")
ACCOUNT = re.compile(r"[0-9]{12}")
PARTITION = re.compile(r"aws(?:-[a-z]+)*")
NO_VALUE = re.compile(r"undefined|null|None|NaN|nil|\[object Object\]")
"""What a missing value becomes when it is formatted as text."""

_WILD = re.compile(r"[*?]+")
_TYPED = re.compile(rf"(?:^|[:/]\s*|(?<=[0-9*]))(?P<kind>{'|'.join(TYPES)})[:/](?P<name>.*)$", re.DOTALL)
OTHER_RESOURCE = "which makes it a different resource"
_FORM = ("arn", "partition", "service", "region", "account")


@dataclass(frozen=True, slots=True)
class ArnRepair:
    arn: str
    """The complete ARN that was meant."""
    fault: str
    """What is wrong, phrased to follow the text in a sentence: `lacks the colon before topic/`."""


def repair(text: str) -> ArnRepair | None:
    """The ARN that was most likely meant; `None` if nothing is wrong, or if it is impossible to tell."""
    meant = _meant(text.strip())
    if meant is None or meant == text:
        return None
    fields = meant.split(":", 5)
    if REGION.fullmatch(fields[3]):
        fields[1] = partition_of(fields[3])
    whole = ":".join(fields)
    faults = [_fault(text, one) for one in (whole, meant)]
    return ArnRepair(whole, next((fault for fault in faults if fault != _UNCLEAR), _UNCLEAR))


def head_of(text: str) -> str:
    """The part before the resource type, including the last colon; the whole text if it has no type."""
    found = _TYPED.search(text)
    return text[: found.start("kind")] if found else text


def _meant(text: str) -> str | None:
    found = _TYPED.search(text)
    if found is None:
        return None
    head = head_of(text)
    pieces = [piece for piece in re.split(r"[:/\s]+", head) if piece and not NO_VALUE.fullmatch(piece)]
    pieces = [part for piece in pieces for part in _unglued(piece)]
    region = next((piece for piece in pieces if REGION.fullmatch(piece)), None)
    account = next((piece for piece in pieces if ACCOUNT.fullmatch(piece)), None)
    partition = next((piece for piece in pieces if PARTITION.fullmatch(piece)), "aws")
    wild = [piece for piece in pieces if _WILD.fullmatch(piece)]
    known = ("arn", "iot", partition, region, account, *wild)
    if any(piece.lower() not in known for piece in pieces) or len(wild) > (region is None) + (account is None):
        return None
    rest = iter([*wild, "*", "*"])
    return f"arn:{partition}:iot:{region or next(rest)}:{account or next(rest)}:{found['kind']}/{found['name']}"


_GLUED = re.compile(rf"({REGION.pattern})({ACCOUNT.pattern})")


def _unglued(piece: str) -> tuple[str, ...]:
    """Splits a region and an account that lack the colon between them."""
    found = _GLUED.fullmatch(piece)
    return (found[1], found[2]) if found else (piece,)


def _fault(text: str, meant: str) -> str:
    if text.strip() == meant:
        return "begins or ends with white space"
    if text == meant.split(":", 5)[5]:
        return "is only the tail of an ARN"
    missing = dict.fromkeys(piece for piece in head_of(text).split(":") if NO_VALUE.fullmatch(piece))
    if missing:
        values = "a missing value" if len(missing) == 1 else "missing values"
        return f"contains `{'` and `'.join(missing)}`, {values} formatted as text"
    if "".join(text.split()) == "".join(meant.split()):
        return "has white space before its resource"
    ways = _ways_to_break(meant)
    return next((fault for fault, broken in ways if broken == text.strip()), _UNCLEAR)


_UNCLEAR = "is not an ARN of AWS IoT"


def _ways_to_break(meant: str) -> list[tuple[str, str]]:
    fields = meant.split(":", 5)
    tail = fields[5]
    kind = tail.partition("/")[0]
    before = ":".join(fields[:5])
    ways = [
        (f"lacks the colon before `{kind}/`", before + tail),
        (f"has a slash where the colon before `{kind}/` belongs", f"{before}/{tail}"),
        (f"has a slash before `{kind}/`, {OTHER_RESOURCE}", f"{before}:/{tail}"),
        (f"has two colons before `{kind}/`", f"{before}::{tail}"),
        ("lacks `arn:` at its start", ":".join(fields[1:])),
        ("has its region and account swapped", ":".join([*fields[:3], fields[4], fields[3], tail])),
        ("lacks the colon between region and account", f"{':'.join(fields[:4])}{fields[4]}:{tail}"),
        (f"has a colon after `{kind}` where a slash belongs", f"{before}:{kind}:{tail.partition('/')[2]}"),
        ("leaves its region and account empty", f"{':'.join(fields[:3])}:::{tail}"),
        ("leaves its region empty", ":".join([*fields[:3], "", fields[4], tail])),
        ("leaves its account empty", ":".join([*fields[:4], "", tail])),
        ("lacks its region and account", ":".join([*fields[:3], tail])),
    ]
    for index, name in enumerate(_FORM[1:], 1):
        without = [*fields[:index], *fields[index + 1 :]]
        twice = [*fields[: index + 1], *fields[index:]]
        value = "" if fields[index] == "*" else f", `{fields[index]}`"
        ways.append((f"lacks its {name}{value}", ":".join(without)))
        ways.append((f"has its {name} twice", ":".join(twice)))
    return ways

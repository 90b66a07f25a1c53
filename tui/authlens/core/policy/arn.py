"""AWS IoT ARNs: their fields, and the resource of a question, which may be an ARN or only its tail."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from authlens.frozen import dataclass

FIELDS = ("arn", "partition", "service", "region", "account", "resource")

_TAIL_FIELD = 5


@dataclass(frozen=True, slots=True)
class Arn:
    """The six fields of `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`."""

    partition: str
    service: str
    region: str
    account: str
    tail: str
    """`TYPE/NAME`; may contain colons."""

    @property
    def type(self) -> str:
        return self.tail.partition("/")[0]

    @property
    def name(self) -> str:
        return self.tail.partition("/")[2]

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.tail}"


def fields_of(text: str) -> list[str]:
    """At most six fields; the colon in `${iot:ClientId}` does not separate fields."""
    if "${" not in text:
        return text.split(":", _TAIL_FIELD)
    ends = [found.start() for found in _COLON.finditer(text) if found.group() == ":"][:_TAIL_FIELD]
    return [text[before + 1 : end] for before, end in pairwise([-1, *ends, len(text)])]


_COLON = re.compile(r"\$\{[^{}]*\}|:")


def split(text: str) -> Arn | None:
    """The text as an ARN; `None` if it has fewer than six fields or does not start with `arn`."""
    fields = fields_of(text)
    return Arn(*fields[1:]) if len(fields) == len(FIELDS) and fields[0] == "arn" else None


def function_named(text: str) -> str:
    """The name in the ARN of a Lambda function, whatever its version or alias; empty for any other text."""
    found = split(text)
    kind, name, *_ = [*found.tail.split(":"), "", ""] if found is not None and found.service == "lambda" else ["", ""]
    return name if kind == "function" else ""


def tail_of(resource: str) -> str:
    """The part of an ARN after the account, or the last field of an incomplete ARN; a tail is returned as is."""
    return fields_of(resource)[-1] if resource.startswith("arn:") else resource


def partition_of(region: str) -> str:
    """The partition that a region belongs to."""
    return next((partition for start, partition in _PARTITIONS.items() if region.startswith(start)), "aws")


_PARTITIONS = {
    "cn-": "aws-cn",
    "us-gov-": "aws-us-gov",
    "eusc-": "aws-eusc",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "eu-isoe-": "aws-iso-e",
    "us-isof-": "aws-iso-f",
}
"""By the beginning of a region's name, as in the AWS SDKs; all other regions are in `aws`."""

DOMAINS = {
    "aws-cn": "amazonaws.com.cn",
    "aws-eusc": "amazonaws.eu",
    "aws-iso": "c2s.ic.gov",
    "aws-iso-b": "sc2s.sgov.gov",
    "aws-iso-e": "cloud.adc-e.uk",
    "aws-iso-f": "csp.hci.ic.gov",
}
"""Of the partitions whose services are not below `amazonaws.com`, as in the AWS SDKs."""


@dataclass(frozen=True, slots=True)
class Prefix:
    """The part of an ARN before the tail, as far as it is known."""

    partition: str | None = None
    region: str | None = None
    account: str | None = None

    def completed(self, other: Prefix) -> str:
        """`arn:…:iot:…:…:` with unknown parts taken from the other prefix."""
        return (
            f"arn:{self.partition or other.partition or 'aws'}:iot:"
            f"{self.region or other.region or 'us-east-1'}:{self.account or other.account or '123456789012'}:"
        )


def fitting_prefix(pattern: str) -> Prefix:
    """A prefix that the pattern matches, if it matches any: its own fields, with wildcards replaced by nothing or one
    letter.

    Fields that cannot be a region or an account, such as `None` or `REGION`, are left open, so that the pattern matches
    nothing.
    """
    fields = dict(zip(FIELDS, fields_of(pattern), strict=False))
    return Prefix(
        _instance(fields.get("partition", ""), _WORD),
        _instance(fields.get("region", ""), _WORD),
        _instance(fields.get("account", ""), _DIGITS, "0"),
    )


_WORD = re.compile(r"(?!(?:undefined|null|nil)$)[a-z0-9-]+")
_DIGITS = re.compile(r"[0-9]+")


def _instance(field: str, form: re.Pattern[str], one: str = "x") -> str | None:
    text = re.sub(r"\$\{[?]\}|[?]", one, field.replace("*", ""))
    return text if form.fullmatch(text) else None


@dataclass(frozen=True, slots=True)
class Asked:
    """The resource of a question."""

    text: str
    """As given: an ARN, a tail such as `topic/a`, or `*`."""
    prefix: Prefix = Prefix()

    @property
    def is_tail(self) -> bool:
        return not self.text.startswith("arn:") and self.text != "*"

    @property
    def tail(self) -> str:
        arn = split(self.text)
        return arn.tail if arn else self.text

    def against(self, fitting: Prefix) -> str:
        """The text to match against a pattern: unknown parts of the prefix are taken from the pattern."""
        return self.prefix.completed(fitting) + self.text if self.is_tail else self.text

    def sibling(self, tail: str) -> Asked:
        """Another resource in the same region and account."""
        full = split(self.text)
        return Asked(str(replace(full, tail=tail)) if full else tail, self.prefix)

    def __str__(self) -> str:
        known = self.prefix.region or self.prefix.account
        if not self.is_tail or not known:
            return self.text
        prefix = self.prefix
        return f"arn:{prefix.partition or '*'}:iot:{prefix.region or '*'}:{prefix.account or '*'}:{self.text}"


def asked(resource: str, region: str | None = None, account: str | None = None) -> Asked:
    """The resource of a question; `region` and `account` complete a tail."""
    return Asked(resource, Prefix(partition_of(region) if region else None, region or None, account or None))

"""ARNs of AWS IoT: their fields, and a question's resource, which may be an ARN or only its tail."""

from __future__ import annotations

import re

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
    """`TYPE/NAME`; it may hold colons."""

    @property
    def type(self) -> str:
        return self.tail.partition("/")[0]

    @property
    def name(self) -> str:
        return self.tail.partition("/")[2]

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.tail}"


def fields_of(text: str) -> list[str]:
    """At most six fields; the colon of `${iot:ClientId}` parts none."""
    if "${" not in text:
        return text.split(":", _TAIL_FIELD)
    ends = [found.start() for found in _COLON.finditer(text) if found.group() == ":"][:_TAIL_FIELD]
    starts = [0, *(end + 1 for end in ends)]
    return [text[start:end] for start, end in zip(starts, [*ends, len(text)], strict=True)]


_COLON = re.compile(r"\$\{[^{}]*\}|:")


def split(text: str) -> Arn | None:
    """The fields of a text; `None` when it has fewer than six or does not start with `arn`."""
    fields = fields_of(text)
    return Arn(*fields[1:]) if len(fields) == len(FIELDS) and fields[0] == "arn" else None


def function_named(text: str) -> str:
    """The name in the ARN of a Lambda function, whatever its version or alias; empty for any other text."""
    found = split(text)
    kind, name, *_ = [*found.tail.split(":"), "", ""] if found is not None and found.service == "lambda" else ["", ""]
    return name if kind == "function" else ""


def tail_of(resource: str) -> str:
    """What follows the account of an ARN, or of one that breaks off earlier its last field; a tail is its own."""
    return fields_of(resource)[-1] if resource.startswith("arn:") else resource


def partition_of(region: str) -> str:
    """The partition that a region lies in."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


@dataclass(frozen=True, slots=True)
class Prefix:
    """What stands before the tail of an ARN, as far as it is known."""

    partition: str | None = None
    region: str | None = None
    account: str | None = None

    def completed(self, other: Prefix) -> str:
        """`arn:…:iot:…:…:` with what this leaves open taken from the other."""
        return (
            f"arn:{self.partition or other.partition or 'aws'}:iot:"
            f"{self.region or other.region or 'us-east-1'}:{self.account or other.account or '123456789012'}:"
        )


def fitting_prefix(pattern: str) -> Prefix:
    """A prefix that the pattern matches if it matches any: its own fields, a wildcard taken as nothing or one letter.

    What is neither a region nor an account in any account of AWS, such as `None` or `REGION`, is left open, so that the
    pattern matches nothing.
    """
    fields = fields_of(pattern)
    if len(fields) == len(FIELDS):
        fields.pop()
    partition, _, region, account = [*fields[1:], *[""] * 4][:4]
    return Prefix(_instance(partition, _WORD), _instance(region, _WORD), _instance(account, _DIGITS, "0"))


_WORD = re.compile(r"(?!(?:undefined|null|nil)$)[a-z0-9-]+")
_DIGITS = re.compile(r"[0-9]+")


def _instance(field: str, form: re.Pattern[str], one: str = "x") -> str | None:
    text = re.sub(r"\$\{[?]\}|[?]", one, field.replace("*", ""))
    return text if form.fullmatch(text) else None


@dataclass(frozen=True, slots=True)
class Asked:
    """The resource of a question."""

    text: str
    """As asked: an ARN, a tail such as `topic/a`, or `*`."""
    prefix: Prefix = Prefix()

    @property
    def is_tail(self) -> bool:
        return not self.text.startswith("arn:") and self.text != "*"

    @property
    def tail(self) -> str:
        arn = split(self.text)
        return arn.tail if arn else self.text

    def against(self, fitting: Prefix) -> str:
        """The text to match with a pattern: what is not known of the prefix is taken from the pattern."""
        return self.prefix.completed(fitting) + self.text if self.is_tail else self.text

    def __str__(self) -> str:
        known = self.prefix.region or self.prefix.account
        if not self.is_tail or not known:
            return self.text
        prefix = self.prefix
        return f"arn:{prefix.partition or '*'}:iot:{prefix.region or '*'}:{prefix.account or '*'}:{self.text}"


def asked(resource: str, region: str | None = None, account: str | None = None) -> Asked:
    """The resource of a question; `region` and `account` complete a tail."""
    return Asked(resource, Prefix(partition_of(region) if region else None, region or None, account or None))

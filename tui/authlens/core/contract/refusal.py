"""A refusal of AWS, and the rules it comes from: each rule is one line of a table with its class, status and words."""

from __future__ import annotations

import re

from authlens.core.contract.stage import Stage
from authlens.frozen import dataclass

INVALID_REQUEST = "InvalidRequestException"
INVALID_RESPONSE = "InvalidResponseException"
NOT_FOUND = "ResourceNotFoundException"

_BLANK = re.compile(r"\{([a-z]+)\}")
_ESCAPED_BLANK = re.compile(r"\\\{([a-z]+)\\\}")


@dataclass(frozen=True, slots=True)
class Refusal:
    """What AWS answers instead of an outcome."""

    http_status: int
    error: str
    message: str | None
    """Word for word; one of AWS's refusals has none."""
    rule: str = ""
    """The id of the rule that was broken."""
    stage: Stage | None = None
    """The stage at which a test call ends with it; `None` for a management call."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One way of being refused."""

    id: str
    stage: Stage | None
    words: str | None
    """The message, with blanks such as `{name}`; `None` is AWS's null message."""
    error: str = INVALID_REQUEST
    http_status: int = 400

    def refusal(self, **blanks: object) -> Refusal:
        """The refusal with its blanks filled."""
        words = self.words and _BLANK.sub(lambda blank: str(blanks[blank[1]]), self.words)
        return Refusal(self.http_status, self.error, words, self.id, self.stage)

    def fits(self, error: str, message: str | None) -> bool:
        """Whether an answer of AWS is of this rule."""
        if error != self.error or self.words is None or message is None:
            return error == self.error and self.words is message
        return self.match(message) is not None

    def match(self, message: str) -> re.Match[str] | None:
        """A message of this rule, its blanks as groups. AWS may put the member in front (`policyDocuments …: `)."""
        words = _ESCAPED_BLANK.sub(r"(?P<\1>[\\s\\S]*)", re.escape(self.words or ""))
        prefix = "" if (self.words or "").startswith("{") else r"(?:[\s\S]*: )?"
        return re.fullmatch(prefix + words, message)


def rule_of(rules: tuple[Rule, ...], error: str, message: str | None) -> Rule | None:
    """The first rule of the table that an answer of AWS fits."""
    return next((rule for rule in rules if rule.fits(error, message)), None)

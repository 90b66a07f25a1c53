"""AWS's refusals and their rules: each rule is one row of a table with its class, status and words."""

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
    """AWS's answer if there is no outcome."""

    http_status: int
    error: str
    message: str | None
    """Word for word; one of AWS's refusals has no message."""
    rule: str = ""
    """The id of the violated rule."""
    stage: Stage | None = None
    """The stage at which it ends a test call; `None` for a management call."""


@dataclass(frozen=True, slots=True)
class RefusalRule:
    """One reason for a refusal."""

    id: str
    stage: Stage | None
    words: str | None
    """The message, with placeholders such as `{name}`; `None` for AWS's null message."""
    error: str = INVALID_REQUEST
    http_status: int = 400

    def refusal(self, **blanks: object) -> Refusal:
        """The refusal with its placeholders filled in."""
        words = self.words and _BLANK.sub(lambda blank: str(blanks[blank[1]]), self.words)
        return Refusal(self.http_status, self.error, words, self.id, self.stage)

    def fits(self, error: str, message: str | None) -> bool:
        """Whether an error from AWS matches this rule."""
        if error != self.error or self.words is None or message is None:
            return error == self.error and self.words is message
        return self.match(message) is not None

    def match(self, message: str) -> re.Match[str] | None:
        """Match a message of this rule, with its placeholders as groups. AWS may prefix the member (`policyDocuments …:
        `)."""
        words = _ESCAPED_BLANK.sub(r"(?P<\1>[\\s\\S]*)", re.escape(self.words or ""))
        prefix = "" if (self.words or "").startswith("{") else r"(?:[\s\S]*: )?"
        return re.fullmatch(prefix + words, message)


def rule_of(rules: tuple[RefusalRule, ...], error: str, message: str | None) -> RefusalRule | None:
    """The first rule of the table that matches an error from AWS."""
    return next((rule for rule in rules if rule.fits(error, message)), None)

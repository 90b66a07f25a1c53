"""Reads and writes the `expect:` of a saved request. Everything is checked on reading."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any, NoReturn

from authlens.core.saved.cases import mentions_case
from authlens.core.saved.expectation import Expectation, ExpectedError, Question
from authlens.core.text.pattern import problem
from authlens.core.text.yaml_reader import YamlError, YamlNode

KEYS = (
    "isAuthenticated",
    "principalId",
    "allow",
    "deny",
    "variables",
    "policyDocuments",
    "refreshAfterInSeconds",
    "disconnectAfterInSeconds",
    "error",
    "maxDuration",
    "noFindings",
)
MOST_QUESTIONS = 500
"""In `allow`, and in `deny`: as many are decided in a moment with the largest documents that AWS accepts."""
_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s)")


def read(node: YamlNode) -> Expectation:
    """Read the mapping of `expect:`. Raises YamlError at the position of the error."""
    fields = node.fields(*KEYS)

    def optional(key: str, reading: Any, absent: Any = None) -> Any:
        return reading(fields[key]) if key in fields else absent

    return Expectation(
        is_authenticated=optional("isAuthenticated", YamlNode.boolean),
        principal_id=optional("principalId", _text_or_pattern),
        allow=optional("allow", _questions, ()),
        deny=optional("deny", _questions, ()),
        variables=optional("variables", _variables, {}),
        policy_documents=optional("policyDocuments", _documents),
        refresh_after_in_seconds=optional("refreshAfterInSeconds", YamlNode.integer),
        disconnect_after_in_seconds=optional("disconnectAfterInSeconds", YamlNode.integer),
        error=optional("error", _error),
        max_duration=optional("maxDuration", _seconds),
        no_findings=optional("noFindings", lambda field: field.choice(("error", "warning"))),
    )


def pattern_of(text: str) -> str | None:
    """The regular expression of a `/regex/`; `None` if the text is literal."""
    return text[1:-1] if len(text) > 1 and text.startswith("/") and text.endswith("/") else None


def _text_or_pattern(node: YamlNode) -> str:
    text = node.string()
    pattern = pattern_of(text)
    if pattern is not None:
        _check_pattern(pattern, node)
    return text


def _check_pattern(pattern: str, node: YamlNode) -> None:
    reason = problem(pattern)
    if reason:
        raise node.error(f"{node.name} is not a valid regular expression: {reason}")


def _questions(node: YamlNode) -> tuple[Question, ...]:
    items = node.list()
    if len(items) > MOST_QUESTIONS:
        raise node.error(f"{node.name} has {len(items):,} entries; at most {MOST_QUESTIONS} are asked about one answer")
    return tuple(_question(item, node.name) for item in items)


def _question(node: YamlNode, name: str) -> Question:
    from authlens.core.saved.question import read_question

    text = node.string(f"an entry of {name}")
    words = text.split(maxsplit=1)
    if len(words) == 2 and mentions_case(text):
        return Question(words[0], words[1].strip())
    try:
        return read_question(text)
    except ValueError as error:
        raise node.error(str(error).removesuffix(".")) from None


def _variables(node: YamlNode) -> dict[str, tuple[str, ...]]:
    return {name: _values(item) for name, item in node.mapping().items()}


def _values(node: YamlNode) -> tuple[str, ...]:
    items = node.value if isinstance(node.value, list) else [node]
    return tuple(item.string("a variable's value") for item in items)


def _documents(node: YamlNode) -> tuple[Any, ...]:
    return tuple(_document(item) for item in node.list())


def _document(node: YamlNode) -> Any:
    """A document written as YAML, or as JSON text as AWS returns it. A JSON string represents a document that is not a
    policy."""
    if isinstance(node.value, dict):
        return node.plain()
    try:
        value = json.loads(node.string(), parse_constant=_refuse_constant)
    except (YamlError, ValueError, RecursionError):
        value = None
    if not isinstance(value, dict | str):
        raise node.error("an entry of policyDocuments must be a policy: a mapping, or JSON as text")
    return value


def _refuse_constant(name: str) -> NoReturn:
    """Rejects `NaN` and `Infinity`, which Python accepts."""
    raise ValueError(name)


def _error(node: YamlNode) -> ExpectedError:
    if not isinstance(node.value, dict):
        return ExpectedError(node.string())
    fields = node.fields("class", "message")
    if "class" not in fields:
        raise node.error("error needs class, the name of the exception")
    message = _message_pattern(fields["message"]) if "message" in fields else None
    return ExpectedError(fields["class"].string(), message)


def _message_pattern(node: YamlNode) -> str:
    """The pattern of a `/regex/`; any other text is searched for literally."""
    text = _text_or_pattern(node)
    pattern = pattern_of(text)
    return re.escape(text) if pattern is None else pattern


def _seconds(node: YamlNode) -> float:
    found = _DURATION.fullmatch(node.text or "")
    if found is None:
        raise node.error("maxDuration must be a number with a unit, such as 800ms or 2s")
    return float(found[1]) / (1000 if found[2] == "ms" else 1)


def write(expect: Expectation) -> dict[str, Any]:
    """The mapping that `read` turns back into the same expectation, without absent keys."""
    fields = {
        "isAuthenticated": expect.is_authenticated,
        "principalId": expect.principal_id,
        "allow": _written_questions(expect.allow),
        "deny": _written_questions(expect.deny),
        "variables": {name: _written_values(values) for name, values in expect.variables.items()} or None,
        "policyDocuments": None
        if expect.policy_documents is None
        else [_written(item) for item in expect.policy_documents],
        "refreshAfterInSeconds": expect.refresh_after_in_seconds,
        "disconnectAfterInSeconds": expect.disconnect_after_in_seconds,
        "error": expect.error and _written_error(expect.error),
        "maxDuration": None if expect.max_duration is None else _written_seconds(expect.max_duration),
        "noFindings": expect.no_findings,
    }
    return {key: value for key, value in fields.items() if value is not None}


def _written(document: Any) -> Any:
    """A plain string would be read as JSON, so it is written as JSON."""
    return json.dumps(document) if isinstance(document, str) else document


def _written_questions(questions: tuple[Question, ...]) -> list[str] | None:
    return [f"{question.action} {question.resource}" for question in questions] or None


def _written_values(values: tuple[str, ...]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)


def _written_error(error: ExpectedError) -> str | dict[str, str]:
    if error.message is None:
        return error.error
    return {"class": error.error, "message": f"/{error.message}/"}


def _written_seconds(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    if milliseconds < 1000 and milliseconds / 1000 == seconds:
        return f"{milliseconds}ms"
    text = format(Decimal(repr(seconds)), "f")
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text}s"

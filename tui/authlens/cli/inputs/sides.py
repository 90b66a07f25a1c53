"""Reads one side of `diff`: a history id, an invocation, an outcome or a saved request."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from authlens.cli.console.diagnostics import CommandError
from authlens.cli.console.services import CliServices
from authlens.cli.inputs.saved_requests import read_text

if TYPE_CHECKING:
    from authlens.core.compare.compare import Side
    from authlens.core.contract.outcome import Outcome
    from authlens.core.invocation.invocation import Failure

_OUTCOME_KEYS = {"isAuthenticated", "principalId", "policyDocuments", "outcome", "failure"}


def read_side(name: str, services: CliServices) -> Side:
    """The side that an argument names. Digits are a history id, `-` is standard input."""
    if name.isascii() and name.isdigit():
        return _from_history(int(name), services)
    path, mark, number = name.rpartition("#")
    is_one_of_many = bool(mark and path and number.isascii() and number.isdigit()) and not Path(name).exists()
    text = read_text(path if is_one_of_many else name, services, "a saved request, an answer or an invocation")
    try:
        return _from_text(name, _line_of(text, int(number)) if is_one_of_many else text)
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{name}: {error or 'nested too deeply'}") from error


def _from_history(number: int, services: CliServices) -> Side:
    from authlens.core.compare.compare import Side

    with services.open_history() as history:
        invocation = history.get(number)
    if invocation is None:
        problem = f" ({history.problem})" if history.problem else ""
        raise CommandError(
            f"the history has no invocation {number}{problem}; 'authlens history list' lists the ids. "
            f"For a file of that name, write ./{number}"
        )
    return Side.of(invocation)


def _line_of(text: str, number: int) -> str:
    """The invocation with that number in an export of the history."""
    for line in text.splitlines():
        value = _json(line)
        if isinstance(value, dict) and value.get("id") == number:
            return line
    raise ValueError(f"it has no invocation {number}")


def _from_text(name: str, text: str) -> Side:
    """A text with an answer is an answer; everything else is a saved request."""
    from authlens.core.compare.compare import Side
    from authlens.core.invocation.invocation_json import MOST_LINES, exported_numbers, from_json
    from authlens.core.saved.saved_request_yaml import read
    from authlens.core.text.yaml_reader import YamlError

    several = exported_numbers(text)
    if several:
        more = "at least " if len(several) == MOST_LINES else ""
        raise ValueError(f"it has {more}{len(several)} invocations; give one of them, such as {name}#{several[0]}")
    value = _value(text)
    if isinstance(value, dict) and {"startedAt", "request"} <= value.keys():
        return Side.of(from_json(value), name)
    if isinstance(value, list) or (isinstance(value, dict) and "Statement" in value):
        return Side(name, result=_policies(value), policies_alone=True)
    result = _result(text, value)
    if result:
        return Side(name, result=result)
    try:
        return Side.of_draft(read(text), name)
    except YamlError as error:
        raise ValueError(str(error)) from error


def _result(text: str, value: Any) -> Outcome | Failure | None:
    """A bare answer, or an error as AWS sends it or as the AWS CLI prints it."""
    from authlens.core.invocation.invocation_json import read_outcome
    from authlens.core.pasted.printed_error import printed_error, stored_error

    if not isinstance(value, dict) or "request" in value:
        return None if isinstance(value, dict) else printed_error(text)
    stored = stored_error(value)
    if stored is not None:
        return stored
    return read_outcome(value) if _OUTCOME_KEYS & value.keys() else printed_error(text)


def _policies(value: Any) -> Outcome:
    """Bare policy documents, as an answer with nothing else."""
    from authlens.core.contract.outcome import Outcome

    documents = value if isinstance(value, list) else [value]
    return Outcome(
        True, policy_documents=tuple(each if isinstance(each, str) else json.dumps(each) for each in documents)
    )


def _value(text: str) -> Any:
    """The text as JSON, or as YAML for the AWS CLI's YAML output."""
    from authlens.core.text.yaml_reader import YamlError, load

    value = _json(text)
    if value is not None:
        return value
    try:
        return load(text).plain()
    except (YamlError, RecursionError):
        return None


def _json(text: str) -> Any:
    """`None` if it is not one."""
    from authlens.core.text.json_limits import MOST_OF_ONE, load_bounded

    try:
        return load_bounded(text, MOST_OF_ONE)
    except ValueError:
        return None

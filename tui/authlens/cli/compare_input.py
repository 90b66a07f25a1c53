"""What `diff` is given, read as a side of a comparison: a history id, an invocation, an outcome, a saved request."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from authlens.cli.diagnostics import CommandError
from authlens.cli.request_input import read_text
from authlens.cli.world import World

if TYPE_CHECKING:
    from authlens.core.compare import Side
    from authlens.core.invocation import Outcome

_OUTCOME_KEYS = {"isAuthenticated", "principalId", "policyDocuments", "outcome", "failure"}


def read_side(name: str, world: World) -> Side:
    """The side that a word of the command line names. Digits are a history id, `-` is standard input."""
    if name.isascii() and name.isdigit():
        return _from_history(int(name), world)
    text = read_text(name, world, "a saved request, an answer or an invocation")
    try:
        return _from_text(name, text)
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{name}: {error or 'nested too deeply'}") from error


def _from_history(number: int, world: World) -> Side:
    from authlens.core.compare import Side

    history = world.open_history()
    try:
        invocation = history.get(number)
    finally:
        history.close()
    if invocation is None:
        problem = f" ({history.problem})" if history.problem else ""
        raise CommandError(
            f"the history has no invocation {number}{problem}; 'authlens history list' shows what it has. "
            f"A file of that name is ./{number}"
        )
    return Side.of(invocation)


def _from_text(name: str, text: str) -> Side:
    """What holds an answer is one; everything else is a saved request."""
    from authlens.core.compare import Side
    from authlens.core.invocation_json import from_json, read_outcome
    from authlens.core.saved_request_yaml import read
    from authlens.core.yaml_text import YamlError

    value = _value(text)
    if isinstance(value, dict) and {"startedAt", "request"} <= value.keys():
        return Side.of(from_json(value), name)
    if isinstance(value, dict) and _OUTCOME_KEYS & value.keys():
        return Side(name, result=read_outcome(value))
    if isinstance(value, list) or (isinstance(value, dict) and "Statement" in value):
        return Side(name, result=_policies(value))
    try:
        return Side.of_draft(read(text), name)
    except YamlError as error:
        raise ValueError(str(error)) from error


def _policies(value: Any) -> Outcome:
    """Policy documents alone, as an answer that holds nothing else."""
    from authlens.core.invocation import Outcome

    documents = value if isinstance(value, list) else [value]
    return Outcome(
        True, policy_documents=tuple(each if isinstance(each, str) else json.dumps(each) for each in documents)
    )


def _value(text: str) -> Any:
    """The text as JSON, or as YAML where the AWS CLI was told to print that."""
    from authlens.core.yaml_text import YamlError, load

    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    try:
        return load(text).plain()
    except (YamlError, RecursionError):
        return None

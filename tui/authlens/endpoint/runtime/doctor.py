"""What a function ran on here, and how that differs from Lambda."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from authlens.core.contract.answer import is_json_text, judge
from authlens.core.contract.answer_problem import answer_problem
from authlens.core.contract.refusal import Refusal
from authlens.core.invocation.local_run import LocalRun
from authlens.endpoint.runtime.advice import advice
from authlens.endpoint.templates import function_checks
from authlens.endpoint.templates.lambda_runtimes import language, node_sdk

if TYPE_CHECKING:
    from authlens.endpoint.runtime.function_host import FunctionResult
    from authlens.endpoint.templates.definitions import FunctionDefinition

NAMES = {"python": "Python", "nodejs": "Node.js"}


def local_run(function: FunctionDefinition, result: FunctionResult | None = None) -> LocalRun:
    """The report about one run, or about the function alone."""
    step = ""
    if result is not None:
        error = f"{result.error_type}: {result.error_message}" if result.error_type else ""
        step = advice(function, error, result.log)
    return LocalRun(
        ran_on(function),
        tuple(differences(function)),
        function.unresolved,
        step,
        result is not None and is_json_text(result.payload),
        *_refused_answer(result),
        *((result.code.digest, result.code.files) if result is not None and result.code is not None else ()),
    )


def _refused_answer(result: FunctionResult | None) -> tuple[str, str, str]:
    """What it returned, what AWS IoT would refuse of it, and in which member; empty if nothing."""
    if result is None or result.error_type is not None or not isinstance(judge(result.payload or b""), Refusal):
        return "", "", ""
    returned = (result.payload or b"").decode("utf-8", "replace")
    problem = answer_problem(returned)
    return returned, problem.sentence if problem else "", problem.member if problem else ""


def ran_on(function: FunctionDefinition) -> str:
    kind = language(function.runtime)
    if kind == "provided":
        return f"its own program, {function.command[0] if function.command else 'bootstrap'}"
    program, numbers = _interpreter(function)
    owner = ", the Python of authlens" if kind == "python" and function.interpreter is None else ""
    return f"{NAMES[kind]} {'.'.join(numbers)} ({program}{owner})"


def differences(function: FunctionDefinition) -> Iterator[str]:
    kind = language(function.runtime)
    if kind != "provided":
        wanted = function.runtime.removeprefix(kind).removesuffix(".x")
        actual = ".".join(_interpreter(function)[1])
        if wanted and not f"{actual}.".startswith(f"{wanted}."):
            yield f"Lambda's runtime would be {function.runtime}; set interpreter to run it on another version."
    if kind == "python" and function.interpreter is None:
        yield f"Its packages: those in its own folder{_layers(function)}, and boto3 {_boto3()} for the one of Lambda."
    elif kind == "python":
        yield f"Its packages: those in its own folder{_layers(function)}, and those installed for that interpreter."
    elif kind == "nodejs" and not _has_sdk(function):
        yield f"The AWS SDK for JavaScript {node_sdk(function.runtime)[0]}, which Lambda has, is not installed here."
    wrapper = function.environment.get("AWS_LAMBDA_EXEC_WRAPPER")
    if wrapper:
        yield f"The wrapper script {wrapper} (AWS_LAMBDA_EXEC_WRAPPER), which Lambda would start it with, is not run."
    yield from function.differences


def _layers(function: FunctionDefinition) -> str:
    return (
        f" and its {len(function.layers)} layers"
        if len(function.layers) > 1
        else (" and its layer" if function.layers else "")
    )


def _has_sdk(function: FunctionDefinition) -> bool:
    folders = (function.code_uri, *function.code_uri.parents)
    return any((folder / "node_modules" / node_sdk(function.runtime)[1]).is_dir() for folder in folders)


def _interpreter(function: FunctionDefinition) -> tuple[str, list[str]]:
    """The program and its version numbers; none if it does not run."""
    try:
        if language(function.runtime) == "nodejs":
            program = function.interpreter or function_checks.node_in_path()
        else:
            program = function.interpreter or sys.executable
        return program, function_checks.version_of(program)
    except function_checks.Unfit:
        return function.interpreter or "node", []


@cache
def _boto3() -> str:
    try:
        return version("boto3")
    except PackageNotFoundError:
        return "(none is installed)"

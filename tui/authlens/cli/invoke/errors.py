"""Why there is no answer, in the AWS CLI's wording and with its exit codes."""

from __future__ import annotations

from authlens.cli.console.diagnostics import ExitCode
from authlens.core.invocation.invocation import Failure, FailureKind, Wire

_EXCERPT = 2000
"""How many characters of a broken answer are shown."""

_CODES = {
    FailureKind.AWS: ExitCode.SERVICE,
    FailureKind.REFUSED_HERE: ExitCode.USAGE,
    FailureKind.REFERENCE: ExitCode.USAGE,
    FailureKind.NOT_TRUSTED: ExitCode.USAGE,
}

_CONFIGURATION = {"NoCredentialsError": "NoCredentials", "NoRegionError": "NoRegion"}
"""Errors that exit with 253; the AWS CLI exits with 255 for all others about profiles and credentials."""


def exit_code(failure: Failure) -> ExitCode:
    if failure.error in _CONFIGURATION:
        return ExitCode.CONFIGURATION
    return _CODES.get(failure.kind, ExitCode.OTHER)


def code_and_message(failure: Failure) -> tuple[str, str]:
    """The error's class and its words, as `--cli-error-format` prints them."""
    if failure.kind is FailureKind.REFUSED_HERE:
        return "ParamValidation", str(failure.message)
    return _CONFIGURATION.get(failure.error, failure.error), str(failure.message)


def sentence(failure: Failure, operation: str = "TestInvokeAuthorizer") -> str:
    """One line as the AWS CLI prints it, and what to do on the next. operation: what AWS was asked to do."""
    code, message = code_and_message(failure)
    if failure.kind is FailureKind.AWS:
        retried = f" (reached max retries: {failure.retries})" if failure.retries is not None else ""
        said = f"An error occurred ({code}) when calling the {operation} operation{retried}: {message}"
    elif exit_code(failure) in (ExitCode.USAGE, ExitCode.CONFIGURATION):
        said = f"An error occurred ({code}): {message}"
    else:
        said = message
    return f"{said}\n{failure.advice}" if failure.advice else said


def what_came(wire: Wire | None) -> str:
    """A readable excerpt of a broken answer: its status line and its beginning."""
    if wire is None or wire.status is None:
        return ""
    kind = next((value for name, value in wire.response_headers if name.lower() == "content-type"), "no content type")
    body = wire.response_body.decode("utf-8", "replace")
    more = len(body) - _EXCERPT
    cut = f"\n… {more} more character{'s' if more > 1 else ''}" if more > 0 else ""
    return f"Received: HTTP {wire.status}, {kind}, {len(wire.response_body)} bytes\n{body[:_EXCERPT]}{cut}"

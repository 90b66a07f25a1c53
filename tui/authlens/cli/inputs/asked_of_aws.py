"""Asks AWS what commands need to know besides the answer to a request. Every call has a deadline."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from authlens import calls
from authlens.cli.console.diagnostics import CommandError, ExitCode
from authlens.cli.console.services import CliServices

if TYPE_CHECKING:
    from authlens.core.deployment.deployment import Deployment
    from authlens.core.invocation.gateway import CallFailed
    from authlens.core.request.authorizer import Authorizer
    from authlens.core.saved.saved_request import SavedRequest
    from authlens.sending import Sender

Answer = TypeVar("Answer")


def ask(call: str, work: Callable[[], Answer]) -> Answer:
    """The answer to a call, which is abandoned at the deadline. Raises CommandError."""
    from authlens.core.invocation.gateway import CallFailed
    from authlens.core.invocation.invocation import FailureKind
    from authlens.sending import TOTAL_DEADLINE

    try:
        return calls.within(TOTAL_DEADLINE, work)
    except CallFailed as error:
        failure = error.failure
        words = failure.message if failure.kind is FailureKind.NOT_TRUSTED else f"{call}: {error.words}"
        raise CommandError(words or failure.error, _code(error)) from error
    except calls.TooLate:
        raise CommandError(f"{call}: no complete answer within {TOTAL_DEADLINE:g} s", ExitCode.OTHER) from None


def described(saved: SavedRequest | None, base: Path | None, services: CliServices) -> Authorizer:
    """The authorizer that a request names. Raises CommandError."""
    with services.sender() as sender:
        return describe(sender, saved, base)


def describe(sender: Sender, saved: SavedRequest | None, base: Path | None) -> Authorizer:
    name = saved.request.authorizer_name if saved else None
    if saved is None or not name:
        raise CommandError("the request names no authorizer to ask AWS about; give it an authorizerName")
    return ask("DescribeAuthorizer", lambda: sender.describe(name, saved.target, base))


def deployed(
    authorizer: Authorizer | None, saved: SavedRequest, base: Path | None, services: CliServices
) -> Deployment:
    """The authorizer's deployment on AWS. Describes the authorizer first unless it is known. Raises CommandError.

    Without the permission to describe it, what does not belong to its function is still read.
    """
    with services.sender() as sender:
        known = authorizer or _described_or_named(sender, saved, base)
        return ask("reading the deployment", lambda: sender.deployment(known, saved.target, base))


def _described_or_named(sender: Sender, saved: SavedRequest, base: Path | None) -> Authorizer:
    from authlens.core.deployment.deployment import DENIED
    from authlens.core.invocation.gateway import CallFailed
    from authlens.core.request.authorizer import Authorizer

    try:
        return describe(sender, saved, base)
    except CommandError as error:
        cause, name = error.__cause__, saved.request.authorizer_name
        if name and isinstance(cause, CallFailed) and cause.failure.error in DENIED:
            return Authorizer(name)
        raise


def _code(error: CallFailed) -> ExitCode:
    from authlens.core.invocation.invocation import FailureKind

    kind = error.failure.kind
    if kind is FailureKind.AWS:
        return ExitCode.SERVICE
    if kind is FailureKind.NOT_TRUSTED:
        return ExitCode.USAGE
    return ExitCode.CONFIGURATION if kind in (FailureKind.CREDENTIALS, FailureKind.CONFIGURATION) else ExitCode.OTHER

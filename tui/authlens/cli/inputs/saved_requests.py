"""Reads the input of `explain`, `event`, `sign` and `verify`: saved requests, keys, logged text, authorizers."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from authlens.cli.console.diagnostics import CommandError
from authlens.cli.console.parser import given_name
from authlens.cli.console.services import CliServices
from authlens.cli.console.standard_input import standard_input
from authlens.cli.inputs.trust import note_source
from authlens.user_path import named_content, user_path

if TYPE_CHECKING:
    from authlens.core.deployment.deployment import Deployment
    from authlens.core.request.authorizer import Authorizer
    from authlens.core.request.request import AuthorizerRequest
    from authlens.core.saved.environment import Environment
    from authlens.core.saved.saved_request import SavedRequest

STDIN = "-"
_MOST_NAMED = 8
LARGEST = 4 * 1024 * 1024
"""In bytes. An invocation with its HTTP exchange is far smaller."""


def read_bytes(name: str, services: CliServices, what: str) -> bytes:
    """The content of a file, or of standard input for `-`. Raises CommandError."""
    if name == STDIN:
        return _bounded(standard_input(services, what, LARGEST), "standard input", what)
    try:
        content = named_content(user_path(name), LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CommandError(f"{name or 'an empty name'} cannot be read: {reason}; give {what}") from error
    return _bounded(content, name, what)


def read_text(name: str, services: CliServices, what: str) -> str:
    """As `read_bytes`, as UTF-8 text whatever the locale."""
    content = read_bytes(name, services, what)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CommandError(f"{name} is not UTF-8 text: byte {error.start}; give {what}") from error


def _bounded(content: bytes, name: str, what: str) -> bytes:
    if len(content) > LARGEST:
        raise CommandError(f"{name} is larger than {LARGEST // 1024 // 1024} MiB; give {what}")
    return content


def read_saved_request(
    name: str, services: CliServices, environment: str | None = None, trust: bool = False
) -> tuple[SavedRequest, Path]:
    """The saved request or the case `FILE::NAME`, and the folder that its relative paths are relative to.

    trust: trust what its target needs for this run.
    Raises CommandError.
    """
    from authlens.core.saved.saved_request_yaml import read
    from authlens.core.text.yaml_reader import YamlError

    file, case = file_and_case(name)
    text = read_text(file, services, "a saved request")
    base = Path() if file == STDIN else user_path(file).parent
    try:
        saved = chosen_case(read(text), case, file)
    except YamlError as error:
        from authlens.core.pasted.kinds import elsewhere  # only where something else was given
        from authlens.core.pasted.other_files import SAVED_REQUEST

        raise CommandError(f"{file}: {elsewhere(text, SAVED_REQUEST) or error}") from error
    saved = saved if environment is None else in_environment(saved, base, environment, services)
    note_source(saved.target, base, None if file == STDIN else user_path(file), trust, services)
    return saved, base


REQUEST_HELP = "a saved request, or one case of it as FILE::NAME; - for standard input"


def declare_environment(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--environment", metavar="NAME", help="apply environments/NAME.yaml to --request")


def file_and_case(name: str) -> tuple[str, str | None]:
    """Splits `FILE::NAME`, unless a file of exactly that name exists."""
    from authlens.core.saved.source import split_source

    return (name, None) if os.path.lexists(name) else split_source(name)


def chosen_case(saved: SavedRequest, case: str | None, file: str) -> SavedRequest:
    """Raises CommandError if the file has no such case."""
    if case is None:
        return saved
    chosen = saved.case(case)
    if chosen is None:
        known = ", ".join(each.name for each in saved.suite.cases[:_MOST_NAMED])
        raise CommandError(f"{file} has no case {case!r}: {f'it has {known}' if known else 'it has no cases'}")
    return chosen


def in_environment(saved: SavedRequest, base: Path, name: str, services: CliServices) -> SavedRequest:
    """The request as sent in an environment. Raises CommandError."""
    from authlens.store.environments import NoEnvironment, load_environment

    try:
        environment = load_environment(name, base.absolute(), Path.cwd())
    except NoEnvironment as error:
        raise CommandError(str(error)) from error
    note_environment(environment, base, services)
    return environment.of(saved)


def note_environment(environment: Environment, base: Path | None, services: CliServices) -> None:
    """Let the gate know what the environment's file names."""
    services.gate().note_environment(environment.target, base, Path(environment.source))


def resolve_references(request: AuthorizerRequest, base: Path, services: CliServices) -> AuthorizerRequest:
    """The request with its references resolved. Raises CommandError."""
    from authlens.store.references import References

    try:
        return References(services.environ, base).resolve(request)
    except ValueError as error:
        raise CommandError(str(error)) from error


def declare_authorizer(parser: argparse.ArgumentParser) -> None:
    """The options that describe the authorizer."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--authorizer",
        metavar="FILE",
        type=given_name,
        help="the output of 'aws iot describe-authorizer': signing, status, tokenKeyName and public keys",
    )
    group.add_argument("--describe", action="store_true", help="call DescribeAuthorizer on the request's target")


def known_authorizer(
    arguments: argparse.Namespace, services: CliServices, saved: SavedRequest | None = None, base: Path | None = None
) -> Authorizer | None:
    """The authorizer from these options; `None` if neither is given. Raises CommandError."""
    if arguments.authorizer is not None:
        return read_authorizer(arguments.authorizer, services)
    if getattr(arguments, "describe", False):
        from authlens.cli.inputs.asked_of_aws import described

        return described(saved, base, services)
    return None


def known_deployment(
    arguments: argparse.Namespace, services: CliServices, saved: SavedRequest, base: Path | None
) -> tuple[Authorizer | None, Deployment | None]:
    """The authorizer and what is deployed around it, as far as the options ask for them. Raises CommandError."""
    if not arguments.deployment:
        return known_authorizer(arguments, services, saved, base), None
    from authlens.cli.inputs.asked_of_aws import deployed

    given = None if arguments.authorizer is None else read_authorizer(arguments.authorizer, services)
    deployment = deployed(given, saved, base, services)
    return deployment.authorizer if deployment.authorizer.function_arn else None, deployment


_KINDS: dict[type, str] = {str: "text", bool: "true or false"}
_MEMBERS: dict[str, type] = {
    **dict.fromkeys(("authorizerArn", "authorizerFunctionArn", "status", "tokenKeyName"), str),
    **dict.fromkeys(("creationDate", "lastModifiedDate"), str),
    **dict.fromkeys(("signingDisabled", "enableCachingForHttp"), bool),
}
"""What DescribeAuthorizer returns besides the name and the keys."""


def read_authorizer(name: str, services: CliServices) -> Authorizer:
    from authlens.core.request.authorizer import Authorizer

    value = read_json(name, services, "the output of 'aws iot describe-authorizer'")
    description = value.get("authorizerDescription", value) if isinstance(value, dict) else None
    if not isinstance(description, dict) or not isinstance(description.get("authorizerName"), str):
        raise CommandError(f"{name} has no authorizerName; give the output of 'aws iot describe-authorizer'")
    keys = description.get("tokenSigningPublicKeys")
    if keys is not None and not (isinstance(keys, dict) and all(isinstance(pem, str) for pem in keys.values())):
        raise CommandError(f"{name}: tokenSigningPublicKeys must map key names to PEM texts")
    members = {key: _plain(item) for key, item in description.items()}
    for member, kind in _MEMBERS.items():
        if not isinstance(members.get(member), kind | None):
            raise CommandError(
                f"{name}: {member} is not {_KINDS[kind]}; give the output of 'aws iot describe-authorizer'"
            )
    return Authorizer.from_api(members)


def read_json(name: str, services: CliServices, what: str) -> Any:
    from authlens.core.text.json_limits import MOST_OF_ONE, load_bounded

    try:
        return load_bounded(read_text(name, services, what), MOST_OF_ONE)
    except json.JSONDecodeError as error:
        raise CommandError(
            f"{name}: line {error.lineno}, column {error.colno}: invalid JSON ({error.msg}); give {what}"
        ) from error
    except ValueError as error:
        raise CommandError(f"{name}: {error}; give {what}") from error


def _plain(item: Any) -> Any:
    """One of the AWS CLI's settings prints dates as numbers."""
    return str(item) if isinstance(item, int | float) and not isinstance(item, bool) else item

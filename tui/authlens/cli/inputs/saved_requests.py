"""Reads what `explain`, `event`, `sign` and `verify` are given: saved requests, keys, logged text, authorizers."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from authlens.cli.console.diagnostics import CommandError
from authlens.cli.console.services import World
from authlens.user_path import user_path

if TYPE_CHECKING:
    from authlens.core.request.authorizer import Authorizer
    from authlens.core.request.request import AuthorizerRequest
    from authlens.core.saved.saved_request import SavedRequest

LARGEST = 16 * 1024 * 1024
"""Bytes. An invocation with its wire stays far below."""


def read_bytes(name: str, what: str) -> bytes:
    """The content of a file of the user. Raises CommandError."""
    try:
        with user_path(name).open("rb") as file:
            content = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CommandError(f"{name} cannot be read: {reason}; name {what}") from error
    return _bounded(content, name, what)


def read_text(name: str, world: World, what: str) -> str:
    """As `read_bytes`, as UTF-8 text whatever the locale; `-` is standard input."""
    content = _standard_input(world, what) if name == "-" else read_bytes(name, what)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CommandError(f"{name} is not UTF-8 text: byte {error.start}; name {what}") from error


def _standard_input(world: World, what: str) -> bytes:
    if world.stdin is None or world.stdin.closed:
        raise CommandError(f"standard input is closed; pipe {what} into it, or name a file")
    binary: IO[bytes] | None = getattr(world.stdin, "buffer", None)
    content = binary.read(LARGEST + 1) if binary else world.stdin.read(LARGEST + 1).encode("utf-8", "surrogatepass")
    return _bounded(content, "standard input", what)


def _bounded(content: bytes, name: str, what: str) -> bytes:
    if len(content) > LARGEST:
        raise CommandError(f"{name} is larger than {LARGEST // 1024 // 1024} MiB; name {what}")
    return content


def read_saved_request(name: str, world: World) -> tuple[SavedRequest, Path]:
    """The saved request and the folder that its relative paths start from. Raises CommandError."""
    from authlens.core.saved.saved_request_yaml import read
    from authlens.core.text.yaml_reader import YamlError

    text = read_text(name, world, "a saved request")
    try:
        return read(text), Path() if name == "-" else user_path(name).parent
    except YamlError as error:
        raise CommandError(f"{name}: {error}") from error


def resolve_references(request: AuthorizerRequest, base: Path, world: World) -> AuthorizerRequest:
    """The request with what its references stand for. Raises CommandError."""
    from authlens.store.references import References

    try:
        return References(world.environ, base).resolve(request)
    except ValueError as error:
        raise CommandError(str(error)) from error


def declare_authorizer(parser: argparse.ArgumentParser) -> None:
    """The options that say what is known of the authorizer."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--authorizer",
        metavar="FILE",
        help="what 'aws iot describe-authorizer' printed: signing, status, tokenKeyName and public keys",
    )
    group.add_argument("--describe", action="store_true", help="ask DescribeAuthorizer of the request's target")


def known_authorizer(
    arguments: argparse.Namespace, world: World, saved: SavedRequest | None = None, base: Path | None = None
) -> Authorizer | None:
    """The authorizer by these options; `None` when neither was given. Raises CommandError."""
    if arguments.authorizer is not None:
        return read_authorizer(arguments.authorizer, world)
    if getattr(arguments, "describe", False):
        from authlens.cli.inputs.asked_of_aws import described

        return described(saved, base, world)
    return None


_KINDS: dict[type, str] = {str: "text", bool: "true or false"}
_MEMBERS: dict[str, type] = {
    **dict.fromkeys(("authorizerArn", "authorizerFunctionArn", "status", "tokenKeyName"), str),
    **dict.fromkeys(("creationDate", "lastModifiedDate"), str),
    **dict.fromkeys(("signingDisabled", "enableCachingForHttp"), bool),
}
"""What DescribeAuthorizer says beside the name and the keys."""


def read_authorizer(name: str, world: World) -> Authorizer:
    from authlens.core.request.authorizer import Authorizer

    value = read_json(name, world, "the output of 'aws iot describe-authorizer'")
    description = value.get("authorizerDescription", value) if isinstance(value, dict) else None
    if not isinstance(description, dict) or not isinstance(description.get("authorizerName"), str):
        raise CommandError(f"{name} holds no authorizerName; name the output of 'aws iot describe-authorizer'")
    keys = description.get("tokenSigningPublicKeys")
    if keys is not None and not (isinstance(keys, dict) and all(isinstance(pem, str) for pem in keys.values())):
        raise CommandError(f"{name}: tokenSigningPublicKeys is no map of key names to PEM texts")
    members = {key: _plain(item) for key, item in description.items()}
    for member, kind in _MEMBERS.items():
        if not isinstance(members.get(member), kind | None):
            raise CommandError(
                f"{name}: {member} is no {_KINDS[kind]}; name the output of 'aws iot describe-authorizer'"
            )
    return Authorizer.from_api(members)


def read_json(name: str, world: World, what: str) -> Any:
    try:
        return json.loads(read_text(name, world, what))
    except json.JSONDecodeError as error:
        raise CommandError(
            f"{name}: line {error.lineno}, column {error.colno}: this is no JSON ({error.msg}); name {what}"
        ) from error
    except RecursionError as error:
        raise CommandError(f"{name} is nested too deeply; name {what}") from error


def _plain(item: Any) -> Any:
    """The AWS CLI prints dates as numbers in one of its settings."""
    return str(item) if isinstance(item, int | float) and not isinstance(item, bool) else item

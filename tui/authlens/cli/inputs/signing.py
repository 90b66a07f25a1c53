"""Reads the token, the private key and its passphrase. No secret has to be a command-line argument."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from authlens.cli.console.diagnostics import CommandError, narrate
from authlens.cli.console.services import CliServices
from authlens.cli.inputs.files import read_secret
from authlens.cli.inputs.saved_requests import read_bytes

if TYPE_CHECKING:
    from authlens.core.request.authorizer import Authorizer
    from authlens.core.request.request import AuthorizerRequest
    from authlens.core.saved.saved_request import SavedRequest


def given_token(arguments: argparse.Namespace, services: CliServices) -> str:
    """The TOKEN, or standard input without its final newline. Raises CommandError."""
    if arguments.token_stdin:
        if arguments.token is not None:
            raise CommandError("the token is given twice: as TOKEN and by --token-stdin")
        secret = read_secret(services.stdin, "--token-stdin")
        if isinstance(secret, bytes):
            raise CommandError("--token-stdin: standard input is not UTF-8 text")
        return secret
    if arguments.token is None:
        raise CommandError("give a TOKEN, or --token-stdin")
    try:
        # Arguments hold bytes that are not text in the locale as surrogates; a signature is over the bytes.
        return os.fsencode(arguments.token).decode("utf-8")
    except UnicodeError:
        raise CommandError("TOKEN is not UTF-8 text, as every token must be; check how it is quoted") from None


def sign_with_file(token: str, key: str, passphrase: bytes | None, services: CliServices) -> str:
    """Like `sign_with_key`, with the key in a file."""
    return sign_with_key(token, read_bytes(key, services, "a PEM private key"), key, passphrase, services)


def sign_with_key(token: str, pem: bytes, key: str, passphrase: bytes | None, services: CliServices) -> str:
    """The signature. Asks on a terminal for the passphrase of an encrypted key. Raises CommandError.

    key: the name of the key in messages.
    """
    from authlens.core.signing.keys import KeyProblem, PassphraseNeeded
    from authlens.core.signing.signing import sign

    try:
        return sign(token, pem, passphrase)
    except PassphraseNeeded:
        return sign_with_key(token, pem, key, _asked_passphrase(key, services), services)
    except KeyProblem as error:
        raise CommandError(f"{key}: {error}") from error


def given_passphrase(arguments: argparse.Namespace, services: CliServices) -> bytes | None:
    """The passphrase by --passphrase-stdin or --passphrase REFERENCE. Raises CommandError."""
    if arguments.passphrase_stdin:
        if arguments.token_stdin:
            raise CommandError(
                "standard input can hold only one secret; give either --token-stdin or --passphrase-stdin"
            )
        secret = read_secret(services.stdin, "--passphrase-stdin")
        return secret.encode() if isinstance(secret, str) else secret
    return None if arguments.passphrase is None else resolved(arguments.passphrase, services, None).encode()


def resolved(reference: str, services: CliServices, base: Path | None) -> str:
    """The value of a reference such as `${env:NAME}`. Raises CommandError."""
    from authlens.core.request.references import refers
    from authlens.store.references import References

    if not refers(reference):
        raise CommandError(
            "--passphrase takes a reference such as '${env:NAME}', '${file:PATH}' or '${keyring:SERVICE/USER}'; "
            "a literal passphrase would be visible in the process list"
        )
    try:
        return References(services.environ, base).text(reference)
    except ValueError as error:
        raise CommandError(str(error)) from error


def signed(
    saved: SavedRequest, base: Path, authorizer: Authorizer | None, services: CliServices, is_resolved: bool
) -> AuthorizerRequest:
    """The saved request's request, signed as its `sign:` says. Raises CommandError."""
    from authlens.core.request.token_place import place

    if saved.sign is None or saved.request.token is None:
        return saved.request
    token = saved.request.token if is_resolved else _as_sent(saved.request.token, services, base)
    if token is None:
        return saved.request
    path = base / Path(saved.sign.key).expanduser()
    if not os.path.lexists(path):
        from authlens.store.signing_keys import missing_key

        raise CommandError(missing_key(path))
    key = str(path)
    passphrase = resolved(saved.sign.passphrase, services, base).encode() if saved.sign.passphrase else None
    signature = sign_with_file(token, key, passphrase, services)
    try:
        return place(saved.request, saved.sign.place, signature, authorizer)
    except ValueError as error:
        raise CommandError(f"{error} Give --authorizer FILE or --describe.") from error


def _as_sent(token: str, services: CliServices, base: Path) -> str | None:
    """The text to sign: the token with its references resolved, without showing it. `None` if one is missing."""
    from authlens.store.references import References

    try:
        return References(services.environ, base).text(token, "token")
    except ValueError as error:
        narrate(f"not signed: {error}", services.stderr)
        return None


def _asked_passphrase(key: str, services: CliServices) -> bytes:
    if services.stdin is None or not services.stdin.isatty():
        raise CommandError(
            f"{key} is encrypted: give --passphrase-stdin or --passphrase '${{env:NAME}}' (no terminal to ask for it)"
        )
    from getpass import getpass

    try:
        return getpass(f"Passphrase of {key}: ").encode()
    except EOFError as error:
        raise CommandError(f"{key} is encrypted and no passphrase was given") from error

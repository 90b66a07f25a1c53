"""Sign a token as AWS IoT verifies it: the base64 signature on one line. Also generates key pairs."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from authlens.cli.console.diagnostics import CommandError, ExitCode, narrate
from authlens.cli.console.parser import given_name, whole_number
from authlens.cli.console.services import CliServices
from authlens.cli.inputs.saved_requests import STDIN, read_bytes
from authlens.cli.inputs.signing import given_passphrase, given_token, sign_with_key

if TYPE_CHECKING:
    from authlens.core.request.token_place import Place

_EXAMPLES = """examples:
  authlens sign --key private.pem allow
  printf %s "$TOKEN" | authlens sign --key private.pem --token-stdin
  authlens sign --key encrypted.pem --passphrase '${env:KEY_PASSPHRASE}' allow
  authlens sign --key private.pem --place username --onto sensor-7 --token-key-name token allow
  authlens sign --generate private.pem --public public.pem
  authlens sign --generate keys/private.pem --public keys/public.pem --replace      in a fresh clone

The signature is RSA with SHA-256 (PKCS#1 v1.5) over the token alone, as AWS IoT verifies it. On a terminal,
the passphrase of an encrypted key is asked for. --place prints token and signature as they appear in a username, query
string or header."""


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = _EXAMPLES
    parser.add_argument("token", nargs="?", metavar="TOKEN", help="the token; others can see it in the process list")
    parser.add_argument("--token-stdin", action="store_true", help="read the token from standard input")
    parser.add_argument(
        "--key", metavar="FILE", type=given_name, help="an RSA private key in PEM format; - for standard input"
    )
    parser.add_argument("--passphrase", metavar="REFERENCE", help="a reference such as '${env:NAME}'")
    parser.add_argument("--passphrase-stdin", action="store_true", help="read the passphrase from standard input")
    parser.add_argument(
        "--place",
        choices=("token", "username", "queryString", "headers"),
        default="token",
        help="print token and signature, encoded, as a signed authorizer expects them there",
    )
    parser.add_argument("--onto", metavar="TEXT", default="", help="the username or query string to add them to")
    parser.add_argument("--token-key-name", metavar="NAME", default="token", help="the authorizer's tokenKeyName")
    parser.add_argument(
        "--openssl", action="store_true", help="also print the equivalent openssl command on standard error"
    )
    parser.add_argument(
        "--generate",
        metavar="FILE",
        type=given_name,
        help="write a new private key; existing files are not overwritten",
    )
    parser.add_argument(
        "--public", metavar="FILE", type=given_name, help="where --generate writes the public key (default: FILE.pub)"
    )
    parser.add_argument("--replace", action="store_true", help="with --generate: replace an existing public key")
    parser.add_argument(
        "--bits", type=whole_number, default=2048, metavar="N", help="size of the generated key (default 2048)"
    )
    parser.add_argument("--output", choices=("text", "json"), default="text")


def run(arguments: argparse.Namespace, services: CliServices) -> ExitCode:
    if arguments.generate is not None:
        return _generate(arguments, services)
    if arguments.key is None:
        raise CommandError("give --key FILE, or --generate FILE to make a key pair")
    if arguments.replace:
        raise CommandError("--replace works only with --generate")
    if arguments.key == STDIN and (arguments.token_stdin or arguments.passphrase_stdin):
        raise CommandError("--key - reads standard input; give the token and the passphrase another way")
    passphrase = given_passphrase(arguments, services)
    token = given_token(arguments, services)
    pem = read_bytes(arguments.key, services, "a PEM private key")
    signature = sign_with_key(token, pem, arguments.key, passphrase, services)
    _advise(arguments, pem, passphrase, services)
    placed = _placed(arguments, token, signature)
    if arguments.output == "json":
        from authlens.core.text.encodings import base64_to_base64url, url_encode

        members = {"base64url": base64_to_base64url(signature), "urlEncoded": url_encode(signature)}
        services.output.json({"signature": signature, **members, "placed": placed})
    else:
        services.output.line(placed or signature)
    return ExitCode.DONE


def _advise(arguments: argparse.Namespace, pem: bytes, passphrase: bytes | None, services: CliServices) -> None:
    """What AWS would say about the key, and the equivalent openssl command. A key that needed its passphrase from
    the terminal is not read again."""
    from authlens.core.signing.keys import PassphraseNeeded, read_private_key, size_advice
    from authlens.core.signing.signing import openssl_signing

    if arguments.openssl:
        narrate(openssl_signing("TOKEN", arguments.key), services.stderr)
    try:
        advice = size_advice(read_private_key(pem, passphrase).key_size)
    except PassphraseNeeded:
        return
    if advice:
        narrate(f"authlens: warning: {advice}", services.stderr)


def _placed(arguments: argparse.Namespace, token: str, signature: str) -> str | None:
    """Token and signature where AWS looks for them; `None` without --place."""
    from authlens.core.request.authorizer import Authorizer
    from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext
    from authlens.core.request.token_place import place

    where: Place = arguments.place
    if where == "token":
        return None
    request = AuthorizerRequest(
        token=token,
        mqtt_context=MqttContext(arguments.onto) if where == "username" else None,
        http_context=HttpContext(query_string=arguments.onto) if where == "queryString" else None,
    )
    placed = place(request, where, signature, Authorizer("", token_key_name=arguments.token_key_name))
    if placed.mqtt_context is not None:
        return placed.mqtt_context.username
    http = placed.http_context or HttpContext()
    if where == "queryString":
        return http.query_string
    return "\n".join(f"{name}: {value}" for name, value in http.headers or ())


def _generate(arguments: argparse.Namespace, services: CliServices) -> ExitCode:
    from authlens.core.signing.keys import LONGEST_PASSPHRASE, MINIMUM_BITS, generate_key_pair, openssl_generating

    if not MINIMUM_BITS <= arguments.bits <= 8192:
        raise CommandError(
            f"--bits {arguments.bits}: AWS IoT requires at least {MINIMUM_BITS} bits, and authlens makes at most 8192"
        )
    if arguments.token is not None or arguments.key is not None:
        raise CommandError("--generate makes a key pair and signs nothing; omit TOKEN and --key")
    arguments.token_stdin = False
    passphrase = given_passphrase(arguments, services)
    if passphrase is not None and not 1 <= len(passphrase) <= LONGEST_PASSPHRASE:
        raise CommandError(
            f"the passphrase has {len(passphrase):,} bytes; a key is encrypted with 1 to {LONGEST_PASSPHRASE:,}"
        )
    private, public = arguments.generate, arguments.public or f"{arguments.generate}.pub"
    _refuse_existing(private, public, arguments.replace)
    pair = generate_key_pair(arguments.bits, passphrase)
    _write_new(private, pair.private_pem, 0o600)
    if arguments.replace:
        _replace(public, pair.public_pem.encode())
    else:
        _write_new(public, pair.public_pem.encode(), 0o644)
    lines = openssl_generating(arguments.bits, private, public, passphrase is not None)
    if arguments.output == "json":
        services.output.json({"privateKey": private, "publicKey": public, "bits": pair.bits, "openssl": list(lines)})
        return ExitCode.DONE
    services.output.line(f"{private}\n{public}")
    narrate("the same with openssl:\n  " + "\n  ".join(lines), services.stderr)
    return ExitCode.DONE


def _refuse_existing(private: str, public: str, replace: bool) -> None:
    """Checked before a key is made. A private key is never replaced, because it could not be recovered."""
    if os.path.lexists(private):
        raise CommandError(f"{private} exists; a private key is never overwritten, so give another file")
    if replace and os.path.lexists(public) and not Path(public).is_file():
        raise CommandError(f"{public} cannot be replaced: it is not a regular file")
    if not replace and os.path.lexists(public):
        raise CommandError(f"{public} exists; add --replace to replace this public key, or give another file")


def _replace(name: str, content: bytes) -> None:
    from authlens.store.files import write_whole

    try:
        write_whole(Path(name), content)
        Path(name).chmod(0o644)
    except OSError as error:
        raise CommandError(f"{name} cannot be written: {error.strerror or error}") from error


def _write_new(name: str, content: bytes, mode: int) -> None:
    try:
        descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "invalid file name"
        raise CommandError(f"{name} cannot be written: {reason}; give a new file in an existing folder") from error

"""Find the public key that verifies a token signature, or the likely mistake that keeps it from verifying."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from authlens.cli.console.diagnostics import CommandError, ExitCode, narrate
from authlens.cli.console.parser import Parser, given_name
from authlens.cli.console.services import CliServices
from authlens.cli.inputs.saved_requests import (
    REQUEST_HELP,
    declare_authorizer,
    declare_environment,
    known_authorizer,
    read_bytes,
    read_saved_request,
    resolve_references,
)
from authlens.cli.inputs.signing import given_token, signed
from authlens.cli.inputs.trust import declare_trust
from authlens.frozen import dataclass

if TYPE_CHECKING:
    from authlens.core.request.authorizer import Authorizer
    from authlens.core.signing.jwt import Jwt
    from authlens.core.signing.mistakes import Mistake

_EXAMPLES = """examples:
  authlens verify --key public.pem --signature "$SIGNATURE" allow
  authlens verify --key old.pem new.pem --signature "$SIGNATURE" --token-stdin < token.txt
  aws iot describe-authorizer --authorizer-name A > a.json; authlens verify --authorizer a.json --signature "$S" allow
  authlens verify --key issuer.pem "$JWT"
  authlens verify --request requests/sensor.yaml --describe

Without --signature, TOKEN is a whole JWT (RS256): its third part is the signature of the first two.
Exit code 0: a key fits, and its name is printed; 1: none fits, and the likely mistake is printed.
For the keys of --output json, see: authlens help signing."""


def main(argv: list[str], services: CliServices) -> ExitCode:
    """The usual parser, but a signature may begin with `-`, as base64url text can."""
    parser = Parser(prog="authlens verify", description=__doc__)
    declare(parser)
    return run(parser.words(list(_joined(argv))), services)


def _joined(argv: list[str]) -> Iterator[str]:
    words = iter(argv)
    for word in words:
        value = next(words, None) if word == "--signature" else None
        yield word if value is None else f"{word}={value}"


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = _EXAMPLES
    parser.add_argument("token", nargs="?", metavar="TOKEN", help="the token; others can see it in the process list")
    parser.add_argument("--token-stdin", action="store_true", help="read the token from standard input")
    parser.add_argument(
        "--key",
        nargs="+",
        action="extend",
        default=[],
        metavar="FILE",
        type=given_name,
        help="public keys in PEM format to try",
    )
    declare_authorizer(parser)
    declare_environment(parser)
    parser.add_argument(
        "--request", metavar="FILE", type=given_name, help=f"take token and signature from {REQUEST_HELP}"
    )
    declare_trust(parser)
    parser.add_argument("--signature", metavar="S", help="the signature in base64")
    parser.add_argument("--output", choices=("text", "json"), default="text")


def run(arguments: argparse.Namespace, services: CliServices) -> ExitCode:
    from authlens.core.signing.mistakes import likely_mistakes
    from authlens.core.signing.signing import fitting_key

    claim = _of_request(arguments, services) if arguments.request is not None else _typed(arguments, services)
    token, signature = claim.token, claim.signature
    keys = _keys(arguments, claim.authorizer, services)
    key = fitting_key(token, signature, keys)
    found = () if key is not None else likely_mistakes(token, signature, keys, claim.fields)
    if arguments.output == "json":
        typed = arguments.request is None
        services.output.json({"key": key, "mistakes": [_mistake_json(mistake, typed) for mistake in found]})
    elif key is not None:
        services.output.line(key)
    else:
        _write_mistakes(found, _nothing_explains(signature, keys), services)
    return ExitCode.DONE if key is not None else ExitCode.NO


@dataclass(frozen=True, slots=True)
class _Claim:
    """What to verify."""

    token: str
    signature: str
    authorizer: Authorizer | None
    fields: tuple[tuple[str, str], ...] = ()
    """Other fields that may have been signed by mistake."""


def _typed(arguments: argparse.Namespace, services: CliServices) -> _Claim:
    _part_token_from_keys(arguments)
    if arguments.describe:
        raise CommandError("--describe needs --request FILE, which names the target to ask")
    token = given_token(arguments, services)
    read = _jwt(token, services)
    return _Claim(*_pair(arguments, token, read), known_authorizer(arguments, services))


def _of_request(arguments: argparse.Namespace, services: CliServices) -> _Claim:
    from authlens.core.request.token_place import signature_of, token_of
    from authlens.core.signing.bench import other_texts

    if arguments.token is not None or arguments.token_stdin or arguments.signature is not None:
        raise CommandError("--request provides token and signature; omit TOKEN, --token-stdin and --signature")
    saved, base = read_saved_request(arguments.request, services, arguments.environment, arguments.trust)
    authorizer = known_authorizer(arguments, services, saved, base)
    resolved = replace(saved, request=resolve_references(saved.request, base, services))
    request = signed(resolved, base, authorizer, services, is_resolved=True)
    token, signature = token_of(request, authorizer), signature_of(request)
    if token is None or signature is None:
        missing = "token" if token is None else "signature"
        raise CommandError(
            f"{arguments.request} has no {missing}; to find one in a context, add --authorizer or --describe"
        )
    _jwt(token, services)
    return _Claim(token, signature, authorizer, other_texts(request))


def _part_token_from_keys(arguments: argparse.Namespace) -> None:
    """In `--key FILE TOKEN`, argparse takes the token as a second file."""
    keys = arguments.key
    if arguments.token is None and not arguments.token_stdin and len(keys) > 1 and not _is_file(keys[-1]):
        arguments.token = keys.pop()


def _is_file(name: str) -> bool:
    try:
        return Path(name).is_file()
    except (OSError, ValueError):
        return False


def _jwt(token: str, services: CliServices) -> Jwt | None:
    from authlens.core.signing import jwt

    read = jwt.read(token)
    if read is not None:
        narrate(
            f"the token is a JWT ({read.algorithm}), not trusted: {jwt.validity(read, services.now())}", services.stderr
        )
    return read


def _pair(arguments: argparse.Namespace, token: str, read: Jwt | None) -> tuple[str, str]:
    if arguments.signature is not None:
        return token, arguments.signature
    if read is None or read.signature is None:
        raise CommandError("give --signature S; only a complete JWT carries its own")
    return read.signed_part, read.signature


def _keys(
    arguments: argparse.Namespace, authorizer: Authorizer | None, services: CliServices
) -> tuple[tuple[str, str], ...]:
    """(name, public PEM) pairs, named after their files or as in the authorizer. Raises CommandError."""
    keys = [
        pair for name in arguments.key for pair in _public_pems(name, read_bytes(name, services, "a PEM public key"))
    ]
    keys += authorizer.token_signing_public_keys if authorizer else ()
    if not keys:
        raise CommandError("no key to try; give --key FILE, or --authorizer FILE with tokenSigningPublicKeys")
    for name, pem in keys:
        _advise(name, pem, services)
    return tuple(keys)


_FORM_FOR_AWS = (
    "AWS may refuse this form: '-----BEGIN PUBLIC KEY-----' and '-----END PUBLIC KEY-----' must be on lines of "
    "their own ('openssl rsa -RSAPublicKey_in -in FILE -pubout' converts a 'BEGIN RSA PUBLIC KEY')"
)
_PUBLIC = re.compile(rb"-----BEGIN (?:RSA )?PUBLIC KEY-----.*?-----END (?:RSA )?PUBLIC KEY-----", re.DOTALL)


def _public_pems(name: str, content: bytes) -> list[tuple[str, str]]:
    """The keys in a file, named after the file; several are numbered."""
    several = _PUBLIC.findall(content)
    if len(several) < 2:
        return [(name, _public_pem(name, content))]
    return [(f"{name}#{number}", _public_pem(name, pem)) for number, pem in enumerate(several, 1)]


def _public_pem(name: str, content: bytes) -> str:
    """A private key is replaced by its public key."""
    from authlens.core.signing.keys import KeyProblem, public_pem_of, read_public_key

    try:
        if b"PRIVATE KEY-----" in content:
            return public_pem_of(content)
        pem = content.decode("utf-8", "replace")
        read_public_key(pem)
    except KeyProblem as error:
        raise CommandError(f"{name}: {error}") from error
    return pem


def _advise(name: str, pem: str, services: CliServices) -> None:
    from authlens.core.contract.management import key_refusal
    from authlens.core.signing.keys import KeyProblem, read_public_key, size_advice

    try:
        advice = size_advice(read_public_key(pem).key_size)
        if advice is None and key_refusal("A", name, pem) is not None:
            advice = _FORM_FOR_AWS
    except KeyProblem as error:
        advice = str(error)
    if advice:
        narrate(f"authlens: warning: {name}: {advice}", services.stderr)


def _nothing_explains(signature: str, keys: tuple[tuple[str, str], ...]) -> str:
    """What can be said about a signature that no known mistake explains."""
    from authlens.core.preflight.limit_checks import corrected_signature
    from authlens.core.text.encodings import signature_bytes

    corrected = corrected_signature(signature)
    octets = signature_bytes(corrected[0] if corrected else signature)
    if octets is None:
        return "The signature is not base64 or any known variant of it; it may have been truncated or altered."
    sizes = _sizes(keys)
    if sizes and len(octets) not in sizes:
        wanted = " or ".join(map(str, sorted(sizes)))
        return f"The signature has {len(octets)} bytes instead of {wanted}: it was truncated, or made with another key."
    tried = "the key" if len(keys) == 1 else f"any of the {len(keys)} keys"
    return f"The signature does not match {tried}, and no known mistake explains it."


def _sizes(keys: tuple[tuple[str, str], ...]) -> set[int]:
    """The signature size in bytes of each readable key."""
    from authlens.core.signing.keys import KeyProblem, read_public_key

    sizes = set()
    for _, pem in keys:
        with suppress(KeyProblem):
            sizes.add(read_public_key(pem).key_size // 8)
    return sizes


def _write_mistakes(found: tuple[Mistake, ...], otherwise: str, services: CliServices) -> None:
    if not found:
        services.output.line(otherwise)
    for mistake in found:
        services.output.line(f"{mistake.message} ({mistake.key})")


def _mistake_json(mistake: Mistake, typed: bool) -> dict[str, Any]:
    """The pair that would fit is shown only if it was typed; the values of a saved request stay hidden."""
    return {
        "ids": list(mistake.ids),
        "message": mistake.message,
        "key": mistake.key,
        "token": mistake.token if typed else None,
        "signature": mistake.signature if typed else None,
    }

"""Everything known about a request's token, signature and keys, as one value to display."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from authlens.core.request.authorizer import Authorizer
from authlens.core.request.members import label
from authlens.core.request.references import refers, unescaped
from authlens.core.request.request import AuthorizerRequest, texts
from authlens.core.request.token_place import everything, signature_of, token_of
from authlens.core.signing import jwt
from authlens.core.signing.keys import KeyProblem, read_public_key, size_advice
from authlens.core.signing.mistakes import Mistake, likely_mistakes
from authlens.core.signing.signing import fitting_key
from authlens.core.text.encodings import base64_to_base64url, signature_bytes, url_encode
from authlens.frozen import dataclass


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One public key of the authorizer."""

    name: str
    bits: int | None
    """`None` if it cannot be read."""
    problem: str | None
    """Why AWS would reject it, or why it cannot be read."""
    fits: bool


@dataclass(frozen=True, slots=True)
class Bench:
    token: str | None
    signature: str | None
    """As AWS reads it, wherever it is in the request."""
    conclusion: str
    """One sentence: which key fits, or why none does."""
    fitting_key: str | None
    mistakes: tuple[Mistake, ...]
    keys: tuple[KeyRow, ...]
    spellings: tuple[tuple[str, str], ...]
    """The signature as base64url and URL-encoded, by name; empty if it is not base64."""
    jwt: jwt.Jwt | None
    validity: str | None
    """The JWT's times relative to now; `None` without a JWT or the current time."""


def bench(
    request: AuthorizerRequest,
    authorizer: Authorizer | None = None,
    now: datetime | None = None,
    signed_with: tuple[str, str] | None = None,
) -> Bench:
    """The state of the bench for a request.

    now: must have a time zone. signed_with: the file of the private key that was used last, and its public key in PEM.
    """
    token, signature = token_of(request, authorizer), signature_of(request)
    keys = authorizer.token_signing_public_keys if authorizer else ()
    known = token is not None and signature is not None and not refers(token) and not refers(signature)
    sent = unescaped(token or "")
    fits = fitting_key(sent, signature or "", keys) if known else None
    found = likely_mistakes(sent, signature or "", keys, other_texts(request)) if known and fits is None else ()
    is_ours = known and signed_with is not None and fitting_key(sent, signature or "", (signed_with,)) is not None
    read = jwt.read(token or "")
    return Bench(
        token=token,
        signature=signature,
        conclusion=_conclusion(
            token, signature, authorizer, fits, found, signed_with[0] if signed_with and is_ours else None
        ),
        fitting_key=fits,
        mistakes=found,
        keys=tuple(_key_row(name, pem, fits) for name, pem in keys),
        spellings=_spellings(signature),
        jwt=read,
        validity=jwt.validity(read, now) if read is not None and now is not None else None,
    )


def with_third_part(request: AuthorizerRequest) -> AuthorizerRequest | None:
    """The request with its JWT split into token and signature; `None` if its token is not a JWT with RS256."""
    read = jwt.read(request.token or "")
    if read is None or not read.can_be_signature:
        return None
    return replace(request, token=read.signed_part, token_signature=read.signature)


def other_texts(request: AuthorizerRequest) -> tuple[tuple[str, str], ...]:
    """Other texts of the request that may have been signed by mistake, by name."""
    return tuple(_other_texts(request))


def _other_texts(request: AuthorizerRequest) -> Iterator[tuple[str, str]]:
    yield from ((label(path), text) for path, text in texts(request) if path not in ("token", "tokenSignature"))
    yield from ((f"the parameter {placed.name}", placed.value) for placed in everything(request))
    username = request.mqtt_context.username if request.mqtt_context else None
    if username is not None:
        yield "the MQTT username before its '?'", username.partition("?")[0]


def _conclusion(
    token: str | None,
    signature: str | None,
    authorizer: Authorizer | None,
    fits: str | None,
    found: tuple[Mistake, ...],
    own_key: str | None,
) -> str:
    """own_key: the file of the private key that made the signature, if that is known."""
    if authorizer is not None and authorizer.signing_disabled:
        return "Signing is disabled for this authorizer: there is nothing to verify."
    if token is None or signature is None:
        missing = "token" if token is None else "signature"
        return f"The request has no {missing} to verify."
    if refers(token) or refers(signature):
        return "The token or signature is a reference; it is verified on sending."
    if authorizer is None or not authorizer.token_signing_public_keys:
        return "The authorizer's public keys are not known."
    if fits is not None:
        return f"The signature fits the key {fits!r}."
    if found:
        return found[0].message
    if own_key is not None:
        return _of_another_pair(own_key, [name for name, _ in authorizer.token_signing_public_keys])
    return "The signature does not fit any key of the authorizer, and no likely mistake explains it."


def _of_another_pair(own_key: str, names: list[str]) -> str:
    keys = repr(names[0]) if len(names) == 1 else f"any key of the authorizer ({', '.join(names)})"
    return (
        f"{own_key} is not the private key of {keys}. Register its public key with the authorizer, or sign with the "
        "private key of a registered one."
    )


def _key_row(name: str, pem: str, fits: str | None) -> KeyRow:
    try:
        bits = read_public_key(pem).key_size
    except KeyProblem as problem:
        return KeyRow(name, None, str(problem), fits=False)
    return KeyRow(name, bits, size_advice(bits), name == fits)


def _spellings(signature: str | None) -> tuple[tuple[str, str], ...]:
    if signature is None or signature_bytes(signature) is None:
        return ()
    return (("base64url", base64_to_base64url(signature)), ("URL-encoded", url_encode(signature)))

"""Private keys of the person, read to sign with, and nothing but regular files of a key's size."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from authlens.core.authorizer import Authorizer
from authlens.core.redaction import refers
from authlens.core.request import AuthorizerRequest
from authlens.core.saved_request import Sign
from authlens.user_path import user_path

_LARGEST = 65_536

SignText = Callable[[str], str]
"""A text to its base64 signature."""


def read_key(key: str, base: Path | None) -> bytes:
    """The file that is named, beside `base`. Raises OSError or NotAPath, which is a ValueError."""
    path = user_path(key, base)
    if path.stat().st_size > _LARGEST or not path.is_file():
        raise OSError("not a file that holds a key")
    return path.read_bytes()


def signer(sign: Sign, base: Path | None, environ: Mapping[str, str]) -> SignText:
    """Signs with the key. Raises OSError, and ValueError for one that cannot be used."""
    from authlens.core import signing
    from authlens.store.references import References

    key = read_key(sign.key, base)
    passphrase = References(environ, base).text(sign.passphrase).encode() if sign.passphrase else None
    signing.sign("", key, passphrase)
    return lambda text: signing.sign(text, key, passphrase)


def as_sent(
    request: AuthorizerRequest,
    sign: Sign | None,
    authorizer: Authorizer | None,
    base: Path | None,
    environ: Mapping[str, str],
) -> AuthorizerRequest:
    """The request with the signature that sending would make; as it stands where none can be made now."""
    from authlens.core.command_line_members import meant
    from authlens.core.placing import place, token_of

    token = token_of(request, authorizer)
    if sign is None or not token or refers(token):
        return request
    try:
        return place(request, sign.place, signer(sign, base, environ)(meant(token)), authorizer)
    except (OSError, ValueError):
        return request

"""Private keys of the person: read to sign with, from regular files of a key's size alone, and new pairs written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from errno import EEXIST
from pathlib import Path

from authlens.core.request.authorizer import Authorizer
from authlens.core.request.references import refers
from authlens.core.request.request import AuthorizerRequest
from authlens.core.saved.saved_request import Sign
from authlens.store.files import write_new
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
    from authlens.core.signing import signing
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
    from authlens.core.request.references import meant
    from authlens.core.request.token_place import place, token_of

    token = token_of(request, authorizer)
    if sign is None or not token or refers(token):
        return request
    try:
        return place(request, sign.place, signer(sign, base, environ)(meant(token)), authorizer)
    except (OSError, ValueError):
        return request


@dataclass(frozen=True, slots=True)
class WrittenPair:
    private: Path
    public: Path
    openssl: tuple[str, ...]
    """The lines that do the same in that folder."""


def write_key_pair(private: Path) -> WrittenPair:
    """Generate and write a pair. Raises OSError, FileExistsError where a file has that name already."""
    from authlens.core.signing.keys import generate_key_pair, openssl_generating

    public = private.with_suffix(".pub.pem")
    for path in (private, public):
        if path.is_symlink() or path.exists():
            raise FileExistsError(EEXIST, "it is there already", str(path))
    private.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    pair = generate_key_pair()
    write_new(private, pair.private_pem)
    write_new(public, pair.public_pem.encode(), 0o644)
    return WrittenPair(private, public, openssl_generating(pair.bits, private.name, public.name))

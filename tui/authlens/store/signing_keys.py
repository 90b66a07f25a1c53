"""Reads the user's private keys to sign with, only from regular files no larger than a key can be, and writes new
pairs."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from errno import EEXIST
from pathlib import Path

from authlens.core.request.authorizer import Authorizer
from authlens.core.request.references import refers, unescaped
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.token_place import place, token_of
from authlens.core.saved.saved_request import Sign
from authlens.frozen import dataclass
from authlens.store.files import read_bounded, write_new
from authlens.user_path import user_path

_LARGEST = 65_536
_MOST_FILES = 1_000

SignText = Callable[[str], str]
"""Maps a text to its base64 signature."""


def read_key(key: str, base: Path | None) -> bytes:
    """The named file, relative to `base`. Raises OSError or NotAPath, which is a ValueError."""
    path = user_path(key, base)
    if path.stat().st_size > _LARGEST or not path.is_file():
        raise OSError("not a file that holds a key")
    return read_bounded(path)


def signer(sign: Sign, base: Path | None, environ: Mapping[str, str]) -> SignText:
    """Signs with the key. Raises OSError, and ValueError for an unusable key."""
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
    """The request with the signature that sending would make; unchanged if none can be made now."""
    token = token_of(request, authorizer)
    if sign is None or not token or refers(token):
        return request
    try:
        return place(request, sign.place, signer(sign, base, environ)(unescaped(token)), authorizer)
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
            raise FileExistsError(EEXIST, "it already exists", str(path))
    private.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    pair = generate_key_pair()
    write_new(private, pair.private_pem)
    write_new(public, pair.public_pem.encode(), 0o644)
    return WrittenPair(private, public, openssl_generating(pair.bits, private.name, public.name))


def missing_key(private: Path) -> str:
    """What is wrong where the file of a private key does not exist, as in a fresh clone, and what to do."""
    return (
        f"The signing key {_from_here(private)} does not exist: private keys are usually not committed. "
        f"Make a new pair, and replace the public key, with: {generate_command(private)}"
    )


def generate_command(private: Path) -> str:
    """The command that recreates the private key and, with it, the public key next to it."""
    from shlex import quote

    private = Path(os.path.normpath(private.absolute()))
    public = _public_key_beside(private)
    words = ["--generate", quote(_from_here(private))]
    if public is not None:
        words += ["--public", quote(_from_here(public)), "--replace"]
    return f"authlens sign {' '.join(words)}"


def _public_key_beside(private: Path) -> Path | None:
    """The one with a similar name, otherwise the only one in the folder."""
    named = [private.with_name(private.name.replace("private", "public")), private.with_suffix(".pub.pem")]
    named += [private.with_name(f"{private.name}.pub"), private.with_suffix(".pub")]
    found = [path for path in named if path != private and _is_public_key(path)]
    if found:
        return found[0]
    try:
        beside = [path for path in sorted(private.parent.iterdir())[:_MOST_FILES] if _is_public_key(path)]
    except OSError:
        return None
    return beside[0] if len(beside) == 1 else None


def _is_public_key(path: Path) -> bool:
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST:
            return False
        return b"PUBLIC KEY-----" in read_bounded(path)[:_LARGEST]
    except OSError:
        return False


def _from_here(path: Path) -> str:
    """Relative to the working folder where it lies below."""
    own, here = Path(os.path.normpath(path.absolute())), Path.cwd()
    return str(own.relative_to(here)) if own.is_relative_to(here) else str(own)

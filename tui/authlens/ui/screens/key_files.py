"""Writing a new key pair to files. Nothing is overwritten; the private key is its owner's alone."""

from __future__ import annotations

import os
from dataclasses import dataclass
from errno import EEXIST
from pathlib import Path

from authlens.core.keys import generate_key_pair, openssl_generating


@dataclass(frozen=True, slots=True)
class WrittenPair:
    private: Path
    public: Path
    openssl: tuple[str, ...]
    """The lines that do the same in that folder."""


def write_key_pair(private: Path) -> WrittenPair:
    """Generate and write a pair. Raises OSError, FileExistsError where a file is in the way."""
    public = private.with_suffix(".pub.pem")
    for path in (private, public):
        if path.is_symlink() or path.exists():
            raise FileExistsError(EEXIST, "it is there already", str(path))
    private.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    pair = generate_key_pair()
    _write_new(private, pair.private_pem, 0o600)
    _write_new(public, pair.public_pem.encode(), 0o644)
    return WrittenPair(private, public, openssl_generating(pair.bits, private.name, public.name))


def _write_new(path: Path, content: bytes, mode: int) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode), "wb") as file:
        file.write(content)

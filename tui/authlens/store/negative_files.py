"""Writes negative cases as files: signed with the good request's key, naming the same files, overwriting nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from authlens.core.expect.negative_cases import NegativeCase, SignJwt, negative_cases
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.target import DEMO
from authlens.core.saved.saved_request import SavedRequest, Sign
from authlens.core.text.encodings import base64_to_base64url
from authlens.store.requests import save
from authlens.store.signing_keys import signer


def cases_of(
    saved: SavedRequest,
    authorizer: Authorizer | None,
    base: Path | None,
    environ: Mapping[str, str],
    tell: Callable[[str], object],
) -> tuple[NegativeCase, ...]:
    """Every case that applies to this request; `tell` receives what could not be used."""
    return negative_cases(saved, authorizer, _signer(saved.sign, base, environ, tell) if saved.sign else None)


def write_case(case: NegativeCase, path: Path, base: Path | None) -> None:
    """Write it to a new file. Raises Conflict if there is one already, or Unwritable."""
    save(path, moved(case.saved, base or Path(), path.parent), None)


def moved(saved: SavedRequest, old: Path, new: Path) -> SavedRequest:
    """The saved request with its relative paths rewritten for another folder."""
    target, sign = saved.target, saved.sign
    if target.local and target.local != DEMO:
        target = replace(target, local=_relative(target.local, old, new))
    return replace(saved, target=target, sign=sign and replace(sign, key=_relative(sign.key, old, new)))


def _relative(path: str, old: Path, new: Path) -> str:
    if old == new or path.startswith("~") or Path(path).is_absolute():
        return path
    return Path(os.path.relpath(old / path, new)).as_posix()


def _signer(sign: Sign, base: Path | None, environ: Mapping[str, str], tell: Callable[[str], object]) -> SignJwt | None:
    """Signs a JWT itself with the key that signs the token; `None` without that key: the old signature is kept."""
    try:
        sign_text = signer(sign, base, environ)
    except (OSError, ValueError) as error:
        tell(f"the signing key {sign.key} cannot be used, so an expired JWT keeps its signature: {error}")
        return None
    return lambda signed_part: base64_to_base64url(sign_text(signed_part))

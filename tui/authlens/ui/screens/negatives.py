"""Negative cases as files: made with the key that signs the good request, and leading to the same files."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from authlens.core.authorizer import Authorizer
from authlens.core.negative import NegativeCase, SignJwt, negative_cases
from authlens.core.saved_request import SavedRequest, Sign
from authlens.core.target import DEMO
from authlens.ui.signing_keys import signer


def cases_of(
    saved: SavedRequest, authorizer: Authorizer | None, base: Path | None, environ: Mapping[str, str]
) -> tuple[NegativeCase, ...]:
    """Every case that this request has something for."""
    return negative_cases(saved, authorizer, _signer(saved.sign, base, environ) if saved.sign else None)


def write_case(case: NegativeCase, path: Path, base: Path | None) -> str:
    """Write it to a new file. Says what is in the way; empty when it was written."""
    from authlens.store.requests import Conflict, RequestFileError, save

    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        save(path, moved(case.saved, base or Path(), path.parent), None)
    except Conflict:
        return f"{path.name} is there already and stays as it is."
    except (RequestFileError, OSError) as error:
        return str(error)
    return ""


def moved(saved: SavedRequest, old: Path, new: Path) -> SavedRequest:
    """The saved request with its relative paths leading from another folder to the same files."""
    target, sign = saved.target, saved.sign
    if target.local and target.local != DEMO:
        target = replace(target, local=_relative(target.local, old, new))
    return replace(saved, target=target, sign=sign and replace(sign, key=_relative(sign.key, old, new)))


def _relative(path: str, old: Path, new: Path) -> str:
    if old == new or Path(path).expanduser().is_absolute():
        return path
    return Path(os.path.relpath(old / path, new)).as_posix()


def _signer(sign: Sign, base: Path | None, environ: Mapping[str, str]) -> SignJwt | None:
    """Signs a JWT itself with the key that signs the token; `None` without that key: the old signature is kept."""
    from authlens.core.encodings import base64_to_base64url

    try:
        sign_text = signer(sign, base, environ)
    except (OSError, ValueError):
        return None
    return lambda signed_part: base64_to_base64url(sign_text(signed_part))

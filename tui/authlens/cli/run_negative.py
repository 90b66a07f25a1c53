"""`run --negative DIR`: requests that must be refused, made from good ones and written for the user to choose from."""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from authlens.cli.diagnostics import CommandError, ExitCode, narrate
from authlens.cli.run_items import items_of
from authlens.cli.world import World

if TYPE_CHECKING:
    from authlens.core.negative import NegativeCase, SignJwt
    from authlens.core.saved_request import SavedRequest, Sign
    from authlens.suite_items import Item


def write_negative_cases(arguments: argparse.Namespace, world: World) -> ExitCode:
    """Write `NAME-CASE.yaml` for every case; a file that is there already stays."""
    folder = Path(arguments.negative)
    kept = 0
    for item in items_of(arguments):
        if item.saved is None:
            raise CommandError(f"{item.name}: {item.problem}")
        for case in _cases(item, item.saved, world):
            kept += not _write(folder / f"{Path(item.name).stem}-{case.name}.yaml", case, item, world)
    if kept:
        narrate(f"{kept} files were there already and stayed as they are", world.stderr)
    return ExitCode.DONE


def _cases(item: Item, saved: SavedRequest, world: World) -> tuple[NegativeCase, ...]:
    from authlens.core.authorizer import Authorizer
    from authlens.core.gateway import CallFailed
    from authlens.core.negative import negative_cases

    authorizer: Authorizer | None = None
    if saved.sign and saved.sign.place != "token":
        with world.sender() as sender:
            try:
                authorizer = sender.describe(saved.request.authorizer_name or "", saved.target, item.base)
            except CallFailed as error:
                narrate(
                    f"{item.name}: no wrong signature is made, for the authorizer is not known: {error}", world.stderr
                )
    sign_jwt = _signer(saved.sign, item.base, world) if saved.sign else None
    return negative_cases(saved, authorizer, sign_jwt)


def _signer(sign: Sign, base: Path | None, world: World) -> SignJwt | None:
    """Signs the JWT itself with the key that signs the token; without the key the old signature is kept."""
    from authlens.core import signing
    from authlens.core.encodings import base64_to_base64url
    from authlens.store.references import References

    try:
        key = ((base or Path()) / Path(sign.key).expanduser()).read_bytes()
        passphrase = References(world.environ, base).text(sign.passphrase).encode() if sign.passphrase else None
        signing.sign("", key, passphrase)
    except (OSError, ValueError) as error:
        narrate(
            f"the signing key {sign.key} cannot be used, so an expired JWT keeps its signature: {error}", world.stderr
        )
        return None
    return lambda signed_part: base64_to_base64url(signing.sign(signed_part, key, passphrase))


def _write(path: Path, case: NegativeCase, item: Item, world: World) -> bool:
    """Whether the file is new."""
    from authlens.store.requests import Conflict, RequestFileError, save

    try:
        save(path, _moved(case.saved, item.base or Path(), path.parent), None)
    except Conflict:
        return False
    except RequestFileError as error:
        raise CommandError(str(error)) from error
    world.output.line(str(path))
    return True


def _moved(saved: SavedRequest, old: Path, new: Path) -> SavedRequest:
    """The saved request with its relative paths leading from another folder to the same files."""
    from authlens.core.target import DEMO

    target, sign = saved.target, saved.sign
    if target.local and target.local != DEMO:
        target = replace(target, local=_relative(target.local, old, new))
    return replace(saved, target=target, sign=sign and replace(sign, key=_relative(sign.key, old, new)))


def _relative(path: str, old: Path, new: Path) -> str:
    if Path(path).expanduser().is_absolute():
        return path
    return Path(os.path.relpath(old / path, new)).as_posix()

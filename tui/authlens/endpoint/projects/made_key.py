"""A project's own key for authorizers whose signing key is not known on this machine.

The rule: a known key is never replaced, and signing is never enabled where a file disables it.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from authlens.endpoint.projects.reads import reads_of
from authlens.endpoint.projects.source import ProjectSource, read_source
from authlens.endpoint.templates.definitions import AuthorizerDefinition, DefinitionError, Definitions
from authlens.endpoint.templates.unpack import Cache


def read_with_key(source: ProjectSource, cache: Cache, pem: str) -> Definitions:
    """What the source defines, with this public key where one is needed and none is known. Raises DefinitionError."""
    try:
        found = read_source(source, cache, ask=False)
    except DefinitionError:
        keyed = None if source.settings.function else _read_keyed(source, cache, pem)
        if keyed is None:
            raise
        return keyed
    if not (_wants_token(source, found) or (found.left_out and not source.settings.function)):
        return found
    keyed = _read_keyed(source, cache, pem)
    return keyed if keyed and any(has_key(each, pem) for each in keyed.authorizers) else found


def has_key(each: AuthorizerDefinition, pem: str | None) -> bool:
    """Whether the authorizer verifies tokens with this key."""
    return pem is not None and any(own == pem for _, own in each.authorizer.token_signing_public_keys)


def _wants_token(source: ProjectSource, found: Definitions) -> bool:
    """A function without an authorizer of its own can only get a token if signing is enabled."""
    named = source.settings.function
    return any(
        each.authorizer.signing_disabled
        and (each.function.origin == "function" or each.authorizer.name == named)
        and reads_of(each.function).needs_token
        for each in found.authorizers
    )


def _read_keyed(source: ProjectSource, cache: Cache, pem: str) -> Definitions | None:
    with TemporaryDirectory(prefix="authlens-") as folder:
        path = Path(folder) / "public.pem"
        path.write_text(pem, encoding="utf-8")
        try:
            return read_source(replace(source, settings=replace(source.settings, public_key=path)), cache, ask=False)
        except DefinitionError:
            return None

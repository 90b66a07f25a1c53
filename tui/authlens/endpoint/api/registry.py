"""The authorizers of an endpoint, in memory and in order. What may be done with them is decided in core."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from authlens.core.request.authorizer import Authorizer
from authlens.endpoint.templates.definitions import authorizer_arn
from authlens.frozen import dataclass


class BadMarker(ValueError):
    """A marker that no listing returned."""


@dataclass(frozen=True, slots=True)
class AuthorizerPage:
    authorizers: tuple[Authorizer, ...]
    next_marker: str | None
    """`None` on the last page."""


class Registry:
    def __init__(self, region: str, account: str, now: Callable[[], datetime]) -> None:
        self._prefix = authorizer_arn(region, account, "")
        self._now = now
        self._authorizers: dict[str, Authorizer] = {}
        self._ordinals: dict[str, int] = {}
        """The order of creation, as numbers that are never reused."""
        self._created = 0
        self._default: str | None = None
        self._tags: dict[str, dict[str, str]] = {}
        self._loaded: set[str] = set()
        """Those that a file defines."""

    def get(self, name: str) -> Authorizer | None:
        return self._authorizers.get(name)

    def all(self) -> tuple[Authorizer, ...]:
        """Oldest first."""
        return tuple(self._authorizers.values())

    def load(self, authorizer: Authorizer, function_arn: str) -> None:
        """Add an authorizer from a file; defaults fill in what the file omits."""
        moment = self._now().isoformat()
        self._loaded.add(authorizer.name)
        self._add(
            replace(
                authorizer,
                arn=authorizer.arn or self._prefix + authorizer.name,
                function_arn=authorizer.function_arn or function_arn,
                creation_date=authorizer.creation_date or moment,
                last_modified_date=authorizer.last_modified_date or moment,
            )
        )

    def unload(self, region: str, account: str) -> None:
        """Remove what the files defined, before loading what they define now."""
        self._prefix = authorizer_arn(region, account, "")
        for name in self._loaded & self._authorizers.keys():
            del self._authorizers[name], self._ordinals[name]
        self._loaded.clear()

    def create(self, name: str, members: Mapping[str, Any]) -> Authorizer:
        """A new authorizer from the members of CreateAuthorizer, with AWS's defaults."""
        moment = self._now().isoformat()
        authorizer = Authorizer(
            name=name,
            arn=self._prefix + name,
            function_arn=members["authorizerFunctionArn"],
            status=members.get("status", "INACTIVE"),
            signing_disabled=members.get("signingDisabled", False),
            token_key_name=members.get("tokenKeyName"),
            token_signing_public_keys=tuple((members.get("tokenSigningPublicKeys") or {}).items()),
            enable_caching_for_http=members.get("enableCachingForHttp", False),
            creation_date=moment,
            last_modified_date=moment,
        )
        self._add(authorizer)
        self._tags[name] = dict(members.get("tags") or {})
        return authorizer

    def update(self, authorizer: Authorizer, members: Mapping[str, Any]) -> Authorizer:
        """The authorizer with the changes applied and its keys merged by name."""
        merged = dict(authorizer.token_signing_public_keys) | members.get("tokenSigningPublicKeys", {})
        changed = replace(
            authorizer,
            function_arn=members.get("authorizerFunctionArn", authorizer.function_arn),
            status=members.get("status", authorizer.status),
            token_key_name=members.get("tokenKeyName", authorizer.token_key_name),
            token_signing_public_keys=tuple(merged.items()),
            enable_caching_for_http=members.get("enableCachingForHttp", authorizer.enable_caching_for_http),
            last_modified_date=self._now().isoformat() if members else authorizer.last_modified_date,
        )
        self._authorizers[authorizer.name] = changed
        return changed

    def delete(self, name: str) -> None:
        del self._authorizers[name]
        del self._ordinals[name]
        self._tags.pop(name, None)

    def tags(self, name: str) -> dict[str, str]:
        """The mutable tags of one authorizer."""
        return self._tags.setdefault(name, {})

    def by_arn(self, arn: str) -> Authorizer | None:
        return next((found for found in self._authorizers.values() if found.arn == arn), None)

    @property
    def default(self) -> Authorizer | None:
        return None if self._default is None else self._authorizers[self._default]

    def set_default(self, name: str | None) -> None:
        self._default = name

    def is_default(self, name: str) -> bool:
        return self._default == name

    def page(
        self, status: str | None = None, ascending: bool = False, size: int | None = None, marker: str | None = None
    ) -> AuthorizerPage:
        """Newest first unless ascending. Raises BadMarker."""
        names = [
            name
            for name in sorted(self._ordinals, key=self._ordinals.__getitem__, reverse=not ascending)
            if status in (None, self._authorizers[name].status)
        ]
        if marker is not None:
            last = _ordinal(marker)
            names = [
                name for name in names if (self._ordinals[name] > last) is ascending and last != self._ordinals[name]
            ]
        shown = names[:size]
        more = len(shown) < len(names)
        return AuthorizerPage(
            tuple(self._authorizers[name] for name in shown), _marker(self._ordinals[shown[-1]]) if more else None
        )

    def _add(self, authorizer: Authorizer) -> None:
        self._created += 1
        self._authorizers[authorizer.name] = authorizer
        self._ordinals[authorizer.name] = self._created


def _marker(ordinal: int) -> str:
    return b64encode(str(ordinal).encode()).decode()


def _ordinal(marker: str) -> int:
    try:
        return int(b64decode(marker, validate=True))
    except ValueError:
        raise BadMarker(marker) from None

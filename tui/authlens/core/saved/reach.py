"""What sending a saved request would run, contact and read, determined from its text alone.

The rule: until the user agrees, nothing that only a file names is run, and no host is contacted except AWS's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from authlens.core.request.references import references
from authlens.core.request.request import texts
from authlens.core.request.target import DEMO, Target
from authlens.core.saved.saved_request import SavedRequest
from authlens.core.text.url import is_loopback
from authlens.frozen import dataclass

_REGION = re.compile(r"[a-z]{2,}(?:-[a-z]+)+-[0-9]+")
"""`s3` is not a region: `iot.s3.amazonaws.com` is a bucket, which can belong to anyone."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What sending would touch apart from AWS itself, as written in the file."""

    local: str | None = None
    """The file of the local target, whose programs would run."""
    host: str | None = None
    """The endpoint URL, or the region if it is not a valid region name."""
    profile: str | None = None
    """The profile whose credentials would sign."""
    key: str | None = None
    """The private key that would sign the token."""
    files: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    keyring: tuple[str, ...] = ()


def reach_of(saved: SavedRequest) -> Reach:
    target, sign = saved.target, saved.sign
    found = [reference for text in _texts(saved) for reference in references(text)]

    def of_kind(kind: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.name for each in found if each.kind == kind))

    return Reach(
        local=target.local,
        host=target.endpoint_url or (target.region if has_odd_region(target) else None),
        profile=target.profile,
        key=sign.key if sign else None,
        files=of_kind("file"),
        variables=of_kind("env"),
        keyring=of_kind("keyring"),
    )


def runs_code(target: Target) -> bool:
    """Whether the target is a program on this machine, described by a file."""
    return target.local is not None and target.local != DEMO


def leaves_aws(target: Target, is_aws: Callable[[Target], bool]) -> bool:
    """Whether the target is a host that is neither this machine nor, according to `is_aws`, AWS IoT's own."""
    if runs_code(target) or target.local == DEMO:
        return False
    if target.endpoint_url is None:
        return has_odd_region(target)
    return not is_loopback(target.endpoint_url) and (has_odd_region(target) or not is_aws(target))


def has_odd_region(target: Target) -> bool:
    return target.region is not None and _REGION.fullmatch(target.region) is None


def _texts(saved: SavedRequest) -> Iterator[str]:
    yield from (text for _, text in texts(saved.request))
    if saved.sign is not None and saved.sign.passphrase is not None:
        yield saved.sign.passphrase

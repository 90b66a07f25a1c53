"""What a request of an untrusted folder would run, reach and read, as lines for the user, who decides. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from authlens.core.saved.reach import Reach

_MOST = 6
"""Of each kind that are named; the rest is counted."""


def trust_lines(name: str, reach: Reach, programs: Sequence[str]) -> list[str]:
    """name: the file of the request. programs: what its local target would run."""
    parts = list(_parts(reach, programs))
    width = max((len(verb) for verb, _ in parts), default=0)
    return [f"{name} wants to", *(f"  {verb.ljust(width)}  {what}" for verb, what in parts)]


def _parts(reach: Reach, programs: Sequence[str]) -> Iterator[tuple[str, str]]:
    signed = f", signed with profile {reach.profile}" if reach.profile else ""
    if reach.local:
        yield from _each("run", programs or [f"the programs of {reach.local}"])
    if reach.host:
        yield "send to", f"{reach.host}{signed or ', signed with your AWS credentials'}"
    if reach.key:
        yield "sign", f"with the private key {reach.key}"
    yield from _each("read", [*reach.files, *(f"${{env:{each}}}" for each in reach.variables)])
    yield from _each("unlock", [f"the keyring entry {each}" for each in reach.keyring])


def _each(verb: str, things: Sequence[str]) -> Iterator[tuple[str, str]]:
    for place, thing in enumerate(things[:_MOST]):
        yield ("" if place else verb), thing
    if len(things) > _MOST:
        yield "", f"and {len(things) - _MOST} more"

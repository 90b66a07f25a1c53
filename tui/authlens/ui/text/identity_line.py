"""Who a request is sent as, in one line: the authorizer with its state, then target, profile, region and account. Pure.

The rule: however narrow it is, the authorizer's state and the target can be read; the rest makes room.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import PurePath

from textual.content import Content

from authlens.core.invocation.local_run import Unresolved
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.target import DEMO, Configured, Identity, NoProfile, Target
from authlens.ui.text.safe_content import prose, safe_content, shortened

_NO_PROFILE = {NoProfile.UNSIGNED: "– (unsigned)", NoProfile.ENVIRONMENT: "– (AWS_ACCESS_KEY_ID)"}
_UNKNOWN = ("–", "?")
_LESS = ("profile", "region", "account")
"""What makes room, in this order: the account identifies the target better than the other two."""
_NAME = 12
_TARGET = 8
"""Cells that a name and a target keep, before the other is shortened further."""
_GAP = 2

_WATCHED = Content.styled("● watching", "bold $text-primary")
_ACTIVE = "✓ ACTIVE"
Part = tuple[str, str]
"""A label and its value."""


def target_name(target: Target, base: PurePath | None = None, cwd: PurePath | None = None) -> str:
    """Where a request goes, in a word or two.

    base: the folder that a local target's path starts from. cwd: the folder that it is shown from, if it is below it.
    """
    if target.local == DEMO:
        return "demo"
    if target.local is not None:
        path = PurePath(target.local)
        if cwd is not None and base is not None:
            path = PurePath(os.path.normpath(cwd / base / path))
            path = path.relative_to(cwd) if path != cwd and path.is_relative_to(cwd) else path
        return f"local {path.name if path.is_absolute() else path}"
    return target.endpoint_url or "AWS"


def identity_parts(
    target: Target,
    identity: Identity | None,
    configured: Configured | None = None,
    environment: str = "",
    name: str = "",
) -> list[Part]:
    """Labels and values of who is talked to as, the target first. name: the target's, as `target_name` has it."""
    return [
        ("target", name or target_name(target)),
        *([("environment", environment)] if environment else []),
        ("profile", "–" if target.local else _profile(target, configured)),
        ("region", (configured and configured.region) or (identity and identity.region) or target.region or "?"),
        ("account", identity.account if identity else "?"),
    ]


def _profile(target: Target, configured: Configured | None) -> str:
    if configured is None:
        return target.profile or "?"
    profile = configured.profile
    return _NO_PROFILE[profile] if isinstance(profile, NoProfile) else profile


def authorizer_state(
    authorizer: Authorizer | None, problem: str = "", missing: int = 0, *, is_watched: bool = False
) -> tuple[Content, Content]:
    """The status of an authorizer, or why nothing is known of it; and what may be left out: its signing.

    missing: how many values of its local definition are not known here. is_watched: whether a change of its function's
    code sends the request.
    """
    status, signing = _status(authorizer, problem)
    parts = [_WATCHED] if is_watched else []
    if missing:
        parts.append(Content.styled(f"! {missing} value{'' if missing == 1 else 's'} missing", "$text-warning"))
    status = Content(" " * _GAP).join(part for part in (*parts, status) if part.cell_length)
    return status, signing


def _status(authorizer: Authorizer | None, problem: str) -> tuple[Content, Content]:
    if authorizer is None:
        said = Content.assemble(("! ", "$text-warning"), prose(problem)) if problem else Content("")
        return said, Content("")
    active = authorizer.status == "ACTIVE"
    style = "$text-success" if active else "$text-warning"
    signing = "signing off" if authorizer.signing_disabled else "signed"
    status = Content.assemble((f"{'✓' if active else '!'} ", style), safe_content(authorizer.status, style))
    return status, Content.styled(f" · {signing}", "$foreground-muted")


def missing_lines(missing: Sequence[Unresolved]) -> Content:
    """What the function of a local authorizer lacks here, the first in full."""
    first, more = missing[0], len(missing) - 1
    step = f" {first.next_step[:1].upper()}{first.next_step[1:]}." if first.next_step else ""
    left = f" {more} more: authlens explain lists them." if more else ""
    return Content.assemble(("! ", "$text-warning"), prose(f"{first.sentence}{step}{left}", "$text-warning"))


def identity_line(name: str, state: tuple[Content, Content], parts: Sequence[Part], width: int) -> Content:
    """All of it where there is room; else first the labels go, then what `_LESS` names, and long names are cut."""
    bold = safe_content(name or "no authorizer", "bold")
    status, signing = state
    for left, least, right in _rungs(bold, status, signing, parts):
        if least + right.cell_length + _GAP <= width:
            return _aligned(left, right, width)
    room = width - _least(bold, status) - _GAP
    target = shortened(safe_content(parts[0][1]), room) if room >= _TARGET else Content("")
    return _aligned((bold, status), target, width)


def _rungs(
    name: Content, status: Content, signing: Content, parts: Sequence[Part]
) -> Iterator[tuple[tuple[Content, Content], int, Content]]:
    """Name and state, the cells that they need at least, and the place; from all to the least."""
    whole = (name, Content.assemble(status, signing))
    yield whole, _length(*whole), _labelled(parts)
    known = [part for part in parts if part[1] not in _UNKNOWN]
    yield whole, _length(*whole), _values(known)
    yield (name, status), _length(name, status), _values(known)
    if status.plain.startswith(_WATCHED.plain) and status.plain.endswith(_ACTIVE):
        # While the code is watched, the mark of an active authorizer says it without the word.
        status = status[: -len(_ACTIVE) + 1]
        yield (name, status), _length(name, status), _values(known)
    for number in range(len(_LESS) + 1):
        kept = [part for part in known if part[0] not in _LESS[:number]]
        yield (name, status), _least(name, status), _values(kept)


def _aligned(left: tuple[Content, Content], right: Content, width: int) -> Content:
    """The name gets the remaining width, the place is at the right."""
    name, state = left
    taken = _length(Content(""), state) + (right.cell_length + _GAP if right.cell_length else 0)
    name = name.truncate(max(0, width - taken), ellipsis=True)
    said = Content(" " * _GAP).join(part for part in (name, state) if part.cell_length)
    gap = max(0, width - said.cell_length - right.cell_length)
    return Content.assemble(said, " " * gap, right).truncate(max(1, width), ellipsis=True)


def _length(name: Content, state: Content) -> int:
    return name.cell_length + (state.cell_length + _GAP if state.cell_length else 0)


def _least(name: Content, state: Content) -> int:
    return min(name.cell_length, _NAME) + _length(Content(""), state)


def _labelled(parts: Sequence[Part]) -> Content:
    said = [Content.assemble((f"{label} ", "$foreground-muted"), safe_content(value)) for label, value in parts]
    return Content("   ").join(said)


def _values(parts: Sequence[Part]) -> Content:
    return Content.styled(" · ", "$foreground-muted").join(safe_content(value) for _, value in parts)

"""What AWS answered to a test call: the members of a login that was not refused."""

from __future__ import annotations

from authlens.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """What AWS says when it answers 200. Members that were absent are `None`."""

    is_authenticated: bool
    principal_id: str | None = None
    policy_documents: tuple[str, ...] = ()
    """Each as AWS returned it: JSON in a string."""
    refresh_after_in_seconds: int | None = None
    disconnect_after_in_seconds: int | None = None

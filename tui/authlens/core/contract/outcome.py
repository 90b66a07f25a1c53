"""AWS's answer to a test call: the members of a result that is not an error."""

from __future__ import annotations

from authlens.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """The content of a 200 response. Absent members are `None`."""

    is_authenticated: bool
    principal_id: str | None = None
    policy_documents: tuple[str, ...] = ()
    """Each as returned by AWS: JSON in a string."""
    refresh_after_in_seconds: int | None = None
    disconnect_after_in_seconds: int | None = None

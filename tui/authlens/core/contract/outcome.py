"""AWS's answer to a test call: the members of a result that is not an error."""

from __future__ import annotations

from typing import Any

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

    def to_api(self) -> dict[str, Any]:
        """The members by AWS's names; `None` for an absent one."""
        return {
            "isAuthenticated": self.is_authenticated,
            "principalId": self.principal_id,
            "policyDocuments": list(self.policy_documents),
            "refreshAfterInSeconds": self.refresh_after_in_seconds,
            "disconnectAfterInSeconds": self.disconnect_after_in_seconds,
        }

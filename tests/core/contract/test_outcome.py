"""An outcome holds what AWS sent; what was absent is None, not a default."""

from __future__ import annotations

from authlens.core.contract.outcome import Outcome


def test_absent_members_are_none_and_not_awss_defaults() -> None:
    outcome = Outcome(True)

    assert (outcome.principal_id, outcome.refresh_after_in_seconds, outcome.disconnect_after_in_seconds) == (
        None,
        None,
        None,
    )
    assert outcome.policy_documents == ()

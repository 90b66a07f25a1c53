"""Policies after AWS's pages of today have no error: what AWS publishes as an example is not refused here."""

from __future__ import annotations

import pytest

from authlens.core.contract.pages import PAGES
from authlens.core.lint.linter import lint
from authlens.core.lint.rule import Surroundings
from authlens.core.policy.document import parse
from support.guide_policies import GUIDE_POLICIES


@pytest.mark.parametrize(("page", "policy"), GUIDE_POLICIES.values(), ids=GUIDE_POLICIES)
def test_no_error(page: str, policy: str) -> None:
    assert page in PAGES
    for known in (Surroundings(), Surroundings(has_certificate=True)):
        assert [one for one in lint([parse(policy)], known) if one.severity == "error"] == []


def test_with_a_certificate_its_variables_have_values() -> None:
    for name in ("attributes of the thing", "the certificate's id", "alternative names", "Cognito identities"):
        known = Surroundings(has_certificate=True)
        found = {one.id for one in lint([parse(GUIDE_POLICIES[name][1])], known)}
        assert not found & {"thing-variable", "certificate-variable", "unknown-variable", "connect-missing"}


def test_there_are_at_least_twenty() -> None:
    assert len({policy for _, policy in GUIDE_POLICIES.values()}) >= 20

"""A saved request is a plain value with sensible absences."""

from __future__ import annotations

from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.target import Target
from authlens.core.saved.saved_request import SavedRequest, Sign


def test_what_is_not_given_is_absent() -> None:
    saved = SavedRequest(AuthorizerRequest("A"))
    assert (saved.target, saved.sign, saved.expect, saved.description) == (Target(), None, None, None)


def test_a_signature_goes_next_to_the_token_by_default() -> None:
    assert Sign("keys/k.pem").place == "token"

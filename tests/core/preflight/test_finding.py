from __future__ import annotations

import pytest

from authlens.core.preflight.finding import Finding, Fix, PreflightSubject
from authlens.core.request.authorizer import SIGNATURE_NAME, Authorizer
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.token_place import FoundValue, Place
from authlens.core.saved.saved_request import Sign


def test_findings_are_values() -> None:
    fix = Fix("Fix it", AuthorizerRequest("A"))
    assert Finding("x", "error", "token", "Wrong.", 0, 1, fix) == Finding("x", "error", "token", "Wrong.", 0, 1, fix)
    plain = Finding("x", "error", "token", "Wrong.")
    assert (plain.start, plain.end, plain.fix, plain.aws_words) == (0, 0, None, None)


BOTH = AuthorizerRequest("A", "t")
BARE = AuthorizerRequest("A")
NAMED = Authorizer("A", token_key_name="Tok")
USERNAME = Sign("k.pem", place="username")


@pytest.mark.parametrize(
    ("request_", "authorizer", "sign", "place", "name", "is_signed"),
    [
        (BOTH, NAMED, None, "username", SIGNATURE_NAME, False),
        (BOTH, NAMED, USERNAME, "username", SIGNATURE_NAME, True),
        (BOTH, NAMED, USERNAME, "username", SIGNATURE_NAME.upper(), True),
        (BOTH, NAMED, USERNAME, "headers", SIGNATURE_NAME, False),
        (BOTH, NAMED, USERNAME, "username", "TOK", True),
        (BOTH, NAMED, USERNAME, "headers", "tok", False),
        (BARE, NAMED, USERNAME, "username", "tok", False),
        (BARE, NAMED, USERNAME, "username", SIGNATURE_NAME, True),
        (BOTH, None, USERNAME, "username", "tok", False),
        (BOTH, None, USERNAME, "username", SIGNATURE_NAME, True),
        (BOTH, Authorizer("A"), USERNAME, "username", "tok", False),
        (BOTH, NAMED, USERNAME, "username", "other", False),
    ],
)
def test_what_signing_replaces(
    request_: AuthorizerRequest,
    authorizer: Authorizer | None,
    sign: Sign | None,
    place: Place,
    name: str,
    is_signed: bool,
) -> None:
    subject = PreflightSubject(request_, request_, authorizer, None, sign)
    assert subject.is_signed_here(FoundValue(place, "", name, "v", "v", 0, 1)) is is_signed

"""What DescribeAuthorizer says, as a value."""

from __future__ import annotations

from datetime import UTC, datetime

from authlens.core.request.authorizer import Authorizer


def test_every_member_is_read() -> None:
    described = {
        "authorizerName": "A",
        "authorizerArn": "arn:aws:iot:eu-west-1:000000000000:authorizer/A",
        "authorizerFunctionArn": "arn:aws:lambda:eu-west-1:000000000000:function:A",
        "tokenKeyName": "token",
        "tokenSigningPublicKeys": {"k2": "PEM2", "k1": "PEM1"},
        "status": "INACTIVE",
        "creationDate": datetime(2026, 1, 2, tzinfo=UTC),
        "lastModifiedDate": "2026-01-03T00:00:00+00:00",
        "signingDisabled": False,
        "enableCachingForHttp": True,
    }
    assert Authorizer.from_api(described) == Authorizer(
        name="A",
        arn="arn:aws:iot:eu-west-1:000000000000:authorizer/A",
        function_arn="arn:aws:lambda:eu-west-1:000000000000:function:A",
        status="INACTIVE",
        signing_disabled=False,
        token_key_name="token",
        token_signing_public_keys=(("k2", "PEM2"), ("k1", "PEM1")),
        enable_caching_for_http=True,
        creation_date="2026-01-02T00:00:00+00:00",
        last_modified_date="2026-01-03T00:00:00+00:00",
    )


def test_a_signing_disabled_authorizer_may_have_null_keys() -> None:
    described = {"authorizerName": "A", "signingDisabled": True, "tokenSigningPublicKeys": None}
    assert Authorizer.from_api(described) == Authorizer("A", signing_disabled=True)


def test_texts_of_another_type_are_made_text() -> None:
    described = {"authorizerName": 1, "tokenKeyName": 7, "tokenSigningPublicKeys": {"k": 1}}
    assert Authorizer.from_api(described) == Authorizer(
        "1", token_key_name="7", token_signing_public_keys=(("k", "1"),)
    )


def test_what_is_missing_or_empty_has_its_default() -> None:
    described = {
        "authorizerName": "A",
        "authorizerArn": None,
        "authorizerFunctionArn": "",
        "status": "",
        "tokenKeyName": "",
        "creationDate": "",
        "lastModifiedDate": None,
    }
    assert Authorizer.from_api(described) == Authorizer("A", token_key_name="", creation_date="")
    assert Authorizer.from_api({"authorizerName": "A"}) == Authorizer("A")
    assert (Authorizer("A").signing_disabled, Authorizer("A").enable_caching_for_http) == (False, False)

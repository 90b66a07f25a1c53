"""The calls that manage authorizers, with a real boto3 client: contract §8."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from authlens.core.request.authorizer import Authorizer
from support.local_endpoint import ACCOUNT, REGION, Running, StandIn, definitions, refused, running
from support.public_keys import of_bits, pair
from support.raw_http import exchange

ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:sensor"
K1, K2 = pair("a").public_pem, pair("b").public_pem
PLAIN = {"authorizerFunctionArn": ARN, "signingDisabled": True}


@pytest.fixture
def endpoint() -> Iterator[Running]:
    with running(
        definitions(Authorizer("first", signing_disabled=True)), StandIn(lambda event: {"ok": True})
    ) as started:
        yield started


@pytest.fixture
def iot(endpoint: Running) -> Any:
    return endpoint.client()


def describe(iot: Any, name: str) -> dict[str, Any]:
    found: dict[str, Any] = iot.describe_authorizer(authorizerName=name)["authorizerDescription"]
    return found


def names(iot: Any, **members: Any) -> list[str]:
    return [found["authorizerName"] for found in iot.list_authorizers(**members)["authorizers"]]


def test_create_fills_in_the_defaults(iot: Any) -> None:
    answer = iot.create_authorizer(authorizerName="new", tags=[{"Key": "a", "Value": "b"}], **PLAIN)

    arn = f"arn:aws:iot:{REGION}:{ACCOUNT}:authorizer/new"
    found = describe(iot, "new")
    assert (answer["authorizerName"], answer["authorizerArn"]) == ("new", arn)
    created, modified = found.pop("creationDate"), found.pop("lastModifiedDate")
    assert created == modified
    assert abs(created - datetime.now(created.tzinfo)) < timedelta(minutes=1)
    assert found == {
        "authorizerName": "new",
        "authorizerArn": arn,
        "authorizerFunctionArn": ARN,
        "status": "INACTIVE",
        "signingDisabled": True,
        "enableCachingForHttp": False,
    }


def test_a_signed_authorizer_keeps_its_pem_verbatim(iot: Any) -> None:
    keys = {"k1": "junk\n" + K1}
    iot.create_authorizer(
        authorizerName="new",
        authorizerFunctionArn=ARN,
        tokenKeyName="tok",
        tokenSigningPublicKeys=keys,
        status="ACTIVE",
    )

    found = describe(iot, "new")
    assert (found["tokenSigningPublicKeys"], found["tokenKeyName"], found["signingDisabled"]) == (keys, "tok", False)


@pytest.mark.parametrize(
    ("members", "status", "error", "message"),
    [
        (
            {"authorizerFunctionArn": ARN},
            400,
            "InvalidRequestException",
            "Token key name for authorizer new cannot be null",
        ),
        (
            {
                "authorizerFunctionArn": ARN,
                "tokenKeyName": "tok",
                "tokenSigningPublicKeys": {"k": of_bits(1024)},
            },
            400,
            "InvalidRequestException",
            "Authorizer new public key for key name k invalid: Key must be 2048 bits but was 1024 bits",
        ),
        (
            PLAIN | {"authorizerName": "first"},
            409,
            "ResourceAlreadyExistsException",
            "Authorizer first already exist for this account",
        ),
    ],
    ids=["no token key name", "1,024 bits", "name taken"],
)
def test_create_refuses(iot: Any, members: dict[str, Any], status: int, error: str, message: str) -> None:
    assert refused(iot.create_authorizer, **{"authorizerName": "new", **members}) == (status, error, message)
    assert names(iot) == ["first"]


def test_a_conflict_names_the_resource(iot: Any) -> None:
    with pytest.raises(iot.exceptions.ResourceAlreadyExistsException) as raised:
        iot.create_authorizer(authorizerName="first", **PLAIN)

    assert raised.value.response["resourceId"] == "first"
    assert raised.value.response["resourceArn"].endswith(":authorizer/first")


def test_update_changes_only_what_was_sent(iot: Any) -> None:
    before = describe(iot, "first")
    iot.update_authorizer(authorizerName="first", status="INACTIVE", enableCachingForHttp=True)

    after = describe(iot, "first")
    changed = {name for name in after if after[name] != before.get(name)}
    assert {"status", "enableCachingForHttp"} <= changed <= {"status", "enableCachingForHttp", "lastModifiedDate"}
    assert after["lastModifiedDate"] >= before["lastModifiedDate"]


def test_update_merges_keys_by_name(iot: Any) -> None:
    iot.create_authorizer(
        authorizerName="s", authorizerFunctionArn=ARN, tokenKeyName="tok", tokenSigningPublicKeys={"k1": K1}
    )
    iot.update_authorizer(authorizerName="s", tokenSigningPublicKeys={"k2": K2})

    assert refused(iot.update_authorizer, authorizerName="s", tokenSigningPublicKeys={"k3": K1}) == (
        400,
        "InvalidRequestException",
        "Number of signing keys for authorizer s must neither be zero nor greater than 2",
    )
    assert describe(iot, "s")["tokenSigningPublicKeys"] == {"k1": K1, "k2": K2}


def test_delete_asks_for_inactive_and_not_default(iot: Any) -> None:
    active = (
        400,
        "InvalidRequestException",
        "Cannot delete authorizer first in ACTIVE status. Update status to INACTIVE and delete.",
    )
    default = (
        409,
        "DeleteConflictException",
        "Cannot delete default authorizer first. Change default and retry delete.",
    )
    iot.set_default_authorizer(authorizerName="first")
    assert refused(iot.delete_authorizer, authorizerName="first") == active
    iot.update_authorizer(authorizerName="first", status="INACTIVE")
    assert refused(iot.delete_authorizer, authorizerName="first") == default
    iot.clear_default_authorizer()
    iot.delete_authorizer(authorizerName="first")

    assert names(iot) == []
    iot.create_authorizer(authorizerName="first", **PLAIN)


def test_default_authorizer(iot: Any) -> None:
    missing = (404, "ResourceNotFoundException", "Default authorizer not found")
    assert refused(iot.describe_default_authorizer) == missing
    assert refused(iot.clear_default_authorizer) == missing
    assert iot.set_default_authorizer(authorizerName="first")["authorizerArn"].endswith("/first")
    assert refused(iot.set_default_authorizer, authorizerName="first") == (
        409,
        "ResourceAlreadyExistsException",
        "Duplicate default authorizer first already configured for this account",
    )
    iot.create_authorizer(authorizerName="second", **PLAIN)
    iot.set_default_authorizer(authorizerName="second")

    assert iot.describe_default_authorizer()["authorizerDescription"] == describe(iot, "second")
    iot.clear_default_authorizer()
    assert refused(iot.describe_default_authorizer) == missing


@pytest.mark.parametrize("call", ["describe", "update", "delete", "set_default"])
@pytest.mark.parametrize(
    ("name", "status", "words"),
    [
        ("missing", 404, "Authorizer missing not found"),
        ("bad name!", 400, "1 validation error detected: Value at 'authorizerName' failed to satisfy constraint: "),
        ("a/b", 400, "1 validation error detected: Value at 'authorizerName' failed to satisfy constraint: "),
        ("!" * 129, 400, "2 validation errors detected: Value at 'authorizerName' failed to satisfy constraint: "),
    ],
    ids=["missing", "pattern", "slash", "both"],
)
def test_the_name_is_checked_before_it_is_looked_up(iot: Any, call: str, name: str, status: int, words: str) -> None:
    operation = getattr(iot, "set_default_authorizer" if call == "set_default" else f"{call}_authorizer")
    answer = refused(operation, authorizerName=name)

    assert answer[0] == status
    assert answer[2].startswith(words)


def test_list_orders_filters_and_pages(iot: Any) -> None:
    for name in ("b", "a", "c"):
        iot.create_authorizer(authorizerName=name, **PLAIN)
    iot.update_authorizer(authorizerName="a", status="ACTIVE")

    assert names(iot) == ["c", "a", "b", "first"]
    assert names(iot, ascendingOrder=True) == ["first", "b", "a", "c"]
    assert names(iot, status="ACTIVE") == ["a", "first"]
    assert names(iot, status="INACTIVE", ascendingOrder=True) == ["b", "c"]


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("ascending", [False, True])
def test_every_page_size_lists_all_once(iot: Any, size: int, ascending: bool) -> None:
    for name in ("a", "b", "c"):
        iot.create_authorizer(authorizerName=name, **PLAIN)
    pages = list(
        iot.get_paginator("list_authorizers").paginate(ascendingOrder=ascending, PaginationConfig={"PageSize": size})
    )

    listed = [found["authorizerName"] for page in pages for found in page["authorizers"]]
    assert listed == (["first", "a", "b", "c"] if ascending else ["c", "b", "a", "first"])
    assert all(len(page["authorizers"]) == size for page in pages[:-1])
    assert ["nextMarker" in page for page in pages] == [True] * (len(pages) - 1) + [False]


def test_a_page_survives_a_deletion(iot: Any) -> None:
    for name in ("a", "b", "c"):
        iot.create_authorizer(authorizerName=name, **PLAIN)
    first = iot.list_authorizers(pageSize=2)
    iot.delete_authorizer(authorizerName="b")

    assert names(iot, marker=first["nextMarker"]) == ["a", "first"]


@pytest.mark.parametrize("marker", ["bm8=", "!", "abc"], ids=["no number", "pattern", "padding"])
def test_a_marker_of_no_listing_is_refused(iot: Any, marker: str) -> None:
    assert refused(iot.list_authorizers, marker=marker)[:2] == (400, "InvalidRequestException")


@pytest.mark.parametrize("size", [0, 251, "x"])
def test_a_page_size_out_of_range_is_refused(iot: Any, size: Any) -> None:
    assert refused(iot.list_authorizers, pageSize=size)[0] == 400


def test_tags(iot: Any) -> None:
    tags = [{"Key": "stage", "Value": "test"}, {"Key": "team", "Value": "a"}]
    arn = iot.create_authorizer(authorizerName="new", tags=tags, **PLAIN)["authorizerArn"]
    assert iot.list_tags_for_resource(resourceArn=arn)["tags"] == tags
    iot.tag_resource(resourceArn=arn, tags=[{"Key": "team", "Value": "b"}])
    iot.untag_resource(resourceArn=arn, tagKeys=["stage", "absent"])

    assert iot.list_tags_for_resource(resourceArn=arn)["tags"] == [{"Key": "team", "Value": "b"}]
    iot.delete_authorizer(authorizerName="new")
    assert iot.list_tags_for_resource(resourceArn=arn)["tags"] == []
    missing = (404, "ResourceNotFoundException", "Authorizer new not found")
    assert refused(iot.tag_resource, resourceArn=arn, tags=tags) == missing
    assert refused(iot.untag_resource, resourceArn=arn, tagKeys=["team"]) == missing


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/authorizer/new", '{"tags": {}}'),
        ("/authorizer/new", '{"tags": ["stage"]}'),
        ("/authorizer/new", '{"tags": [{"Key": 1}]}'),
        ("/untag", '{"tagKeys": "stage"}'),
        ("/untag", '{"tagKeys": [1]}'),
        ("/authorizer/new", '{"signingDisabled": "yes"}'),
    ],
)
def test_members_of_the_wrong_shape(endpoint: Running, path: str, body: str) -> None:
    head = f"POST {path} HTTP/1.1\r\nHost: localhost:{endpoint.port}\r\nContent-Length: {len(body)}\r\n\r\n"

    assert b"x-amzn-errortype: SerializationException" in exchange(endpoint, head + body)


def test_an_authorizer_of_a_function_elsewhere_is_kept_and_fails_when_tested(iot: Any) -> None:
    elsewhere = "arn:aws:lambda:us-east-1:111122223333:function:sensor"
    iot.create_authorizer(authorizerName="new", authorizerFunctionArn=elsewhere, signingDisabled=True)

    assert refused(iot.test_invoke_authorizer, authorizerName="new", mqttContext={}) == (
        400,
        "InvalidResponseException",
        f"Lambda function encountered error in execution: Function not found: {elsewhere}: ResourceNotFoundException",
    )

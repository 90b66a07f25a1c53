"""Every row of contract §8 that refuses, as values."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from botocore.loaders import Loader

from authlens.core.contract import management
from authlens.core.contract.refusal import RefusalRule
from authlens.core.request.authorizer import Authorizer
from support.public_keys import body_of, elliptic, of_bits, pair

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:sensor"
K1, K2 = pair("a").public_pem, pair("b").public_pem
PLAIN = {"authorizerFunctionArn": ARN, "signingDisabled": True}
SIGNED = {"authorizerFunctionArn": ARN, "tokenKeyName": "tok", "tokenSigningPublicKeys": {"k1": K1}}
FIRST, LAST = "-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----"
BODY = "\n".join(body_of(K1))

NOT_RSA = "Authorizer a public key for key name k1 not a valid RSA key"
NOT_CONVERTIBLE = "Cannot convert public key PEM for authorizer a to RSA key"
FIELD = "Value at '{}' failed to satisfy constraint: "
TOKEN_KEY_NAME = FIELD.format("tokenKeyName")
PATTERN = "Member must satisfy regular expression pattern: "


def keys(pem: str) -> dict[str, Any]:
    return SIGNED | {"tokenSigningPublicKeys": {"k1": pem}}


CREATE: list[tuple[str, str, dict[str, Any], str]] = [
    (
        "name pattern and length",
        "!" * 129,
        PLAIN,
        "2 validation errors detected: "
        + FIELD.format("authorizerName")
        + PATTERN
        + r"[\w=,@-]+; "
        + FIELD.format("authorizerName")
        + "Member must have length less than or equal to 128",
    ),
    (
        "no function ARN",
        "a",
        {"signingDisabled": True},
        "1 validation error detected: " + FIELD.format("authorizerFunctionArn") + "Member must not be null",
    ),
    (
        "token key name empty",
        "a",
        SIGNED | {"tokenKeyName": ""},
        "2 validation errors detected: "
        + TOKEN_KEY_NAME
        + PATTERN
        + "[a-zA-Z0-9_-]+; "
        + TOKEN_KEY_NAME
        + "Member must have length greater than or equal to 1",
    ),
    (
        "status",
        "a",
        PLAIN | {"status": "BOGUS"},
        "1 validation error detected: "
        + FIELD.format("status")
        + "Member must satisfy enum value set: [ACTIVE, INACTIVE]",
    ),
    (
        "key name",
        "a",
        SIGNED | {"tokenSigningPublicKeys": {"bad key": K1}},
        "1 validation error detected: " + FIELD.format("tokenSigningPublicKeys") + PATTERN + "[a-zA-Z0-9:_-]+",
    ),
    (
        "key too long",
        "a",
        keys("x" * 5121),
        "1 validation error detected: "
        + FIELD.format("tokenSigningPublicKeys")
        + "Member must have length less than or equal to 5120",
    ),
    (
        "no ARN at all",
        "a",
        PLAIN | {"authorizerFunctionArn": "not-an-arn"},
        "Lambda function arn for authorizer a is not in proper ARN syntax",
    ),
    (
        "an ARN of something else, before the keys",
        "a",
        {"authorizerFunctionArn": "arn:aws:sqs:us-east-1:000000000000:queue"},
        "Lambda function arn for authorizer a is not in proper ARN syntax",
    ),
    (
        "signing without a token key name",
        "a",
        {"authorizerFunctionArn": ARN},
        "Token key name for authorizer a cannot be null",
    ),
    (
        "signing without keys",
        "a",
        {"authorizerFunctionArn": ARN, "tokenKeyName": "tok"},
        "Token signing keys map for authorizer a cannot be null or empty. "
        "There must be at least one and at most two token signing public keys in the map",
    ),
    (
        "three keys",
        "a",
        SIGNED | {"tokenSigningPublicKeys": {"k1": K1, "k2": K2, "k3": K1}},
        "Token signing keys map for authorizer a cannot contain more than 2 keys",
    ),
    (
        "keys without signing",
        "a",
        PLAIN | {"tokenSigningPublicKeys": {"k1": K1}},
        "Token signing keys map must be null for authorizer a if using optional signature header",
    ),
    ("empty key", "a", keys(""), "Token signing public keys for authorizer a cannot be null or empty"),
    ("no PEM", "a", keys("not-a-pem"), NOT_RSA),
    ("body without its lines", "a", keys(BODY), NOT_RSA),
    ("all on one line", "a", keys(FIRST + "".join(body_of(K1)) + LAST), NOT_RSA),
    ("indented", "a", keys(f"\n  {K1}  \n"), NOT_RSA),
    ("an EC key", "a", keys(elliptic()), NOT_RSA),
    ("no end line", "a", keys(f"{FIRST}\n{BODY}"), NOT_CONVERTIBLE),
    ("a private key", "a", keys(pair("a").private_pem.decode()), NOT_CONVERTIBLE),
    ("a damaged body", "a", keys(f"{FIRST}\nAAAA\n{LAST}"), NOT_RSA),
    (
        "1,024 bits",
        "a",
        keys(of_bits(1024)),
        "Authorizer a public key for key name k1 invalid: Key must be 2048 bits but was 1024 bits",
    ),
]


@pytest.mark.parametrize(("name", "members", "message"), [pytest.param(*case[1:], id=case[0]) for case in CREATE])
def test_create_refuses(name: str, members: dict[str, Any], message: str) -> None:
    refusal = management.create_refusal(name, members)

    assert refusal is not None
    assert (refusal.http_status, refusal.error, refusal.message) == (400, "InvalidRequestException", message)


@pytest.mark.parametrize(
    "members",
    [
        PLAIN,
        PLAIN | {"tokenKeyName": "tok"},
        SIGNED,
        SIGNED | {"tokenSigningPublicKeys": {"k1": K1, "a:b_c-d": K2}},
        keys("junk\n" + K1),
        keys(K1.replace("\n", "\r\n")),
        keys(K1.rstrip("\n")),
        keys(of_bits(3072)),
        PLAIN | {"authorizerFunctionArn": "arn:aws-cn:lambda:cn-north-1:111122223333:function:elsewhere:live"},
    ],
    ids=[
        "unsigned",
        "unsigned with a token key name",
        "signed",
        "two keys",
        "text before the key",
        "CRLF",
        "no last line end",
        "a larger key",
        "a function of another place",
    ],
)
def test_create_accepts(members: dict[str, Any]) -> None:
    assert management.create_refusal("a", members) is None


def arn_of(length: int) -> str:
    return ARN + "x" * (length - len(ARN))


LIMITS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("function ARN", {"authorizerFunctionArn": arn_of(2048)}, {"authorizerFunctionArn": arn_of(2049)}),
    ("token key name", {"tokenKeyName": "t" * 128}, {"tokenKeyName": "t" * 129}),
    ("shortest token key name", {"tokenKeyName": "t"}, {"tokenKeyName": ""}),
    (
        "key name",
        {"tokenSigningPublicKeys": {"k" * 128: K1}},
        {"tokenSigningPublicKeys": {"k" * 129: K1}},
    ),
    ("shortest key name", {"tokenSigningPublicKeys": {"k": K1}}, {"tokenSigningPublicKeys": {"": K1}}),
    (
        "key",
        {"tokenSigningPublicKeys": {"k": "\n" * (5120 - len(K1)) + K1}},
        {"tokenSigningPublicKeys": {"k": "\n" * (5121 - len(K1)) + K1}},
    ),
]


@pytest.mark.parametrize(("inside", "outside"), [pytest.param(*case[1:], id=case[0]) for case in LIMITS])
def test_limits(inside: dict[str, Any], outside: dict[str, Any]) -> None:
    assert management.create_refusal("a", SIGNED | inside) is None
    assert management.update_constraints("a", inside) is None
    for refusal in (management.create_refusal("a", SIGNED | outside), management.update_constraints("a", outside)):
        assert refusal is not None
        assert refusal.rule == "model-constraint"


STORED = Authorizer("a", token_key_name="tok", token_signing_public_keys=(("k1", K1), ("k2", K2)))


@pytest.mark.parametrize(
    ("authorizer", "members", "message"),
    [
        (STORED, {"authorizerFunctionArn": "nope"}, "Lambda function arn for authorizer a is not in proper ARN syntax"),
        (
            replace(STORED, signing_disabled=True),
            {"tokenSigningPublicKeys": {"k1": K1}},
            "Token signing keys map must be null for authorizer a if using optional signature header",
        ),
        (
            STORED,
            {"tokenSigningPublicKeys": {"k3": K1}},
            "Number of signing keys for authorizer a must neither be zero nor greater than 2",
        ),
        (
            STORED,
            {"tokenSigningPublicKeys": {"k1": K1, "k2": K1, "k3": K1}},
            "Number of signing keys for authorizer a must neither be zero nor greater than 2",
        ),
        (STORED, {"tokenSigningPublicKeys": {"k1": elliptic()}}, NOT_RSA),
    ],
    ids=["ARN", "keys without signing", "a third key", "three keys at once", "a bad key"],
)
def test_update_refuses(authorizer: Authorizer, members: dict[str, Any], message: str) -> None:
    refusal = management.update_refusal(authorizer, members)

    assert refusal is not None
    assert (refusal.message, refusal.http_status, refusal.error) == (message, 400, "InvalidRequestException")


@pytest.mark.parametrize(
    "members", [{}, {"status": "INACTIVE"}, {"tokenSigningPublicKeys": {"k2": K1}}, {"tokenSigningPublicKeys": {}}]
)
def test_update_accepts(members: dict[str, Any]) -> None:
    assert management.update_constraints("a", members) is None
    assert management.update_refusal(STORED, members) is None


def test_update_checks_the_model_without_demanding_a_function() -> None:
    refusal = management.update_constraints("a", {"status": "active"})

    assert refusal is not None
    assert refusal.rule == "model-constraint"


@pytest.mark.parametrize(
    ("status", "is_default", "error", "message"),
    [
        ("INACTIVE", False, None, None),
        (
            "ACTIVE",
            True,
            "InvalidRequestException",
            "Cannot delete authorizer a in ACTIVE status. Update status to INACTIVE and delete.",
        ),
        (
            "INACTIVE",
            True,
            "DeleteConflictException",
            "Cannot delete default authorizer a. Change default and retry delete.",
        ),
    ],
)
def test_delete(status: str, is_default: bool, error: str | None, message: str | None) -> None:
    refusal = management.delete_refusal(replace(STORED, status=status), is_default)

    assert (refusal and refusal.error, refusal and refusal.message) == (error, message)


@pytest.mark.parametrize(
    ("members", "rule"),
    [
        (
            {"pageSize": 0},
            "Value at 'pageSize' failed to satisfy constraint: Member must have value greater than or equal to 1",
        ),
        (
            {"pageSize": 251},
            "Value at 'pageSize' failed to satisfy constraint: Member must have value less than or equal to 250",
        ),
        ({"marker": "a-b"}, "Value at 'marker' failed to satisfy constraint: " + PATTERN + "[A-Za-z0-9+/]+={0,2}"),
        (
            {"status": "x"},
            "Value at 'status' failed to satisfy constraint: Member must satisfy enum value set: [ACTIVE, INACTIVE]",
        ),
    ],
    ids=["page too small", "page too large", "marker", "status"],
)
def test_list_refuses(members: dict[str, Any], rule: str) -> None:
    refusal = management.list_refusal(members)

    assert refusal is not None
    assert refusal.message == f"1 validation error detected: {rule}"


def test_list_accepts_what_the_model_does() -> None:
    assert management.list_refusal({}) is None
    assert management.list_refusal({"pageSize": 1}) is None
    assert management.list_refusal({"pageSize": 250, "marker": "MQ==", "status": "ACTIVE"}) is None


@pytest.mark.parametrize(("name", "count"), [(None, 1), ("", 2), ("bad name!", 1), ("!" * 129, 2), ("a", 0)])
def test_names(name: str | None, count: int) -> None:
    refusal = management.name_refusal(name)

    assert (refusal is None) is (count == 0)
    assert refusal is None or (refusal.message or "").startswith(f"{count} validation error")


SHAPES = {
    "_TOKEN_KEY_NAME": "TokenKeyName",
    "_KEY_NAME": "KeyName",
    "_KEY_VALUE": "KeyValue",
    "_FUNCTION_ARN": "AuthorizerFunctionArn",
    "_REQUIRED_FUNCTION_ARN": "AuthorizerFunctionArn",
    "_MARKER": "Marker",
}


def test_limits_are_those_of_the_service_model() -> None:
    shapes = Loader().load_service_model("iot", "service-2")["shapes"]
    for name, shape in SHAPES.items():
        limits, model = getattr(management, name), shapes[shape]
        assert (limits.minimum, limits.maximum, limits.pattern) == (
            model.get("min", 0), model["max"], model["pattern"],
        ), name  # fmt: skip
    assert [each for each in (0, 1, 250, 251) if each in management.PAGE_SIZES] == [1, shapes["PageSize"]["max"]]


def test_classes_and_statuses_of_refusals() -> None:
    rules = [each for each in vars(management).values() if isinstance(each, RefusalRule)]
    others = {each.id: (each.error, each.http_status) for each in rules if each.http_status != 400}
    assert others == {
        "exists": ("ResourceAlreadyExistsException", 409),
        "delete-default": ("DeleteConflictException", 409),
        "no-default": ("ResourceNotFoundException", 404),
        "same-default": ("ResourceAlreadyExistsException", 409),
    }
    assert {each.error for each in rules if each.id not in others} == {"InvalidRequestException"}

"""Every row of contract §1 to §3, as values."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.contract import test_call
from authlens.core.contract.refusal import Refusal
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.members import LIMITS, Limits
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext, TlsContext

PLAIN = Authorizer("a", signing_disabled=True)
SIGNED = Authorizer("s", token_key_name="tok", token_signing_public_keys=(("k1", "PEM1"), ("k2", "PEM2")))

PATTERN = "Member must satisfy regular expression pattern: "
AT_LEAST = "Member must have length greater than or equal to "
AT_MOST = "Member must have length less than or equal to "


def fits(token: str, signature: str, pem: str) -> bool:
    """A stand-in for RSA: the signature names the key and the token."""
    return signature == f"{pem}{token}"


def request(**members: object) -> AuthorizerRequest:
    return AuthorizerRequest.from_api({"authorizerName": "a", **members})


def violation(field: str, rule: str) -> str:
    return f"Value at '{field}' failed to satisfy constraint: {rule}"


def refused(refusal: Refusal | None) -> Refusal:
    assert refusal is not None
    return refusal


CONSTRAINT_CASES: list[tuple[str, dict[str, object], list[str]]] = [
    ("name too long", {"authorizerName": "a" * 129}, [violation("authorizerName", AT_MOST + "128")]),
    ("name pattern", {"authorizerName": "a b"}, [violation("authorizerName", PATTERN + r"[\w=,@-]+")]),
    ("name not ASCII", {"authorizerName": "Fühler"}, [violation("authorizerName", PATTERN + r"[\w=,@-]+")]),
    ("name ends in a line feed", {"authorizerName": "a\n"}, [violation("authorizerName", PATTERN + r"[\w=,@-]+")]),
    (
        "name pattern before length",
        {"authorizerName": "!" * 129},
        [violation("authorizerName", PATTERN + r"[\w=,@-]+"), violation("authorizerName", AT_MOST + "128")],
    ),
    ("name absent", {"authorizerName": None}, [violation("authorizerName", "Member must not be null")]),
    ("token empty", {"token": ""}, [violation("token", AT_LEAST + "1")]),
    ("token too long", {"token": "t" * 6145}, [violation("token", AT_MOST + "6144")]),
    (
        "signature base64url",
        {"tokenSignature": "ab-_"},
        [violation("tokenSignature", PATTERN + "[A-Za-z0-9+/]+={0,2}")],
    ),
    (
        "signature empty",
        {"tokenSignature": ""},
        [violation("tokenSignature", PATTERN + "[A-Za-z0-9+/]+={0,2}"), violation("tokenSignature", AT_LEAST + "1")],
    ),
    ("signature too long", {"tokenSignature": "A" * 2561}, [violation("tokenSignature", AT_MOST + "2560")]),
    (
        "header name too long",
        {"httpContext": {"headers": {"h" * 8193: "v"}}},
        [violation("httpContext.headers", AT_MOST + "8192")],
    ),
    (
        "header value empty",
        {"httpContext": {"headers": {"a": "v", "b": "", "c": ""}}},
        [violation("httpContext.headers", AT_LEAST + "1")],
    ),
    (
        "query string empty",
        {"httpContext": {"queryString": ""}},
        [violation("httpContext.queryString", AT_LEAST + "1")],
    ),
    (
        "query string too long",
        {"httpContext": {"queryString": "?" + "q" * 4096}},
        [violation("httpContext.queryString", AT_MOST + "4096")],
    ),
    (
        "username too long",
        {"mqttContext": {"username": "u" * 65536}},
        [violation("mqttContext.username", AT_MOST + "65535")],
    ),
    ("password empty", {"mqttContext": {"password": b""}}, [violation("mqttContext.password", AT_LEAST + "1")]),
    (
        "password counts bytes",
        {"mqttContext": {"password": "é" * 32768}},
        [violation("mqttContext.password", AT_MOST + "65535")],
    ),
    ("client id empty", {"mqttContext": {"clientId": ""}}, [violation("mqttContext.clientId", AT_LEAST + "1")]),
    (
        "server name too long",
        {"tlsContext": {"serverName": "s" * 254}},
        [violation("tlsContext.serverName", AT_MOST + "253")],
    ),
    (
        "several, in the model's order",
        {"tlsContext": {"serverName": ""}, "token": "", "httpContext": {"queryString": ""}},
        [
            violation("token", AT_LEAST + "1"),
            violation("httpContext.queryString", AT_LEAST + "1"),
            violation("tlsContext.serverName", AT_LEAST + "1"),
        ],
    ),
]


@pytest.mark.parametrize(("members", "expected"), [pytest.param(*case[1:], id=case[0]) for case in CONSTRAINT_CASES])
def test_broken_constraints_are_reported_together(members: dict[str, object], expected: list[str]) -> None:
    refusal = refused(test_call.refuse(request(**members), None))

    plural = "" if len(expected) == 1 else "s"
    assert refusal.message == f"{len(expected)} validation error{plural} detected: {'; '.join(expected)}"
    assert (refusal.http_status, refusal.error) == (400, "InvalidRequestException")
    assert refusal.stage == "request well-formed"


@pytest.mark.parametrize("limits", LIMITS.values(), ids=lambda limits: limits.path)
def test_both_ends_of_every_length_are_allowed(limits: Limits) -> None:
    for length in (limits.minimum, limits.maximum):
        assert not list(test_call.broken_rules(limits, "a" * length))


def test_a_violation_knows_its_header() -> None:
    (found,) = test_call.violations(request(httpContext={"headers": {"good": "v", "bad": ""}}))

    assert (found.header, found.field, found.limits) == (
        "bad",
        "httpContext.headers",
        LIMITS["httpContext.headers[value]"],
    )


PAIRING_CASES: list[tuple[str, dict[str, object], Authorizer, str]] = [
    (
        "token alone",
        {"token": "t"},
        SIGNED,
        "Request must provide both token and tokenSignature together.",
    ),
    (
        "signature alone",
        {"tokenSignature": "c2ln"},
        SIGNED,
        "Request must provide both token and tokenSignature together.",
    ),
    (
        "half a pair is named before the context",
        {"token": "t", "mqttContext": {}},
        PLAIN,
        "Request must provide both token and tokenSignature together.",
    ),
    (
        "token with a context",
        {"token": "t", "tokenSignature": "c2ln", "tlsContext": {}},
        SIGNED,
        "Request cannot have token and Http/Mqtt/Tls context.",
    ),
    (
        "the context is named before signing disabled",
        {"token": "t", "tokenSignature": "c2ln", "httpContext": {"queryString": "a"}},
        PLAIN,
        "Request cannot have token and Http/Mqtt/Tls context.",
    ),
    (
        "signing disabled",
        {"token": "t", "tokenSignature": "c2ln"},
        PLAIN,
        "Token and token signature provided but signing is disabled for the authorizer.",
    ),
    ("nothing", {}, PLAIN, "Request must have Http/Mqtt/Tls context."),
    ("nothing, signed", {}, SIGNED, "Request must have Http/Mqtt/Tls context."),
    (
        "query string without its mark",
        {"httpContext": {"queryString": "a=b"}},
        PLAIN,
        "Invalid arguments in the call",
    ),
    (
        "the query string is named before the missing token",
        {"httpContext": {"queryString": "a=b"}},
        SIGNED,
        "Invalid arguments in the call",
    ),
]

SIGNATURE_CASES: list[tuple[str, dict[str, object], str | None]] = [
    (
        "signature over another token",
        {"token": "t", "tokenSignature": "PEM1other"},
        "Token signature mismatch for authorizer s",
    ),
    ("no token in the contexts", {"mqttContext": {"clientId": "c"}}, None),
    (
        "token without signature in the contexts",
        {"httpContext": {"queryString": "?tok=t"}},
        None,
    ),
    (
        "signature without token in the contexts",
        {"httpContext": {"headers": {"x-amz-customauthorizer-signature": "PEM1t"}}},
        None,
    ),
    (
        "mismatch in the contexts",
        {"httpContext": {"headers": {"tok": "t", "x-amz-customauthorizer-signature": "PEM3t"}}},
        "Token signature mismatch for authorizer s",
    ),
]


@pytest.mark.parametrize(
    ("sent", "authorizer", "status", "error", "message", "stage"),
    [
        pytest.param(
            request(authorizerName="nope", token="t"),
            None,
            404,
            "ResourceNotFoundException",
            "Authorizer nope not found",
            "authorizer found",
            id="unknown authorizer, before the pairing rules",
        ),
        *(
            pytest.param(
                request(**members),
                authorizer,
                400,
                "InvalidRequestException",
                message,
                "request fits the authorizer",
                id=name,
            )
            for name, members, authorizer, message in PAIRING_CASES
        ),
        *(
            pytest.param(
                request(**members), SIGNED, 400, "InvalidRequestException", message, "signature verified", id=name
            )
            for name, members, message in SIGNATURE_CASES
        ),
    ],
)
def test_refused_before_the_function_runs(
    sent: AuthorizerRequest, authorizer: Authorizer | None, status: int, error: str, message: str | None, stage: str
) -> None:
    refusal = refused(test_call.refuse(sent, authorizer, fits))

    assert (refusal.http_status, refusal.error, refusal.message, refusal.stage) == (status, error, message, stage)


def test_constraints_come_before_the_unknown_authorizer() -> None:
    refusal = refused(test_call.refuse(request(authorizerName="a", token=""), None))

    assert refusal.rule == "model-constraint"


@pytest.mark.parametrize(
    ("members", "authorizer", "token"),
    [
        pytest.param({"token": "t", "tokenSignature": "PEM1t"}, SIGNED, "t", id="token mode, first key"),
        pytest.param({"token": "t", "tokenSignature": "PEM2t"}, SIGNED, "t", id="token mode, second key"),
        pytest.param({"tlsContext": {}}, PLAIN, None, id="an empty context counts as given"),
        pytest.param({"httpContext": {"queryString": "?tok=t"}}, PLAIN, None, id="unsigned: no token is looked for"),
        pytest.param(
            {"mqttContext": {"username": "u?TOK=t%2Fx&X-Amz-CustomAuthorizer-Signature=PEM1t%2Fx"}},
            SIGNED,
            "t/x",
            id="username: decoded, names without case",
        ),
        pytest.param(
            {"httpContext": {"queryString": "?tok=a+b&x-amz-customauthorizer-signature=PEM1a%20b"}},
            SIGNED,
            "a b",
            id="query string: plus is a space",
        ),
        pytest.param(
            {"httpContext": {"headers": {"Tok": "a+b%20", "X-AMZ-CustomAuthorizer-Signature": "PEM2a+b%20"}}},
            SIGNED,
            "a+b%20",
            id="headers: not decoded",
        ),
        pytest.param(
            {
                "mqttContext": {"username": "u?tok=user"},
                "httpContext": {
                    "queryString": "?tok=query&x-amz-customauthorizer-signature=PEM1user",
                    "headers": {"tok": "header", "x-amz-customauthorizer-signature": "PEM1header"},
                },
            },
            SIGNED,
            "user",
            id="the username wins, then the query string",
        ),
        pytest.param(
            {
                "mqttContext": {"username": "u?v=1?tok=no"},
                "httpContext": {"headers": {"tok": "t", "x-amz-customauthorizer-signature": "PEM1t"}},
            },
            SIGNED,
            "t",
            id="only the first question mark counts",
        ),
    ],
)
def test_accepted(members: dict[str, object], authorizer: Authorizer, token: str | None) -> None:
    sent = request(**members)

    assert test_call.refuse(sent, authorizer, fits) is None
    assert test_call.verified_token(sent, authorizer) == token


def test_a_top_level_token_is_the_token_whatever_the_authorizer() -> None:
    assert test_call.verified_token(request(token="t", tokenSignature="c2ln"), None) == "t"
    assert test_call.verified_token(request(httpContext={"queryString": "?tok=t"}), None) is None


def test_status_is_not_a_reason_to_refuse_a_test_call() -> None:
    assert test_call.refuse(request(tlsContext={}), replace(PLAIN, status="INACTIVE"), fits) is None


def test_without_a_way_to_verify_a_signature_is_taken_to_fit() -> None:
    assert test_call.refuse(request(token="t", tokenSignature="c2ln"), SIGNED) is None


def test_pairing_without_an_authorizer_skips_what_needs_one() -> None:
    pair = request(token="t", tokenSignature="c2ln")

    assert test_call.pairing_refusal(pair, None) is None
    assert test_call.pairing_refusal(pair, PLAIN) == test_call.SIGNING_DISABLED.refusal()
    assert test_call.pairing_refusal(request(), None) == test_call.NOTHING_SENT.refusal()


def test_a_key_less_signed_authorizer_fits_no_signature() -> None:
    authorizer = replace(SIGNED, token_signing_public_keys=())

    assert refused(test_call.refuse(request(token="t", tokenSignature="c2ln"), authorizer, fits)).rule == (
        "signature-mismatch"
    )


@given(
    st.builds(
        AuthorizerRequest,
        st.text(max_size=5),
        st.none() | st.text(max_size=5),
        st.none() | st.text(max_size=5),
        st.none() | st.builds(HttpContext, st.none(), st.none() | st.text(max_size=5)),
        st.none() | st.builds(MqttContext, st.none() | st.text(max_size=5), st.none() | st.binary(max_size=3)),
        st.none() | st.builds(TlsContext, st.none() | st.text(max_size=5)),
    )
)
def test_whatever_is_sent_the_first_broken_rule_is_named(sent: AuthorizerRequest) -> None:
    refusal = test_call.refuse(sent, SIGNED, fits)

    if test_call.violations(sent):
        assert refused(refusal).rule == "model-constraint"
    elif test_call.pairing_refusal(sent, SIGNED):
        assert refusal == test_call.pairing_refusal(sent, SIGNED)
    else:
        assert refusal == test_call.signature_refusal(sent, SIGNED, fits)

"""Secrets of a request are known, go from any text in any form, and references stay."""

from __future__ import annotations

import base64
import json
import urllib.parse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.request.authorizer import Authorizer
from authlens.core.request.references import refers
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext, TlsContext
from authlens.core.secrets.redaction import (
    MASK,
    Redactor,
    masked,
    redact_request,
    referred_secrets,
    secret_spans,
    secrets_of,
    tells_of_secret,
    token_names,
)
from support.stored_invocations import any_request

CANARY = 'canary-5e/c+r é"t'

REQUEST = AuthorizerRequest(
    "SensorAuth",
    "the-token",
    "the-signature",
    HttpContext(
        (("Authorization", "Bearer header-secret"), ("Host", "example.com"), ("X-Custom", "a" * 16), ("X-Short", "7")),
        "?client=7&token=query%20secret&plain",
    ),
    MqttContext(
        "sensor-7?x-amz-customauthorizer-name=SensorAuthorizer&sig=username-secret", b"\xffpassword", "sensor-7"
    ),
    TlsContext("iot.example.com"),
)


def test_secrets_of() -> None:
    assert set(secrets_of(REQUEST)) == {
        *("the-token", "the-signature", b"\xffpassword", "Bearer header-secret", "a" * 16),
        *("query%20secret", "query secret", "username-secret"),
    }


def test_secrets_that_are_certain() -> None:
    assert set(secrets_of(REQUEST, certain=True)) == set(secrets_of(REQUEST)) - {"a" * 16}


@pytest.mark.parametrize(
    ("name", "tells"), [("X-Auth", True), ("cookie", True), ("X-Custom", False), ("Sec-WebSocket-Key", True)]
)
def test_a_name_tells(name: str, tells: bool) -> None:
    assert tells_of_secret(name) is tells


def test_redact_request() -> None:
    assert redact_request(REQUEST) == AuthorizerRequest(
        "SensorAuth",
        MASK,
        MASK,
        HttpContext(
            (("Authorization", MASK), ("Host", "example.com"), ("X-Custom", MASK), ("X-Short", "7")),
            f"?client=7&token={MASK}&plain",
        ),
        MqttContext(f"sensor-7?x-amz-customauthorizer-name=SensorAuthorizer&sig={MASK}", MASK, "sensor-7"),
        TlsContext("iot.example.com"),
    )


def test_references_stay() -> None:
    request = AuthorizerRequest(
        token="${env:TOKEN}",
        token_signature="${file:sig.txt}",
        http_context=HttpContext((("Authorization", "Bearer ${env:T}"), ("A", "${env:X}")), "?t=${env:T}"),
        mqtt_context=MqttContext("u?p=${env:P}", "${keyring:S/U}"),
    )
    assert redact_request(request) == request
    assert secrets_of(request) == ()


NO_REFERENCE = {
    "text next to it": "hunter2${env:T}",
    "a literal": "$${env:hunter2}",
    "not closed": "${env:hunter2",
    "another kind": "${cmd:hunter2}",
}


@pytest.mark.parametrize("token", NO_REFERENCE.values(), ids=NO_REFERENCE)
def test_what_is_not_a_reference_is_secret(token: str) -> None:
    assert secrets_of(AuthorizerRequest(token=token)) == (token,)
    assert redact_request(AuthorizerRequest(token=token)).token == MASK


def test_empty_and_absent_members_stay() -> None:
    for request in (
        AuthorizerRequest(),
        AuthorizerRequest("a", "", http_context=HttpContext(), mqtt_context=MqttContext()),
    ):
        assert redact_request(request) == request
        assert secrets_of(request) == ()
    header = AuthorizerRequest(http_context=HttpContext((("Authorization", ""),)))
    assert redact_request(header) == header


SIGNED = "&x-amz-customauthorizer-signature=c2ln"

PARAMETERS = {
    "without the question mark": ("queryString", "token=abc&x=1", "token=[]&x=1"),
    "with an encoded name": ("queryString", "?to%6Ben=abc&x=1", "?to%6Ben=[]&x=1"),
    "twice": ("queryString", "?token=a&token=b", "?token=[]&token=[]"),
    "empty": ("queryString", "?token=&x=1", "?token=&x=1"),
    "with an equals sign": ("username", "u?token=a=b==&x=1", "u?token=[]&x=1"),
    "after a second question mark": ("username", "u?x=1?token=abc&y=2", "u?x=[]&y=2"),
    "no query part": ("username", "token=abc", "token=abc"),
    "what an SDK appends": (
        "username",
        "u?SDK=PythonV2&Version=1.2.3-and-more",
        "u?SDK=PythonV2&Version=1.2.3-and-more",
    ),
    "a reference": ("username", "u?token=${env:T}&sig=a", "u?token=${env:T}&sig=[]"),
}


@pytest.mark.parametrize(("place", "text", "shown"), PARAMETERS.values(), ids=PARAMETERS)
def test_parameters_that_tell_are_hidden_and_the_rest_stays(place: str, text: str, shown: str) -> None:
    spans = secret_spans(place, text)
    covered = text
    for start, end in reversed(spans):
        covered = f"{covered[:start]}[]{covered[end:]}"
    assert covered == shown
    request = AuthorizerRequest(http_context=HttpContext((), text))
    if place == "username":
        request = AuthorizerRequest(mqtt_context=MqttContext(text))
    hidden = redact_request(request)
    http, mqtt = hidden.http_context, hidden.mqtt_context
    assert (http.query_string if http else mqtt and mqtt.username) == shown.replace("[]", MASK)
    assert redact_request(hidden) == hidden


NAMED = AuthorizerRequest(http_context=HttpContext((("X-Pass", "abc123"), ("X-Zone", "north"))))
TOKEN_NAMES = {
    "of the authorizer": (NAMED, Authorizer("A", token_key_name="x-zone"), {"x-zone"}),
    "of one without": (NAMED, Authorizer("A", signing_disabled=True), set()),
    "not known": (NAMED, None, set()),
    "alone with a signature": (
        AuthorizerRequest(mqtt_context=MqttContext(f"u?zone=north{SIGNED}&SDK=Py&x-amz-customauthorizer-name=A")),
        None,
        {"zone"},
    ),
    "one of two": (AuthorizerRequest(mqtt_context=MqttContext(f"u?zone=north&unit=7{SIGNED}")), None, set()),
}


@pytest.mark.parametrize(("request_", "authorizer", "names"), TOKEN_NAMES.values(), ids=TOKEN_NAMES)
def test_the_name_of_the_token_is_known(
    request_: AuthorizerRequest, authorizer: Authorizer | None, names: set[str]
) -> None:
    assert token_names(request_, authorizer) == names
    for certain in (False, True):
        secrets = secrets_of(request_, authorizer, certain=certain)
        assert ("north" in secrets) is bool(names)
    assert ("north" in repr(redact_request(request_, authorizer))) is not bool(names)


def test_what_references_stood_for_is_secret_whatever_the_name() -> None:
    written = AuthorizerRequest(
        token="${env:T}",
        http_context=HttpContext((("X-Zone", "${env:Z}"), ("X-Rest", "south")), "?a=${env:A}&a=${env:B}&c=d"),
        mqtt_context=MqttContext("u?b=c"),
    )
    sent = AuthorizerRequest(
        token="t-t",
        http_context=HttpContext((("X-Zone", "north"), ("X-Rest", "south")), "?a=first&a=second%21&c=d"),
        mqtt_context=MqttContext("u?b=c&x-amz-customauthorizer-signature=signed"),
    )
    assert set(referred_secrets(written, sent)) == {"t-t", "north", "first", "second%21", "second!"}
    assert referred_secrets(written, AuthorizerRequest()) == ()


@given(any_request)
def test_a_redacted_request_has_no_secrets_left(request: AuthorizerRequest) -> None:
    assert all(secret == MASK for secret in secrets_of(redact_request(request)))


FORMS = {
    "raw": CANARY,
    "base64": base64.b64encode(CANARY.encode()).decode(),
    "within base64": base64.b64encode(f"user:{CANARY}".encode()).decode(),
    "percent-encoded": urllib.parse.quote(CANARY, safe=""),
    "form-encoded": urllib.parse.quote_plus(CANARY),
    "JSON": json.dumps({"token": CANARY}),
    "JSON in JSON": json.dumps(json.dumps({"token": CANARY})),
    "repr": repr({"value": CANARY.encode()}),
    "hexadecimal": CANARY.encode().hex(),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_every_form_goes(form: str) -> None:
    shown = Redactor([CANARY]).text(f"before {form} after")
    assert MASK in shown
    assert "5e" not in shown
    assert shown.startswith("before ")
    assert shown.endswith(" after")


@given(st.text(min_size=6, max_size=30), st.text(max_size=10), st.text(max_size=10))
def test_no_secret_is_left(secret: str, before: str, after: str) -> None:
    shown = Redactor([secret]).text(f"{before}{secret}{after}")
    assert secret not in shown.replace(MASK, "")


def test_a_short_secret_goes_only_as_a_word() -> None:
    assert Redactor(["abc"]).text("abc abcd 'abc'") == f"{MASK} abcd '{MASK}'"


@pytest.mark.parametrize("secrets", [("canary", "canary-and-more"), ("canary-and-more", "canary")])
def test_of_two_secrets_the_longer_goes_whole(secrets: tuple[str, str]) -> None:
    assert Redactor(secrets).text("<canary-and-more>") == f"<{MASK}>"


def test_without_secrets_text_stays() -> None:
    assert Redactor([]).text("user sensor-7 was denied") == "user sensor-7 was denied"


def test_every_text_of_a_value_is_redacted() -> None:
    value = {"canary-key": [1, None, "a canary-key", {"x": True}]}
    assert Redactor(["canary-key"]).values(value) == {MASK: [1, None, f"a {MASK}", {"x": True}]}


def test_content_keeps_bytes_that_are_not_text() -> None:
    assert Redactor(["canary-secret"]).content(b"\xff canary-secret \x00") == b"\xff [redacted] \x00"


PATTERNS = {
    "access key": ("id AKIAIOSFODNN7EXAMPLE.", "AKIAIOSFODNN7"),
    "temporary access key": ("ASIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7"),
    "authorization header": ("Authorization: AWS4-HMAC-SHA256 Credential=x/y, Signature=abcdef", "abcdef"),
    "authorization in JSON": ('{"authorization": "Bearer abcdefgh", "a": 1}', "abcdefgh"),
    "authorization of another scheme": ("authorization=abcdefgh1", "abcdefgh1"),
    "session token": ("X-Amz-Security-Token: FwoGZXIvYXdzEXAMPLE", "FwoGZX"),
    "signed URL": ("https://x/?X-Amz-Signature=0123abcd&b=c", "0123abcd"),
    "secret key": ("aws_secret_access_key = wJalrXUtnFEMI", "wJalr"),
    "JWT": ("got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig-nature", "sig-nature"),
    "private key": ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----", "MIIE"),
    "private key cut short": ("-----BEGIN PRIVATE KEY-----\nMIIE", "MIIE"),
    "credentials in a URL": ("https://user:hunter2@example.com/", "hunter2"),
}


@pytest.mark.parametrize(("text", "secret"), PATTERNS.values(), ids=PATTERNS)
def test_patterns_are_redacted_without_being_listed(text: str, secret: str) -> None:
    shown = Redactor([]).text(text)
    assert secret not in shown
    assert MASK in shown
    assert Redactor([]).text(shown) == shown


INNOCENT = (
    "authorizer: SensorAuth",
    "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----",
    "arn:aws:iot:us-west-2:000000000000:client/sensor-7",
    "https://example.com:8443/a@b",
)


@pytest.mark.parametrize("text", INNOCENT)
def test_innocent_text_stays(text: str) -> None:
    assert Redactor([]).text(text) == text


@pytest.mark.parametrize(("value", "shown"), [(None, None), ("", ""), (b"", ""), ("x", MASK), (b"x", MASK)])
def test_masked(value: str | bytes | None, shown: str | None) -> None:
    assert masked(value) == shown


def test_refers() -> None:
    assert refers("x${env:A}")
    assert not refers("x")
    assert not refers(b"${env:A}")


@pytest.mark.parametrize("secret", ["battery-staple", "battery-staples", "battery-staple-1"])
def test_nothing_of_a_base64_member_remains(secret: str) -> None:
    encoded = base64.b64encode(secret.encode()).decode()
    assert Redactor([secret]).text(f'{{"password": "{encoded}"}}') == f'{{"password": "{MASK}"}}'


@pytest.mark.parametrize(
    ("header", "is_secret", "is_certain"),
    [
        (("X-Zone", "a" * 15), False, False),
        (("X-Zone", "a" * 16), True, False),
        (("X-Zone", "x ${env:A}"), True, True),
        (("X-Token", "a"), True, True),
        (("X-Token", ""), False, False),
        (("Host", "a" * 16), False, False),
        (("Referer", "https://h/?token=abc"), True, True),
        (("Referer", "https://h/?token="), False, False),
        (("Referer", "https://h/?zone=abc"), False, False),
        (("Referer", "https://h/?a=b&sig=c"), True, True),
        (("Referer", "https://h/token=abc"), False, False),
        (("X-Amz-CustomAuthorizer-Name", "SensorAuthorizer"), False, False),
    ],
)
def test_which_headers_are_secret(header: tuple[str, str], is_secret: bool, is_certain: bool) -> None:
    request = AuthorizerRequest(http_context=HttpContext((header,)))
    expected = (header[1],)
    assert secrets_of(request) == (expected if is_secret else ())
    assert secrets_of(request, certain=True) == (expected if is_certain else ())
    shown = MASK if is_secret else header[1]
    assert redact_request(request) == AuthorizerRequest(http_context=HttpContext(((header[0], shown),)))


def test_secrets_keep_their_order_and_come_as_written_and_as_read() -> None:
    request = AuthorizerRequest(
        "A",
        "t-t",
        http_context=HttpContext((("Cookie", "c"),), "?sig=q%21&pwd=w"),
        mqtt_context=MqttContext("u?jwt=%20", "p"),
    )
    assert secrets_of(request) == ("t-t", "p", "%20", " ", "q%21", "q!", "w", "c")


@pytest.mark.parametrize(
    ("username", "names"),
    [
        (f"u?zone=north&unit={SIGNED}", {"zone"}),
        (f"u?zone=north&Unit=7{SIGNED}", set()),
        (f"u?Zone=north{SIGNED.upper()}", {"zone"}),
        ("u?zone=north", set()),
        (f"u?{SIGNED}", set()),
    ],
)
def test_the_only_other_name_next_to_a_signature_is_that_of_the_token(username: str, names: set[str]) -> None:
    assert token_names(AuthorizerRequest(mqtt_context=MqttContext(username))) == names


def test_names_of_the_token_are_secret_whatever_their_values() -> None:
    assert secret_spans("username", "u?Zone=n&b=c", frozenset(["zone"])) == ((7, 8),)
    assert secret_spans("username", f"u?a={'b' * 20}") == ()
    assert secret_spans("username", "u?a=b?pwd=c") == ((4, 11),)
    assert secret_spans("queryString", "?token=${env:T}") == ()
    assert secret_spans("password", "?token=a") == ()


def test_parameters_are_matched_by_their_place_in_their_own_member() -> None:
    written = AuthorizerRequest(
        http_context=HttpContext((("A", "1"), ("B", "${env:B}")), "?a=1&b=${env:Q}"),
        mqtt_context=MqttContext("u?x=1&y=${env:U}"),
    )
    sent = AuthorizerRequest(
        http_context=HttpContext((("B", "bb"), ("C", "cc")), "?a=aa&b=qq&c=cc"),
        mqtt_context=MqttContext("u?x=xx&y=uu&sig=ss"),
    )
    assert referred_secrets(written, sent) == ("uu", "qq", "bb")


@pytest.mark.parametrize(
    ("secret", "text", "shown"),
    [
        ("abcdef", "xabcdefx abcdef", f"x{MASK}x {MASK}"),
        ("abcde", "xabcdex abcde", f"xabcdex {MASK}"),
        ("ab", "ab YWI= xYWI=", f"ab {MASK} xYWI="),
        ("abc", "abc_ -abc-", f"abc_ -{MASK}-"),
    ],
)
def test_six_characters_go_anywhere_and_fewer_only_as_a_word(secret: str, text: str, shown: str) -> None:
    assert Redactor([secret]).text(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("eyJhbGci.eyJzdWI", MASK),
        ("eyJhbGc.eyJzdWI", "eyJhbGc.eyJzdWI"),
        ("AKIA" + "A" * 15, "AKIA" + "A" * 15),
        ("AKIA" + "A" * 17, "AKIA" + "A" * 17),
        ("authorization: abcdefgh", f"authorization: {MASK}"),
        ("authorization: abcdefg", "authorization: abcdefg"),
        ("Authorization: Basic YTpi", f"Authorization: {MASK}"),
        ("a://u:p@h", f"a://{MASK}@h"),
        ("aws_session_token=abc&x=1", f"aws_session_token={MASK}&x=1"),
    ],
)
def test_patterns_end_where_they_should(text: str, shown: str) -> None:
    assert Redactor([]).text(text) == shown


def test_what_is_masked() -> None:
    assert masked("${env:A}") == "${env:A}"
    assert masked(b"${env:A}") == MASK
    request = AuthorizerRequest("A", mqtt_context=MqttContext("u", "", "client-token"))
    assert redact_request(request) == request
    assert tells_of_secret("HOST") is False

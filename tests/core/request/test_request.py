"""A request's mode, its way to the API's members and back, and its members one by one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.request.members import BY_PATH, MEMBERS, MemberKind
from authlens.core.request.request import (
    AuthorizerRequest,
    HttpContext,
    Mode,
    MqttContext,
    TlsContext,
    limited_values,
    text_at,
    with_text,
)
from authlens.core.request.request import texts as texts_of

texts = st.none() | st.text()
requests = st.builds(
    AuthorizerRequest,
    authorizer_name=texts,
    token=texts,
    token_signature=texts,
    http_context=st.none()
    | st.builds(
        HttpContext,
        headers=st.none() | st.dictionaries(st.text(), st.text()).map(lambda d: tuple(d.items())),
        query_string=texts,
    ),
    mqtt_context=st.none() | st.builds(MqttContext, username=texts, password=st.none() | st.binary(), client_id=texts),
    tls_context=st.none() | st.builds(TlsContext, server_name=texts),
)


@pytest.mark.parametrize(
    ("request_", "mode"),
    [
        (AuthorizerRequest("a"), Mode.EMPTY),
        (AuthorizerRequest("a", token="t"), Mode.TOKEN),
        (AuthorizerRequest("a", token_signature="s"), Mode.TOKEN),
        (AuthorizerRequest("a", mqtt_context=MqttContext()), Mode.CONTEXT),
        (AuthorizerRequest("a", tls_context=TlsContext("h")), Mode.CONTEXT),
        (AuthorizerRequest("a", "t", "s", HttpContext()), Mode.BOTH),
    ],
)
def test_the_mode_follows_from_what_is_sent(request_: AuthorizerRequest, mode: Mode) -> None:
    assert request_.mode is mode


@given(requests)
def test_to_the_api_and_back(request_: AuthorizerRequest) -> None:
    assert AuthorizerRequest.from_api(request_.to_api()) == request_


def test_absent_members_are_left_out_and_empty_contexts_stay() -> None:
    request = AuthorizerRequest("a", http_context=HttpContext(), mqtt_context=MqttContext(password="p"))
    assert request.to_api() == {"authorizerName": "a", "httpContext": {}, "mqttContext": {"password": b"p"}}


def test_a_password_is_sent_as_utf8() -> None:
    assert MqttContext(password="pä\ud800").password_bytes == "pä?".encode()
    assert MqttContext(password=b"\x00\xff").password_bytes == b"\x00\xff"
    assert MqttContext().password_bytes is None


FULL = AuthorizerRequest(
    "name",
    "token",
    "signature",
    HttpContext((("A", "header a"), ("b", "header b")), "?query"),
    MqttContext("username", "password", "client"),
    TlsContext("server"),
)
PATHS = [path for path, _ in texts_of(FULL)]


def test_every_member_of_the_api_is_among_the_texts() -> None:
    headers = "httpContext.headers[A]", "httpContext.headers[b]"
    plain = [member.path for member in MEMBERS if member.kind is not MemberKind.MAP]
    assert sorted(PATHS) == sorted([*plain, *headers])


@pytest.mark.parametrize("path", PATHS)
def test_one_member_is_replaced_and_no_other(path: str) -> None:
    changed = with_text(FULL, path, "new")
    assert text_at(changed, path) == "new"
    assert [each for each in texts_of(changed) if each[0] != path] == [
        each for each in texts_of(FULL) if each[0] != path
    ]


@pytest.mark.parametrize("path", [path for path in PATHS if "." in path])
def test_a_context_that_is_absent_stays_absent(path: str) -> None:
    assert with_text(AuthorizerRequest("name"), path, "new") == AuthorizerRequest("name")


def test_what_is_absent_or_bytes_is_not_text() -> None:
    assert text_at(AuthorizerRequest(), "token") is None
    assert text_at(AuthorizerRequest(mqtt_context=MqttContext(password=b"x")), "mqttContext.password") is None


def test_a_change_sees_every_value_that_is_present_and_nothing_else() -> None:
    seen = []
    request = AuthorizerRequest("name", http_context=HttpContext((("A", "b"),)), tls_context=TlsContext())
    changed = request.changed(lambda member, value: seen.append((member.path, value)))
    assert seen == [("authorizerName", "name"), ("httpContext.headers", (("A", "b"),))]
    assert changed == AuthorizerRequest(http_context=HttpContext(), tls_context=TlsContext())


def test_texts_change_while_names_and_bytes_stay() -> None:
    request = replace(FULL, mqtt_context=MqttContext("u", b"p", "c")).with_texts(str.upper)
    assert request.http_context == HttpContext((("A", "HEADER A"), ("b", "HEADER B")), "?QUERY")
    assert request.mqtt_context == MqttContext("U", b"p", "C")
    assert request.token == "TOKEN"


@pytest.mark.parametrize("mode_of", ["token", "context"])
def test_each_member_alone_decides_the_mode(mode_of: str) -> None:
    tokens = [AuthorizerRequest(token=""), AuthorizerRequest(token_signature="")]
    contexts = [
        AuthorizerRequest(http_context=HttpContext()),
        AuthorizerRequest(mqtt_context=MqttContext()),
        AuthorizerRequest(tls_context=TlsContext()),
    ]
    for each in tokens if mode_of == "token" else contexts:
        assert each.mode.value == mode_of
    assert AuthorizerRequest(token_signature="", tls_context=TlsContext()).mode is Mode.BOTH


def test_a_whole_request_as_written_and_as_sent() -> None:
    written = {
        "authorizerName": "name",
        "token": "token",
        "tokenSignature": "signature",
        "httpContext": {"headers": {"A": "header a", "b": "header b"}, "queryString": "?query"},
        "mqttContext": {"username": "username", "password": "password", "clientId": "client"},
        "tlsContext": {"serverName": "server"},
    }
    assert FULL.as_written() == written
    mqtt = {"username": "username", "password": b"password", "clientId": "client"}
    assert FULL.to_api() == {**written, "mqttContext": mqtt}
    assert AuthorizerRequest().to_api() == AuthorizerRequest().as_written() == {}
    assert AuthorizerRequest(mqtt_context=MqttContext("u")).to_api() == {"mqttContext": {"username": "u"}}


def test_null_is_absent_and_headers_may_be_pairs() -> None:
    members = {
        "authorizerName": None,
        "token": "",
        "httpContext": {"headers": [["A", "1"], ["A", "2"]], "queryString": None},
        "mqttContext": {},
        "tlsContext": None,
    }
    assert AuthorizerRequest.from_api(members) == AuthorizerRequest(
        token="", http_context=HttpContext((("A", "1"), ("A", "2"))), mqtt_context=MqttContext()
    )


def test_a_value_is_absent_with_its_context() -> None:
    password = BY_PATH["mqttContext.password"]
    assert FULL.value(password) == "password"
    assert AuthorizerRequest(mqtt_context=MqttContext()).value(password) is None
    assert AuthorizerRequest().value(password) is None
    assert AuthorizerRequest(token="t").value(BY_PATH["token"]) == "t"


def test_every_member_may_change_at_once() -> None:
    changed = FULL.changed(lambda member, value: (("N", "v"),) if member.kind is MemberKind.MAP else member.name)
    assert changed == AuthorizerRequest(
        "authorizerName",
        "token",
        "tokenSignature",
        HttpContext((("N", "v"),), "queryString"),
        MqttContext("username", "password", "clientId"),
        TlsContext("serverName"),
    )


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("token", replace(FULL, token=None)),
        ("mqttContext.clientId", replace(FULL, mqtt_context=MqttContext("username", "password"))),
        ("httpContext.headers[A]", replace(FULL, http_context=HttpContext((("b", "header b"),), "?query"))),
        ("httpContext.headers[none]", FULL),
    ],
)
def test_one_member_is_removed_and_no_other(path: str, expected: AuthorizerRequest) -> None:
    assert with_text(FULL, path, None) == expected


def test_a_header_of_a_request_without_headers_is_not_added() -> None:
    request = AuthorizerRequest(http_context=HttpContext(query_string="?q"))
    assert with_text(request, "httpContext.headers[A]", "x") == replace(request, http_context=HttpContext((), "?q"))


def test_every_value_that_aws_limits() -> None:
    request = AuthorizerRequest(
        "name", http_context=HttpContext((("A", "1"), ("B", "2"))), mqtt_context=MqttContext("u", "é", None)
    )
    assert [(limits.path, header, value) for limits, header, value in limited_values(request)] == [
        ("authorizerName", None, "name"),
        ("token", None, None),
        ("tokenSignature", None, None),
        ("httpContext.headers[key]", "A", "A"),
        ("httpContext.headers[key]", "B", "B"),
        ("httpContext.headers[value]", "A", "1"),
        ("httpContext.headers[value]", "B", "2"),
        ("httpContext.queryString", None, None),
        ("mqttContext.username", None, "u"),
        ("mqttContext.password", None, b"\xc3\xa9"),
        ("mqttContext.clientId", None, None),
        ("tlsContext.serverName", None, None),
    ]
    assert [value for limits, _, value in limited_values(AuthorizerRequest()) if value is not None] == []

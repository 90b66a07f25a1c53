from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.request import token_place
from authlens.core.request.authorizer import SIGNATURE_NAME, Authorizer
from authlens.core.request.request import AuthorizerRequest, HttpContext, Mode, MqttContext, TlsContext, text_at
from authlens.core.request.token_place import FoundValue, Place

SIGNED = Authorizer("A", token_key_name="Token-Key")
PLACES: tuple[Place, ...] = ("username", "queryString", "headers")
TEXT = st.text(st.characters(codec="utf-8"))
FULL = AuthorizerRequest(
    "A",
    token="t",
    http_context=HttpContext((("token-key", "old"), ("Other", "o")), "?b=2"),
    mqtt_context=MqttContext("user?c=3", b"\xff", "client"),
    tls_context=TlsContext("host"),
)


@given(TEXT, st.text("+/=aZ9", min_size=1), st.sampled_from(PLACES), st.booleans())
def test_what_is_placed_is_found(token: str, signature: str, place: Place, full: bool) -> None:
    request = AuthorizerRequest("A", token=token, mqtt_context=FULL.mqtt_context if full else None)
    placed = token_place.place(request, place, signature, SIGNED)
    assert placed.mode is Mode.CONTEXT
    assert token_place.token_of(placed, SIGNED) == token
    assert token_place.signature_of(placed) == signature
    found = token_place.find_signature(placed)
    assert found is not None
    assert found.place == place


@pytest.mark.parametrize("place", PLACES)
def test_placing_twice_replaces(place: Place) -> None:
    once = token_place.place(AuthorizerRequest("A", "t1"), place, "s1", SIGNED)
    twice = token_place.place(token_place.put(once, place, "TOKEN-KEY", "t2"), place, "s2", SIGNED)
    assert token_place.token_of(twice, SIGNED) == "t2"
    assert [each.value for each in token_place.find_all(twice, SIGNATURE_NAME)] == ["s2"]
    assert len(token_place.everything(twice)) == 2


def test_the_rest_of_the_request_stays() -> None:
    placed = token_place.place(FULL, "headers", "s", SIGNED)
    assert placed.http_context == HttpContext((("token-key", "t"), ("Other", "o"), (SIGNATURE_NAME, "s")), "?b=2")
    assert (placed.mqtt_context, placed.tls_context) == (FULL.mqtt_context, FULL.tls_context)


def test_the_token_stays_where_it_is_in_token_mode() -> None:
    assert token_place.place(AuthorizerRequest("A", "t"), "token", "s") == AuthorizerRequest("A", "t", "s")


def test_a_signature_in_a_url_is_encoded_and_one_in_a_header_is_not() -> None:
    request = AuthorizerRequest("A")
    username = token_place.put(request, "username", SIGNATURE_NAME, "a+b/c=").mqtt_context
    query_string = token_place.put(request, "queryString", SIGNATURE_NAME, "a+b/c=").http_context
    header = token_place.put(request, "headers", SIGNATURE_NAME, "a+b/c=").http_context
    assert username == MqttContext(f"?{SIGNATURE_NAME}=a%2Bb%2Fc%3D")
    assert query_string == HttpContext(query_string=f"?{SIGNATURE_NAME}=a%2Bb%2Fc%3D")
    assert header == HttpContext(((SIGNATURE_NAME, "a+b/c="),))


def test_a_query_string_without_its_mark_gets_one() -> None:
    placed = token_place.put(AuthorizerRequest(http_context=HttpContext(query_string="a=1")), "queryString", "b", "2")
    assert placed.http_context == HttpContext(query_string="?a=1&b=2")


@pytest.mark.parametrize("authorizer", [None, Authorizer("A", signing_disabled=True)], ids=["unknown", "unsigned"])
def test_a_token_without_a_name_to_go_by_is_not_placed(authorizer: Authorizer | None) -> None:
    with pytest.raises(token_place.UnknownTokenKeyName, match="tokenKeyName"):
        token_place.place(AuthorizerRequest("A", "t"), "username", "s", authorizer)


def test_a_signature_alone_needs_no_name() -> None:
    placed = token_place.place(AuthorizerRequest("A", mqtt_context=MqttContext("u?token=t")), "username", "s", None)
    assert placed.mqtt_context == MqttContext(f"u?token=t&{SIGNATURE_NAME}=s")


def test_the_username_is_looked_at_before_the_query_string_and_the_headers() -> None:
    request = AuthorizerRequest(
        http_context=HttpContext((("K", "header"),), "?k=query"), mqtt_context=MqttContext("u?k=username")
    )
    assert [each.value for each in token_place.find_all(request, "k")] == ["username", "query", "header"]
    assert [each.path for each in token_place.find_all(request, "k")] == [
        "mqttContext.username",
        "httpContext.queryString",
        "httpContext.headers[K]",
    ]
    for each in token_place.everything(request):
        assert (text_at(request, each.path) or "")[each.start : each.end] == each.raw


def test_nothing_is_found_where_nothing_is() -> None:
    assert token_place.find_token(AuthorizerRequest(), SIGNED) is None
    assert token_place.find_token(FULL, None) is None
    assert token_place.token_of(AuthorizerRequest(), SIGNED) is None
    assert token_place.signature_of(AuthorizerRequest()) is None
    assert token_place.signature_of(AuthorizerRequest(token_signature="s")) == "s"
    assert token_place.token_of(FULL, SIGNED) == "t"


MIXED = AuthorizerRequest(
    http_context=HttpContext((("K", "h"), ("A", "")), "?k=q%20"), mqtt_context=MqttContext("u?K=u%2B&b")
)


def test_every_parameter_and_header_as_a_value() -> None:
    user, text = "mqttContext.username", "httpContext.queryString"
    assert token_place.everything(MIXED) == (
        FoundValue("username", user, "K", "u+", "u%2B", 4, 8),
        FoundValue("username", user, "b", "", "", 10, 10),
        FoundValue("queryString", text, "k", "q ", "q%20", 3, 7),
        FoundValue("headers", "httpContext.headers[K]", "K", "h", "h", 0, 1),
        FoundValue("headers", "httpContext.headers[A]", "A", "", "", 0, 0),
    )
    assert token_place.everything(AuthorizerRequest(http_context=HttpContext(), mqtt_context=MqttContext())) == ()
    assert token_place.find(MIXED, "k") == token_place.everything(MIXED)[0]
    assert token_place.find(MIXED, "none") is None


def test_the_top_level_comes_before_the_contexts() -> None:
    request = replace(MIXED, token="", token_signature="")
    authorizer = Authorizer("A", token_key_name="k")
    assert token_place.token_of(request, authorizer) == ""
    assert token_place.token_of(MIXED, authorizer) == "u+"
    assert token_place.token_of(MIXED, None) is None
    assert token_place.signature_of(request) == ""
    signed = token_place.put(MIXED, "headers", SIGNATURE_NAME.upper(), "s")
    assert token_place.signature_of(signed) == "s"
    assert token_place.find_token(MIXED, Authorizer("A", token_key_name="")) is None


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("username", replace(MIXED, mqtt_context=MqttContext("u?K=x%20y&b"))),
        ("queryString", replace(MIXED, http_context=HttpContext((("K", "h"), ("A", "")), "?k=x%20y"))),
        ("headers", replace(MIXED, http_context=HttpContext((("K", "x y"), ("A", "")), "?k=q%20"))),
    ],
)
def test_one_parameter_is_replaced_in_its_place(place: Place, expected: AuthorizerRequest) -> None:
    assert token_place.put(MIXED, place, "k", "x y") == expected


def test_a_signature_for_the_top_level_replaces_the_old_one() -> None:
    assert token_place.place(AuthorizerRequest("A", "t", "old"), "token", "s", SIGNED) == AuthorizerRequest(
        "A", "t", "s"
    )
    assert token_place.place(AuthorizerRequest("A", "t", "old"), "headers", "s", SIGNED) == AuthorizerRequest(
        "A", http_context=HttpContext((("Token-Key", "t"), (SIGNATURE_NAME, "s")))
    )


def test_an_empty_token_moves_too() -> None:
    placed = token_place.place(AuthorizerRequest("A", ""), "headers", "s", SIGNED)
    assert placed.http_context == HttpContext((("Token-Key", ""), (SIGNATURE_NAME, "s")))
